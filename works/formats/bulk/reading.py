"""Rows of a table → works with their people, and every complaint with its row, column, value and remedy, all at once.

Nothing is looked up here: what our own books say about a work is added later (works.services.bulk).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.shares import ShareRefused, read_share
from cmo_portal.common.spelling import is_plain_roman, script_of, text_key
from cmo_portal.common.tables import FileRefused, Row, TableLayout, TableLimits, bare, inspect_table, open_table
from cmo_portal.common.texts import _, say
from members.rules.bearers import is_name_of
from works.formats.bulk.columns import NAMES, NEW, OF_WORK, REQUIRED, ROLES, YES
from works.rules.identifiers import read_ipi_name, read_isrc, read_iswc
from works.rules.languages import FREQUENT, language_of
from works.rules.splits import WHOLE

LIMITS = TableLimits(rows=100_000, columns=60)
MOST_ROWS = 60  # of one work
LONGEST = {"title": 400, "title_original": 400, "name": 200, "performer": 200, "territory": 200, "work": 40}


@dataclass(frozen=True, slots=True)
class BulkFault:
    """A complaint about one cell: `code` names its text, `facts` fill it."""

    row: int
    column: str
    value: str
    code: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkShare:
    """One person of a work. `number` is an IPI name number of eleven digits or a member number as typed; shares count
    1/10,000 of a percent."""

    row: int
    name: str
    number: str
    is_ipi: bool
    is_new: bool
    role: str
    performing: int
    mechanical: int


@dataclass(frozen=True, slots=True)
class BulkWork:
    """One work of the table with its rows and what is wrong with them."""

    number: int
    row: int
    reference: str
    title: str
    title_original: str
    language: str
    seconds: int
    iswc: str
    isrc: str
    performer: str
    territory: str
    is_another: bool
    shares: tuple[BulkShare, ...]
    rows: tuple[Row, ...]
    faults: tuple[BulkFault, ...]

    @property
    def titles(self) -> list[str]:
        """Every title given."""
        return [title for title in (self.title, self.title_original) if title]


@dataclass(frozen=True, slots=True)
class BulkTable:
    """A table that was read to its end: its layout and headings, its works in the order of their first rows, and the
    rows that could not be read at all."""

    layout: TableLayout
    headings: tuple[str, ...]
    works: tuple[BulkWork, ...]
    unread: tuple[BulkFault, ...]
    unread_rows: tuple[Row, ...]
    row_count: int


def read_bulk(path: Path, filename: str) -> BulkTable:
    """Read a whole table. Raises FileRefused when it is no table of works; every other fault is data."""
    layout = inspect_table(path, filename=filename, limits=LIMITS, known_headings=NAMES).layout
    with open_table(path, filename=filename, layout=layout, limits=LIMITS) as table:
        places = _places(table.headings)
        groups: dict[str, list[Row]] = defaultdict(list)
        lost: list[BulkFault] = []
        lost_rows: list[Row] = []
        count = 0
        for row in (row for chunk in table for row in chunk):
            count += 1
            reference = _cell(row, places, "work")
            if reference:
                groups[reference.casefold()].append(row)
            else:
                lost.append(BulkFault(row.number, "work", "", "no_work"))
                lost_rows.append(row)
        lost += [
            BulkFault(
                error.row,
                error.column,
                error.value,
                "unreadable",
                {"reason": str(error.message), "cure": str(error.remedy)},
            )
            for error in table.errors
        ]
        lost_rows += table.refused
    works = [_Reader(places, number, rows).work() for number, rows in enumerate(groups.values(), start=1)]
    unread = tuple(lost), tuple(lost_rows)
    return BulkTable(layout, table.headings, tuple(_without_repeats(works)), *unread, count)


def template_rows() -> list[list[str]]:
    """The headings alone: an example row would be registered."""
    return [list(NAMES)]


def _places(headings: Sequence[str]) -> dict[str, int]:
    found = {heading.strip().casefold().replace(" ", "_"): place for place, heading in enumerate(headings)}
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise FileRefused(
            "columns",
            say(_("The table lacks the columns {names}."), names=", ".join(missing)),
            _("Download the template and use its headings. If it is meant as CWR: such a file begins with HDR."),
        )
    return {name: found[name] for name in NAMES if name in found}


def _cell(row: Row, places: dict[str, int], name: str) -> str:
    place = places.get(name)
    return clean_text(bare(row.cells[place])) if place is not None else ""


class _Reader:
    """Reads the rows of one work and collects what is wrong."""

    def __init__(self, places: dict[str, int], number: int, rows: list[Row]) -> None:
        self.places, self.number, self.rows = places, number, rows[:MOST_ROWS]
        self.faults: list[BulkFault] = []
        if len(rows) > MOST_ROWS:
            self._complain(rows[MOST_ROWS], "work", "too_many", most=str(MOST_ROWS))
        self.all_rows = rows

    def work(self) -> BulkWork:
        said = {name: self._said(name) for name in OF_WORK}
        title, original = self._title(said["title"]), said["title_original"][: LONGEST["title_original"]]
        if is_plain_roman(original):
            self._complain(self.rows[0], "title_original", "own_script", original)
        shares = tuple(self._share(row) for row in self.rows)
        self._check_shares(shares)
        isrc = self._identifier("isrc", said["isrc"])
        if said["performer"] and not said["isrc"]:
            self._complain(self.rows[0], "performer", "performer")
        return BulkWork(
            number=self.number,
            row=self.rows[0].number,
            reference=said["work"],
            title=title,
            title_original=original,
            language=self._language(said["language"]),
            seconds=self._seconds(said["length_seconds"]),
            iswc=self._identifier("iswc", said["iswc"]),
            isrc=isrc,
            performer=said["performer"][: LONGEST["performer"]],
            territory=said["territory"][: LONGEST["territory"]],
            is_another=said["another_work"].casefold() in YES,
            shares=shares,
            rows=tuple(self.all_rows),
            faults=tuple(self.faults),
        )

    def _said(self, name: str) -> str:
        """What the rows say about the whole work in one column: the first that speaks, and no other word later."""
        told = ""
        for row in self.rows:
            text = _cell(row, self.places, name)
            if text and not told:
                told = text
                self._check_length(row, name, text)
            elif text and text.casefold() != told.casefold():
                self._complain(row, name, "differs", text, other=told[:60])
        return told

    def _check_length(self, row: Row, name: str, text: str) -> None:
        """Nothing is cut in silence: a text that has no room in the books is refused with its length."""
        if len(text) > LONGEST.get(name, len(text)):
            self._complain(row, name, "too_long", text, most=LONGEST[name], length=len(text))

    def _title(self, title: str) -> str:
        if not title:
            self._complain(self.rows[0], "title", "blank")
        elif script_of(title) not in ("Latn", "") or not any(sign.isalnum() for sign in title):
            self._complain(self.rows[0], "title", "roman", title)
        return title[: LONGEST["title"]]

    def _language(self, text: str) -> str:
        code = language_of(text)
        if text and not code:
            self._complain(self.rows[0], "language", "language", text, allowed=", ".join(FREQUENT))
        return code

    def _seconds(self, text: str) -> int:
        digits = digits_to_ascii(text)
        if not text:
            return 0
        if not (digits.isascii() and digits.isdecimal() and 0 < int(digits[:6]) <= 86_400 and len(digits) < 6):
            self._complain(self.rows[0], "length_seconds", "seconds", text)
            return 0
        return int(digits)

    def _identifier(self, name: str, text: str) -> str:
        if not text:
            return ""
        reading = (read_iswc if name == "iswc" else read_isrc)(digits_to_ascii(text))
        if not reading.is_valid:
            self._complain(self.rows[0], name, name, text)
            return ""
        return reading.value

    def _share(self, row: Row) -> BulkShare:
        name, number = _cell(row, self.places, "name"), _cell(row, self.places, "number")
        role = _cell(row, self.places, "role").upper()
        if not any(sign.isalnum() for sign in name):
            self._complain(row, "name", "blank")
        self._check_length(row, "name", name)
        if role not in ROLES:
            self._complain(row, "role", "role" if role else "blank", role, allowed=", ".join(ROLES))
        performing = self._percent(row, "performing_share", None)
        mechanical = self._percent(row, "mechanical_share", performing)
        if not performing and not mechanical and not any(fault.row == row.number for fault in self.faults):
            self._complain(row, "performing_share", "no_share")
        is_new = number.casefold() in NEW
        ipi = self._number(row, "" if is_new else number)
        kept = ipi or ("" if is_new else number)
        return BulkShare(row.number, name[: LONGEST["name"]], kept, bool(ipi), is_new, role, performing, mechanical)

    def _number(self, row: Row, number: str) -> str:
        """An IPI name number in its kept form; blank where it is none, which may be a member number."""
        digits = digits_to_ascii(number).replace(".", "").replace("-", "").replace(" ", "")
        if not number or not (digits.isascii() and digits.isdecimal()):
            return ""
        reading = read_ipi_name(digits)
        if not reading.is_valid:
            self._complain(row, "number", "number", number)
        return reading.value if reading.is_valid else ""

    def _percent(self, row: Row, name: str, otherwise: int | None) -> int:
        text = _cell(row, self.places, name)
        if not text:
            if otherwise is None:
                self._complain(row, name, "blank")
            return otherwise or 0
        try:
            return read_share(text)
        except ShareRefused as refusal:
            self._complain(row, name, refusal.code, text)
            return 0

    def _check_shares(self, shares: Sequence[BulkShare]) -> None:
        """Nobody twice in a role; each right makes the whole, once every share could be read."""
        seen: set[tuple[str, str, str]] = set()
        for share, row in zip(shares, self.rows, strict=True):
            who = ("" if share.number else text_key(share.name), share.number, share.role)
            if who in seen:
                self._complain(row, "name", "twice", share.name)
            seen.add(who)
        if any(fault.column in ("performing_share", "mechanical_share") for fault in self.faults):
            return
        rights = [("performing", "performing_share"), ("mechanical", "mechanical_share")]
        if all(share.mechanical == share.performing for share in shares):
            del rights[1]  # one thing to mend is told once
        for right, column in rights:
            total = sum(getattr(share, right) for share in shares)
            if total != WHOLE:
                facts = {"total": _percent(total), "rest": _percent(WHOLE - total)}
                self._complain(self.rows[-1], column, f"sum_{right}", **facts)

    def _complain(self, row: Row, column: str, code: str, value: str = "", **facts: Any) -> None:
        facts = {"value": value[:60], **{name: str(text) for name, text in facts.items()}}
        self.faults.append(BulkFault(row.number, column, value[:60], code, facts))


def _without_repeats(works: list[BulkWork]) -> Iterator[BulkWork]:
    """Each work, with a complaint where an earlier one of the same file is the same, or gives a number of its people to
    another name."""
    bearers: dict[str, BulkShare] = {}
    titles: dict[Any, int] = {}
    iswcs: dict[str, int] = {}
    isrcs: dict[str, int] = {}
    for work in works:
        people = tuple(sorted(share.number or text_key(share.name) for share in work.shares))
        faults = []
        if (first := titles.setdefault((text_key(work.title), people), work.row)) != work.row:
            faults.append(BulkFault(work.row, "title", work.title[:60], "again", {"row": str(first)}))
        if work.iswc and (first := iswcs.setdefault(work.iswc, work.row)) != work.row:
            faults.append(BulkFault(work.row, "iswc", work.iswc, "iswc_again", {"row": str(first)}))
        if work.isrc and (first := isrcs.setdefault(work.isrc, work.row)) != work.row:
            faults.append(BulkFault(work.row, "isrc", work.isrc, "isrc_again", {"row": str(first)}))
        for share in work.shares:
            first_share = bearers.setdefault(share.number, share) if share.is_ipi else share
            if share.name and not is_name_of(share.name, first_share.name):
                facts = {"value": share.number, "row": str(first_share.row), "name": first_share.name[:60]}
                faults.append(BulkFault(share.row, "number", share.number, "number_again", facts))
        yield replace(work, faults=(*work.faults, *faults)) if faults else work


def _percent(units: int) -> str:
    """Units of 1/10,000 of a percent as a plain figure with a sign where it is negative."""
    whole, rest = divmod(abs(units), 10_000)
    places = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{'-' if units < 0 else ''}{whole}.{places}"
