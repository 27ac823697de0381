"""How the states of statements and held money look, and the members' main pages in the headers."""

from django.utils.translation import gettext_lazy as _

from cmo_portal.navigation import register
from cmo_portal.states import register_states


def register_member_pages() -> None:
    """The two pages of the header, the states of a statement, and why money is held."""
    register("member", "royalties:member-home", _("Overview"), order=10)
    register("member", "royalties:member-statement-list", _("Statements"), order=20)
    register_states(
        "statement",
        {
            "waiting": ("half", "waiting", _("Not paid yet")),
            "on_its_way": ("half", "waiting", _("Payment on its way")),
            "paid": ("tick", "good", _("Paid")),
            "reversed": ("cross", "bad", _("Taken back")),
        },
    )
    register_states(
        "held",
        {
            "unidentified": ("pause", "waiting", _("Not yet identified")),
            "dispute": ("triangle", "bad", _("In dispute")),
            "undocumented": ("pause", "waiting", _("Share not documented")),
            "unclaimed": ("pause", "waiting", _("Owner not a member yet")),
            "no_mandate": ("pause", "waiting", _("No mandate for this right")),
            "no_usage": ("pause", "waiting", _("Usage not reported yet")),
            "unconfirmed": ("pause", "waiting", _("Waiting for the co-writers’ agreement")),
            "public_domain": ("empty", "plain", _("Belongs to nobody (public domain)")),
        },
    )
