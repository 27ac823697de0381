"""Applies a mapping to the rows of a table: columns in, columns out, every complaint with its row and column.

The work is done by column, and each different text of a column is read once: a month of a station has thirty dates and
a few hundred lengths, however many rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import mul
from typing import Any

from cmo_portal.common.tables import FileRefused, Notice, Row, RowError, ValueRefused, shorten
from cmo_portal.common.texts import _, say
from royalties.formats.mapped_csv.cells import (
    CellReader,
    DoubtfulCode,
    Period,
    cell_readers,
    read_clock_of_moment,
)
from royalties.formats.mapped_csv.mapping import ColumnMapping, TitleShape, fold_heading
from royalties.formats.usage_line import UsageChunk, join_names

REMEMBERED_TEXTS = 100_000
_DASHES = (" - ", " – ", " — ")

FORMULA_SIGNS = frozenset("=+-@")
LISTED_FORMULAS = 10
FORMULA = _(
    "Row {row}, column {column}: “{value}” looks like a spreadsheet formula. It is kept as text and never run;"
    " check the row."
)
MORE_FORMULAS = _("More cells that look like a spreadsheet formula: {count}. They are kept as text and never run.")

Complain = Callable[[RowError, Row | None], None]


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text: it begins as a formula does and is no number or dash."""
    return text[:1] in FORMULA_SIGNS and any(sign.isalpha() for sign in text)


class _Memo(dict[str, Any]):
    """Text → what its reader made of it; a refusal is remembered as a value. Bounded, so that memory stays flat."""

    def __init__(self, reader: CellReader) -> None:
        super().__init__()
        self._reader = reader
        self.refused = self.doubtful = self.formulas = False

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED_TEXTS:
            self.clear()
        try:
            value = self._reader(text)
        except ValueRefused as refusal:
            value = refusal
            self.refused = True
        if type(value) is DoubtfulCode:
            self.doubtful = True
        if text[:1] in FORMULA_SIGNS and looks_like_formula(text):
            self.formulas = True
        self[text] = value
        return value


class MappedReader:
    """Reads chunk after chunk of one table under one mapping. `lines`, `plays`, `seconds` add up what was read."""

    def __init__(
        self, mapping: ColumnMapping, headings: Sequence[str], *, filename: str, period: Period | None = None
    ) -> None:
        """`period` is the first and last day of the file. Raises FileRefused when a mapped heading is missing."""
        missing = mapping.missing_headings(headings)
        if missing:
            raise FileRefused(
                "columns-missing",
                say(_("These columns are missing: {names}."), names=", ".join(missing)),
                _("Upload the table with its usual headings, or make a new mapping for this one."),
            )
        self.mapping = mapping
        self.filename = filename
        self.lines = self.plays = self.seconds = 0
        self._counts: Counter[str] = Counter()
        self._first_rows: dict[str, int] = {}
        self._formulas: list[Notice] = []
        self._places = [(headings.index(heading), heading, name) for heading, name in mapping.columns]
        readers = cell_readers(mapping, period)
        self._memos = {place: _Memo(readers[name]) for place, _heading, name in self._places}
        self._clock = _Memo(read_clock_of_moment)
        self._people = _Memo(readers["performers"])
        self._constants = {name: readers[name](text) for name, text in mapping.constants}
        self._skip = {fold_heading(word) for word in mapping.skip_words}

    def read(self, rows: Sequence[Row], complain: Complain) -> UsageChunk:
        """The usage lines of the rows, refused rows left out and told to `complain(error, row)`.

        The row is passed with its first complaint only, so that it is collected once.
        """
        if not rows:
            return UsageChunk()
        texts = [list(map(str.strip, column)) for column in zip(*(row.cells for row in rows), strict=True)]
        found: dict[str, list[Any]] = {}
        bad: dict[int, list[RowError]] = {}
        for place, heading, name in self._places:
            values = list(map(self._memos[place].__getitem__, texts[place]))
            if self._memos[place].refused:
                self._collect_refusals(rows, texts[place], values, heading, bad)
            if self._memos[place].doubtful:
                self._count_doubtful(rows, values, name)
            if self._memos[place].formulas:
                self._tell_formulas(rows, texts[place], heading)
            found[name] = _joined(found[name], values) if name in found else values
        self._split_titles(found)
        self._take_clock(found, texts)
        keep = self._keep(rows, found, bad)
        for index, errors in sorted(bad.items()):
            if keep[index] is None:
                continue  # a total row: its odd cells are no mistakes
            for number, error in enumerate(errors):
                complain(error, rows[index] if number == 0 else None)
        return self._chunk(rows, found, [keep[index] is True and index not in bad for index in range(len(rows))])

    def notices(self) -> list[Notice]:
        """What was passed over or doubtful, with the first row where it happened."""
        texts = {
            "totals": _("Rows that hold totals were left out: {count}."),
            "isrc": _("ISRCs that have not the shape of an ISRC were left empty: {count}."),
            "iswc": _("ISWCs that have not the shape of an ISWC were left empty: {count}."),
        }
        more = self._counts["formula"] - len(self._formulas)
        unlisted = [Notice("formula", say(MORE_FORMULAS, count=more), count=more)] if more else []
        return [
            Notice(code, say(texts[code], count=count), row=self._first_rows[code], count=count)
            for code, count in self._counts.items()
            if code in texts
        ] + [*self._formulas, *unlisted]

    def _tell_formulas(self, rows: Sequence[Row], texts: list[str], heading: str) -> None:
        for row, text in zip(rows, texts, strict=True):
            if not looks_like_formula(text):
                continue
            self._note("formula", row.number)
            if len(self._formulas) < LISTED_FORMULAS:
                words = say(FORMULA, row=row.number, column=heading, value=shorten(text))
                self._formulas.append(Notice("formula", words))

    def _collect_refusals(
        self, rows: Sequence[Row], texts: list[str], values: list[Any], heading: str, bad: dict[int, list[RowError]]
    ) -> None:
        for index, value in enumerate(values):
            if isinstance(value, ValueRefused):
                error = value.at(file=self.filename, row=rows[index].number, column=heading, value=texts[index])
                bad.setdefault(index, []).append(error)

    def _split_titles(self, found: dict[str, list[Any]]) -> None:
        """Cut `Performer - Title` at its first dash; a title without one stays whole."""
        if self.mapping.title_shape is TitleShape.TITLE or "title" not in found:
            return
        first = self.mapping.title_shape is TitleShape.PERFORMER_TITLE
        titles, people = [], []
        for text in found["title"]:
            dash = min((dash for dash in _DASHES if dash in text), key=text.index, default="")
            head, _dash, tail = text.partition(dash) if dash else ("", "", text)
            title, person = (tail, head) if first or not dash else (head, tail)
            titles.append(title.strip())
            people.append(self._people[person.strip()])
        found["title"] = titles
        found["performers"] = _joined(found["performers"], people) if "performers" in found else people

    def _take_clock(self, found: dict[str, list[Any]], texts: list[list[str]]) -> None:
        """A date column that also holds the time of day gives the time, unless another column does."""
        if "used_on" in found and "used_at" not in found:
            place = next(place for place, _heading, name in self._places if name == "used_on")
            found["used_at"] = list(map(self._clock.__getitem__, texts[place]))

    def _keep(
        self, rows: Sequence[Row], found: dict[str, list[Any]], bad: dict[int, list[RowError]]
    ) -> list[bool | None]:
        """For each row True, False (nothing says what was played: a complaint is added) or None (a total)."""
        names = [found[name] for name in ("title", "isrc", "iswc", "own_number") if name in found]
        keep: list[bool | None] = [True] * len(rows)
        # A total has no people beside it; only what is left has to be looked at closely.
        people = [found[name] for name in ("creators", "performers") if name in found] or [[""] * len(rows)]
        suspects = [index for index, texts in enumerate(zip(*people, strict=True)) if not any(texts)]
        nameless = [index for index, values in enumerate(zip(*names, strict=True)) if not any(values)]
        for index in sorted({*suspects, *nameless}):
            title = found["title"][index] if "title" in found else ""
            if (not title or fold_heading(title) in self._skip) and self._is_total(rows[index]):
                keep[index] = None
                self._note("totals", rows[index].number)
        for index in nameless:
            if keep[index]:
                keep[index] = False
                bad.setdefault(index, []).insert(0, self._nameless(rows[index].number))
        return keep

    def _is_total(self, row: Row) -> bool:
        """Whether the row's words are a word for a total and, at most, figures."""
        words = [folded for cell in row.cells if (folded := fold_heading(cell)) and not _is_figure(folded)]
        return bool(words) and all(word in self._skip for word in words)

    def _nameless(self, row: int) -> RowError:
        return RowError(
            self.filename,
            row,
            "",
            "",
            _("Nothing in this row says what was played."),
            _("Write the title, or an ISRC, ISWC or work number; delete the row if it is no play."),
            "nameless",
        )

    def _count_doubtful(self, rows: Sequence[Row], values: list[Any], code: str) -> None:
        for index, value in enumerate(values):
            if type(value) is DoubtfulCode:
                self._note(code, rows[index].number)

    def _note(self, code: str, row: int) -> None:
        self._counts[code] += 1
        self._first_rows.setdefault(code, row)

    def _chunk(self, rows: Sequence[Row], found: dict[str, list[Any]], keep: list[bool]) -> UsageChunk:
        kept, columns = rows, dict(found)
        if not all(keep):
            kept = list(compress(rows, keep))
            columns = {name: list(compress(values, keep)) for name, values in found.items()}
        if "duration" in columns:
            columns["seconds"] = columns.pop("duration")
        for name, value in self._constants.items():
            columns[name] = [value] * len(kept)
        if "amount" in columns:
            columns["currency"] = [self.mapping.currency] * len(kept)
        columns["raw"] = ["\t".join(row.cells) for row in kept]
        chunk = UsageChunk.from_columns([row.number for row in kept], **columns)
        self.lines += len(kept)
        self.plays += sum(chunk.columns["plays"])
        self.seconds += sum(map(mul, chunk.columns["plays"], chunk.columns["seconds"]))
        return chunk


def _joined(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    """Two columns of people as one; a refusal in either is kept out, it has already been collected."""
    return [
        one if not isinstance(two, str) or not two else two if not isinstance(one, str) or not one else _both(one, two)
        for one, two in zip(first, second, strict=True)
    ]


def _both(one: str, two: str) -> str:
    return join_names([*one.split("|"), *two.split("|")])


def _is_figure(folded: str) -> bool:
    return not any(letter.isalpha() for letter in folded)
