"""Configuration of the royalties app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoyaltiesConfig(AppConfig):
    """The royalties app."""

    name = "royalties"
    verbose_name = _("Royalties")

    def ready(self) -> None:
        """Register the doors of the workers, the states and the main pages."""
        from royalties import jobs, usage_jobs  # noqa: F401
        from royalties.member_states import register_member_pages
        from royalties.payment_states import register_payment_states
        from royalties.queries.resting import paid_through, rests, rests_on_agreements
        from royalties.regrouping_states import register_regroupings
        from royalties.run_states import register_run_states
        from royalties.services.matching.withdrawing import reopen_texts
        from royalties.usage_states import register_usage_pages
        from works.services.resting import Dependent, register_dependent

        register_dependent(Dependent(rests, reopen_texts, rests_on_agreements, paid_through))
        register_member_pages()
        register_payment_states()
        register_regroupings()
        register_run_states()
        register_usage_pages()
