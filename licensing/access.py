"""Who reaches what: a licensee's own records, an applicant's own application, and how often the public may ask."""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from redis.exceptions import RedisError

from cmo_portal.accounts.access import audience_page
from cmo_portal.accounts.models import Audience
from licensing.models import LicenceApplication, Licensee

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
HELD = "licence_applications"
LINKS_TO_ONE_ADDRESS, LINKS_FROM_ONE_ORIGIN = 5, 60  # in an hour


def licensees_of(user: Any) -> Any:
    """The businesses for which a person acts, as a queryset."""
    return Licensee.objects.filter(access__user=user, access__ended_at=None)


def licensee_page(view: View) -> View:
    """Open to signed-in licensees; the view fetches through `seen_by(request.user)`."""
    return cast(View, audience_page(Audience.LICENSEE)(view))


def hold_application(request: HttpRequest, application: LicenceApplication) -> None:
    """From now on this browser may open the application; a new session key, as after a sign-in."""
    held = request.session.get(HELD, [])
    request.session.cycle_key()
    request.session[HELD] = [*[uid for uid in held if uid != str(application.uid)], str(application.uid)][-10:]


def application_page(view: View) -> View:
    """Open to the browser that holds the application and to people of the licensee who made it; the view receives it
    as its second argument. For anyone else it is not there."""

    @wraps(view)
    def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponse:
        application = LicenceApplication.objects.filter(reference=reference).first()
        if application is None or not _may_open(request, application):
            if request.user.is_authenticated or request.method != "GET":
                raise Http404
            return redirect("licensing:apply-return")
        return view(request, application, *args, **kwargs)

    return guarded


def _may_open(request: HttpRequest, application: LicenceApplication) -> bool:
    if str(application.uid) in request.session.get(HELD, []):
        return True
    user = request.user
    return (
        user.is_authenticated
        and user.audience == Audience.LICENSEE
        and application.licensee_id is not None
        and licensees_of(user).filter(pk=application.licensee_id).exists()
    )


def limited(purpose: str, per_minute: str) -> Callable[[View], View]:
    """At most so many requests a minute from one origin (`per_minute` names the setting), then 429 (S15).

    A cache that is away lets people pass: the limit spares the register, it guards no secret.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            origin = get_adapter(request).get_client_ip(request)
            if _count(f"{purpose}:{origin}", 60) > getattr(settings, per_minute):
                response = render(request, "licensing/public/too_many.html", status=429)
                response["Retry-After"] = "60"
                return response
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def may_ask_for_link(request: HttpRequest, email: str) -> bool:
    """Whether one more return link may be sent to this address and from this origin within the hour."""
    origin = get_adapter(request).get_client_ip(request)
    to_address = _count(f"link-to:{email.strip().lower()}", 3600)
    return to_address <= LINKS_TO_ONE_ADDRESS and _count(f"link-from:{origin}", 3600) <= LINKS_FROM_ONE_ORIGIN


def _count(key: str, seconds: int) -> int:
    """How often within the time, this time included; 0 when the cache does not answer."""
    name = f"licensing-{_hash_of(key)}"
    try:
        cache.add(name, 0, seconds)
        return int(cache.incr(name))
    except ValueError:  # it ended between the two calls: this is the first of a new time
        return 1
    except (OSError, RedisError):
        log.warning("the cache does not answer; requests are not counted", exc_info=True)
        return 0


def _hash_of(key: str) -> str:
    """Addresses do not stand in the cache as they are."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
