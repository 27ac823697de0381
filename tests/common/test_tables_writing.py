"""Refused rows go back in the sender's own format; nothing in them runs as a formula."""

import csv
import io

import openpyxl
import pytest

from cmo_portal.common.tables import Row, RowError, TableKind, TableLayout, inert, write_refused

HEADINGS = ("Title", "Artist", "Plays")
ROWS = [Row(3, ["=cmd|' /C calc'!A0", "نور", "-5"]), Row(9, ["short"])]
ERRORS = [
    RowError(
        "log.csv", 3, "Plays", "-5", "A negative count is not allowed here.", "Write it without a minus.", "negative"
    ),
    RowError("log.csv", 3, "", "", "Second reason.", "Write it without a minus.", "x"),
    RowError("log.csv", 9, "Artist", "", "The cell is empty.", "Write the name.", "blank"),
]


def written(layout):
    target = io.BytesIO()
    write_refused(target, layout=layout, headings=HEADINGS, rows=ROWS, errors=ERRORS)
    return target.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\u200b=1",
        "＝1",
        '=HYPERLINK("http://x")',
        '=WEBSERVICE("http://x")',
        "-cmd|x",
        "|calc",
        "%0",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert inert(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Title", "-5", "+92", "-1,234.50", "007", "a=b", "don't", "آج", "1-2"])
def test_plain_text_and_signed_numbers_stay_as_they_are(text):
    assert inert(text) == text


def test_refused_rows_are_written_in_the_encoding_and_delimiter_of_the_input():
    content = written(TableLayout(TableKind.TEXT, "utf-16", ";"))
    rows = list(csv.reader(io.StringIO(content.decode("utf-16")), delimiter=";"))
    assert rows == [
        ["Title", "Artist", "Plays", "Row in your file", "What is wrong", "What to do"],
        [
            "'=cmd|' /C calc'!A0",
            "نور",
            "-5",
            "3",
            "Plays: A negative count is not allowed here. / Second reason.",
            "Write it without a minus.",
        ],
        ["short", "", "", "9", "Artist: The cell is empty.", "Write the name."],
    ]


def test_a_text_that_the_encoding_cannot_hold_makes_the_file_utf_8_with_its_mark():
    content = written(TableLayout(TableKind.TEXT, "cp1252", ","))
    assert content.startswith(b"\xef\xbb\xbf")
    assert "نور" in content.decode("utf-8-sig")


def test_refused_rows_of_a_workbook_come_back_as_a_workbook_without_formulas():
    book = openpyxl.load_workbook(io.BytesIO(written(TableLayout(TableKind.WORKBOOK))))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[1][:4] == ["'=cmd|' /C calc'!A0", "نور", "-5", "3"]
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_row_error_can_be_stored_as_plain_values():
    assert ERRORS[0].as_dict() == {
        "file": "log.csv",
        "row": 3,
        "column": "Plays",
        "value": "-5",
        "message": "A negative count is not allowed here.",
        "remedy": "Write it without a minus.",
        "code": "negative",
    }


def test_cells_beyond_the_headings_do_not_push_the_reasons_aside():
    """They stand in the last cell with the delimiters that made them, so that what is wrong stands in its column."""
    target = io.BytesIO()
    layout = TableLayout(kind=TableKind.TEXT, encoding="utf-8", delimiter=",")
    rows = [Row(5, ["Raat", "Noor", "3", "10", "1"])]
    write_refused(target, layout=layout, headings=HEADINGS, rows=rows, errors=[])
    (row,) = csv.DictReader(io.StringIO(target.getvalue().decode()))
    assert (row["Plays"], row["Row in your file"], row["What is wrong"]) == ("3,10,1", "5", "")
