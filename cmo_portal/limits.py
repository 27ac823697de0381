"""How often somebody may do something: counters in the cache, so that the public cannot flood a desk (S15)."""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
SEARCHES_AN_HOUR = 1_200  # of one address: whole towns go through one on mobile networks

View = Callable[..., HttpResponse]


def within_limit(purpose: str, origin: str, *, limit: int, seconds: int) -> bool:
    """Whether `origin` (an address, an account) may do this once more within the time; counts this time.

    A cache that is away lets people pass: the limit spares a desk, it guards no secret. The origin does not stand in
    the cache as it is.
    """
    name = f"limit-{purpose}-{hashlib.sha256(origin.encode()).hexdigest()[:32]}"
    try:
        cache.add(name, 0, seconds)
        return int(cache.incr(name)) <= limit
    except ValueError:  # the time ended between the two calls: this is the first of a new time
        return True
    except (OSError, RedisError):
        log.warning("the cache does not answer; requests are not counted", exc_info=True)
        return True


def origin_of(request: HttpRequest) -> str:
    """The address a request comes from, as the sign-in sees it."""
    return str(get_adapter(request).get_client_ip(request))


def searched(purpose: str) -> Callable[[View], View]:
    """A public page that searches when `q` has words, or gives its list as a file: so many times an hour from one
    address, then 429."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            costs = request.GET.get("q", "").strip() or "format" in request.GET
            if costs and not within_limit(purpose, origin_of(request), limit=SEARCHES_AN_HOUR, seconds=3600):
                return render(request, "429.html", {"search": True}, status=429)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
