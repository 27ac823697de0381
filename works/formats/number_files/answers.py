"""Answers of the agencies, read tolerantly: a table with any of the usual headings, or ISA and ISW records of CWR.

An answer names what it is about by our request number, else by our work number. Its verdict comes from a word or a code
of the status column; where there is none, a number means yes and its absence no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.tables import TableLimits, inspect_table, open_table
from works.formats.cwr.lines import raw_lines


class Verdict(StrEnum):
    """What the agency says."""

    GIVEN = "given"
    REFUSED = "refused"
    SEVERAL = "several"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as written, at its row (or line). `names` is the name it speaks of, in Roman letters and in its own
    script, as far as it has them."""

    row: int
    request: str
    work_number: str
    verdict: Verdict
    status: str
    iswc: str = ""
    ipi_name: str = ""
    ipi_base: str = ""
    message: str = ""
    title: str = ""
    names: tuple[str, ...] = ()


HEADINGS: dict[str, tuple[str, ...]] = {
    "request": ("request", "request number", "request no", "reference", "your reference", "submission id", "ref"),
    "work_number": ("work number", "work no", "agency work code", "agencyworkcode", "submitter work number",
                    "your work number", "work code", "workcode"),
    "status": ("status", "result", "outcome", "transaction status", "answer"),
    "iswc": ("iswc", "preferred iswc", "preferrediswc", "assigned iswc"),
    "ipi_name": ("ipi name number", "ipi name no", "name number", "ipi number", "ipi", "ipinamenumber", "namenumber"),
    "ipi_base": ("ipi base number", "ipi base no", "base number", "ipibasenumber", "basenumber"),
    "title": ("title", "original title", "work title", "originaltitle", "worktitle"),
    "name": ("name", "full name", "party name", "ip name", "writer name", "interested party"),
    "last_name": ("last name", "lastname", "surname", "family name", "last name or firm"),
    "first_name": ("first name", "firstname", "given name", "first names", "given names"),
    "own_script": ("name in own script", "name in its own script", "original name", "native name"),
    "message": ("message", "reason", "rejection", "rejection reason", "remark", "remarks", "comment", "error"),
}  # fmt: skip
_WORDS: dict[Verdict, tuple[str, ...]] = {
    Verdict.GIVEN: ("ok", "assigned", "accepted", "found", "match", "matched", "merged", "new", "success", "registered",
                    "as", "ac", "sr", "cr", "done", "fully accepted", "existing"),
    Verdict.REFUSED: ("refused", "rejected", "error", "failed", "not found", "no match", "none", "rj", "np", "invalid",
                      "declined", "not eligible"),
    Verdict.SEVERAL: ("several", "multiple", "ambiguous", "possible match", "possible matches", "co", "conflict",
                      "candidates"),
    Verdict.PENDING: ("pending", "ra", "received", "in process", "queued", "processing"),
}  # fmt: skip
_VERDICT_OF = {word: verdict for verdict, words in _WORDS.items() for word in words}
_NOT_LETTERS = re.compile(r"[\W_]+")
ISWC_IN_CWR = {"ISA": (49, 111, 133, 145), "ISW": (19, 81, 95, None)}  # where title, number, ISWC and status begin


def fold(text: str) -> str:
    """Words in lower case with single blanks, for comparing headings and statuses."""
    return _NOT_LETTERS.sub(" ", text.casefold()).strip()


_FIELD_OF = {fold(heading): name for name, headings in HEADINGS.items() for heading in headings}


def answers_in(path: Path, *, filename: str, limits: TableLimits) -> Iterator[Answer]:
    """Every answer of the file in its order. Raises FileRefused when it is neither a table nor a CWR file, and
    ValueError when a table has no column that names what an answer is about."""
    with path.open("rb") as stream:
        is_cwr = stream.read(3) == b"HDR"
    yield from _records(path) if is_cwr else _rows(path, filename, limits)


def _rows(path: Path, filename: str, limits: TableLimits) -> Iterator[Answer]:
    look = inspect_table(path, filename=filename, limits=limits, known_headings=frozenset(_FIELD_OF))
    with open_table(path, filename=filename, layout=look.layout, limits=limits) as table:
        places: dict[str, int] = {}
        for place, heading in enumerate(table.headings):
            places.setdefault(_FIELD_OF.get(fold(heading), ""), place)
        if not places.keys() & {"request", "work_number"} or not places.keys() & {"iswc", "ipi_name", "ipi_base"}:
            raise ValueError(", ".join(table.headings[:12]))
        for chunk in table:
            for row in chunk:
                cells = {name: clean_text(row.cells[place]).removeprefix("'") for name, place in places.items() if name}
                yield _answer(row.number, cells)


def _answer(row: int, cells: dict[str, str]) -> Answer:
    status = cells.get("status", "")
    number = cells.get("iswc") or cells.get("ipi_name") or cells.get("ipi_base")
    verdict = _VERDICT_OF.get(fold(status), Verdict.UNKNOWN)
    if not status:
        verdict = Verdict.GIVEN if number else Verdict.REFUSED
    return Answer(
        row=row,
        request=cells.get("request", "").upper(),
        work_number=cells.get("work_number", "").upper(),
        verdict=verdict,
        status=status,
        iswc=cells.get("iswc", ""),
        ipi_name=cells.get("ipi_name", ""),
        ipi_base=cells.get("ipi_base", ""),
        message=cells.get("message", "")[:300],
        title=cells.get("title", "")[:400],
        names=_names(cells),
    )


def _names(cells: dict[str, str]) -> tuple[str, ...]:
    roman = f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()
    return tuple(name[:200] for name in (roman, cells.get("name", ""), cells.get("own_script", "")) if name)


def _records(path: Path) -> Iterator[Answer]:
    with path.open("rb") as stream:
        for line in raw_lines(stream):
            text = line.data.decode("latin-1")
            places = ISWC_IN_CWR.get(text[:3])
            if places is None:
                continue
            title, work, iswc, status_at = places
            status = text[status_at : status_at + 2].strip() if status_at else ""
            cells = {
                "title": text[title : title + 60].strip(),
                "work_number": text[work : work + 14].strip(),
                "iswc": text[iswc : iswc + 11].strip(),
                "status": status,
            }
            yield _answer(line.number, cells)
