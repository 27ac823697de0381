"""Whether the names of a CWR file fit its IPI numbers: by our register, and by what the file itself said before.

A number alone would decide who is paid. So of a party of a work whose name is none of those that its number stands for
the numbers are reset: it stands by its name alone, and nobody else is paid for it. An agreement is refused. Both names
are told; a person has to look at it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from members.models.parties import PartyKind
from members.queries.bearers import Bearer, bearers
from members.rules.bearers import is_name_of
from works.formats.cwr.characters import transliterated
from works.formats.cwr.corrections import kept_records
from works.formats.cwr.edits import told_edit
from works.formats.cwr.records import CwrFault, CwrRecord, CwrTransaction, Severity
from works.formats.cwr.texts import text_of
from works.models import ImportedTransaction
from works.models.agreements import ORIGINAL
from works.rules.identifiers import read_ipi_base, read_ipi_name
from works.services.party_numbers import parties_by_number

FIRMS, PEOPLE = ("SPU", "OPU"), ("SWR", "OWR")
RULES = {"SPU": ("SPU-F-010", "SPU-F-024"), "SWR": ("SWR-F-009", "SWR-F-022"), "IPA": ("IPA-F-002", "IPA-F-017")}
FAMILIES = {"OPU": "SPU", "OWR": "SWR"}
TEXTS = ("other_bearer", "bearer_in_file", "two_bearers")
REMEMBERED = 50_000  # numbers that only the file has, the newest: memory does not grow with the file


@dataclass(frozen=True, slots=True)
class Side:
    """A party of a transaction: at its record, with its numbers in their kept forms and its name."""

    index: int
    record: CwrRecord
    name: str
    kind: str
    ipi_name: str
    ipi_base: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What an earlier transaction of the file said of a number that our register does not have."""

    transaction: int
    side: Side


class Bearers:
    """Who bears the numbers of a slice; what the file brought is remembered from slice to slice."""

    def __init__(self, *, is_ours: bool) -> None:
        self._is_ours = is_ours  # a file of our own names parties by our numbers first
        self._known: dict[str, Bearer] = {}
        self._own: set[str] = set()
        self._told: dict[str, _Told] = {}

    def look_up(self, transactions: Sequence[CwrTransaction]) -> None:
        """Ask the register about the numbers of a slice, in two queries, and one more for a file of our own."""
        sides = [side for row in transactions for side in _sides(row)]
        self._known = bearers(number for side in sides for number in (side.ipi_name, side.ipi_base))
        self._own = set(parties_by_number(side.record["ip_no"] for side in sides)) if self._is_ours else set()

    def faults(self, row: CwrTransaction) -> tuple[CwrFault, ...]:
        """A complaint for each number of a party that is not the one it stands for. The others are remembered for the
        transactions that follow."""
        found: list[CwrFault] = []
        for side in _sides(row):
            if side.record["ip_no"] in self._own:
                continue
            if wrong := self._wrong(side):
                found += _faults(row, side, *wrong)
            else:
                self._remember(row, side)
        return tuple(found)

    def _wrong(self, side: Side) -> tuple[str, str, dict[str, str]] | None:
        """What is wrong with the numbers of a party: a text, the number, and its facts."""
        by_name = self._known.get(side.ipi_name) if side.ipi_name not in self._told else None
        by_base = self._known.get(side.ipi_base) if side.ipi_base not in self._told else None
        if by_name and by_base and by_name.party_id != by_base.party_id:
            facts = {"owner": by_name.name, "base": side.ipi_base, "other": by_base.name}
            return "two_bearers", side.ipi_name, facts
        if bearer := by_name or by_base:
            number = side.ipi_name if by_name else side.ipi_base
            is_called = bearer.is_called(side.name, side.kind, spelt=transliterated)
            return None if is_called else ("other_bearer", number, {"owner": bearer.name})
        if told := self._told_before(side):
            number = side.ipi_name if side.ipi_name in self._told else side.ipi_base
            return "bearer_in_file", number, {"owner": told.side.name, "number": str(told.transaction)}
        return None

    def _told_before(self, side: Side) -> _Told | None:
        """An earlier transaction that gave a number of this party to another name. One base number may stand beside
        several name numbers: those are names of one party."""
        for number in filter(None, (side.ipi_name, side.ipi_base)):
            told = self._told.get(number)
            if told is None or (number == side.ipi_base and told.side.ipi_name != side.ipi_name):
                continue
            if not is_name_of(side.name, told.side.name, whole=side.kind != told.side.kind):
                return told
        return None

    def _remember(self, row: CwrTransaction, side: Side) -> None:
        for number in filter(None, (side.ipi_name, side.ipi_base)):
            if number not in self._known:
                self._told.setdefault(number, _Told(row.number, side))
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]


def bearer_faults(row: CwrTransaction, kept: ImportedTransaction) -> tuple[CwrFault, ...]:
    """The complaints about names that were raised when a transaction was decided, from what is kept of them."""
    texts = {text_of(key).message: key for key in TEXTS}
    sides = {side.record.line: side for side in _sides(row)}
    return tuple(
        _fault(row, sides[each["line"]], texts[each["message"]], each["value"], each["field"], each["facts"])
        for each in kept.complaints
        if each["message"] in texts and each["line"] in sides
    )


def _sides(row: CwrTransaction) -> Iterator[Side]:
    """The parties of a work or an agreement that have a name and a number."""
    for index, record in kept_records(row):
        if record.type not in (*FIRMS, *PEOPLE, "IPA"):
            continue
        name, base = read_ipi_name(record["ipi_name_no"]), read_ipi_base(record["ipi_base_no"])
        numbers = (name.value if name.is_valid else "", base.value if base.is_valid else "")
        text = _name(record)
        if text and any(numbers) and "Y" not in (record["publisher_unknown"], record["writer_unknown"]):
            yield Side(index, record, text, _kind(row, record), *numbers)


def _name(record: CwrRecord) -> str:
    if record.type in FIRMS:
        return record["publisher_name"]
    first = record["writer_first_name"] if record.type == "IPA" else record["first_name"]
    return f"{first} {record['last_name']}".strip()


def _kind(row: CwrTransaction, record: CwrRecord) -> str:
    is_author = row.header["agreement_type"] in ORIGINAL and record["agreement_role"] == "AS"
    is_person = record.type in PEOPLE or (record.type == "IPA" and (is_author or bool(record["writer_first_name"])))
    return PartyKind.PERSON if is_person else PartyKind.ORGANISATION


def _faults(row: CwrTransaction, side: Side, key: str, value: str, facts: dict[str, str]) -> Iterator[CwrFault]:
    """The complaint about a number, at each number of the party: both may name somebody else."""
    for field, number in (("ipi_name_no", side.ipi_name), ("ipi_base_no", side.ipi_base)):
        if number:
            yield _fault(row, side, key, value, field, facts)


def _fault(row: CwrTransaction, side: Side, key: str, value: str, field: str, facts: dict[str, str]) -> CwrFault:
    record, (message, remedy) = side.record, text_of(key)
    by_name, by_base = RULES[FAMILIES.get(record.type, record.type)]
    return CwrFault(
        told_edit(by_name if field == "ipi_name_no" else by_base, row.version),
        Severity.FIELD if row.is_work else Severity.TRANSACTION,
        record.line,
        record.type,
        record.sequence or 0,
        side.index,
        field,
        value,
        message,
        remedy,
        {**facts, "name": side.name, "value": value},
    )
