"""Sales reports of services: what waits on hold, which records and which files are refused."""

import gzip

import pytest

from cmo_portal.common.tables import FileRefused, TableLimits
from royalties.formats.dsr import open_dsr, read_report_name
from royalties.formats.dsr.cells import whole_count
from tests.royalties.formats import dsr_files as dsr
from tests.royalties.formats.dsr_reading import GOOD, codes, notices, read, refusal_of

# --- on hold ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "strange", [dsr.recording("2").replace("AS02.02", "AS02.04"), dsr.record("ZZ99", "2", "x"), "SY02.09\t7"]
)
def test_a_record_of_a_version_that_we_do_not_have_puts_the_file_on_hold(tmp_path, strange):
    lines, report = read(tmp_path, dsr.report(strange, *GOOD, strange, foot=dsr.record("FOOT", 8)))
    assert report.on_hold
    assert lines == []
    assert [notice.row for notice in report.holds] == [3]
    assert strange.split("\t")[0] in str(report.holds[0].message)


def test_more_filled_cells_than_the_version_has_put_the_file_on_hold_and_empty_ones_do_not(tmp_path):
    longer = dsr.recording("1") + "\ttrue\t2026-01-01"
    lines, report = read(tmp_path, dsr.report(longer, dsr.streams("1")))
    assert report.on_hold
    assert lines == []
    assert "24" in str(report.holds[0].message)
    lines, report = read(tmp_path, dsr.report(dsr.recording("1") + "\t\t", dsr.streams("1")))
    assert not report.on_hold
    assert len(lines) == 1


# --- totals that differ are told ----------------------------------------------------------------------------------------


def test_totals_that_differ_are_told_and_the_lines_are_read(tmp_path):
    text = dsr.report(*GOOD, summaries=[dsr.summary(usages=11)], foot=dsr.record("FOOT", 9, 9, 2, 7, 7))
    lines, report = read(tmp_path, text)
    assert len(lines) == 1
    assert notices(report) == {"foot-lines", "foot-summaries", "foot-blocks", "summary-usages"}


def test_summaries_that_share_an_id_are_told_and_not_compared(tmp_path):
    lines, report = read(tmp_path, dsr.report(*GOOD, summaries=[dsr.summary(usages=3), dsr.summary(usages=4)]))
    assert len(lines) == 1
    assert notices(report) == {"summary-ids"}


def test_a_file_name_that_says_otherwise_than_the_header_is_told(tmp_path):
    other = "DSR_OTHER_SOMEBODY_Premium_2026-03_PK_2of3_20260415T101500.tsv"
    _lines, report = read(tmp_path, dsr.report(*GOOD), name=other)
    assert [notice.code for notice in report.notices] == ["name"] * 3
    _lines, report = read(tmp_path, dsr.report(*GOOD), name="march.tsv")
    assert [notice.code for notice in report.notices] == ["name"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (dsr.NAME, ("SURSANGAM", "STREAMER", "Premium", "2026-03", "PK", 1, 1)),
        ("DSR__X_Y_2026-Q1_Worldwide_2of5_20260101T000000.tsv.gz", ("", "X", "Y", "2026-Q1", "Worldwide", 2, 5)),
        ("DSR_A_B_C_2026_PK_20260101T000000.tsv", ("A", "B", "C", "2026", "PK", 1, 1)),
    ],
)
def test_the_standard_file_name_is_taken_apart(name, parts):
    found = read_report_name(name)
    assert (
        found.recipient, found.sender, found.service, found.period, found.territory, found.file_number,
        found.number_of_files,
    ) == parts  # fmt: skip
    assert read_report_name("DSR_A_B.tsv") is None


# --- bad records --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ((dsr.recording("1", duration="3:06"), dsr.streams("1")), [(3, "type")]),
        ((dsr.recording("1", title=""), dsr.streams("1")), [(3, "missing")]),
        ((dsr.recording("1"), dsr.streams("1", "ten")), [(4, "type")]),
        ((dsr.recording("1"), dsr.streams("1", "1e3")), [(4, "type")]),
        ((dsr.recording("1"), dsr.streams("1", "")), [(4, "missing")]),
        ((dsr.recording("1"), dsr.streams("1", -5)), [(4, "negative")]),
        ((dsr.recording("1"), dsr.streams("1", key="9")), [(4, "no-summary")]),
        ((dsr.recording("1"), dsr.streams("1", resource="A9")), [(4, "no-recording")]),
        ((dsr.streams("1", resource="", of_release="R1"),), [(3, "no-recording")]),
        ((dsr.work("1", "One"), dsr.streams("1")), [(3, "work-alone")]),
        ((dsr.recording("1", duration="PT999H"), dsr.streams("1")), [(3, "too-long")]),
        ((dsr.head(), *GOOD), [(3, "second-head")]),
        (("", *GOOD), [(3, "empty-line")]),
        (("AS02.02\t1", dsr.streams("1")), [(3, "missing")] * 4),
    ],
)
def test_a_record_that_breaks_its_layout_is_told_with_its_row(tmp_path, body, expected):
    lines, report = read(tmp_path, dsr.report(*body, dsr.recording("z"), dsr.streams("z", 3)))
    assert codes(report)[: len(expected)] == expected
    assert lines[-1].plays == 3
    assert all(str(error.message) and str(error.remedy) for error in report.errors)


def test_a_bad_record_costs_its_own_block_alone(tmp_path):
    good = [text for n in range(5) for text in (dsr.recording(f"g{n}"), dsr.streams(f"g{n}", 2))]
    bad = (dsr.recording("b", duration="x"), dsr.streams("b", 2))
    lines, report = read(tmp_path, dsr.report(*good[:4], *bad, *good[4:]))
    assert len(lines) == 5
    assert codes(report) == [(7, "type")]


def test_bytes_that_are_no_utf_8_and_endless_lines_cost_their_own_block_alone(tmp_path):
    bad_bytes = dsr.recording("2", title="Chand\udcff").encode("utf-8", "surrogateescape")
    endless = dsr.recording("3", title="x" * 1_000_000).encode()
    rows = [
        dsr.recording("1").encode(), dsr.streams("1").encode(), bad_bytes, dsr.streams("2").encode(), endless,
        dsr.streams("3").encode(), dsr.recording("4").encode(), dsr.streams("4").encode(),
    ]  # fmt: skip
    content = b"\n".join([dsr.head().encode(), dsr.summary(usages=20).encode(), *rows, b"FOOT\t11"]) + b"\n"
    lines, report = read(tmp_path, content)
    assert [line.row_no for line in lines] == [4, 10]
    assert codes(report) == [(5, "undecodable"), (7, "line-too-long")]
    assert all(len(error.value) <= 120 and error.value.encode() for error in report.errors)


def test_records_behind_the_last_one_are_refused(tmp_path):
    text = dsr.report(*GOOD) + dsr.recording("9") + "\n"
    lines, report = read(tmp_path, text)
    assert len(lines) == 1
    assert codes(report) == [(7, "after-foot")]


def test_a_fraction_of_a_usage_is_refused_and_a_whole_decimal_read(tmp_path):
    assert whole_count("12.0") == 12
    body = dsr.record("SU03.02", "1", "U1", "1", "vid", "1.5", "2.0", "20260301", "20260331")
    _lines, report = read(tmp_path, dsr.report(dsr.recording("1"), body))
    assert codes(report) == [(4, "fraction")]


# --- bad files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty"),
        ("Title,Plays\nx,1\n", "dsr-no-head"),
        ("Title\tPlays\nx\t1\n", "dsr-no-head"),
        ("#comment\n", "dsr-no-head"),
        ("\n".join(GOOD), "dsr-no-head"),
        ("FOOT\t1\n", "dsr-no-head"),
        ("HEAD\tID1\tUgcProfile\t1.1\nFOOT\t2\n", "dsr-head"),
        (dsr.report(*GOOD, header=dsr.head(start="2026-04-01")), "dsr-head"),
        (dsr.report(*GOOD, header=dsr.head(start="2026-02-30")), "dsr-head"),
        (dsr.report(*GOOD, header=dsr.head(file="one")), "dsr-head"),
        (dsr.report(*GOOD, foot=""), "cut"),
        (b"PK\x03\x04", "wrong-kind"),
        (b"%PDF-1.7", "wrong-kind"),
        (b"<html>", "wrong-kind"),
        (gzip.compress(b"x", mtime=0), "wrong-kind"),
    ],
)
def test_a_file_that_is_no_whole_report_is_refused(tmp_path, content, code):
    assert refusal_of(tmp_path, content) == code


def test_a_report_cut_off_anywhere_is_refused(tmp_path):
    text = dsr.report(*GOOD * 3)
    for share in (10, 40, 90, 99):
        assert refusal_of(tmp_path, text[: len(text) * share // 100].rpartition("\nFOOT")[0] or text[:50]) in {
            "cut",
            "dsr-head",
        }


@pytest.mark.parametrize("share", [10, 50, 99])
def test_a_packed_report_cut_off_in_the_upload_is_refused(tmp_path, share):
    packed = gzip.compress(dsr.report(*GOOD * 200).encode())
    path = tmp_path / "upload"
    path.write_bytes(packed[: len(packed) * share // 100])
    with pytest.raises(FileRefused) as refusal, open_dsr(path, filename=dsr.NAME + ".gz") as reader:
        list(reader.chunks())
    assert refusal.value.code in {"cut", "gzip"}


def test_a_damaged_packed_report_is_refused(tmp_path):
    packed = bytearray(gzip.compress(dsr.report(*GOOD * 200).encode()))
    packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "upload"
    path.write_bytes(packed)
    with pytest.raises(FileRefused) as refusal, open_dsr(path, filename=dsr.NAME + ".gz") as reader:
        list(reader.chunks())
    assert refusal.value.code in {"gzip", "cut"}


def test_a_packed_bomb_is_stopped(tmp_path):
    bomb = dsr.report(*GOOD, foot="#" + "x" * 30_000_000)
    assert refusal_of(tmp_path, bomb, name=dsr.NAME + ".gz") == "archive-too-large"


def test_the_limits_of_bytes_and_rows_hold_for_reports_too(tmp_path):
    text = dsr.report(*GOOD)
    assert len(read(tmp_path, text, limits=TableLimits(file_bytes=len(text), rows=6))[0]) == 1
    assert refusal_of(tmp_path, text, limits=TableLimits(file_bytes=len(text) - 1)) == "file-size"
    assert refusal_of(tmp_path, text, limits=TableLimits(rows=5)) == "rows"


def test_a_report_without_blocks_is_a_report_of_no_usage(tmp_path):
    lines, report = read(tmp_path, dsr.report(summaries=[dsr.summary(usages=0)]))
    assert lines == []
    assert report.errors == report.notices == []
