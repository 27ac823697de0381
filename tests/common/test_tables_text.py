"""CSV and TSV from strangers: every encoding, delimiter and damage is read by rule or refused with row and remedy."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.common.tables import (
    FileRefused,
    TableKind,
    TableLayout,
    TableLimits,
    inspect_table,
    open_table,
)
from tests.common.hostile import save
from tests.common.text_reading import GOOD, read


def test_a_plain_file_is_read_with_the_row_numbers_of_a_spreadsheet(tmp_path):
    rows, table, guess = read(save(tmp_path, "log.csv", GOOD))
    assert guess.headings == ("Title", "Artist", "Plays")
    assert guess.certain
    assert rows == [(2, ["Sohni Dharti", "Mehnaz", "7"]), (3, ["Ranjish Hi Sahi", "Mehdi Hassan", "12"])]
    assert table.errors == []


@pytest.mark.parametrize(
    ("encoding", "name", "certain"),
    [
        ("utf-8", "utf-8", True),
        ("utf-8-sig", "utf-8-sig", True),
        ("utf-16", "utf-16", True),
        ("cp1256", "cp1256", False),
    ],
)
def test_urdu_text_in_every_known_encoding_is_read_and_the_encoding_told(tmp_path, encoding, name, certain):
    text = "Title,Artist\nچاندنی گت,نور جہاں\nپھول,آغا\n".replace("ی", "ي").replace("ہ", "ه")
    rows, _table, guess = read(save(tmp_path, "log.csv", text, encoding))
    assert (guess.layout.encoding, guess.certain) == (name, certain)
    assert rows[0] == (2, ["چاندني گت", "نور جهاں"])


def test_utf_16_of_the_other_byte_order_is_read_by_its_mark(tmp_path):
    rows, _table, guess = read(save(tmp_path, "log.csv", b"\xfe\xff" + "Title,Artist\nراگ,x\n".encode("utf-16-be")))
    assert guess.layout.encoding == "utf-16"
    assert rows == [(2, ["راگ", "x"])]


def test_western_letters_in_windows_1252_are_a_guess_that_a_person_confirms(tmp_path):
    rows, _table, guess = read(save(tmp_path, "log.csv", "Title,Artist\nCafé de ñu,Beyoncé\nÜber,Ö\n", "cp1252"))
    assert (guess.layout.encoding, guess.certain) == ("cp1252", False)
    assert rows[0] == (2, ["Café de ñu", "Beyoncé"])


@pytest.mark.parametrize("content", ["Title,Plays\nx,1\n".encode("utf-32"), "Title,Plays\nx,1\n".encode("utf-16-le")])
def test_an_encoding_without_a_reliable_mark_is_refused(tmp_path, content):
    with pytest.raises(FileRefused) as refusal:
        inspect_table(save(tmp_path, "log.csv", content), filename="log.csv")
    assert refusal.value.code == "encoding"


@pytest.mark.parametrize("damage", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82"])
def test_bytes_that_are_no_utf_8_cost_their_own_row_and_are_never_replaced(tmp_path, damage):
    content = "Title,Artist\nراگ یمن,نور\nx".encode() + damage + ",y\nدھن,ع\n".encode()
    rows, table, guess = read(save(tmp_path, "log.csv", content))
    assert guess.layout.encoding == "utf-8"
    assert not guess.certain
    assert [(notice.code, notice.row) for notice in guess.notices] == [("damaged", 3)]
    assert "first in row 3 (Title)" in str(guess.notices[0].message)
    assert [number for number, _cells in rows] == [2, 4]
    assert [(error.row, error.code) for error in table.errors] == [(3, "undecodable")]
    assert "\ufffd" in table.errors[0].value
    table.errors[0].value.encode()  # can be stored: no lone surrogate is left


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_columns_it_makes(tmp_path, delimiter):
    text = "\n".join(delimiter.join(cells) for cells in [["Title", "Price", "Artist"], ["a, b; c", "1", "d"]] * 4)
    if delimiter in ",;":
        text = text.replace("a, b; c", '"a, b; c"')
    _rows, _table, guess = read(save(tmp_path, "log.csv", text))
    assert guess.layout.delimiter == delimiter
    assert len(guess.headings) == 3


def test_the_hint_line_of_a_spreadsheet_decides_the_delimiter(tmp_path):
    rows, _table, guess = read(save(tmp_path, "log.csv", "sep=;\r\nTitle;Plays\r\na,b;3\r\nc,d;4\r\n"))
    assert guess.layout.delimiter == ";"
    assert guess.layout.header_row == 2
    assert rows[0] == (3, ["a,b", "3"])


def test_headings_below_a_title_block_are_found_and_rows_keep_their_numbers(tmp_path):
    text = "Radio Sur 101,,\nLog for March 2026,,\n,,\nTitle,Artist,Plays\na,b,1\n"
    rows, _table, guess = read(save(tmp_path, "log.csv", text))
    assert guess.layout.header_row == 4
    assert rows == [(5, ["a", "b", "1"])]


def test_a_file_without_headings_gets_letters_and_asks(tmp_path):
    rows, _table, guess = read(save(tmp_path, "log.csv", "12,Sohni Dharti,3:45\n13,Ranjish,4:01\n"))
    assert guess.layout.header_row == 0
    assert not guess.certain
    assert guess.headings == ("[A]", "[B]", "[C]")
    assert rows[0] == (1, ["12", "Sohni Dharti", "3:45"])


def test_two_columns_of_one_name_and_a_nameless_one_can_be_told_apart(tmp_path):
    _rows, _table, guess = read(save(tmp_path, "log.csv", "Title,Artist,Title,,Plays\na,b,c,d,1\n"))
    assert guess.headings == ("Title", "Artist", "Title (2)", "[D]", "Plays")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_and_a_missing_last_one_are_read(tmp_path, end):
    rows, table, _guess = read(save(tmp_path, "log.csv", end.join(["Title,Plays", "a,1", "b,2"])))
    assert rows == [(2, ["a", "1"]), (3, ["b", "2"])]
    assert table.errors == []


def test_mixed_line_ends_and_exotic_separators_inside_a_title_do_not_split_rows(tmp_path):
    rows, _table, _guess = read(save(tmp_path, "log.csv", "Title,Plays\na\u2028b\x85c,1\r\nd,2\n"))
    assert rows == [(2, ["a\u2028b\x85c", "1"]), (3, ["d", "2"])]


def test_blank_rows_and_repeated_headings_are_left_out_but_counted(tmp_path):
    rows, table, _guess = read(save(tmp_path, "log.csv", "Title,Plays\na,1\n\n , \nTitle,Plays\nb,2\n"))
    assert rows == [(2, ["a", "1"]), (6, ["b", "2"])]
    assert [(notice.code, notice.count) for notice in table.notices] == [("repeated-headings", 1)]


def test_a_line_break_inside_quotes_belongs_to_the_cell_and_is_one_row(tmp_path):
    rows, table, _guess = read(save(tmp_path, "log.csv", 'Title,Plays\n"a\nb",1\nc,2\n'))
    assert rows == [(2, ["a\nb", "1"]), (3, ["c", "2"])]
    assert table.errors == []


def test_a_quote_that_is_never_closed_costs_its_row_alone(tmp_path):
    text = 'Title,Plays\na,1\n"b,2\n' + "".join(f"c{n},{n}\n" for n in range(300))
    rows, table, _guess = read(save(tmp_path, "log.csv", text))
    assert [(error.row, error.code) for error in table.errors] == [(3, "quotes")]
    assert len(rows) == 301
    assert rows[1] == (4, ["c0", "0"])
    assert rows[-1] == (303, ["c299", "299"])


def test_a_quote_left_open_in_the_last_row_is_reported(tmp_path):
    rows, table, _guess = read(save(tmp_path, "log.csv", 'Title,Plays\na,1\nb,2\n"c,3'))
    assert len(rows) == 2
    assert [(error.row, error.code) for error in table.errors] == [(4, "quotes")]


def test_a_storm_of_quotes_ends_in_row_errors_and_not_in_a_hang(tmp_path):
    text = "Title,Plays\nok,1\nfine,2\n" + '"x"y"",""z\n' * 3000
    _rows, table, _guess = read(
        save(tmp_path, "log.csv", text), layout=TableLayout(TableKind.TEXT, delimiter=",", header_row=1)
    )
    assert len(table.errors) == 3000
    assert {error.code for error in table.errors} == {"quotes"}


def test_titles_beginning_with_a_quote_in_an_unquoted_tab_file_are_read_as_they_stand(tmp_path):
    rows, table, guess = read(save(tmp_path, "log.tsv", 'Title\tPlays\n"Heroes" live\t1\n5" disc\t2\n'))
    assert not guess.layout.quoted
    assert rows == [(2, ['"Heroes" live', "1"]), (3, ['5" disc', "2"])]
    assert table.errors == []


def test_short_rows_are_filled_and_long_ones_refused_with_their_number(tmp_path):
    text = "Title,Artist,Plays\na\nb,c,1,,\nd,e,2,surplus\nf,g,3\n"
    rows, table, _guess = read(save(tmp_path, "log.csv", text))
    assert rows == [(2, ["a", "", ""]), (3, ["b", "c", "1"]), (5, ["f", "g", "3"])]
    assert [(error.row, error.code) for error in table.errors] == [(4, "extra-cells")]
    assert table.refused[0].cells == ["d", "e", "2", "surplus"]


def test_nul_bytes_controls_and_direction_overrides_are_taken_out_and_reported(tmp_path):
    text = "Title,Artist\nA\x00B\x07,gnos\u202e\u2066\nسر\u200cگم,x\u200f\n"
    rows, table, _guess = read(save(tmp_path, "log.csv", text))
    assert rows == [(2, ["AB", "gnos"]), (3, ["سر\u200cگم", "x\u200f"])]
    assert [(notice.code, notice.count) for notice in table.notices] == [("stripped", 4)]


def test_stored_text_is_composed_but_look_alike_letters_are_kept(tmp_path):
    rows, _table, _guess = read(save(tmp_path, "log.csv", "Title,Artist\nCafe\u0301,ا\u0653ج\nكي,هہھ\n"))
    assert rows == [(2, ["Café", "آج"]), (3, ["كي", "هہھ"])]


@pytest.mark.parametrize("value", ["None", "NA", "null", "nan", "True", "007", "1E5", "1999", "1/2", "0123456789012"])
def test_texts_that_look_like_values_stay_texts(tmp_path, value):
    rows, _table, _guess = read(save(tmp_path, "log.csv", f"Title,Artist\n{value},{value}\n"))
    assert rows == [(2, [value, value])]


@pytest.mark.parametrize(
    "value",
    ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\u00a0=1+1", '"><svg onload=alert(1)>', "{{ 7*7 }}", "{% x %}"],
)
def test_formulas_and_markup_are_kept_as_the_text_they_are(tmp_path, value):
    quoted = '"' + value.replace('"', '""') + '"'
    rows, table, _guess = read(save(tmp_path, "log.csv", f"Title,Plays\n{quoted},1\nx,2\n"))
    assert rows[0] == (2, [value, "1"])
    assert table.errors == []


def test_more_complaints_than_the_limit_are_counted_and_said(tmp_path):
    text = "Title,Plays\n" + "a,1,surplus\n" * 30
    _rows, table, _guess = read(
        save(tmp_path, "log.csv", text),
        limits=TableLimits(errors=10),
        layout=TableLayout(TableKind.TEXT, header_row=1),
    )
    assert len(table.errors) == len(table.refused) == 10
    assert table.complaints == 30
    assert [notice.code for notice in table.notices] == ["more-errors"]


def test_a_confirmed_layout_survives_being_stored():
    layout = TableLayout(TableKind.TEXT, "cp1256", ";", quoted=False, header_row=4, sheet="")
    assert TableLayout.from_dict(layout.as_dict()) == layout
    with pytest.raises(ValueError, match="delimiter"):
        TableLayout.from_dict({"kind": "text", "encoding": "utf-8"} | {"quoted": True, "header_row": 1, "sheet": ""})


def test_a_layout_of_another_file_is_refused(tmp_path):
    path = save(tmp_path, "log.csv", GOOD)
    for layout in (
        TableLayout(TableKind.WORKBOOK),
        TableLayout(TableKind.TEXT, encoding="rot13"),
        TableLayout(TableKind.TEXT, delimiter="x"),
    ):
        with pytest.raises(FileRefused) as refusal, open_table(path, filename="log.csv", layout=layout):
            pass
        assert refusal.value.code == "layout"
    with (
        pytest.raises(FileRefused) as refusal,
        open_table(path, filename="log.csv", layout=TableLayout(TableKind.TEXT, header_row=90)),
    ):
        pass
    assert refusal.value.code == "no-headings"


def test_a_file_cut_off_in_the_middle_is_read_to_the_cut_with_its_last_row_reported(tmp_path):
    whole = 'Title,Plays\n"a, b",1\n"c, d",2\n"e, f",3\n'
    rows, table, _guess = read(save(tmp_path, "log.csv", whole[: whole.index(", f")]))
    assert len(rows) == 2
    assert [(error.row, error.code) for error in table.errors] == [(4, "quotes")]


STRIPPED = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=STRIPPED)
CELL = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12), delimiter=st.sampled_from([",", ";", "\t"]))
def test_every_table_written_by_the_csv_module_comes_back(tmp_path, rows, delimiter):
    import csv
    import unicodedata

    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("Title", "Artist", "Label"), *rows])
    layout = TableLayout(TableKind.TEXT, delimiter=delimiter)
    path = save(tmp_path, "log.csv", text.getvalue())
    with open_table(path, filename="log.csv", layout=layout) as table:
        found = [row.cells for chunk in table for row in chunk]
    expected = [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]
    assert found == [row for row in expected if row != ["Title", "Artist", "Label"]]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(min_size=1, max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(tmp_path, content):
    path = save(tmp_path, "log.csv", content)
    try:
        rows, table, _guess = read(path)
    except FileRefused as refusal:
        assert refusal.code
        return
    assert all(len(cells) == len(table.headings) for _number, cells in rows)
    for error in table.errors:
        assert error.row > 0
        error.value.encode()


@pytest.mark.parametrize("fault", ['"x\ny",1\n', "e\u0301,1\n", "a\x00,1\n", '"open,1\n', "\ud800"])
def test_rows_before_and_after_a_difficult_block_keep_their_numbers(tmp_path, fault):
    easy = "".join(f"title {n},{n}\n" for n in range(30_000))
    content = ("Title,Plays\n" + easy + fault.replace("\ud800", "") + easy).encode()
    rows, table, _guess = read(save(tmp_path, "log.csv", content))
    extra = {'"x\ny",1\n': 1, "e\u0301,1\n": 1, "a\x00,1\n": 1}.get(fault, 0)
    assert len(rows) == 60_000 + extra
    assert rows[29_999] == (30_001, ["title 29999", "29999"])
    assert rows[-1] == (60_001 + (fault != "\ud800"), ["title 29999", "29999"])
    assert len(table.errors) == (fault == '"open,1\n')
