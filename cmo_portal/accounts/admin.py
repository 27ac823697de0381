"""Record screens of accounts: who signs in, and by which door. Changes go through the users page."""

from allauth.account import admin as email_admin  # noqa: F401 - what these register is taken off below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as factor_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as session_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth import admin as auth_admin  # noqa: F401 - it must register Group before we replace it
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cmo_portal.accounts.models import User
from cmo_portal.record_admin import LookOnlyAdmin

admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])  # addresses and factors are their owner's own


def sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Send a stranger to the portal's one sign-in, with its limits and the second factor; no password is read here."""
    start = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or start)
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect(start)


def change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """A password is changed on the portal's page, which asks who it is again and ends the other sessions."""
    return redirect("account_change_password")


admin.site.login = sign_in  # type: ignore[method-assign,assignment]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]


@admin.register(User)
class UserAdmin(LookOnlyAdmin):
    """Users."""

    permission = "accounts.manage_users"
    list_display = ("email", "name", "audience", "is_active", "joined_at", "last_login")
    list_filter = ("audience", "is_active", "groups")
    search_fields = ("email", "name")
    search_help_text = _("E-mail address or name")
    ordering = ("email",)
    exclude = ("password", "user_permissions")


@admin.register(Group)
class RoleAdmin(LookOnlyAdmin):
    """Roles with their permissions; fixed by the program and tested."""

    permission = "accounts.manage_users"
    filter_horizontal = ("permissions",)
