"""How the states of licensing look and what they are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cmo_portal.states import register_states


def register_all() -> None:
    """Give every state its shape, tone and word."""
    register_states(
        "licence_application",
        {
            "draft": ("empty", "plain", _("Not sent yet")),
            "submitted": ("half", "waiting", _("In review")),
            "question": ("triangle", "waiting", _("Question to you")),
            "approved": ("tick", "good", _("Approved")),
            "refused": ("cross", "bad", _("Refused")),
            "withdrawn": ("square", "plain", _("Withdrawn")),
        },
    )
    register_states(
        "licence",
        {
            "awaiting_payment": ("half", "waiting", _("Not paid yet")),
            "active": ("filled", "good", _("Active")),
            "not_yet": ("half", "waiting", _("Not begun yet")),
            "valid": ("filled", "good", _("Valid")),
            "expired": ("square", "bad", _("Expired")),
            "cancelled": ("cross", "bad", _("Cancelled")),
            "unknown": ("triangle", "bad", _("Not known")),
            "forged": ("cross", "bad", _("Not genuine")),
        },
    )
    register_states(
        "invoice",
        {
            "issued": ("half", "waiting", pgettext_lazy("invoice", "Open")),
            "part_paid": ("half", "waiting", _("Partly paid")),
            "paid": ("tick", "good", _("Paid")),
            "credited": ("square", "plain", _("Credited")),
            "overdue": ("triangle", "bad", _("Overdue")),
        },
    )
    register_states(
        "tariff",
        {
            "draft": ("empty", "plain", _("Draft")),
            "approved": ("half", "waiting", _("Approved by the society")),
            "filed": ("half", "waiting", _("Filed with the Registrar")),
            "published": ("filled", "good", _("Published")),
            "in_force": ("filled", "good", _("In force")),
            "superseded": ("square", "plain", _("Superseded")),
            "sample": ("triangle", "waiting", _("Sample, for demonstration only")),
            "withdrawn": ("cross", "plain", _("Withdrawn")),
        },
    )
