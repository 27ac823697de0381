"""What a revision of a known work changes of who owns it, and whether a person decides first.

Its parties are known only once they are registered: that is rehearsed, so that the check names the same parties as the
taking. A revision waits for a person where it takes share from a member of ours, and where its file is dated before
the one that brought the shares that stand. A member's own file takes nothing from others: they are asked to agree.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from members.models import Member, Party
from works.formats.cwr.edits import remark_of
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent, read_date
from works.formats.cwr.work_view import work_of
from works.models import ImportedRecord, RegistrationFile, WorkShare
from works.queries.export_chains import RIGHTS
from works.services.counting import rehearsal
from works.services.cwr_works import told_works

Owned = dict[tuple[int, str], int]  # (party, right) → share
_NOBODY: Owned = {}


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision says beside what stands: a remark on every share that changes, and why a person decides."""

    changes: tuple[CwrFault, ...] = ()
    doubts: tuple[CwrFault, ...] = ()


def revised_shares(
    file: RegistrationFile, sender: str, revisions: Mapping[int, Sequence[CwrTransaction]]
) -> dict[int, Revised]:
    """By the number of the transaction, for the revisions of these works (by id); those that the file itself brought
    are left out."""
    own = ImportedRecord.objects.filter(file=file, act="made", kind="work", record_id__in=revisions)
    made_here = set(own.values_list("record_id", flat=True))
    asked = [(work, row) for work, rows in revisions.items() if work not in made_here for row in rows]
    if not asked:
        return {}
    works = {work for work, _row in asked}
    before, standing, parties = _before(works, sender), _standing_since(file, works, sender), _Parties()
    after = _after([row for _work, row in asked], file, sender, parties)
    parties.look_up({party for owned in before.values() for party, _right in owned})
    found = {}
    for (work, row), owned in zip(asked, after, strict=True):
        changed = list(_changed(before.get(work, _NOBODY), owned))
        doubts = [*_lost(row, changed, parties, file), *_older(row, file, standing.get(work, ""))]
        found[row.number] = Revised(tuple(_told(row, changed, parties)), tuple(doubts))
    return found


class _Parties:
    """The parties of revisions by id; those that are new are known in the rehearsal alone."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.members: set[int] = set()

    def add(self, party: Party) -> None:
        self.names[party.pk] = str(party)

    def look_up(self, wanted: Collection[int]) -> None:
        """The names of parties that own now, and which of them are members of ours."""
        self.names |= {party.pk: str(party) for party in Party.objects.filter(pk__in=wanted)}
        self.members |= set(Member.objects.filter(party__in=wanted).values_list("party_id", flat=True))


Changed = tuple[int, str, int, int]  # party, right, share before and after


def _before(works: Collection[int], sender: str) -> dict[int, Owned]:
    """What a revision replaces: the shares that this sender brought, but for contested ones."""
    found: dict[int, Owned] = defaultdict(lambda: defaultdict(int))
    rows = WorkShare.objects.filter(work__in=works, source=sender, party__isnull=False).exclude(state="disputed")
    for work, party, right, share in rows.values_list("work_id", "party_id", "right", "share"):
        found[work][party or 0, right] += share
    return found


def _after(rows: Sequence[CwrTransaction], file: RegistrationFile, sender: str, parties: _Parties) -> list[Owned]:
    """What the transactions give to whom, as the taking would store it."""
    found, sent = [], [work_of(row) for row in rows]
    with rehearsal():
        for told in told_works(works=sent, sender=sender, by=file.received_by, file=file):
            owned: Owned = defaultdict(int)
            for part in told.new.shares:
                if part.party is not None:
                    parties.add(part.party)
                    owned[part.party.pk, part.right] += part.share
            found.append(owned)
    return found


def _standing_since(file: RegistrationFile, works: Collection[int], sender: str) -> dict[int, str]:
    """work → date and time in the header of the last file among those from which its shares of this sender came."""
    shares = WorkShare.objects.filter(work__in=works, source=sender).values("pk")
    rows = ImportedRecord.objects.filter(act="made", kind="share", work__in=works, record_id__in=shares)
    found: dict[int, str] = {}
    for work, dated in rows.exclude(file=file).values_list("work_id", "file__report__dated").distinct():
        found[work or 0] = max(found.get(work or 0, ""), dated or "")
    return found


def _changed(before: Owned, after: Owned) -> Iterator[Changed]:
    for party, right in sorted({*before, *after}, key=lambda place: (place[0], RIGHTS.index(place[1]))):
        old, new = before.get((party, right), 0), after.get((party, right), 0)
        if old != new:
            yield party, right, old, new


def _told(row: CwrTransaction, changed: Sequence[Changed], parties: _Parties) -> Iterator[CwrFault]:
    for party, right, old, new in changed:
        facts = {"party": parties.names[party], "right": right}
        yield remark_of(
            row, "share_changes", facts | {"before": f"{percent(old // STEP)} %", "after": f"{percent(new // STEP)} %"}
        )


def _lost(
    row: CwrTransaction, changed: Sequence[Changed], parties: _Parties, file: RegistrationFile
) -> Iterator[CwrFault]:
    if file.party_id is None:
        for party in dict.fromkeys(party for party, _right, old, new in changed if new < old):
            if party in parties.members:
                yield remark_of(row, "member_loses", {"party": parties.names[party]})


def _older(row: CwrTransaction, file: RegistrationFile, standing: str) -> Iterator[CwrFault]:
    dated = str(file.report.get("dated") or "")
    days = read_date(dated[:8]), read_date(standing[:8])
    if dated < standing and all(days):
        facts = {"dated": str(days[0]), "standing": str(days[1])}
        yield remark_of(row, "older_file", facts)
