"""A cell of signs that nobody sees is read as an empty cell: in tables of works, of cue sheets and of numbers."""

import csv
from pathlib import Path
from typing import Any

import pytest

from cmo_portal.common.tables.inspecting import inspect_table
from cmo_portal.common.tables.limits import DEFAULT_LIMITS
from cmo_portal.common.tables.reading import open_table
from tests.factories.cue_sheets import HEAD, cue_row
from works.formats.bulk.columns import NAMES
from works.formats.bulk.reading import read_bulk
from works.formats.cue_tables import guess_mapping
from works.formats.cue_tables.reading import CueReader
from works.formats.number_files.answers import answers_in

SIGNS = "\u200e\u200f\u2067\u200b\u200c\u200d\u2060\ufeff"
WORK = {
    "work": "1", "title": "Dil Ki Baat", "title_original": "دل کی بات", "language": "ur", "length_seconds": "240",
    "isrc": "PKABC2600001", "performer": "Tina Sani", "name": "Alia", "role": "CA", "performing_share": "100",
}  # fmt: skip
ANSWER = {
    "request": "R00001", "work_number": "W0000001", "status": "accepted", "iswc": "T0345246801", "message": "Welcome",
}  # fmt: skip


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_works(path: Path) -> Any:
    found = read_bulk(path, path.name)
    told = [(fault.column, fault.code) for work in found.works for fault in work.faults]
    facts = [(work.titles, work.language, work.seconds, work.isrc, work.performer) for work in found.works]
    return facts, [work.shares for work in found.works], told, [fault.code for fault in found.unread]


def read_cues(path: Path) -> Any:
    look = inspect_table(path, filename=path.name, limits=DEFAULT_LIMITS)
    told: list[Any] = []
    with open_table(path, filename=path.name, layout=look.layout, limits=DEFAULT_LIMITS) as rows:
        reader = CueReader(guess_mapping(HEAD, []), rows.headings, filename=path.name, codes={"mt": "MT"})
        lines = [
            line
            for chunk in rows
            for line in reader.read(chunk, lambda error, _row: told.append((error.column, error.code)))
        ]
    said = [(line.production, line.episode, line.title, line.composers, line.work_number) for line in lines]
    return said, told


def read_answers(path: Path) -> Any:
    return list(answers_in(path, filename=path.name, limits=DEFAULT_LIMITS))


CASES = [
    *((read_works, {name: WORK.get(name, "") for name in NAMES}, name) for name in NAMES),
    *((read_cues, {name: cue_row().get(name, "") for name in HEAD}, name) for name in HEAD),
    *((read_answers, ANSWER, name) for name in ANSWER),
]


@pytest.mark.parametrize(("read", "row", "name"), CASES, ids=[f"{case[0].__name__}-{case[2]}" for case in CASES])
def test_a_cell_of_unseen_signs_is_an_empty_cell(read: Any, row: dict[str, str], name: str, tmp_path: Path) -> None:
    second = {"title": "Second", "work": "2", "Sequence": "2", "request": "R00002"}
    last = {column: second.get(column, text) for column, text in row.items()}
    empty = read(table(tmp_path, row | {name: ""}, last))
    for sign in SIGNS:
        assert read(table(tmp_path, row | {name: sign}, last)) == empty, f"U+{ord(sign):04X}"
