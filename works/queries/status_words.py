"""Why a part of a work is not paid, and what cures it: for the member concerned, and for the documentation desk."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text


class Words(NamedTuple):
    """A cause, what a member can do, what the desk can do."""

    cause: Text
    member: Text
    desk: Text


REASONS: dict[str, Words] = {
    "disputed": Words(
        _("in dispute"),
        _("Answer in the dispute, or lower your claim: what is agreed pays."),
        _("Lead the dispute to its outcome."),
    ),
    "disputed_whole": Words(
        _("in dispute: the whole right is held until it is closed"),
        _("Answer in the dispute, or lower your claim. Nothing of this right pays before it is closed."),
        _("Lead the dispute to its outcome: until then nothing of this right pays."),
    ),
    "unclaimed": Words(
        _("owner not known"),
        _("If you know whose part it is, say what is wrong with this work."),
        _("Find the owner and correct the shares."),
    ),
    "undocumented": Words(
        _("not documented"),
        _("If you know whose part it is, say what is wrong with this work."),
        _("Enter the missing shares."),
    ),
    "not_registered": Words(
        _("the work is not registered"),
        _("Wait until we have looked at it; what was refused or withdrawn can be registered anew."),
        _("Decide on the work; what was refused or withdrawn is registered anew."),
    ),
    "refused_split": Words(
        _("a side refused the split"),
        _("Propose another split that all sides can agree to."),
        _("Help the sides to another proposal, or confirm the split on evidence."),
    ),
    "free": Words(
        _("public domain: belongs to nobody"),
        _("Nothing: this part has no owner who could be paid."),
        _("Nothing, unless the society’s rule gives this part to the other creators: see the shares it proposes."),
    ),
    "unconfirmed": Words(
        _("waiting for the co-writers"),
        _("Agree to the split, and ask the others to answer."),
        _("Confirm the split on evidence where a side does not answer."),
    ),
    "no_mandate": Words(
        _("a member has not given this right to the society"),
        _("Give the society a mandate for this right. It counts for use from its first day on."),
        _("Ask the member for a mandate for this right. It counts for use from its first day on."),
    ),
    "unrepresented": Words(
        _("the owner is no member and in no society that we know of"),
        _("The owner can join, or tell us the society."),
        _("Note the society of the owner, or invite the owner to join."),
    ),
    "conflict": Words(
        _("agreements contradict each other"),
        _("Send us the agreement that holds."),
        _("Correct or withdraw one of the agreements."),
    ),
    "cycle": Words(
        _("agreements lead in a circle"),
        _("Send us the agreement that holds."),
        _("Correct or withdraw one of the agreements."),
    ),
    "over_claimed": Words(
        _("more than 100 % is claimed"),
        _("Say what is wrong with this work."),
        _("Lower one of the shares, or open a dispute."),
    ),
}
