"""The work that a page is to change: what was merged, refused or withdrawn is not changed any more."""

from django.utils.translation import gettext as _

from cmo_portal.leading import LedOn
from works.models import Work
from works.queries.repertoire import OUT

HOME = "works:staff-work-detail"


def standing_here(work: Work) -> Work:
    """The work, if it may be changed. Raises LedOn: to the one that stands for a merged work, and to its own page from
    one that is refused or withdrawn."""
    if work.merged_into is not None:
        words = _("%(work)s was merged into this work. Nothing was changed there.")
        raise LedOn(work.merged_into.uid, words % {"work": work.number})
    if work.state in OUT:
        words = _("%(work)s was refused or withdrawn: nothing of it is changed any more.")
        raise LedOn(work.uid, words % {"work": work.number}, page=HOME)
    return work
