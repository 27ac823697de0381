"""A work as it stood: on a day in force, as known now or at the end of a day. Both days are asked apart.

What holds on a day is in the rows themselves (from, to); what was known is in the row history (works.models.history).
Every part is a function of its own that takes the books to be read (cmo_portal.common.known.Books); here they are put
together, so that nothing of today stands beside what was known before.
"""

import datetime as dt
from dataclasses import dataclass, replace

from cmo_portal.common.known import Books
from cmo_portal.common.words import Words
from members.models.parties import Right
from members.models.territories import own_territory
from works.models import Dispute, Recording, Regrouping, SplitProposal, Work
from works.queries.agreements import AgreementOnWork, agreements_of
from works.queries.before_merging import before_merging
from works.queries.chains import Collection, Resolved, collections_of, resolved
from works.queries.descriptions import WorkDescription, work_description
from works.queries.disputes import told_disputes
from works.queries.distributable import RightStatus, told_statuses
from works.queries.recordings import recordings_of
from works.queries.regrouping import regroupings_of
from works.queries.titles import keep_own_titles
from works.queries.work_pages import RightTable, right_tables, share_table


@dataclass(frozen=True, slots=True)
class WorkAsOf:
    """All that the books said of a work. Its rows are of the classes of their tables, with what they said then, to be
    read and never saved; names of parties are those known then.

    `statuses` hold in the society's own country, `collections` in the country that was asked about. A merged work is
    told as it was when it was merged: nothing of it is distributed or collected any more.
    """

    work: Work
    described: WorkDescription
    rights: list[RightTable]
    statuses: list[RightStatus]
    collections: list[Collection]
    agreements: list[AgreementOnWork]
    recordings: list[Recording]
    disputes: list[tuple[Dispute, list[Words]]]
    split: SplitProposal | None
    regroupings: list[Regrouping]


def work_as_of(
    work: Work,
    *,
    on: dt.date,
    collected_on: dt.date | None = None,
    known_on: dt.date | None = None,
    territory: str | None = None,
) -> WorkAsOf | None:
    """A work as it stood on `on`, as known now or at the end of `known_on`, with who collects in a country (the
    society's own) on `collected_on` (the same day); None where it was not known yet. A fixed number of queries,
    whatever there is of it."""
    books = Books(known_on)
    found = books.rows(Work, "registered_by", "merged_into", id=work.pk)
    if not found:
        return None
    [known] = found

    def answers(country: str) -> list[Resolved]:
        return [
            resolved([known.pk], right=right, territory=country, on=on, collected_on=collected_on, known_on=known_on)
            for right in Right.values
        ]

    here = answers(own_territory())
    asked = here if territory in (None, own_territory()) else answers(territory)
    rounds = books.rows(SplitProposal, work_id=known.pk)
    told = WorkAsOf(
        work=known,
        described=work_description(known, on=on, for_staff=True, books=books),
        rights=share_table(known, on=on, books=books),
        statuses=told_statuses(here),
        collections=[one for one in collections_of(asked) if one.total],
        agreements=agreements_of(known, asked, books=books),
        recordings=recordings_of(known, books=books),
        disputes=told_disputes(known, on=on, with_files=True, books=books),
        split=max(rounds, key=lambda proposal: proposal.round, default=None),
        regroupings=regroupings_of(known, books=books),
    )
    told = _as_it_was(told, on, books) if known.state == "merged" else told
    keep_own_titles(known, told.described.titles)
    return told


def _as_it_was(told: WorkAsOf, on: dt.date, books: Books) -> WorkAsOf:
    """A merged work with what the merge took from it."""
    told = replace(told, statuses=[], collections=[], agreements=[])
    was = before_merging(told.work, books=books)
    if was is None:
        return told
    told.work.iswc = was.iswc
    described = replace(told.described, titles=tuple(was.titles), identifiers=tuple(was.identifiers))
    return replace(told, described=described, rights=right_tables(was.shares, on=on), recordings=was.recordings)
