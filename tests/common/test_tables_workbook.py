"""Workbooks from strangers: a bomb, trap or macro is refused before anything opens it; a good one is read by rule."""

import datetime as dt
import io
import time
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from cmo_portal.common.tables import DEFAULT_LIMITS, FileRefused, TableLimits, inspect_table, open_table
from tests.common import hostile
from tests.common.hostile import save


def read(path, *, limits=DEFAULT_LIMITS, sheet=""):
    guess = inspect_table(path, filename="log.xlsx", limits=limits, sheet=sheet)
    with open_table(path, filename="log.xlsx", layout=guess.layout, limits=limits) as table:
        rows = [(row.number, row.cells) for chunk in table for row in chunk]
    return rows, table, guess


def refusal_of(tmp_path, content, limits=DEFAULT_LIMITS):
    """The code of the refusal; it must come within ten seconds and say what to do."""
    path = save(tmp_path, "log.xlsx", content)
    started = time.monotonic()
    with pytest.raises(FileRefused) as refusal:
        read(path, limits=limits)
    assert time.monotonic() - started < 10
    assert str(refusal.value.message)
    assert str(refusal.value.remedy)
    return refusal.value.code


def made(fill, *, book=None):
    book = book or openpyxl.Workbook()
    fill(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_good_workbook_is_read_with_the_rows_of_the_spreadsheet(tmp_path):
    rows, table, guess = read(save(tmp_path, "log.xlsx", hostile.workbook()))
    assert (guess.layout.sheet, guess.headings, guess.certain) == ("Log", ("Title", "Plays"), True)
    assert rows == [(2, ["Sohni Dharti", "7"])]
    assert table.errors == table.notices == []


def test_values_are_written_as_the_spreadsheet_shows_them(tmp_path):
    def fill(sheet):
        sheet["B3"], sheet["C3"], sheet["D3"], sheet["E3"], sheet["F3"], sheet["G3"], sheet["H3"] = (
            *("Title", "Plays", "Played on", "Length", "Long", "Flag"),
            "Rate",
        )
        sheet["B5"] = "007"
        sheet["C5"] = 12
        sheet["D5"] = dt.date(2026, 3, 4)
        sheet["E5"] = dt.time(0, 3, 45)
        sheet["F5"] = dt.timedelta(hours=30, minutes=2)
        sheet["G5"] = True
        sheet["H5"] = 0.1 + 0.2
        sheet["D6"] = dt.datetime(2026, 3, 4, 10, 11, 12)  # noqa: DTZ001 - a spreadsheet knows no zones
        sheet["C6"] = 0.00001
        sheet["B6"] = "آج جانے کی ضد نہ کرو"

    rows, _table, guess = read(save(tmp_path, "log.xlsx", made(fill)))
    assert guess.layout.header_row == 3
    assert guess.headings == ("[A]", "Title", "Plays", "Played on", "Length", "Long", "Flag", "Rate")
    assert rows == [
        (5, ["", "007", "12", "2026-03-04", "00:03:45", "30:02:00", "TRUE", "0.3"]),
        (6, ["", "آج جانے کی ضد نہ کرو", "0.00001", "2026-03-04 10:11:12", "", "", "", ""]),
    ]


def test_hidden_and_other_sheets_merged_cells_errors_formulas_and_long_numbers_are_told(tmp_path):
    def fill(sheet):
        sheet.title = "March"
        sheet.append(["Title", "Plays", "Code"])
        sheet.append(["a", 1, 123456789012])
        sheet.append(["b", "=1+1", 5])
        sheet["C4"] = "#REF!"
        sheet["C4"].data_type = "e"
        sheet["A4"] = "c"
        sheet.merge_cells("A5:C5")
        sheet["A5"] = "d"
        sheet.parent.create_sheet("April")
        sheet.parent.create_sheet("Old").sheet_state = "hidden"
        sheet.parent.create_sheet("Older").sheet_state = "veryHidden"

    path = save(tmp_path, "log.xlsx", made(fill))
    _rows, table, guess = read(path)
    assert not guess.certain
    assert {notice.code: notice.count for notice in table.notices} == {
        "other-sheets": 1,
        "hidden-sheets": 2,
        "merged-cells": 1,
        "long-numbers": 1,
        "error-cells": 1,
        "formulas": 1,
    }
    assert "April" in str(table.notices[0].message)
    with pytest.raises(FileRefused) as refusal:
        read(path, sheet="Old")
    assert refusal.value.code == "no-sheet"


def test_another_visible_sheet_can_be_chosen(tmp_path):
    def fill(sheet):
        sheet.append(["Notes"])
        other = sheet.parent.create_sheet("Log 2")
        other.append(["Title", "Plays"])
        other.append(["a", 1])

    rows, _table, guess = read(save(tmp_path, "log.xlsx", made(fill)), sheet="Log 2")
    assert guess.layout.sheet == "Log 2"
    assert rows == [(2, ["a", "1"])]


def test_a_million_empty_rows_below_the_table_cost_nothing(tmp_path):
    content = hostile.workbook(
        sheet=hostile.sheet(
            f'<row r="1">{hostile.text_cell("A1", "Title")}{hostile.text_cell("B1", "Plays")}</row>',
            f'<row r="2">{hostile.text_cell("A2", "x")}<c r="B2"><v>1</v></c></row>',
            '<row r="1048576"><c r="A1048576"/></row>',
        )
    )
    rows, _table, _guess = read(save(tmp_path, "log.xlsx", content))
    assert rows == [(2, ["x", "1"])]


def test_a_table_spread_to_the_last_column_is_refused(tmp_path):
    wide = hostile.sheet(f'<row r="1">{hostile.text_cell("A1", "Title")}{hostile.text_cell("XFD1", "Plays")}</row>')
    assert refusal_of(tmp_path, hostile.workbook(sheet=wide)) == "columns"


def test_far_apart_cells_that_would_need_all_memory_are_refused(tmp_path):
    # Written so that the look for addresses does not see them: the limit on the process must hold alone.
    far = '<c  r = "XFD1048576"><v>1</v></c>'
    content = hostile.workbook(
        sheet=hostile.sheet(f'<row r="1">{hostile.text_cell("A1", "x")}</row>', f'<row r="1048576">{far}</row>')
    )
    assert refusal_of(tmp_path, content) in {"workbook-too-heavy", "columns"}


def test_a_bomb_of_high_ratio_is_refused(tmp_path):
    assert refusal_of(tmp_path, hostile.workbook(sheet="<a>" + " " * 30_000_000 + "</a>")) == "archive-too-large"


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    bomb = hostile.workbook(sheet="<a>" + " " * 30_000_000 + "</a>")
    lying = hostile.false_size(bomb, "xl/worksheets/sheet1.xml", 1000)
    assert refusal_of(tmp_path, lying) in {"workbook-broken", "archive-too-large", "workbook-xml"}


def test_overlapping_members_are_refused(tmp_path):
    assert refusal_of(tmp_path, hostile.overlapping(hostile.workbook())) == "archive-too-large"


@pytest.mark.parametrize("count", [21, 1000])
def test_too_many_members_are_refused(tmp_path, count):
    many = hostile.parts() | {f"xl/media/{n}.txt": "x" for n in range(count - 5)}
    assert refusal_of(tmp_path, hostile.pack(many)) == "archive-members"


def test_members_at_the_limit_are_accepted(tmp_path):
    many = hostile.parts() | {f"xl/media/{n}.txt": "x" for n in range(15)}
    assert read(save(tmp_path, "log.xlsx", hostile.pack(many)))[0] == [(2, ["Sohni Dharti", "7"])]


def test_unpacked_size_and_ratio_at_the_limit_are_accepted_and_one_less_refused(tmp_path):
    content = hostile.workbook()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
        ratio = max(-(-member.file_size // member.compress_size) for member in archive.infolist())
    path = save(tmp_path, "log.xlsx", content)
    assert read(path, limits=replace(DEFAULT_LIMITS, unpacked_bytes=size))[0]
    assert read(path, limits=replace(DEFAULT_LIMITS, zip_ratio=ratio))[0]
    assert refusal_of(tmp_path, content, replace(DEFAULT_LIMITS, unpacked_bytes=size - 1)) == "archive-too-large"
    assert refusal_of(tmp_path, content, replace(DEFAULT_LIMITS, zip_ratio=ratio - 1)) == "archive-too-large"


def test_an_archive_inside_the_archive_is_refused(tmp_path):
    inner = hostile.parts() | {"xl/media/image1.png": hostile.workbook()}
    assert refusal_of(tmp_path, hostile.pack(inner)) == "archive-unsafe"


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/cron.d/evil", "C:\\evil.xml", "xl/../../evil", "..\\evil.xml"])
def test_a_member_whose_path_leads_outside_is_refused(tmp_path, name):
    assert refusal_of(tmp_path, hostile.pack(hostile.parts() | {name: "x"})) == "archive-unsafe"


def test_a_link_inside_the_archive_is_refused(tmp_path):
    buffer = io.BytesIO(hostile.workbook())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal_of(tmp_path, buffer.getvalue()) == "archive-unsafe"


def test_two_members_of_one_name_or_told_apart_by_case_alone_are_refused(tmp_path):
    assert refusal_of(tmp_path, hostile.pack(hostile.parts() | {"XL/workbook.xml": "x"})) == "archive-unsafe"


@pytest.mark.parametrize("kind", list(hostile.DOCTYPES))
@pytest.mark.parametrize("part", ["workbook", "sheet", "types", "rels"])
def test_a_declaration_in_any_part_is_refused_and_nothing_is_fetched(tmp_path, kind, part):
    originals = {
        "workbook": hostile.WORKBOOK,
        "sheet": hostile.GOOD_SHEET,
        "types": hostile.CONTENT_TYPES,
        "rels": hostile.WORKBOOK_RELS,
    }
    evil = hostile.with_doctype(originals[part], hostile.DOCTYPES[kind])
    assert refusal_of(tmp_path, hostile.workbook(**{part: evil})) == "doctype"


def test_a_declaration_in_a_part_of_another_encoding_or_name_is_refused(tmp_path):
    evil = hostile.with_doctype(hostile.GOOD_SHEET.replace("UTF-8", "UTF-16"), hostile.DOCTYPES["laughs"])
    assert refusal_of(tmp_path, hostile.workbook(sheet=evil.encode("utf-16"))) == "doctype"
    hidden = hostile.parts(rels=hostile.WORKBOOK_RELS.replace("worksheets/sheet1.xml", "worksheets/sheet1.dat"))
    hidden["xl/worksheets/sheet1.dat"] = hostile.with_doctype(hostile.GOOD_SHEET, hostile.DOCTYPES["file"])
    assert refusal_of(tmp_path, hostile.pack(hidden)) == "doctype"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/activeX/activeX1.xml", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "external-links"),
        ("xl/connections.xml", "external-links"),
        ("xl/queryTables/queryTable1.xml", "external-links"),
        ("xl/embeddings/oleObject1.bin", "embedded"),
    ],
)
def test_macros_links_and_embedded_documents_are_refused(tmp_path, name, code):
    assert refusal_of(tmp_path, hostile.pack(hostile.parts() | {name: "<x/>"})) == code


def test_a_macro_workbook_under_another_name_is_refused_by_its_declared_kind(tmp_path):
    types = hostile.CONTENT_TYPES.replace(
        "openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "ms-excel.sheet.macroEnabled.main+xml"
    )
    assert refusal_of(tmp_path, hostile.workbook(types=types)) == "macros"
    types = hostile.CONTENT_TYPES.replace(
        "</Types>",
        '<Override PartName="/xl/x.dat"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"/></Types>',
    )
    assert refusal_of(tmp_path, hostile.workbook(types=types)) == "external-links"


@pytest.mark.parametrize("share", [1, 40, 99])
def test_a_workbook_cut_off_in_the_upload_is_refused(tmp_path, share):
    content = hostile.workbook()
    assert refusal_of(tmp_path, content[: max(4, len(content) * share // 100)]) == "workbook-broken"


def test_a_workbook_with_a_broken_checksum_is_refused(tmp_path):
    content = bytearray(hostile.workbook())
    at = content.find(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml") + 40
    content[at] ^= 0xFF
    assert refusal_of(tmp_path, bytes(content)) in {"workbook-broken", "workbook-xml"}


def test_an_encrypted_member_is_refused(tmp_path):
    content = bytearray(hostile.workbook())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal_of(tmp_path, bytes(content)) == "password"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    assert refusal_of(tmp_path, hostile.pack({"readme.txt": "hello"})) == "wrong-kind"
    assert refusal_of(tmp_path, hostile.pack({"[Content_Types].xml": hostile.CONTENT_TYPES})) == "wrong-kind"


def test_damaged_xml_is_refused(tmp_path):
    assert refusal_of(tmp_path, hostile.workbook(sheet=hostile.GOOD_SHEET[:-30])) == "workbook-xml"


def test_a_workbook_without_rows_is_refused(tmp_path):
    assert refusal_of(tmp_path, hostile.workbook(sheet=hostile.sheet())) == "no-rows"


def test_a_workbook_that_takes_too_long_is_given_up(tmp_path):
    limits = TableLimits(worker_seconds=0)
    assert refusal_of(tmp_path, hostile.workbook(), limits) == "workbook-too-heavy"


def test_a_huge_cell_is_a_row_error(tmp_path):
    def fill(sheet):
        sheet.append(["Title", "Plays"])
        sheet.append(["ok", 1])
        sheet.append(["fine", 3])

    content = made(fill)
    long = hostile.workbook(
        sheet=hostile.sheet(
            f'<row r="1">{hostile.text_cell("A1", "Title")}{hostile.text_cell("B1", "Plays")}</row>',
            f'<row r="2">{hostile.text_cell("A2", "ab" * 20_000)}<c r="B2"><v>1</v></c></row>',
            f'<row r="3">{hostile.text_cell("A3", "ok")}<c r="B3"><v>2</v></c></row>',
        )
    )
    assert read(save(tmp_path, "a.xlsx", content))[0][0] == (2, ["ok", "1"])
    rows, table, _guess = read(save(tmp_path, "b.xlsx", long), limits=replace(DEFAULT_LIMITS, zip_ratio=10_000))
    assert rows == [(3, ["ok", "2"])]
    assert [(error.row, error.code) for error in table.errors] == [(2, "cell-too-long")]


def test_the_worker_can_open_neither_files_nor_connections():
    import subprocess
    import sys

    from cmo_portal.common.tables.workbook import WORKER

    attempt = (
        f"import runpy, socket, sys; worker = runpy.run_path({str(WORKER)!r});"
        "worker['limit_process']({'memory': 2**30, 'cpu': 5, 'output': 100, 'core': 0})\n"
        "for act in (lambda: open('/etc/hostname'), lambda: socket.socket()):\n"
        "    try:\n        act()\n    except OSError as error:\n        print(error.errno)\n"
        "    else:\n        print('open')"
    )
    done = subprocess.run([sys.executable, "-I", "-c", attempt], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["24", "24"]  # EMFILE: no descriptor is left
