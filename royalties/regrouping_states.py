"""Like works, merges and splits, agreements at fault: how their states look, what waits of them."""

from django.utils.translation import gettext_lazy as _

from cmo_portal.queues import Queue, register_queue
from cmo_portal.states import register_states
from royalties.queries.agreement_faults import waiting_faults
from royalties.queries.duplicates import waiting_pairs
from works.queries.regrouping import regroupings_waiting


def register_regroupings() -> None:
    """States, and the queues on the start page of staff."""
    register_states(
        "duplicate",
        {
            "open": ("half", "waiting", _("To be looked at")),
            "different": ("cross", "plain", _("Two different works")),
            "merged": ("filled", "good", _("Merged")),
        },
    )
    register_states(
        "regrouping",
        {
            "proposed": ("half", "waiting", _("Waits for a second person")),
            "done": ("filled", "good", _("Done")),
            "undo": ("triangle", "waiting", _("To be undone")),
            "withdrawn": ("cross", "plain", _("Withdrawn")),
            "undone": ("cross", "bad", _("Undone")),
        },
    )
    edit, confirm = "works.edit_works", "works.confirm_merges"
    for queue in (
        Queue("royalties:staff-agreement-fault-list", _("Works whose agreements cannot all be true"), edit,
              waiting_faults, order=24),
        Queue("royalties:staff-duplicate-list", _("Works that may be one"), edit, waiting_pairs, order=28),
        Queue("royalties:staff-regrouping-list", _("Merges to confirm"), confirm, regroupings_waiting, order=29),
    ):  # fmt: skip
        register_queue(queue)
