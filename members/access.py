"""Who reaches what: a member's own record, an applicant's own application, documents, and the fresh sign-in."""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from cmo_portal.accounts.access import audience_page
from cmo_portal.accounts.models import Audience
from members.models import Document, Member, MembershipApplication
from members.policy import policy

log = logging.getLogger(__name__)
HOUR = 3600

View = Callable[..., HttpResponseBase]
APPLICATION_IN_SESSION = "membership_application"
DOCUMENT_READERS = ("members.review_applications", "members.edit_members", "members.approve_bank")


def member_page(view: View) -> View:
    """Open to a signed-in member; the view gets her own record as `request.member`."""

    @wraps(view)
    @audience_page(Audience.MEMBER)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        members = Member.objects.select_related("party")
        request.member = get_object_or_404(members, user=request.user)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def application_page(view: View) -> View:
    """Open to the browser that holds an application; without one it leads to the page that sends the link again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        held = request.session.get(APPLICATION_IN_SESSION, "")
        application = MembershipApplication.objects.filter(uid=held).first() if held else None
        if application is None:
            return redirect("members:public-join-return")
        request.application = application  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def hold_application(request: HttpRequest, application: MembershipApplication) -> None:
    """From now on this browser's session holds the application; a new session key, as after a sign-in."""
    request.session.cycle_key()
    request.session[APPLICATION_IN_SESSION] = str(application.uid)


def may_ask_for_link(request: HttpRequest, email: str) -> bool:
    """Whether one more link may be sent: so many an hour to one address and from one origin (S15).

    A cache that is away lets the person pass: the limit protects mailboxes, not money.
    """
    limits = policy()
    origin = get_adapter(request).get_client_ip(request)
    counted = (
        (f"to:{email.strip().lower()}", limits.messages_per_address),
        (f"from:{origin}", limits.messages_per_origin),
    )
    try:
        return all(_count(key) <= limit for key, limit in counted)
    except (OSError, RedisError):
        log.warning("the cache does not answer; links are not counted", exc_info=True)
        return True


def fresh_sign_in(view: View) -> View:
    """Signed in anew within five minutes, with a second factor (S35, S45). What was typed is never kept on the way:
    a late form has to be filled in again, because it may hold an IBAN."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_mfa_enabled(request.user):
            messages.warning(request, _("Set up a second step for signing in first. It protects your bank details."))
            return redirect("mfa_activate_totp")
        if not did_recently_reauthenticate(request):
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    guarded.needs_fresh_sign_in = True  # type: ignore[attr-defined]
    return guarded


def _count(key: str) -> int:
    """How often within the hour, this time included."""
    name = f"join-{hashlib.sha256(key.encode()).hexdigest()}"
    cache.add(name, 0, HOUR)
    try:
        return int(cache.incr(name))
    except ValueError:  # the hour ended between the two steps
        return 1


def staff_document(request: HttpRequest, uid: UUID) -> Document:
    """A document for staff who may read documents. Raises PermissionDenied, or Http404 when it is not to be served."""
    if not any(request.user.has_perm(permission) for permission in DOCUMENT_READERS):
        raise PermissionDenied
    document = Document.objects.filter(uid=uid, quarantined=False).first()
    if document is None or (document.application and document.application.state == "draft"):
        raise Http404
    return document
