"""Sales reports of services: what becomes a usage line, what is told, what is refused and what waits on hold."""

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.common.tables import FileRefused, TableLimits
from royalties.formats.dsr import DsrRules, ReleaseRule, open_dsr
from royalties.formats.dsr.cells import names, plain, several
from royalties.formats.dsr.layouts import layouts
from tests.royalties.formats import dsr_files as dsr
from tests.royalties.formats.dsr_reading import GOOD, notices, read


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
