"""Record screens of accounts: who signs in. Changes go through the users page."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - it must register Group before we replace it
from django.contrib.auth.models import Group

from cmo_portal.accounts.models import User
from cmo_portal.record_admin import LookOnlyAdmin

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(LookOnlyAdmin):
    """Users."""

    permission = "accounts.manage_users"
    list_display = ("email", "name", "audience", "is_active", "joined_at", "last_login")
    list_filter = ("audience", "is_active", "groups")
    search_fields = ("email", "name")
    exclude = ("password", "user_permissions")


@admin.register(Group)
class RoleAdmin(LookOnlyAdmin):
    """Roles with their permissions; fixed by the program and tested."""

    permission = "accounts.manage_users"
    filter_horizontal = ("permissions",)
