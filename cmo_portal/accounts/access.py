"""The permission through which every view is reached."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cmo_portal.accounts.models import Audience, User

View = Callable[..., HttpResponseBase]


def staff_page(permission: str) -> Callable[[View], View]:
    """Open to staff who hold `permission` (`app.act`); the second factor is held by the middleware."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.audience != Audience.STAFF or not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.staff_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def audience_page(audience: Audience) -> Callable[[View], View]:
    """Open to signed-in users of one audience."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.audience != audience:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def acting(request: HttpRequest) -> User:
    """Who acts, on a page that is open to signed-in people only."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def require(by: User, permission: str) -> None:
    """A service's own guard: the actor must hold the permission, whatever the view believed."""
    if not by.is_active or not by.has_perm(permission):
        raise PermissionDenied(permission)
