"""How states look: files and their transactions, agreement on splits, undoing of imports, what can be distributed."""

from django.utils.translation import gettext_lazy as _

from cmo_portal.states import register_states


def shape_registration_states() -> None:
    """Give each state its shape, tone and words."""
    register_states(
        "import_undo",
        {
            "asked": ("half", "waiting", _("Waiting for a second person")),
            "done": ("filled", "good", _("Done")),
            "refused": ("cross", "plain", _("Refused")),
        },
    )
    register_states(
        "split",
        {
            "open": ("half", "waiting", _("Waiting for answers")),
            "agreed": ("filled", "good", _("Agreed by all sides")),
            "refused": ("cross", "bad", _("Refused by one side")),
            "replaced": ("square", "plain", _("Replaced by another proposal")),
            "withdrawn": ("square", "plain", _("Withdrawn with its work")),
        },
    )
    register_states(
        "split_answer",
        {
            "waiting": ("half", "waiting", _("Not answered yet")),
            "confirmed": ("filled", "good", _("Agreed")),
            "refused": ("cross", "bad", _("Refused")),
        },
    )
    register_states(
        "distributable",
        {
            "full": ("filled", "good", _("In full")),
            "partial": ("half", "waiting", _("In part")),
            "none": ("cross", "bad", _("Not yet")),
        },
    )
    _shape_files()


def _shape_files() -> None:
    register_states(
        "registration_file",
        {
            "received": ("empty", "waiting", _("Being read")),
            "checked": ("half", "waiting", _("Not taken yet")),
            "taking": ("half", "waiting", _("Being taken")),
            "imported": ("filled", "good", _("Imported")),
            "nothing": ("empty", "plain", _("Nothing to take")),
            "refused": ("cross", "bad", _("Refused")),
            "partly": ("square", "plain", _("Undone in part")),
            "undone": ("square", "plain", _("Undone")),
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
