"""Recordings of a CWR file that stand with works in which others own shares: their links wait, and that is told."""

from collections.abc import Iterator, Sequence

from members.models import Party
from works.formats.cwr.records import CwrFault, CwrTransaction, Severity
from works.formats.cwr.texts import text_of
from works.models import Work
from works.queries.repertoire import own_alone
from works.rules.identifiers import format_isrc, read_isrc
from works.services.recordings import standing_works


class HeldRecordings:
    """What the books, and the slice itself so far, say of the recordings of a file's works. What an earlier slice
    brought stands in the books when the file is taken; a check tells of it within a slice alone."""

    def __init__(self, party: Party | None) -> None:
        self._party = party
        self._brought: dict[str, tuple[str, int]] = {}  # ISRC → the sender's number and the transaction that had it
        self._standing: dict[str, list[Work]] = {}
        self._alone: set[int] = set()

    def look_up(self, transactions: Sequence[CwrTransaction]) -> None:
        """Ask the books about the recordings of a slice, in one query, and one more for a member's."""
        isrcs = {isrc for row in transactions for _index, isrc in _isrcs(row)}
        self._brought = {}
        self._standing = standing_works(isrcs, besides=None) if isrcs else {}
        held = {work.pk for works in self._standing.values() for work in works}
        if self._party is not None and held:
            self._alone = set(own_alone(self._party).filter(pk__in=held).values_list("pk", flat=True))

    def faults(self, row: CwrTransaction, work: Work | None) -> tuple[CwrFault, ...]:
        """One complaint for each recording of an accepted transaction whose link waits; `work` is ours that it
        revises."""
        return tuple(self._faults(row, work))

    def _faults(self, row: CwrTransaction, work: Work | None) -> Iterator[CwrFault]:
        number = row.header["submitter_work_no"]
        for index, isrc in _isrcs(row):
            standing = self._standing.get(isrc, [])
            is_linked = work in standing
            others = [each for each in standing if each != work and each.pk not in self._alone]
            sent, before = self._brought.setdefault(isrc, (number, row.number))
            if others and not is_linked:
                yield _fault("isrc_waits", row, index, isrc, number=others[0].number)
            elif sent != number and not is_linked:
                yield _fault("isrc_waits_again", row, index, isrc, number=str(before))


def _isrcs(row: CwrTransaction) -> list[tuple[int, str]]:
    """Place of the record → ISRC in its kept form."""
    read = [(index, read_isrc(record["isrc"])) for index, record in enumerate(row.records) if record["isrc"]]
    return [(index, reading.value) for index, reading in read if reading.is_valid]


def _fault(key: str, row: CwrTransaction, index: int, isrc: str, *, number: str) -> CwrFault:
    record, (message, remedy) = row.records[index], text_of(key)
    facts = {"isrc": format_isrc(isrc), "number": number}
    return CwrFault(
        "",
        Severity.WARNING,
        record.line,
        record.type,
        record.sequence or 0,
        index,
        "isrc",
        isrc,
        message,
        remedy,
        facts,
    )
