"""Tables of cue sheets: what is written is read again, and nothing that stands in a cell makes the reader fall over."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.tables import Row, RowError
from works.formats.cue_tables import (
    FIELDS,
    CueColumns,
    CueReader,
    companion_faults,
    guess_mapping,
    refused_rows_of,
    sheet_faults,
    sheets_of,
)
from works.formats.cue_tables.columns import HEADINGS

CODES = {"bi": "BI", "background": "BI", "vv": "VV"}
HEAD = [HEADINGS[name][0] for name in FIELDS]
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


def read(rows: list[dict[str, str]]) -> tuple[CueReader, list[Any], list[RowError]]:
    table = [Row(place, [row.get(name, "") for name in FIELDS]) for place, row in enumerate(rows, 2)]
    errors: list[RowError] = []
    reader = CueReader(guess_mapping(HEAD, table), HEAD, filename="t.csv", codes=CODES)
    return reader, reader.read(table, lambda error, row: errors.append(error)), errors


def cue(**more: str) -> dict[str, str]:
    kept = {"production_title": "Dhoop", "sequence": "1", "cue_type": "BI", "duration": "1:00", "title": "Ao Na"}
    return kept | more


def test_our_own_headings_are_known_each_for_its_field() -> None:
    assert [name for _heading, name in guess_mapping(HEAD, []).columns] == list(FIELDS)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=30)), min_size=1, max_size=6))
def test_whatever_stands_in_a_cell_is_read_or_refused_with_its_row(rows: list[dict[str, str]]) -> None:
    reader, lines, errors = read(rows)
    assert {line.row.number for line in lines} | {error.row for error in errors} == set(range(2, len(rows) + 2))
    assert len(lines) + len(reader.refused) == len(rows)
    for sheet in sheets_of(lines):
        faults = sheet_faults(sheet, "t.csv", reader.cell)
        faulty = {*refused_rows_of(sheet, reader.refused), *(fault.row for fault in faults)}
        faults += companion_faults(sheet, "t.csv", faulty)
        assert all(str(fault.message) and str(fault.remedy) for fault in faults)
        assert not faulty or {fault.row for fault in faults} >= {row.number for row in sheet.rows}


@given(
    st.lists(
        st.tuples(WORDS, st.integers(1, 3), st.integers(1, 9), st.integers(1, 5000)),
        min_size=1,
        max_size=12,
    )
)
def test_every_cue_is_in_exactly_one_sheet_whatever_the_order(cues: list[tuple[str, int, int, int]]) -> None:
    rows = [
        cue(
            production_title=title,
            episode_number=str(episode),
            sequence=str(number),
            duration=f"{seconds // 60}:{seconds % 60:02d}",
        )
        for title, episode, number, seconds in cues
    ]
    _reader, lines, errors = read(rows)
    assert errors == []
    there = sheets_of(lines)
    back = sheets_of(lines[::-1])
    assert sorted(line.row.number for sheet in there for line in sheet.lines) == list(range(2, len(rows) + 2))
    assert {frozenset(line.row.number for line in sheet.lines) for sheet in there} == {
        frozenset(line.row.number for line in sheet.lines) for sheet in back
    }
    assert [line.duration for line in lines] == [seconds for *_others, seconds in cues]


def test_a_row_that_gives_the_title_alone_joins_the_numbered_production_of_that_title() -> None:
    _reader, lines, _errors = read([cue(own_number="HTV-1"), cue(sequence="2")])
    [sheet] = sheets_of(lines)
    assert sheet.production.own_number == "HTV-1" and len(sheet.lines) == 2


def test_two_productions_of_one_title_are_told_apart_by_their_year() -> None:
    _reader, lines, _errors = read([cue(year="1972"), cue(year="2009")])
    assert [sheet.production.year for sheet in sheets_of(lines)] == [1972, 2009]


def test_what_another_row_contradicts_is_said_with_its_column_as_it_is_written() -> None:
    reader, lines, _errors = read(
        [
            cue(sequence="1"),
            cue(sequence="2", country="PK", episode_duration="0:45:00"),
            cue(sequence="3", country="India", episode_duration="0:20:00"),
        ]
    )
    [sheet] = sheets_of(lines)
    told = [
        (each.row, each.column, each.value, str(each.message)) for each in sheet_faults(sheet, "t.csv", reader.cell)
    ]
    assert told == [
        (4, "country", "India", "Row 3 of the same production or episode says “PK”."),
        (4, "episode duration", "0:20:00", "Row 3 of the same production or episode says “0:45:00”."),
    ]


def test_an_episode_has_one_number_whatever_figures_write_it() -> None:
    reader, lines, _errors = read([cue(episode_number="۱۴"), cue(episode_number="14", sequence="2")])
    [sheet] = sheets_of(lines)
    assert sheet.episode.number == "14" and sheet_faults(sheet, "t.csv", reader.cell) == []


def test_facts_of_a_row_are_read_in_every_usual_notation() -> None:
    _reader, lines, errors = read(
        [cue(sequence="۱۲", kind="TVC", country="pakistan", broadcast_on="05/01/2025", duration="01:02:03")]
    )
    assert errors == []
    [line] = lines
    assert (line.sequence, line.production.kind, line.production.country) == (12, "advertisement", "0586")
    assert (line.episode.broadcast_on, line.duration) == (dt.date(2025, 1, 5), 3723)


def test_a_mapping_survives_its_storage() -> None:
    columns = guess_mapping(HEAD, [])
    assert CueColumns.from_dict(columns.as_dict()) == columns
