"""Text tables at their limits: lengths, counts and files that are refused as a whole."""

from dataclasses import replace

import pytest

from cmo_portal.common.tables import (
    DEFAULT_LIMITS,
    FileRefused,
    TableLimits,
    inspect_table,
)
from tests.common.hostile import save
from tests.common.text_reading import GOOD, read


def test_a_line_of_a_million_characters_is_a_row_error_and_the_rest_is_read(tmp_path):
    text = "Title,Plays\na,1\n" + "x" * 1_000_000 + ",2\nb,3\n"
    rows, table, _guess = read(save(tmp_path, "log.csv", text))
    assert rows == [(2, ["a", "1"]), (4, ["b", "3"])]
    assert [(error.row, error.code) for error in table.errors] == [(3, "line-too-long")]
    assert "500,000" in str(table.errors[0].message)
    assert table.errors[0].value.startswith("xxxx")
    assert len(table.errors[0].value) <= 120
    assert len(table.refused[0].cells[0]) <= 120


def test_a_file_that_is_one_endless_line_says_so_with_its_row(tmp_path):
    with pytest.raises(FileRefused) as refusal:
        inspect_table(save(tmp_path, "log.csv", "x" * 1_000_000), filename="log.csv")
    assert refusal.value.code == "line-too-long" and refusal.value.row == 1
    assert "Row 1, “xxxx" in str(refusal.value) and "longer than 500,000 characters" in str(refusal.value)


def test_an_endless_cell_of_a_table_of_one_column_names_its_column(tmp_path):
    _rows, table, _guess = read(save(tmp_path, "log.csv", "Title\na\n" + "x" * 1_000_000 + "\nb\n"))
    assert [(error.row, error.column) for error in table.errors] == [(3, "Title")]


def test_a_million_characters_inside_quotes_is_a_row_error_too(tmp_path):
    text = 'Title,Plays\na,1\n"' + "x" * 1_000_000 + '",2\nb,3\n"open\n' + "y" * 1_000_000 + "\nc,4\n"
    rows, table, _guess = read(save(tmp_path, "log.csv", text))
    assert ["a", "1"] in [cells for _number, cells in rows]
    assert ["c", "4"] in [cells for _number, cells in rows]
    assert "line-too-long" in {error.code for error in table.errors}


@pytest.mark.parametrize(("size", "refused"), [(100, False), (101, True)])
def test_a_cell_at_the_limit_is_accepted_and_one_above_refused(tmp_path, size, refused):
    limits = replace(DEFAULT_LIMITS, cell_chars=100)
    rows, table, _guess = read(save(tmp_path, "log.csv", f"Title,Plays\n{'x' * size},2\nb,1\n"), limits=limits)
    assert [error.code for error in table.errors] == (["cell-too-long"] if refused else [])
    assert len(rows) == (1 if refused else 2)


@pytest.mark.parametrize(("size", "refused"), [(200, False), (201, True)])
def test_a_line_at_the_limit_is_accepted_and_one_above_refused(tmp_path, size, refused):
    limits = TableLimits(line_chars=200, cell_chars=200)
    for end in ("\n", "\r\n", "\r"):
        text = f"Title,Plays{end}{'x' * (size - 2)},2{end}b,1{end}"
        rows, table, _guess = read(save(tmp_path, "log.csv", text), limits=limits)
        assert [(error.row, error.code) for error in table.errors] == ([(2, "line-too-long")] if refused else [])
        assert rows[-1] == (3, ["b", "1"])


@pytest.mark.parametrize(("count", "refused"), [(5, False), (6, True)])
def test_rows_at_the_limit_are_accepted_and_one_more_refused(tmp_path, count, refused):
    path = save(tmp_path, "log.csv", "Title,Plays\n" + "a,1\n" * count)
    limits = TableLimits(rows=5)
    if not refused:
        assert len(read(path, limits=limits)[0]) == 5
        return
    with pytest.raises(FileRefused) as refusal:
        read(path, limits=limits)
    assert refusal.value.code == "rows"


@pytest.mark.parametrize(("count", "refused"), [(200, False), (201, True)])
def test_columns_at_the_limit_are_accepted_and_one_more_refused(tmp_path, count, refused):
    head = ",".join(f"c{letter}x" for letter in range(count))
    path = save(tmp_path, "log.csv", head + "\n" + ",".join(["1"] * count) + "\n")
    if not refused:
        assert len(read(path)[0][0][1]) == 200
        return
    with pytest.raises(FileRefused) as refusal:
        read(path)
    assert refusal.value.code == "columns"


@pytest.mark.parametrize(("extra", "refused"), [(0, False), (1, True)])
def test_bytes_at_the_limit_are_accepted_and_one_more_refused(tmp_path, extra, refused):
    path = save(tmp_path, "log.csv", GOOD)
    limits = TableLimits(file_bytes=len(GOOD) - extra)
    if not refused:
        assert read(path, limits=limits)[0]
        return
    with pytest.raises(FileRefused) as refusal:
        read(path, limits=limits)
    assert refusal.value.code == "file-size"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"\n\n", "no-rows"), (b",,,\n,,,\n", "no-rows"), (b"\xef\xbb\xbf", "no-rows")],
)
def test_a_file_without_text_is_refused(tmp_path, content, code):
    with pytest.raises(FileRefused) as refusal:
        read(save(tmp_path, "log.csv", content))
    assert refusal.value.code == code


@pytest.mark.parametrize("content", ["x", "Title,Plays\n", "Title,Plays"])
def test_headings_without_rows_are_refused(tmp_path, content):
    with pytest.raises(FileRefused) as refusal:
        read(save(tmp_path, "log.csv", content))
    assert refusal.value.code == "no-rows"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv", b"%PDF-1.7 whatever"),
        ("log.csv", b"PK\x03\x04rest"),
        ("log.csv", b"GIF89a;alert(1)"),
        ("log.csv", b"<!DOCTYPE html><table><tr><td>Title</td></tr></table>"),
        ("log.csv", b"  <svg onload='x'/>"),
        ("log.csv", b'{"title": "x"}'),
        ("log.csv", b'[{"title": "x"}]'),
        ("log.csv", b"MZ\x90\x00"),
        ("log.tsv", b"\x1f\x8b\x08\x00"),
        ("log.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("log.pdf", b"Title,Plays\nx,1\n"),
        ("log.xlsm", b"PK\x03\x04"),
        ("log.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("log.xlsx", b"Title,Plays\nx,1\n"),
        ("log.xlsx", b"%PDF-1.7 PK\x03\x04"),
        ("log.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("log", b"Title,Plays\nx,1\n"),
        ("log.csv.zip", b"PK\x03\x04"),
    ],
)
def test_a_file_whose_name_and_bytes_disagree_is_refused(tmp_path, name, content):
    with pytest.raises(FileRefused) as refusal:
        inspect_table(save(tmp_path, "upload", content), filename=name)
    assert refusal.value.code == "wrong-kind"
    assert str(refusal.value.message)
    assert str(refusal.value.remedy)


def test_binary_data_called_csv_is_refused(tmp_path):
    with pytest.raises(FileRefused) as refusal:
        inspect_table(save(tmp_path, "log.csv", bytes(range(1, 256)) * 40), filename="log.csv")
    assert refusal.value.code == "not-text"
