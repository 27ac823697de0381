"""How the states of royalties look, and their main pages in the headers."""

from django.utils.translation import gettext_lazy as _

from cmo_portal.navigation import register
from cmo_portal.states import register_states


def register_payment_states() -> None:
    """Batches and payments."""
    register_states(
        "payment_batch",
        {
            "reserved": ("half", "waiting", _("Waiting for approval")),
            "approved": ("filled", "good", _("Approved")),
            "exported": ("half", "waiting", _("Sent to the bank")),
            "closed": ("tick", "good", _("Closed")),
            "cancelled": ("cross", "plain", _("Cancelled")),
        },
    )
    register_states(
        "payment",
        {
            "reserved": ("half", "waiting", _("Reserved")),
            "paid": ("tick", "good", _("Paid")),
            "rejected": ("triangle", "bad", _("Rejected by the bank")),
            "cancelled": ("cross", "plain", _("Cancelled")),
        },
    )
    register("staff", "royalties:staff-batch-list", _("Payments"), permission="royalties.view_runs", order=60)
