"""What would become of a file of cue sheets: which production, which episode, which work each row names.

Reading and planning change nothing. The same plan is made once more when the file is taken, so that what happened in
between is seen: an episode that got a sheet meanwhile is refused then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings

from cmo_portal.common.spelling import text_key
from cmo_portal.common.tables import (
    DEFAULT_LIMITS,
    FileRefused,
    Notice,
    Row,
    RowError,
    TableLayout,
    TableLimits,
    open_table,
)
from cmo_portal.common.texts import Text, _, say
from works.formats.cue_tables import (
    COMPANIONS,
    CueColumns,
    CueLine,
    CueReader,
    ProductionFacts,
    SheetLines,
    companion_faults,
    fold_heading,
    refused_rows_of,
    sheet_faults,
    sheets_of,
)
from works.models import CueFile, CueSheet, CueType, Episode, Production
from works.queries.printed_numbers import Printed, PrintedNumbers

MOST_ROWS = 50_000  # cues of one file: it is read and taken while the person waits
NUMBERS = ("isan", "eidr", "avi_number")


@dataclass(slots=True)
class PlannedSheet:
    """One sheet of the file; `production` and `episode` are None when they are to be made."""

    read: SheetLines
    production: Production | None = None
    episode: Episode | None = None
    work_ids: list[int | None] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        """How long its cues are together."""
        return sum(line.duration for line in self.read.lines)


@dataclass(slots=True)
class Plan:
    """The sheets that can be taken, and everything that is wrong with the others. `warnings`: cues of sheets that can
    be taken whose numbers lead to no work, or to different ones."""

    headings: Sequence[str] = ()
    sheets: list[PlannedSheet] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    rows: int = 0
    warnings: list[RowError] = field(default_factory=list)


def limits() -> TableLimits:
    """The limits of this door."""
    return replace(DEFAULT_LIMITS, file_bytes=settings.UPLOAD_LIMIT, rows=MOST_ROWS)


def plan_file(file: CueFile, columns: CueColumns, types: dict[str, CueType]) -> Plan:
    """Read the whole file and say what would become of it. Raises FileRefused when nothing of it can be read."""
    layout = TableLayout.from_dict(file.layout)
    with open_table(Path(file.file.path), filename=file.filename, layout=layout, limits=limits()) as table:
        reader = CueReader(columns, table.headings, filename=file.filename, codes=words_of(types.values()))
        lines: list[CueLine] = []
        for chunk in table:
            lines += reader.read(chunk, table.complain)
    plan = Plan(table.headings, [], table.errors, table.refused, list(table.notices), table.rows)
    found = _Register(file, lines)
    headings = {name: heading for heading, name in columns.columns}
    for sheet in sheets_of(lines):
        planned = PlannedSheet(sheet)
        faults = [*sheet_faults(sheet, file.filename, reader.cell), *found.place(planned, columns.kind)]
        faulty = {*refused_rows_of(sheet, reader.refused), *(fault.row for fault in faults)}
        if faulty:
            plan.errors += [*faults, *companion_faults(sheet, file.filename, faulty)]
            plan.refused += sheet.rows
        else:
            planned.work_ids = [found.work_of(line) for line in sheet.lines]
            plan.warnings += [fault for line in sheet.lines for fault in found.warnings(line, headings)]
            plan.sheets.append(planned)
    plan.errors.sort(key=lambda error: (error.code == COMPANIONS, error.row))  # what is to be mended goes before
    plan.warnings.sort(key=lambda warning: warning.row)
    plan.refused.sort(key=lambda row: row.number)
    return plan


def words_of(types: Iterable[CueType]) -> dict[str, str]:
    """Every way to write a cue type, folded → its code; a code itself goes before another type's word."""
    listed = list(types)
    words = {fold_heading(word): kind.code for kind in listed for word in [*kind.words, kind.name, kind.name_ur]}
    return words | {fold_heading(kind.code): kind.code for kind in listed}


class _Register:
    """What our tables know of the productions, episodes and works that a file names, fetched at once."""

    def __init__(self, file: CueFile, lines: Sequence[CueLine]) -> None:
        self.filename, self.fixed = file.filename, file.episode
        facts = {line.production for line in lines}
        self._productions = self._known_productions(facts)
        ids = {row.pk for rows in self._productions.values() for row in rows}
        self._episodes = {
            (episode.production_id, episode.number.casefold()): episode
            for episode in Episode.objects.filter(production__in=ids).select_related("production")
        }
        kept = [self.fixed.pk] if self.fixed else [episode.pk for episode in self._episodes.values()]
        standing = CueSheet.objects.filter(episode__in=kept).exclude(state="withdrawn")
        self._standing = {sheet.episode_id: sheet for sheet in standing}
        self._numbers = PrintedNumbers(map(_printed, lines))
        self._borne: dict[tuple[str, str], ProductionFacts] = {}

    def place(self, planned: PlannedSheet, kind: str) -> list[RowError]:
        """Find production and episode of a sheet; what stands in the way comes back."""
        if self.fixed is not None:
            planned.episode, planned.production = self.fixed, self.fixed.production
            faults: list[RowError] = []
        else:
            faults = self._place_production(planned, kind)
        sheet = self._standing.get(planned.episode.pk) if planned.episode else None
        if sheet is not None:
            faults.append(
                self._fault(
                    planned,
                    "standing",
                    say(_("This episode has a cue sheet already, from {source}."), source=sheet.source),
                    _("Withdraw that one first if this one is better."),
                )
            )
        return faults

    def work_of(self, line: CueLine) -> int | None:
        """The work that the numbers of a cue name; None when they name none, or different ones."""
        return self._numbers.work_of(_printed(line))

    def warnings(self, line: CueLine, headings: Mapping[str, str]) -> list[RowError]:
        """What the numbers of a cue leave open, at the column that holds the number; the cue is taken without."""
        return [
            RowError(
                self.filename, line.row.number, headings.get(fault.field, ""), fault.value, fault.message,
                fault.remedy, fault.code,
            )
            for fault in self._numbers.faults(_printed(line))
        ]  # fmt: skip

    def _place_production(self, planned: PlannedSheet, kind: str) -> list[RowError]:
        facts = planned.read.production
        candidates = self._candidates(facts)
        if len(candidates) > 1:
            named = ", ".join(sorted(row.number for row in candidates))
            message = say(_("This can be more than one production on our list: {numbers}."), numbers=named)
            remedy = _("Write the number of the producer or broadcaster, an ISAN or an EIDR, or upload the file"
                       " from the page of the episode.")  # fmt: skip
            return [self._fault(planned, "ambiguous", message, remedy)]
        if candidates:
            planned.production = candidates[0]
            planned.episode = self._episodes.get((planned.production.pk, planned.read.episode.number.casefold()))
            return []
        if not (facts.kind or kind):
            message = _("The production is new, and nothing says what kind it is.")
            remedy = _("Add a column with film, series, programme or advertisement, or choose it in the mapping.")
            return [self._fault(planned, "kind", message, remedy)]
        return self._numbers_borne_twice(planned, facts)

    def _numbers_borne_twice(self, planned: PlannedSheet, facts: ProductionFacts) -> list[RowError]:
        """New productions of one file that bear the same number."""
        message = _("Another new production of this file has the number {value}.")
        remedy = _("A number names one production. Correct one of the two.")
        numbers = {"isan": facts.isan, "eidr": facts.eidr, "avi": f"{facts.avi_society}-{facts.avi_number}".strip("-")}
        return [
            self._fault(planned, "number-twice", say(message, value=value), remedy)
            for name, value in numbers.items()
            if value and self._borne.setdefault((name, value), facts) != facts
        ]

    def _candidates(self, facts: ProductionFacts) -> list[Production]:
        """By numbers when it bears any that we know, else by title, narrowed by year and kind where both sides say."""
        found = {
            row.pk: row
            for name in NUMBERS
            if getattr(facts, name)
            for row in self._productions.get((name, getattr(facts, name)), [])
            if name != "avi_number" or row.avi_society == facts.avi_society
        }
        alike = [row for row in self._productions.get(("key", text_key(facts.title)[:400]), []) if _agree(facts, row)]
        same_number = [row for row in alike if facts.own_number and row.own_number == facts.own_number]
        return list(found.values()) or same_number or alike

    def _known_productions(self, facts: Iterable[ProductionFacts]) -> dict[tuple[str, str], list[Production]]:
        listed = list(facts)
        found: dict[tuple[str, str], list[Production]] = defaultdict(list)
        rows = Production.objects.filter(state="listed")
        for name in NUMBERS:
            values = {value for fact in listed if (value := getattr(fact, name))}
            for row in rows.filter(**{f"{name}__in": values}) if values else ():
                found[name, getattr(row, name)].append(row)
        for row in rows.filter(key__in={text_key(fact.title)[:400] for fact in listed if fact.title}):
            found["key", row.key].append(row)
        return found

    def _fault(self, planned: PlannedSheet, code: str, message: Text, remedy: Text) -> RowError:
        return RowError(self.filename, planned.read.lines[0].row.number, "", "", message, remedy, code)


def _agree(facts: ProductionFacts, row: Production) -> bool:
    """Whether nothing that both sides say speaks against it. Producers number by themselves, so their number tells
    productions of one title apart and says nothing beyond."""
    pairs = [(getattr(facts, name), getattr(row, name)) for name in ("year", "kind", "own_number", *NUMBERS)]
    return all(said == known for said, known in pairs if said and known)


def _printed(line: CueLine) -> Printed:
    return Printed(line.work_number, line.iswc, line.isrc)


__all__ = ["FileRefused", "Plan", "PlannedSheet", "limits", "plan_file", "words_of"]
