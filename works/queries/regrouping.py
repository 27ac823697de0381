"""Two works side by side, as a merge or a split finds them, and digests by which it knows that nothing moved."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from cmo_portal.common.known import NOW, Books
from cmo_portal.common.texts import Text
from cmo_portal.wording import date_text
from members.models.parties import Right
from members.models.territories import WORLD
from works.models import RecordingWork, Regrouping, Work, WorkIdentifier, WorkShare, WorkTitle
from works.queries.titles import own_titles
from works.rules.identifiers import format_iswc
from works.rules.languages import LANGUAGES
from works.rules.regrouping import OTHER, WORK, SharePart, hindering, merged_shares, same_shares, sides_of

FIELDS = (
    "iswc", "duration", "language", "category", "version_type", "text_music", "music_arrangement", "lyric_adaptation",
    "composite_type", "component_count", "excerpt_type", "work_type", "grand_rights", "opus_number",
    "catalogue_number", "copyright_date", "copyright_number", "published_on",
)  # fmt: skip
LIVE = ("registered", "submitted")
LENGTH = gettext_lazy("Length")
_WRITTEN: dict[str, Callable[[Any], str]] = {  # as people write it
    "iswc": format_iswc,
    "duration": lambda seconds: f"{seconds // 60}:{seconds % 60:02d}",
    "language": lambda code: str(LANGUAGES.get(code, code)),
    "published_on": date_text,
}


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field in which at least one of two works says something, as they say it and in words."""

    name: str
    label: Text
    of_work: Any
    of_other: Any
    words_of_work: str
    words_of_other: str

    @property
    def same(self) -> bool:
        """Whether there is nothing to choose."""
        return self.of_work == self.of_other or self.of_other in (None, "")

    @property
    def preferred(self) -> str:
        """Which side is proposed: the surviving work, unless it says nothing."""
        return OTHER if self.of_work in (None, "") else WORK


@dataclass(frozen=True, slots=True)
class RightChoice:
    """The shares of a right in both works. `may_contest` where their difference can be put into a dispute; `hindering`
    are the shares for whose sake it cannot."""

    right: str
    label: Text
    of_work: tuple[WorkShare, ...]
    of_other: tuple[WorkShare, ...]
    same: bool
    may_contest: bool
    hindering: tuple[WorkShare, ...]

    @property
    def preferred(self) -> str:
        """Which side is proposed: nobody's where both are documented and differ."""
        if self.same or not self.of_other:
            return WORK
        return OTHER if not self.of_work else ""


def field_choices(work: Work, other: Work) -> list[FieldChoice]:
    """The fields of two works side by side, the title first; those about which both are silent are left out."""
    found = []
    for name in ("title", *FIELDS):
        mine, theirs = getattr(work, name), getattr(other, name)
        if mine not in (None, "") or theirs not in (None, ""):
            label = LENGTH if name == "duration" else Work._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            found.append(FieldChoice(name, label, mine, theirs, _words(work, name), _words(other, name)))
    return found


def _words(work: Work, name: str) -> str:
    value = getattr(work, name)
    display = getattr(work, f"get_{name}_display", None)
    if value in (None, ""):
        return ""
    return _WRITTEN[name](value) if name in _WRITTEN else str(display() if display else value)


def right_choices(work: Work, other: Work) -> list[RightChoice]:
    """The rights that at least one of two works documents, with the rows of both; two queries."""
    mine, theirs = rows_of(work), rows_of(other)
    found = []
    for right in Right:
        one, two = mine.get(right.value, ()), theirs.get(right.value, ())
        if one or two:
            parts = parts_of(one), parts_of(two)
            same = same_shares(*parts)
            may_contest = not same and bool(sides_of(*parts, WORLD))
            in_the_way = {part.row for part in hindering((*parts[0], *parts[1]), WORLD)}
            rows = tuple(row for row in (*one, *two) if row.pk in in_the_way)
            found.append(RightChoice(right.value, right.label, one, two, same, may_contest, rows))
    return found


def rows_of(work: Work) -> dict[str, tuple[WorkShare, ...]]:
    """Right → every share of a work, whenever it holds, the larger first."""
    found: dict[str, tuple[WorkShare, ...]] = {}
    for row in work.shares.select_related("party", "dispute", "work").order_by("right", "-share", "pk"):
        found[row.right] = (*found.get(row.right, ()), row)
    return found


def parts_of(rows: Iterable[WorkShare]) -> tuple[SharePart, ...]:
    """Shares as the rules take them."""
    return tuple(
        SharePart(row.pk, row.party_id, row.role, row.territory, row.share, row.valid_from, row.valid_to, row.state)
        for row in rows
    )


def merged_parts(work: Work, other: Work, choices: Mapping[str, Any]) -> dict[str, tuple[SharePart, ...]]:
    """Right → the shares as they will stand when `other` is merged into `work` under the choices."""
    mine, theirs = rows_of(work), rows_of(other)
    chosen = choices.get("rights", {})
    return {
        right: merged_shares(
            parts_of(mine.get(right, ())), parts_of(theirs.get(right, ())), chosen.get(right, WORK), WORLD
        )
        for right in {*mine, *theirs}
    }


def split_parts(work: Work, choices: Mapping[str, Any]) -> tuple[dict[str, tuple[SharePart, ...]], ...]:
    """Right → shares of the work, and of the one that is split off it, as they will stand under the choices."""
    chosen = choices.get("shares", {})
    stays: dict[str, tuple[SharePart, ...]] = {}
    goes: dict[str, tuple[SharePart, ...]] = {}
    for right, rows in rows_of(work).items():
        for part in parts_of(rows):
            where = chosen.get(str(part.row), "stays")
            if where in ("stays", "both"):
                stays[right] = (*stays.get(right, ()), part)
            if where in ("goes", "both"):
                goes[right] = (*goes.get(right, ()), part)
    return stays, goes


def merged_ids(work: Work) -> list[int]:
    """A work and all that were merged into it."""
    return [work.pk, *Work.objects.filter(merged_into=work).values_list("pk", flat=True)]


def standing_work(work: Work) -> Work:
    """The work that stands for a work: itself, unless it was merged."""
    return work.merged_into if work.merged_into is not None else work


def shares_digest(works: Iterable[int]) -> bytes:
    """sha256 over every share of these works, with the row that keeps it."""
    told = hashlib.sha256()
    columns = ("work_id", "pk", "party_id", "role", "right", "territory", "share", "valid_from", "valid_to", "state")
    for row in WorkShare.objects.filter(work__in=list(works)).order_by("pk").values_list(*columns):
        told.update(f"{row}\n".encode())
    return told.digest()


def works_digest(works: Iterable[int]) -> str:
    """Hexadecimal sha256 over all that a regrouping may touch: what its page showed, and is to be confirmed."""
    ids = sorted(works)
    told = hashlib.sha256(shares_digest(ids))
    for work in Work.objects.filter(pk__in=ids).order_by("pk"):
        told.update(f"{[getattr(work, name) for name in (*FIELDS, 'title', 'state', 'merged_into_id')]}\n".encode())
    lists = (
        WorkTitle.objects.filter(work__in=ids).order_by("pk").values_list("pk", "work_id", "title_type", "text"),
        WorkIdentifier.objects.filter(work__in=ids).order_by("pk").values_list("pk", "work_id", "issuer", "value"),
        RecordingWork.objects.filter(work__in=ids).order_by("pk").values_list("pk", "work_id"),
    )
    for rows in lists:
        for row in rows:
            told.update(f"{row}\n".encode())
    return told.hexdigest()


def regroupings_of(work: Work, *, books: Books = NOW) -> list[Regrouping]:
    """Merges and splits of a work that wait, are done or undone, the newest first. Two queries, as known before two
    more."""
    rows = books.rows(Regrouping, "work", work_id=work.pk) + books.rows(Regrouping, "work", other_id=work.pk)
    shown = [row for row in rows if row.state in ("proposed", "done", "undone")]
    return sorted(shown, key=lambda row: row.pk, reverse=True)


def filtered_regroupings(state: str) -> QuerySet[Regrouping]:
    """Merges and splits of a state; `undo` those that somebody wants undone; all without one."""
    rows = Regrouping.objects.select_related("work", "other", "proposed_by", "confirmed_by")
    rows = rows.prefetch_related(own_titles("work__"), own_titles("other__"))
    if state == "undo":
        return rows.filter(state="done", undo_asked_by__isnull=False)
    return rows.filter(state=state) if state else rows


def regroupings_waiting() -> int:
    """How many proposals and undoings wait for a second person."""
    return Regrouping.objects.filter(Q(state="proposed") | Q(state="done", undo_asked_by__isnull=False)).count()
