"""What the pages of like works show: the pairs by the money that hangs on them, and what speaks for each in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cmo_portal.common.texts import Text
from cmo_portal.wording import comma_list
from royalties.models import DuplicateStake
from works.models import DuplicatePair, Work
from works.queries.regrouping import LIVE
from works.queries.repertoire import meant_by
from works.queries.titles import own_titles
from works.rules import likeness
from works.rules.identifiers import format_isrc, format_iswc

FIND = "royalties.find_duplicates"
SAME, NEAR, ALIKE = 9_900, 9_000, 7_000
TITLES: tuple[Text, ...] = (
    gettext_lazy("Same title"),
    gettext_lazy("Nearly the same title"),
    gettext_lazy("Similar title"),
    gettext_lazy("Another title"),
)
WRITERS: tuple[Text, ...] = (
    gettext_lazy("Same writers"),
    gettext_lazy("Most writers are the same"),
    gettext_lazy("Some writers are the same"),
    gettext_lazy("Other writers"),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One compared field in words; `speaks_for` None where a side is silent."""

    text: str
    speaks_for: bool | None


def open_pairs() -> QuerySet[DuplicatePair]:
    """The pairs that wait for a person, of works that both still stand."""
    live = {"first__state__in": LIVE, "second__state__in": LIVE}
    return DuplicatePair.objects.filter(state="open", **live)


def waiting_pairs() -> int:
    """How many pairs wait for a person."""
    return open_pairs().count()


def stakes(state: str = "open", text: str = "") -> QuerySet[DuplicateStake]:
    """The pairs of a state with the money that hangs on them; `text` means a work by number, title in
    either script or name, as in the public search."""
    rows = DuplicateStake.objects.select_related("pair__first", "pair__second", "pair__decided_by")
    rows = rows.prefetch_related(own_titles("pair__first__"), own_titles("pair__second__"))
    rows = rows.filter(pair__in=open_pairs()) if state == "open" else rows.filter(pair__state=state)
    if wanted := text.strip():
        meant = Work.objects.filter(meant_by(wanted)).values("pk")
        rows = rows.filter(Q(pair__first__in=meant) | Q(pair__second__in=meant))
    return rows


def reasons(evidence: Iterable[tuple[str, int, list[str]]]) -> list[Reason]:
    """What speaks for and against two works being one, in the language of the page."""
    return [_reason(field, value, values) for field, value, values in evidence]


def _reason(field: str, value: int, values: list[str]) -> Reason:
    if value == likeness.MISSING:
        return Reason(_("One of the two names no writer"), None)
    named = comma_list(_written(field, value) for value in values)
    if field in (likeness.TITLE, likeness.SOUND):
        text = str(TITLES[_level(value)])
        if field == likeness.SOUND:
            text = _("%(words)s (by sound)") % {"words": text}
        return Reason(text, value >= ALIKE)
    if field == likeness.WRITERS:
        return Reason(str(WRITERS[_level(value)]), value >= likeness.WRITERS_AGREE)
    if field == likeness.LENGTH:
        seconds = int(values[0])
        told = ngettext("Length differs by %(n)s second", "Length differs by %(n)s seconds", seconds) % {"n": seconds}
        return Reason(told if seconds else _("Same length"), value >= likeness.WRITERS_AGREE)
    words = {
        likeness.ISRC: _("Same recording: ISRC %(values)s"),
        likeness.ISWC: _("Same ISWC: %(values)s"),
        likeness.NUMBER: _("Same number of a sender: %(values)s"),
        likeness.OTHER_ISWC: _("Different ISWCs: %(values)s"),
        likeness.COUNTS: _("The numbers in the titles differ"),
    }
    text = words.get(field, field)
    return Reason(text % {"values": named} if "%(values)s" in text else text, value == likeness.FULL)


def _written(field: str, value: str) -> str:
    """An identifier as people write it."""
    if field in (likeness.ISWC, likeness.OTHER_ISWC):
        return format_iswc(value)
    return format_isrc(value) if field == likeness.ISRC else value


def _level(value: int) -> int:
    return 0 if value >= SAME else 1 if value >= NEAR else 2 if value >= likeness.WRITERS_AGREE else 3
