"""Configuration of the royalties app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoyaltiesConfig(AppConfig):
    """The royalties app."""

    name = "royalties"
    verbose_name = _("Royalties")

    def ready(self) -> None:
        """Register the doors of the workers."""
        from royalties import jobs, usage_jobs  # noqa: F401
        from royalties.payment_states import register_payment_states

        register_payment_states()
