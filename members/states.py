"""How the states of applications, members and bank details look and what they are called."""

from django.utils.translation import gettext_lazy as _

# The same state has two words: to the applicant, and to the reviewer.
STATES = {
    "application": {
        "draft": ("empty", "plain", _("Not sent yet")),
        "submitted": ("half", "waiting", _("In review")),
        "question": ("triangle", "waiting", _("Question to you")),
        "admitted": ("tick", "good", _("Admitted")),
        "refused": ("cross", "bad", _("Refused")),
    },
    "application_review": {
        "submitted": ("half", "waiting", _("In review")),
        "question": ("pause", "plain", _("Question asked")),
        "admitted": ("tick", "good", _("Admitted")),
        "refused": ("cross", "bad", _("Refused")),
    },
    "member": {
        "active": ("filled", "good", _("Active")),
        "suspended": ("pause", "waiting", _("Suspended")),
        "resigned": ("square", "plain", _("Resigned")),
        "deceased": ("square", "plain", _("Deceased")),
    },
    "client": {
        "proposed": ("half", "waiting", _("Waiting for approval")),
        "active": ("filled", "good", _("Active")),
        "refused": ("cross", "bad", _("Refused")),
        "revoked": ("cross", "plain", _("Revoked")),
    },
    "account": {
        "proposed": ("half", "waiting", _("Waiting")),
        "approved": ("tick", "good", _("Approved")),
        "refused": ("cross", "bad", _("Refused")),
        "withdrawn": ("cross", "plain", _("Withdrawn")),
        "replaced": ("square", "plain", _("Replaced")),
    },
}
