"""How the states of cue sheets and of requests for international numbers look and what they are called."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "production": {"listed": ("filled", "good", _("Listed")), "withdrawn": ("cross", "plain", _("Withdrawn"))},
    "cue_sheet": {
        "entered": ("half", "waiting", _("Being entered")),
        "confirmed": ("filled", "good", _("Confirmed")),
        "withdrawn": ("cross", "plain", _("Withdrawn")),
    },
    "cue_file": {
        "mapping": ("empty", "waiting", _("Waiting for its mapping")),
        "checked": ("half", "waiting", _("Not taken yet")),
        "imported": ("filled", "good", _("Imported")),
        "undone": ("square", "plain", _("Import undone")),
        "refused": ("cross", "bad", _("Refused")),
    },
    "number_request": {
        "waiting": ("empty", "waiting", _("Waiting")),
        "sent": ("half", "waiting", _("Sent in a file")),
        "late": ("triangle", "bad", _("Answer late")),
        "answered": ("filled", "good", _("Answered")),
        "refused": ("cross", "bad", _("Refused by the agency")),
        "person": ("triangle", "bad", _("Needs a person")),
        "withdrawn": ("cross", "plain", _("Withdrawn")),
    },
    "number_answer": {
        "applied": ("filled", "good", _("Number taken over")),
        "known": ("square", "plain", _("Known already")),
        "refused": ("cross", "bad", _("Refused by the agency")),
        "person": ("triangle", "bad", _("Needs a person")),
        "pending": ("half", "waiting", _("Not decided yet")),
        "unasked": ("square", "plain", _("We did not ask this")),
        "unread": ("cross", "bad", _("Cannot be read")),
    },
    "number_file": {
        "making": ("half", "waiting", _("Being made")),
        "made": ("filled", "good", _("Made")),
        "empty": ("empty", "plain", _("Nothing to send")),
    },
    "answer_file": {
        "received": ("half", "waiting", _("Being read")),
        "read": ("filled", "good", _("Read")),
    },
}
