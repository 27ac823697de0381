"""A licensee's own table under its saved mapping: the lines that come out, and every complaint with row and column."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.tables import FileRefused, Row, inspect_table, open_table
from cmo_portal.common.values import DateOrder, DurationUnit
from royalties.formats.mapped_csv import (
    ColumnMapping,
    MappedReader,
    TitleShape,
    guess_field,
    guess_mapping,
    headings_key,
    known_headings,
    mapping_faults,
)
from royalties.formats.usage_line import UsageChunk, UsageLine, join_names, split_names

HEADINGS = ("Date", "Song", "Composer", "Lyricist", "Singer", "Times", "Length", "ISRC")
MAPPING = ColumnMapping(
    columns=(
        ("Date", "used_on"),
        ("Song", "title"),
        ("Composer", "creators"),
        ("Lyricist", "creators"),
        ("Singer", "performers"),
        ("Times", "plays"),
        ("Length", "duration"),
        ("ISRC", "isrc"),
    ),
    constants=(("channel", "FM 101"), ("territory", "PK")),
)


def apply(rows, *, mapping=MAPPING, headings=HEADINGS, period=None):
    """Lines, complaints as (row, column, code), refused rows and the reader, of rows given as lists of cells."""
    reader = MappedReader(mapping, headings, filename="march.csv", period=period)
    errors, refused = [], []

    def complain(error, row):
        errors.append((error.row, error.column, error.code))
        if row is not None:
            refused.append(row.number)
        assert str(error.message)
        assert str(error.remedy)

    cells = [Row(number, [*row, *[""] * (len(headings) - len(row))]) for number, row in enumerate(rows, start=2)]
    chunk = reader.read(cells, complain)
    return list(chunk.lines()), errors, refused, reader


def test_a_row_becomes_a_usage_line_with_people_of_both_columns_and_the_constants():
    lines, errors, _refused, reader = apply(
        [
            [
                "04/03/2026 18:05",
                " Ranjish  Hi Sahi ",
                "Nisar Bazmi",
                "A. Faraz; ",
                "Mehdi Hassan",
                "۳",
                "4:05",
                "pk-a01-26-00001",
            ]
        ]
    )
    assert errors == []
    assert lines == [
        UsageLine(
            row_no=2,
            title="Ranjish Hi Sahi",
            creators="Nisar Bazmi|A. Faraz",
            performers="Mehdi Hassan",
            isrc="PKA012600001",
            plays=3,
            seconds=245,
            used_on=dt.date(2026, 3, 4),
            used_at="18:05:00",
            channel="FM 101",
            territory="PK",
            raw="04/03/2026 18:05\t Ranjish  Hi Sahi \tNisar Bazmi\tA. Faraz; \tMehdi Hassan\t۳\t4:05\tpk-a01-26-00001",
        )
    ]
    assert (reader.lines, reader.plays, reader.seconds) == (1, 3, 735)


def test_every_complaint_about_every_row_is_told_and_the_good_rows_go_on():
    lines, errors, refused, _reader = apply(
        [
            ["04/03/2026", "Good", "", "", "x", "1", "3:00", ""],
            ["32/03/2026", "Two faults", "", "", "x", "-1", "3:00", ""],
            ["04/03/2026", "", "", "", "x", "1", "3:00", ""],
            ["04/03/2026", "Bad length", "", "", "x", "1", "180", ""],
            ["04/03/2026", "Exponent", "", "", "x", "1e3", "3:00", ""],
            ["04/03/2026", "Blank count", "", "", "x", "", "3:00", ""],
            ["05/03/2026", "Good too", "", "", "x", "2", "", ""],
        ]
    )
    assert [line.title for line in lines] == ["Good", "Good too"]
    assert errors == [
        (3, "Date", "no-date"),
        (3, "Times", "negative"),
        (4, "", "nameless"),
        (5, "Length", "no-duration"),
        (6, "Times", "exponent"),
        (7, "Times", "blank"),
    ]
    assert refused == [3, 4, 5, 6, 7]
    assert lines[1].seconds == 0


def test_an_empty_count_is_read_as_the_stated_default():
    mapping = ColumnMapping(columns=(("Song", "title"), ("Times", "plays")), blank_plays=1)
    lines, errors, *_ = apply([["x", ""], ["y", "5"]], mapping=mapping, headings=("Song", "Times"))
    assert [line.plays for line in lines] == [1, 5]
    assert errors == []


def test_every_row_is_one_play_when_the_mapping_says_so():
    mapping = ColumnMapping(columns=(("Song", "title"),), one_row_one_play=True)
    lines, *_ = apply([["x"], ["x"]], mapping=mapping, headings=("Song",))
    assert [line.plays for line in lines] == [1, 1]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+SUM(A1)", "-2+cmd|x", "@SUM(A1:A9)"])
def test_what_looks_like_a_formula_is_kept_as_text_and_told_with_row_column_and_value(text):
    mapping = ColumnMapping(columns=(("Song", "title"),), one_row_one_play=True)
    lines, errors, _refused, reader = apply([["Yaad"], [text]], mapping=mapping, headings=("Song",))
    assert ([line.title for line in lines], errors) == (["Yaad", text], [])
    (notice,) = reader.notices()
    assert notice.code == "formula" and f"Row 3, column Song: “{text}”" in str(notice.message)


@pytest.mark.parametrize("text", ["-5", "+92 300 1234567", "-", "--", "= 12", "a = b"])
def test_numbers_and_dashes_are_no_formulas(text):
    mapping = ColumnMapping(columns=(("Song", "title"), ("Note", "album")), one_row_one_play=True)
    *_others, reader = apply([["Yaad", text]], mapping=mapping, headings=("Song", "Note"))
    assert reader.notices() == []


def test_many_formulas_are_counted_and_not_all_listed():
    mapping = ColumnMapping(columns=(("Song", "title"),), one_row_one_play=True)
    *_others, reader = apply([[f"=A{number}"] for number in range(25)], mapping=mapping, headings=("Song",))
    told = reader.notices()
    assert len(told) == 11 and told[-1].count == 15


def test_rows_that_hold_totals_are_left_out_and_counted_but_a_song_called_total_is_not():
    lines, errors, _refused, reader = apply(
        [
            ["04/03/2026", "Total", "", "", "Eclipse", "1", "3:00", ""],
            ["", "TOTAL:", "", "", "", "17", "", ""],
            ["کل", "", "", "", "", "17", "", ""],
        ]
    )
    assert [line.title for line in lines] == ["Total"]
    assert errors == []
    assert [(notice.code, notice.row, notice.count) for notice in reader.notices()] == [("totals", 3, 2)]


def test_a_date_outside_the_period_of_the_file_is_refused():
    march = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    row = ["", "x", "", "", "", "1", "", ""]
    rows = [[day, *row[1:]] for day in ("01/03/2026", "31/03/2026", "01/04/2026", "28/02/2026")]
    lines, errors, *_ = apply(rows, period=march)
    assert len(lines) == 2
    assert errors == [(4, "Date", "outside-period"), (5, "Date", "outside-period")]


def test_identifiers_of_the_wrong_shape_are_left_empty_and_told_and_the_line_is_kept():
    mapping = ColumnMapping(
        columns=(("Song", "title"), ("ISRC", "isrc"), ("ISWC", "iswc"), ("No", "own_number")), one_row_one_play=True
    )
    lines, errors, _refused, reader = apply(
        [
            ["a", "PKA012600001", "T-034.524.680-1", "007"],
            ["b", "1.23E+11", "T-34", "0"],
            ["c", "N/A", "0345246801", ""],
            ["d", "us-s1z-99-00001", "", ""],
        ],
        mapping=mapping,
        headings=("Song", "ISRC", "ISWC", "No"),
    )
    assert [(line.isrc, line.iswc, line.own_number) for line in lines] == [
        ("PKA012600001", "T0345246801", "007"),
        ("", "", "0"),
        ("", "T0345246801", ""),
        ("USS1Z9900001", "", ""),
    ]
    assert errors == []
    assert {(notice.code, notice.row, notice.count) for notice in reader.notices()} == {("isrc", 3, 1), ("iswc", 3, 1)}


@pytest.mark.parametrize("title", ["None", "NA", "null", "nan", "True", "007", "1E5", "1999", "1/2", "=1+1", "🎵"])
def test_titles_that_look_like_values_or_formulas_stay_texts(title):
    lines, errors, *_ = apply([["04/03/2026", title, "", "", "", "1", "", ""]])
    assert [line.title for line in lines] == [title]
    assert errors == []


@pytest.mark.parametrize(
    ("shape", "cell", "title", "performers"),
    [
        (TitleShape.PERFORMER_TITLE, "Abida Parveen - Yaar Ko Humne", "Yaar Ko Humne", "Abida Parveen"),
        (TitleShape.PERFORMER_TITLE, "A - B - C", "B - C", "A"),
        (TitleShape.PERFORMER_TITLE, "No dash-in it", "No dash-in it", ""),
        (TitleShape.TITLE_PERFORMER, "Yaar Ko Humne – Abida Parveen", "Yaar Ko Humne", "Abida Parveen"),
        (TitleShape.TITLE, "A - B", "A - B", ""),
    ],
)
def test_a_title_column_that_also_names_the_performer_is_cut_at_its_first_dash(shape, cell, title, performers):
    mapping = ColumnMapping(columns=(("Song", "title"),), one_row_one_play=True, title_shape=shape)
    lines, *_ = apply([[cell]], mapping=mapping, headings=("Song",))
    assert (lines[0].title, lines[0].performers) == (title, performers)


def test_use_codes_are_translated_by_the_table_of_the_mapping_and_unknown_ones_refused():
    mapping = ColumnMapping(
        columns=(("Song", "title"), ("Use", "use_code")),
        one_row_one_play=True,
        use_codes=(("F1", "FEATURE"), ("B", "BACKGROUND")),
    )
    lines, errors, *_ = apply([["a", "f1"], ["b", "B"], ["c", "ZZ"]], mapping=mapping, headings=("Song", "Use"))
    assert [line.use_code for line in lines] == ["FEATURE", "BACKGROUND"]
    assert errors == [(4, "Use", "use-code")]


def test_amounts_are_exact_and_a_decimal_comma_is_read_where_the_mapping_says_so():
    mapping = ColumnMapping(
        columns=(("Song", "title"), ("Sum", "amount")), one_row_one_play=True, decimal_sign=",", currency="PKR"
    )
    lines, errors, *_ = apply(
        [["a", "1.000,50"], ["b", ""], ["c", "1,000"], ["d", "NaN"]], mapping=mapping, headings=("Song", "Sum")
    )
    assert [(line.amount, line.currency) for line in lines] == [(Decimal("1000.50"), "PKR"), (None, "PKR")]
    assert errors == [(4, "Sum", "decimals"), (5, "Sum", "not-a-number")]


def test_territories_and_long_codes_are_checked():
    mapping = ColumnMapping(
        columns=(("Song", "title"), ("Country", "territory"), ("Station", "channel")), one_row_one_play=True
    )
    lines, errors, *_ = apply(
        [["a", "pk", "FM"], ["b", "0586", "FM"], ["c", "Worldwide", "FM"], ["d", "Pakistan", "x" * 81]],
        mapping=mapping,
        headings=("Song", "Country", "Station"),
    )
    assert [line.territory for line in lines] == ["PK", "0586", "2136"]
    assert errors == [(5, "Country", "territory"), (5, "Station", "too-long-text")]


def test_a_table_without_a_mapped_heading_is_refused_as_a_whole():
    with pytest.raises(FileRefused) as refusal:
        MappedReader(MAPPING, ("Date", "Song"), filename="march.csv")
    assert refusal.value.code == "columns-missing"
    assert "Composer" in str(refusal.value.message)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"columns": (("A", "shoe size"),)}, "no field"),
        ({"columns": (("A", "title"), ("B", "title"))}, "two columns"),
        ({"columns": (("A", "performers"),)}, "no column is mapped"),
        ({"columns": (("A", "title"), ("B", "plays"))}, "either"),
        ({"constants": (("title", "x"),)}, "cannot be a constant"),
        ({"columns": (("A", "title"), ("B", "channel")), "constants": (("channel", "x"),)}, "both"),
        ({"decimal_sign": ";"}, "decimal sign"),
        ({"blank_plays": -1}, "not negative"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_when_it_is_made(change, fault):
    with pytest.raises(ValueError, match=fault):
        ColumnMapping(**({"columns": (("A", "title"),), "one_row_one_play": True} | change))


def test_a_mapping_survives_being_stored_as_json():
    import json

    mapping = ColumnMapping(
        columns=(("Song", "title"), ("گلوکار", "performers")),
        one_row_one_play=True,
        title_shape=TitleShape.PERFORMER_TITLE,
        date_order=DateOrder.MDY,
        duration_unit=DurationUnit.MINUTES,
        use_codes=(("F1", "F"),),
        version=7,
    )
    assert ColumnMapping.from_dict(json.loads(json.dumps(mapping.as_dict()))) == mapping
    assert list(mapping_faults(mapping)) == []
    with pytest.raises(ValueError, match="surplus"):
        ColumnMapping.from_dict(mapping.as_dict() | {"surplus": 1})


def test_the_same_headings_have_the_same_key_whatever_their_case_and_punctuation():
    assert headings_key(["Song Title", "Singer(s)"]) == headings_key(["song title ", "SINGER (S)"])
    assert headings_key(["Song", "Singer"]) != headings_key(["Singer", "Song"])


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Song Title", "title"),
        ("SONG_TITLE", "title"),
        ("گانا", "title"),
        ("Composer / Author", ""),
        ("Composer", "creators"),
        ("شاعر", "creators"),
        ("Artist Name", "performers"),
        ("گلوکار", "performers"),
        ("Duration (mm:ss)", "duration"),
        ("ISRC Code", "isrc"),
        ("No. of plays", "plays"),
        ("تاریخ", "used_on"),
        ("Amount (Rs)", "amount"),
        ("Remarks", ""),
    ],
)
def test_usual_headings_in_both_languages_are_known(heading, name):
    assert guess_field(heading) == name


def test_a_mapping_is_guessed_from_headings_and_values_with_the_doubts_said():
    headings = ("Date", "Title", "Artist", "Length", "Remarks")
    rows = [Row(2, ["13/04/2026", "a", "b", "225", ""]), Row(3, ["14/04/2026", "c", "d", "180", ""])]
    guess = guess_mapping(headings, rows)
    assert guess.mapping.columns == (
        ("Date", "used_on"),
        ("Title", "title"),
        ("Artist", "performers"),
        ("Length", "duration"),
    )
    assert guess.mapping.date_order is DateOrder.DMY
    assert guess.mapping.duration_unit is DurationUnit.SECONDS
    assert guess.mapping.one_row_one_play
    assert guess.unread == ("Remarks",)
    assert len(guess.doubts) == 2  # one row one play, and the unit taken from its size


def test_doubtful_dates_short_years_dashed_titles_and_decimal_commas_are_asked_about():
    headings = ("Date", "Title", "Amount")
    rows = [Row(n, ["03/04/26", "Abida Parveen - Yaar", "1.000,50"]) for n in range(2, 9)]
    guess = guess_mapping(headings, rows)
    assert guess.mapping.title_shape is TitleShape.PERFORMER_TITLE
    assert guess.mapping.decimal_sign == ","
    assert guess.mapping.short_years
    assert len(guess.doubts) == 5


def test_a_table_without_a_title_gets_no_mapping():
    assert guess_mapping(("Shop", "Turnover"), []).mapping is None


def test_a_whole_file_goes_from_upload_to_lines_with_its_refused_rows_collected(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "ریڈیو سر\n,,\nتاریخ,گانا,گلوکار,تعداد\n2026-03-04,رنجش ہی سہی,مہدی حسن,۲\n2026-03-05,x,y,two\n", "utf-8"
    )
    guess = inspect_table(path, filename="log.csv", known_headings=known_headings())
    mapping = guess_mapping(guess.headings, guess.sample).mapping
    with open_table(path, filename="log.csv", layout=guess.layout) as table:
        reader = MappedReader(mapping, table.headings, filename="log.csv")
        chunks = [reader.read(rows, table.complain) for rows in table]
    assert [line.title for chunk in chunks for line in chunk.lines()] == ["رنجش ہی سہی"]
    assert [(error.row, error.column, error.value) for error in table.errors] == [(5, "تعداد", "two")]
    assert [row.number for row in table.refused] == [5]


def test_a_chunk_keeps_its_columns_of_one_length():
    with pytest.raises(ValueError, match="one length"):
        UsageChunk.from_columns([2, 3], title=["a"])
    lines = [UsageLine(1, title="a"), UsageLine(2, title="b")]
    chunk = UsageChunk.from_lines(lines)
    assert list(chunk.lines()) == lines
    assert list(chunk.rows(["row_no", "title"])) == [(1, "a"), (2, "b")]
    assert len(UsageChunk.from_lines([])) == 0


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), max_size=5))
def test_names_joined_in_one_text_come_apart_again(names):
    joined = join_names(names)
    assert join_names(split_names(joined)) == joined


@given(st.lists(st.lists(st.text(max_size=10), min_size=8, max_size=8), min_size=1, max_size=6))
def test_any_rows_give_lines_or_complaints_and_none_is_lost(rows):
    lines, errors, refused, reader = apply(rows)
    left_out = sum(notice.count for notice in reader.notices() if notice.code == "totals")
    assert len(lines) + len(refused) + left_out == len(rows)
    assert set(refused) == {row for row, _column, _code in errors}
