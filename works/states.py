"""How the states of what we exchange with other societies look: files and their
transactions, and answers."""

from django.utils.translation import gettext_lazy as _

from cmo_portal.states import register_states


def register_exchange_states() -> None:
    """Give received transactions, export files and received answers their shapes."""
    register_states(
        "identifier",
        {
            "unlinked": ("cross", "bad", _("Not the number of this work")),
            "invalid": ("cross", "bad", _("Not a valid number")),
            "taken": ("triangle", "waiting", _("Another work holds this number")),
        },
    )
    register_states(
        "registration_file",
        {
            "received": ("empty", "waiting", _("Being read")),
            "checked": ("half", "waiting", _("Not taken yet")),
            "taking": ("half", "waiting", _("Being taken")),
            "imported": ("filled", "good", _("Imported")),
            "refused": ("cross", "bad", _("Refused")),
        },
    )
    register_states(
        "cwr",
        {
            "RA": ("half", "plain", _("Kept with the file")),
            "AS": ("filled", "good", _("Accepted")),
            "AC": ("filled", "good", _("Accepted with changes")),
            "CO": ("triangle", "bad", _("In conflict")),
            "DU": ("square", "plain", _("Known already")),
            "RJ": ("cross", "bad", _("Rejected")),
            "NP": ("empty", "plain", _("No share for us")),
            "OK": ("filled", "good", _("Noted")),
            "UM": ("empty", "waiting", _("Not ours")),
        },
    )
    register_states(
        "export_file",
        {
            "waiting": ("half", "waiting", _("Being written")),
            "written": ("filled", "good", _("Ready to send")),
            "empty": ("empty", "plain", _("Nothing to send")),
            "faulty": ("cross", "bad", _("Not fit to send")),
        },
    )
    register_states(
        "cwr_answer",
        {
            "": ("empty", "plain", _("Unknown answer")),
            "interim": ("half", "waiting", _("In process")),
            "accepted": ("half", "good", _("Accepted, not ready for payment")),
            "accepted_changed": ("half", "good", _("Accepted with changes, not ready for payment")),
            "payable": ("filled", "good", _("Accepted")),
            "payable_changed": ("filled", "good", _("Accepted with changes")),
            "conflict": ("triangle", "bad", _("In conflict")),
            "duplicate": ("square", "plain", _("Known already")),
            "rejected": ("cross", "bad", _("Rejected")),
            "no_share": ("empty", "plain", _("No share for the receiver")),
            "claim_rejected": ("cross", "bad", _("Claim rejected")),
            "no_agreement": ("cross", "bad", _("No agreement number")),
            "wrong_agreement": ("cross", "bad", _("Wrong agreement number")),
            "withdrawn": ("square", "plain", _("Withdrawn")),
            "unknown_work": ("cross", "bad", _("Work unknown to the receiver")),
            "cannot_withdraw": ("triangle", "bad", _("Cannot be withdrawn")),
        },
    )
