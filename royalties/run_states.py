"""How the states of runs, rules and checks look, and the main pages of the distribution desk."""

from django.utils.translation import gettext_lazy as _

from cmo_portal.navigation import register
from cmo_portal.states import register_states


def register_run_states() -> None:
    """Runs, rules, checks."""
    register_states(
        "run",
        {
            "draft": ("empty", "plain", _("Draft")),
            "frozen": ("half", "waiting", _("Inputs frozen")),
            "calculated": ("half", "waiting", _("Calculated")),
            "reviewed": ("half", "waiting", _("Sent for approval")),
            "approved": ("filled", "good", _("Approved")),
            "finalised": ("filled", "good", _("Finalised")),
            "published": ("tick", "good", _("Published")),
            "cancelled": ("cross", "plain", _("Cancelled")),
            "reversed": ("cross", "bad", _("Reversed")),
        },
    )
    register_states(
        "rule",
        {
            "draft": ("empty", "plain", _("Draft")),
            "approved": ("filled", "good", _("Approved")),
            "withdrawn": ("cross", "plain", _("Withdrawn")),
        },
    )
    register_states("check", {"green": ("tick", "good", _("Green")), "red": ("triangle", "bad", _("Red"))})
    register("staff", "royalties:staff-pool-list", _("Pools"), permission="royalties.view_runs", order=45)
    register("staff", "royalties:staff-run-list", _("Distribution"), permission="royalties.view_runs", order=50)
    register("staff", "royalties:staff-rule-list", _("Rules"), permission="royalties.view_runs", order=55)
    register("staff", "royalties:staff-account-list", _("Ledger"), permission="royalties.view_ledger", order=65)
