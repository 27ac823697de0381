"""What the pages of a work show."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cmo_portal.audit.models import Act
from cmo_portal.common.known import NOW, Books, end_of_day
from cmo_portal.common.models import Public
from cmo_portal.common.texts import Text
from members.models import Party
from members.models.parties import Right
from members.models.territories import own_territory
from members.queries.areas import areas_covering
from members.queries.parties import same_name_parties
from works.models import AgreementFault, Dispute, RecordingPerformer, Work, WorkShare, WorkTitle
from works.models.works import WHOLE
from works.queries.agreement_faults import AT_FAULT
from works.queries.free_elements import free_shares
from works.rules.areas import covers

PERFORMERS_SHOWN = 3  # of a work in a list


@dataclass(frozen=True, slots=True)
class RightTable:
    """The shares of one right category, their sum, and what nobody holds (1/10,000 of a percent). Shares of different
    territories are added up where they meet: `summed_in` is the country, blank where all hold in the same territory."""

    right: str
    name: Text
    rows: tuple[WorkShare, ...]
    total: int
    summed_in: str = ""

    @property
    def missing(self) -> int:
        """What is not documented."""
        return WHOLE - self.total


def in_force(on: dt.date) -> Q:
    """The shares that hold on a day."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def holds_on(row: WorkShare, on: dt.date) -> bool:
    """Whether a share holds on a day, as `in_force` asks the database."""
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on)


def share_table(work: Work, *, on: dt.date, books: Books = NOW) -> list[RightTable]:
    """Shares by right on a day, larger first; a right nobody documented is left out."""
    return right_tables(books.rows(WorkShare, "party", work_id=work.pk), on=on)


def right_tables(shares: Iterable[WorkShare], *, on: dt.date) -> list[RightTable]:
    """The same of shares that have been read, with their parties."""
    rows = sorted((row for row in shares if holds_on(row, on)), key=lambda row: (-row.share, row.pk))
    tables = []
    for right in Right:
        mine = tuple(row for row in rows if row.right == right)
        if mine:
            here = own_territory() if len({row.territory for row in mine}) > 1 else ""
            total = sum(row.share for row in mine if not here or covers(row.territory, here, on))
            tables.append(RightTable(right.value, right.label, mine, total, here))
    return tables


def own_shares(works: Iterable[Work], party: Party) -> dict[int, dict[str, int]]:
    """work id → right → the party's share, for a page of works."""
    found: dict[int, dict[str, int]] = {}
    rows = WorkShare.objects.filter(work__in=list(works), party=party, state__in=["active", "unconfirmed"])
    for work_id, right, share in rows.values_list("work_id", "right", "share"):
        shares = found.setdefault(work_id, {})
        shares[right] = shares.get(right, 0) + share
    return found


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns how much of a work, as a list of works names it."""

    name: str
    name_original: str
    share: int


@dataclass(frozen=True, slots=True)
class ListedWork:
    """A work in a list: its other titles, who owns it, who performs it, and whether every part of every documented
    right has an owner without a dispute, or belongs to nobody for a reason. `is_contradicted`: its agreements could not
    all be true when they were last looked through.

    Shares are those of the performing right; where that is not documented, those of the first right that is.
    """

    work: Work
    other_titles: tuple[WorkTitle, ...]
    owners: tuple[Owner, ...]
    performers: tuple[str, ...]
    is_whole: bool
    is_disputed: bool
    is_unconfirmed: bool
    is_contradicted: bool

    @property
    def documented(self) -> str:
        """How well it is documented, the worst first: a state of the family `documented`."""
        told = {
            "disputed": self.is_disputed,
            "unconfirmed": self.is_unconfirmed,
            "contradicted": self.is_contradicted,
            "whole": self.is_whole,
        }
        return next((state for state, is_so in told.items() if is_so), "open")


def listed(works: Sequence[Work], *, on: dt.date) -> list[ListedWork]:
    """The works as a list shows them, in their order; six queries at most. Shares are those that hold here."""
    shares: dict[int, list[WorkShare]] = defaultdict(list)
    here = areas_covering(own_territory(), on)
    rows = WorkShare.objects.filter(in_force(on), work__in=works, territory__in=here)
    for row in rows.select_related("party").order_by("work_id", "-share", "pk"):
        shares[row.work_id].append(row)
    titles: dict[int, list[WorkTitle]] = defaultdict(list)
    for title in WorkTitle.objects.filter(work__in=works).order_by("pk"):
        titles[title.work_id].append(title)
    performers: dict[int, dict[str, None]] = defaultdict(dict)
    for work_id, name in (
        RecordingPerformer.objects.filter(recording__parts__work__in=works)
        .order_by("recording_id", "position")
        .values_list("recording__parts__work_id", "name")
    ):
        performers[work_id][name] = None
    free = free_shares((row for mine in shares.values() for row in mine), on=on)
    faults = AgreementFault.objects.filter(work__in=works, kinds__overlap=AT_FAULT)
    contradicted = set(faults.values_list("work_id", flat=True))
    return [
        _listed(work, titles[work.pk], shares[work.pk], tuple(performers[work.pk]), free, work.pk in contradicted)
        for work in works
    ]


def _listed(
    work: Work,
    titles: Sequence[WorkTitle],
    shares: Sequence[WorkShare],
    performers: tuple[str, ...],
    free: Collection[int],
    is_contradicted: bool,
) -> ListedWork:
    shown = next((right for right in Right.values if any(row.right == right for row in shares)), "")
    rows = [row for row in shares if row.right == shown]
    named: dict[int, Owner] = {}
    for row in rows:
        if row.party is not None and row.state == "active":
            before = named.get(row.party.pk)
            total = row.share + (before.share if before else 0)
            named[row.party.pk] = Owner(row.party.display_name, row.party.display_name_original, total)
    return ListedWork(
        work=work,
        other_titles=tuple({title.text: title for title in titles if title.text != work.title}.values()),
        owners=tuple(named.values()),
        performers=performers[:PERFORMERS_SHOWN],
        is_whole=bool(shares) and all(_is_whole(shares, right, free) for right in {row.right for row in shares}),
        is_disputed=any(row.state == "disputed" for row in shares),
        is_unconfirmed=any(row.state == "unconfirmed" for row in shares),
        is_contradicted=is_contradicted,
    )


def _is_whole(shares: Sequence[WorkShare], right: str, free: Collection[int]) -> bool:
    mine = (row for row in shares if row.right == right and (row.state == "active" or row.pk in free))
    return sum(row.share for row in mine) == WHOLE


def same_named_parties(rows: Sequence[dict[str, Any]]) -> list[tuple[int, str, list[Party]]]:
    """For each row of a registration that names somebody without a number: its place, the name, and the known parties
    that go by this name. One or two queries a name."""
    found = []
    for place, row in enumerate(rows):
        if row.get("name") and not row.get("own") and not row.get("ipi"):
            parties = same_name_parties(row["name"])
            if parties and row.get("found") not in {str(party.uid) for party in parties}:
                found.append((place, row["name"], parties))
    return found


def acts_on(record: Public, *, until: dt.date | None = None, limit: int = 30) -> list[Act]:
    """The last acts on a record, up to the end of a day where one is given, the newest first; of a work also that
    disputes about it were opened."""
    mine = Q(object_type=record._meta.label_lower, object_id=str(record.uid))
    if isinstance(record, Work):
        disputes = [str(uid) for uid in record.disputes.values_list("uid", flat=True)]
        mine |= Q(object_type=Dispute._meta.label_lower, object_id__in=disputes, verb="open_dispute")
    acts = Act.objects.filter(mine)
    if until is not None:
        acts = acts.filter(at__lte=end_of_day(until))
    return list(acts.select_related("actor").order_by("-number")[:limit])
