"""Configuration of the accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, roles, second factor."""

    name = "cmo_portal.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """A factor set up in this session counts as used in this session."""
        from cmo_portal.accounts import second_factor  # noqa: F401
