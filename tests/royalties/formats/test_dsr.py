"""Sales reports of services: what becomes a usage line, what is told, what is refused and what waits on hold."""

import csv
import datetime as dt
import gzip
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.common.tables import DEFAULT_LIMITS, FileRefused, TableLimits
from royalties.formats.dsr import DsrRules, ReleaseRule, open_dsr, read_report_name
from royalties.formats.dsr.cells import names, plain, several, whole_count
from royalties.formats.dsr.layouts import layouts
from tests.royalties.formats import dsr_files as dsr

GOOD = (dsr.release("1"), dsr.recording("1"), dsr.streams("1"))


def read(tmp_path, content, *, name=dsr.NAME, limits=DEFAULT_LIMITS, rules=None):
    """Lines and report of a file."""
    with open_dsr(dsr.save(tmp_path, content, name), filename=name, limits=limits, rules=rules) as reader:
        lines = [line for chunk in reader.chunks() for line in chunk.lines()]
    return lines, reader.report


def refusal_of(tmp_path, content, **options):
    started = time.monotonic()
    with pytest.raises(FileRefused) as refusal:
        read(tmp_path, content, **options)
    assert time.monotonic() - started < 10
    assert str(refusal.value.message)
    assert str(refusal.value.remedy)
    return refusal.value.code


def codes(report):
    return [(error.row, error.code) for error in report.errors]


def notices(report):
    return {notice.code for notice in report.notices}


def test_a_good_report_becomes_lines_with_the_facts_of_its_summary(tmp_path):
    lines, report = read(tmp_path, dsr.report(*GOOD))
    assert report.errors == report.notices == report.holds == []
    line = lines[0]
    assert (line.row_no, line.title, line.performers) == (5, "Chandni Raatein", "Noor Jehan")
    assert (line.creators, line.isrc, line.iswc) == ("Feroze Nizami|Mushir Kazmi", "PKA012600001", "T0345246801")
    assert (line.plays, line.seconds, line.parts) == (10, 186, 1)
    assert (line.territory, line.channel, line.use_code, line.album) == ("PK", "Premium", "STREAM-OD", "Best of")
    assert (line.used_on, line.amount, line.source_id) == (None, None, "id-1-A1")
    assert line.raw == f"{dsr.recording('1')}\n{dsr.streams('1')}"
    assert (report.rows, report.blocks, report.lines, report.plays) == (6, 1, 1, 10)
    header = report.header
    assert (header.period_start, header.period_end) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert (header.sender, header.recipient, header.profile) == ("STREAMER", "SURSANGAM", "BasicAudioProfile")
    assert report.summaries[0].net_revenue == Decimal("9100000.50")
    assert report.summaries[0].counted == 10


def test_a_packed_report_reads_the_same(tmp_path):
    plain_lines, _report = read(tmp_path, dsr.report(*GOOD))
    packed_lines, report = read(tmp_path, dsr.report(*GOOD), name=dsr.NAME + ".gz")
    assert packed_lines == plain_lines
    assert report.errors == []


def test_line_ends_of_either_kind_and_comment_lines_are_read(tmp_path):
    text = dsr.report("#RE01\tBlockId", *GOOD, foot=dsr.record("FOOT", 6, 6, 1, 1, 1)).replace("\n", "\r\n")
    lines, report = read(tmp_path, text)
    assert len(lines) == 1
    assert report.errors == report.notices == []


def test_separators_that_only_python_splits_at_stay_inside_a_title(tmp_path):
    title = "Chand\u2028Raat\x85Dil\x0b"
    lines, report = read(tmp_path, dsr.report(dsr.recording("1", title=title), dsr.streams("1")))
    assert lines[0].title == "Chand\u2028Raat\x85Dil"
    assert notices(report) == {"stripped"}


def test_escaped_bars_and_bare_quotes_are_part_of_a_text(tmp_path):
    lines, _report = read(
        tmp_path, dsr.report(dsr.recording("1", title='Let \\| Me "Right', writers="A\\|B|C"), dsr.streams("1"))
    )
    assert lines[0].title == 'Let | Me "Right'
    assert lines[0].creators == "A/B|C"
    assert several("a\\|b|c||d\\\\") == ["a|b", "c", "d\\"]
    assert plain("a\\\\b") == "a\\b"
    assert names("") == ""


def test_a_recording_of_several_works_gives_a_line_a_work_with_its_plays_and_its_length_divided(tmp_path):
    body = (dsr.bare_recording("1"), dsr.work("1", "One", "A"), dsr.work("1", "Two", "B", "T-034.524.680-1"))
    lines, report = read(tmp_path, dsr.report(*body, dsr.streams("1")))
    assert [(line.title, line.creators, line.iswc) for line in lines] == [("One", "A", ""), ("Two", "B", "T0345246801")]
    assert [(line.plays, line.seconds, line.parts) for line in lines] == [(10, 91, 2), (10, 90, 2)]
    assert report.summaries[0].counted == 10


def test_a_recording_without_any_work_is_a_line_by_its_own_title(tmp_path):
    lines, _report = read(tmp_path, dsr.report(dsr.bare_recording("1"), dsr.streams("1")))
    assert [(line.title, line.parts, line.seconds) for line in lines] == [("Medley", 1, 181)]


def test_a_subtitle_stands_in_brackets_and_an_unknown_length_is_zero(tmp_path):
    body = dsr.recording("1", subtitle="Live", duration="PT0H0M0S")
    lines, _report = read(tmp_path, dsr.report(body, dsr.streams("1")))
    assert (lines[0].title, lines[0].seconds) == ("Chandni Raatein (Live)", 0)


def test_own_work_numbers_are_taken_from_the_society_s_own_namespace_alone(tmp_path):
    body = (dsr.recording("1", own="other::99|sur::007"), dsr.streams("1"))
    assert read(tmp_path, dsr.report(*body), rules=DsrRules(own_namespaces={"sur"}))[0][0].own_number == "007"
    assert read(tmp_path, dsr.report(*body))[0][0].own_number == ""


RELEASE = (
    dsr.release("1"),
    dsr.recording("1", "A1", "First"),
    dsr.recording("1", "A2", "Second"),
    dsr.recording("1", "A3", "Third"),
)


@pytest.mark.parametrize(("rule", "plays"), [(ReleaseRule.EACH_TRACK, [10, 10, 10]), (ReleaseRule.DIVIDE, [4, 3, 3])])
def test_the_count_of_a_release_is_spread_over_its_tracks_by_the_society_s_rule(tmp_path, rule, plays):
    body = (*RELEASE, dsr.streams("1", 10, resource="", of_release="R1"))
    lines, report = read(tmp_path, dsr.report(*body), rules=DsrRules(releases=rule))
    assert [line.plays for line in lines] == plays
    assert report.summaries[0].counted == 10
    assert report.notices == []


def test_a_sub_release_spreads_over_its_own_tracks(tmp_path):
    body = (
        *RELEASE,
        dsr.record("RE02", "1", "S1", "sub", "", "A2|A3"),
        dsr.streams("1", 10, resource="", of_release="S1"),
    )
    lines, _report = read(tmp_path, dsr.report(*body))
    assert [line.title for line in lines] == ["Second", "Third"]


def test_downloads_count_without_what_was_returned(tmp_path):
    usage = dsr.record("SU01", "1", "1", "tx", "", "A1", "true", "false", 10, 3)
    lines, _report = read(tmp_path, dsr.report(dsr.recording("1"), usage))
    assert lines[0].plays == 7


def test_usage_that_bears_no_royalties_is_left_out_and_counted(tmp_path):
    usage = dsr.streams("1").replace("\ttrue\t", "\tfalse\t")
    lines, report = read(tmp_path, dsr.report(dsr.recording("1"), usage))
    assert lines == []
    assert notices(report) == {"not-royalty-bearing"}
    assert report.summaries[0].counted == 10


def test_a_report_of_user_content_gives_lines_with_the_amount_of_the_service(tmp_path):
    body = (
        dsr.bare_recording("1"),
        dsr.work("1", "One", "A"),
        dsr.work("1", "Two", "B"),
        dsr.record("RU01", "1", "1", "vid1|vid2", "7|3"),
        dsr.record("SU03.01", "1", "U1", "1", "vid", 10, "2.125", "20260301", "20260331"),
        dsr.record("LI01.01", "1", "1", "Residual", "", "", "1.0000", "PerformingRight", "1.15", "0.0"),
    )
    lines, report = read(tmp_path, dsr.report(*body))
    assert [(line.amount, line.currency) for line in lines] == [(Decimal("2.125"), "PKR"), (None, "")]
    assert notices(report) == {"video-counts", "claims"}


def test_a_single_record_report_gives_a_line_a_record(tmp_path):
    cells = dict.fromkeys(layouts()["SR02"].place, "")
    cells |= {
        "SummaryRecordId": "1", "DspResourceId": "d1", "ISRC": "PKA012600001", "ResourceTitle": "Chandni Raatein",
        "ResourceDisplayArtistName": "Noor Jehan", "Duration": "PT3M", "ResourceType": "SoundRecording",
        "ComposerAuthor": "A|B", "ReleaseDisplayArtistName": "x", "ReleaseTitle": "Best of", "SalesTransactionId": "t",
        "IsRoyaltyBearing": "true", "NumberOfStreams": "10.0",
    }  # fmt: skip
    body = dsr.record("SR02", *cells.values())
    text = dsr.report(
        body,
        body,
        foot=dsr.record("SRFO", 5, 1),
        header=dsr.head("BasicAudioProfileSRB"),
        summaries=[dsr.summary(usages=20)],
    )
    lines, report = read(tmp_path, text)
    assert [(line.title, line.creators, line.plays, line.album) for line in lines] == [
        ("Chandni Raatein", "A|B", 10, "Best of")
    ] * 2
    assert report.errors == report.notices == []
    assert report.header.single_record_blocks
    assert report.blocks == 2


def test_a_cue_sheet_stands_for_its_programme(tmp_path):
    programme = dict.fromkeys(layouts()["AS03"].place, "")
    programme |= {
        "BlockId": "1", "ResourceReference": "V1", "DspResourceId": "v", "VideoType": "Movie", "Title": "Serial",
        "Duration": "PT40M", "DirectorName": "D",
    }  # fmt: skip
    usage = dict.fromkeys(layouts()["SU04"].place, "")
    usage |= {
        "BlockId": "1", "SummaryRecordId": "1", "SalesTransactionId": "t", "TransactedResource": "V1",
        "IsRoyaltyBearing": "true", "SalesUpgrade": "false", "Usages": "10", "Returns": "0",
    }  # fmt: skip
    cue = ("PT1M", "PT30S", "PKA012600009", "T0345246801", "Theme", "Band", "", "", "", "Writer")
    body = (
        dsr.record("AS03", *programme.values()),
        dsr.record("CU01", "1", "C1", *cue),
        dsr.record("CU01", "1", "C2", "", "PT12S", "", "", "Background"),
        dsr.record("SU04", *usage.values()),
    )
    lines, report = read(tmp_path, dsr.report(*body))
    assert report.errors == []
    assert [(line.title, line.creators, line.seconds, line.plays, line.section) for line in lines] == [
        ("Theme", "Writer", 30, 10, "Serial"),
        ("Background", "", 12, 10, "Serial"),
    ]


def test_broadcasts_of_a_radio_report_are_plays(tmp_path):
    place = dict.fromkeys(layouts()["SY08"].place, "")
    place |= {
        "SummaryRecordId": "1", "ServiceDescription": "Radio", "BroadcastStationOrChannel": "FM 101",
        "CommercialModel": "x", "UseType": "Broadcast", "Territory": "PK", "NumberOfBroadcasts": "4",
        "ListenerHours": "1.5", "Currency": "PKR", "NetRevenue": "1.0",
    }  # fmt: skip
    usage = dsr.record("SU05", "1", "1", "t", "A1", "true", 4)
    text = dsr.report(dsr.recording("1"), usage, summaries=[dsr.record("SY08", *place.values())])
    lines, report = read(tmp_path, text)
    assert report.errors == report.notices == []
    assert (lines[0].plays, lines[0].channel, lines[0].use_code) == (4, "FM 101", "BROADCAST")


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


# --- the table of layouts -----------------------------------------------------------------------------------------------


def test_the_table_of_layouts_knows_the_versions_by_their_number_of_cells():
    sizes = {record: layout.size for record, layout in layouts().items()}
    assert {record: sizes[record] for record in ("HEAD", "AS01", "AS01.01", "AS02", "AS02.01", "AS02.02", "AS02.03")} == {
        "HEAD": 16, "AS01": 11, "AS01.01": 12, "AS02": 20, "AS02.01": 21, "AS02.02": 22, "AS02.03": 23,
    }  # fmt: skip
    assert (sizes["MW01.01"], sizes["SY02.02"], sizes["SU02"], sizes["SR02"], sizes["FOOT"]) == (16, 22, 10, 36, 6)
    assert len(sizes) == 63


def test_every_layout_accepts_a_full_and_a_short_row_of_its_own_kind():
    samples = {
        "": "x",
        "i": "12",
        "d": "1.5",
        "b": "true",
        "t": "PT3M",
        "D": "2026-03-31",
        "m": "2026-03-31T10:00:00Z",
        "c": "PKR",
    }
    for layout in layouts().values():
        full = [layout.record, *(samples[cell.type] for cell in layout.cells)]
        assert layout.pattern.fullmatch("\t".join(full)), layout.record
        assert layout.pattern.fullmatch("\t".join(full[: layout.least + 1])), layout.record
        bare = [layout.record, *(samples[cell.type] if cell.mandatory else "" for cell in layout.cells)]
        assert layout.pattern.fullmatch("\t".join(bare)), layout.record
        assert list(layout.faults(bare)) == []
        if layout.least:
            assert not layout.pattern.fullmatch("\t".join(full[: layout.least])), layout.record


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(layouts())),
            st.lists(st.sampled_from(["", "1", "x", "PT3M", "A1", "true"]), max_size=24),
        ),
        max_size=8,
    )
)
def test_any_records_give_lines_or_complaints_and_nothing_else_happens(tmp_path, rows):
    body = [dsr.record(record, *cells) for record, cells in rows if record not in {"FOOT", "SRFO"}]
    try:
        lines, report = read(tmp_path, dsr.report(*body))
    except FileRefused as refusal:
        assert refusal.code
        return
    assert all(line.plays >= 0 and line.row_no > 1 for line in lines)
    assert report.lines == len(lines)


def test_line_rows_point_at_the_usage_record_in_the_file(tmp_path):
    body = [text for n in range(50) for text in good_block(n)]
    text = dsr.report(*body)
    lines, _report = read(tmp_path, text, limits=TableLimits(chunk_rows=7))
    rows = text.split("\n")
    assert len(lines) == 50
    assert all(rows[line.row_no - 1].startswith("SU02") for line in lines)
    assert Counter(line.plays for line in lines) == Counter(range(50))


def good_block(number):
    return dsr.release(str(number)), dsr.recording(str(number)), dsr.streams(str(number), number)


def test_the_golden_report_reads_as_its_golden_lines(tmp_path):
    data = Path(__file__).parents[2] / "data" / "usage"
    name = "DSR_SURSANGAM_STREAMER_Premium_2026-03_PK_1of1_20260415T101500.tsv"
    with open_dsr(data / name, filename=name, rules=DsrRules(own_namespaces={"sur"})) as reader:
        found = [[str(value) for value in line[:-1]] for chunk in reader.chunks() for line in chunk.lines()]
    with (data / "dsr_lines.csv").open(encoding="utf-8", newline="") as stream:
        expected = list(csv.reader(stream))
    assert found == expected[1:]
    assert reader.report.errors == reader.report.holds == []
