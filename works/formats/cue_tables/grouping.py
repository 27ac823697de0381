"""Rows of a table → cue sheets: one for each episode, and what is wrong between the rows of a sheet.

A sheet is whole or it is not taken: with a cue left out it would say that less music was played.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from cmo_portal.common.tables import Row, RowError, shorten
from cmo_portal.common.texts import Text, _, say
from works.formats.cue_tables.reading import (
    EPISODE_COLUMNS,
    PRODUCTION_COLUMNS,
    CueLine,
    EpisodeFacts,
    ProductionFacts,
    RefusedRow,
    title_key,
)
from works.rules.audiovisual import music_exceeds

Facts = TypeVar("Facts", ProductionFacts, EpisodeFacts)
CellOf = Callable[[Row, str], tuple[str, str]]  # heading and text as written, of a field of a row
COMPANIONS = "companions"


@dataclass(frozen=True, slots=True)
class SheetLines:
    """The cues of one episode, in the order of the file, with what their rows together say about it."""

    production: ProductionFacts
    episode: EpisodeFacts
    lines: tuple[CueLine, ...]
    of_production: Sequence[CueLine]  # all rows of its production, in the order of the file

    @property
    def rows(self) -> list[Row]:
        """The rows of the table that make the sheet."""
        return [line.row for line in self.lines]


def sheets_of(lines: Sequence[CueLine]) -> list[SheetLines]:
    """The sheets in the order in which the file first names them; a fact that one row gives holds for all of them.

    Rows are of one production when they name the same number, else the same title and year. A row that gives the title
    alone joins the only production of that title.
    """
    marks: dict[str, set[str]] = {}
    for line in lines:
        if mark := _mark(line.production):
            marks.setdefault(title_key(line.production.title), set()).add(mark)
    found: dict[tuple[str, str], list[CueLine]] = {}
    productions: dict[str, list[CueLine]] = {}
    for line in lines:
        title = title_key(line.production.title)
        known = marks.get(title, set())
        mark = _mark(line.production) or (next(iter(known)) if len(known) == 1 else "") or title
        productions.setdefault(mark, []).append(line)
        found.setdefault((mark, line.episode.number.casefold()), []).append(line)
    facts = {
        mark: _together(ProductionFacts(), [line.production for line in rows]) for mark, rows in productions.items()
    }
    return [
        SheetLines(
            facts[mark], _together(EpisodeFacts(), [line.episode for line in group]), tuple(group), productions[mark]
        )
        for (mark, _episode), group in found.items()
    ]


def _mark(facts: ProductionFacts) -> str:
    """By what a production is told apart from another of the same title; blank when only the title is given."""
    for name in ("own_number", "isan", "eidr"):
        if value := getattr(facts, name):
            return f"{name}:{value}"
    return f"{title_key(facts.title)}:{facts.year}" if facts.year else ""


def refused_rows_of(sheet: SheetLines, refused: Iterable[RefusedRow]) -> list[int]:
    """The rows of a sheet among those that could not be read."""
    titles = {title_key(line.production.title) for line in sheet.lines}
    episode = sheet.episode.number.casefold()
    return [row.row for row in refused if row.production in titles and row.episode in (None, episode)]


def sheet_faults(sheet: SheetLines, filename: str, cell_of: CellOf) -> list[RowError]:
    """Everything wrong between the rows of a sheet."""
    return [
        *_repeated_numbers(sheet, filename),
        *_two_answers(sheet, filename, cell_of),
        *_too_much_music(sheet, filename),
    ]


def companion_faults(sheet: SheetLines, filename: str, faulty: Collection[int]) -> list[RowError]:
    """What keeps the rows of a sheet back that are right themselves. `faulty`: its rows with a fault of their own."""
    if not faulty:
        return []
    named = ", ".join(map(str, sorted(faulty)[:10]))
    message = say(_("Other rows of this episode cannot be taken: {rows}."), rows=named)
    remedy = _("Mend those rows. A cue sheet is taken whole or not at all.")
    right = [row.number for row in sheet.rows if row.number not in faulty]
    return [RowError(filename, number, "", "", message, remedy, COMPANIONS) for number in right]


def _together(empty: Facts, facts: Sequence[Facts]) -> Facts:
    """The first answer that any row gives to each question."""
    given = {
        field.name: next((value for fact in facts if (value := getattr(fact, field.name))), None)
        for field in fields(empty)
    }
    return replace(empty, **{name: value for name, value in given.items() if value})


def _repeated_numbers(sheet: SheetLines, filename: str) -> Iterable[RowError]:
    first: dict[int, int] = {}
    for line in sheet.lines:
        if line.sequence in first:
            message = say(
                _("Cue {number} stands in row {row} already."), number=line.sequence, row=first[line.sequence]
            )
            remedy = _("Number the cues of an episode in order, each number once.")
            yield RowError(filename, line.row.number, "", str(line.sequence), message, remedy, "repeated")
        first.setdefault(line.sequence, line.row.number)


def _two_answers(sheet: SheetLines, filename: str, cell_of: CellOf) -> Iterable[RowError]:
    """Rows that say something else about the episode than the first row that speaks of it."""
    facts = [("production", fact, column, sheet.of_production) for fact, column in PRODUCTION_COLUMNS.items()]
    facts += [("episode", fact, column, sheet.lines) for fact, column in EPISODE_COLUMNS.items() if fact != "number"]
    for of, fact, column, rows in facts:
        known = getattr(getattr(sheet, of), fact)
        for line in sheet.lines:
            said = getattr(getattr(line, of), fact)
            if said and said != known:
                heading, text = cell_of(line.row, column)
                first = next(each.row for each in rows if getattr(getattr(each, of), fact))
                message = say(
                    _("Row {row} of the same production or episode says “{known}”."),
                    row=first.number,
                    known=shorten(cell_of(first, column)[1]),
                )
                remedy = _("Write the same in all rows, or leave the others empty.")
                yield RowError(filename, line.row.number, heading, shorten(text), message, remedy, "two-answers")


def _too_much_music(sheet: SheetLines, filename: str) -> Iterable[RowError]:
    over = music_exceeds([line.duration for line in sheet.lines], sheet.episode.duration)
    if over:
        yield _about(
            sheet,
            filename,
            say(
                _("The cues together are {over} seconds longer than the episode ({episode} seconds)."),
                over=over,
                episode=sheet.episode.duration,
            ),
            _("Check the durations of the cues and of the episode."),
            "too-much-music",
        )


def _about(sheet: SheetLines, filename: str, message: Text, remedy: Text, code: str) -> RowError:
    return RowError(filename, sheet.lines[0].row.number, "", "", message, remedy, code)
