"""Sales reports: taken by the same way as tables, held when a record is unknown, refused when they were cut off."""

import datetime as dt
import gzip
import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from cmo_portal.common.periods import Period
from royalties.models import UsageFile, UsageLine, UsageText
from royalties.services import usage
from tests.factories import usage as make
from tests.royalties.formats import dsr_files as dsr

pytestmark = pytest.mark.django_db
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))


def read(content: str | bytes, name: str = dsr.NAME) -> UsageFile:
    """A sales report that was handed in and read."""
    data = content if isinstance(content, bytes) else content.encode()
    return make.read(data, name, of=make.source("STREAMER", "dsr"), period=MARCH)


def test_a_report_is_read_without_a_mapping_and_taken() -> None:
    file = read(dsr.report(dsr.recording("1"), dsr.streams("1", 10)))
    assert (file.state, file.line_count, file.plays, file.seconds) == ("checked", 1, 10, 1860)
    usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    line, text = UsageLine.objects.get(), UsageText.objects.get()
    assert (line.row_no, line.source_row, line.shown_row, line.plays, line.territory) == (1, 4, 4, 10, "PK")
    assert (line.use_code, line.channel, line.used_on) == ("STREAM-OD", "Premium", None)
    assert (text.title, text.creators, text.isrc) == ("Chandni Raatein", "Feroze Nizami|Mushir Kazmi", "PKA012600001")


def test_a_recording_with_several_works_gives_a_line_for_each_of_them() -> None:
    body = [dsr.bare_recording("1"), dsr.work("1", "One"), dsr.work("1", "Two"), dsr.streams("1", 10)]
    file = read(dsr.report(*body))
    usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    rows = UsageLine.objects.order_by("row_no").values_list("row_no", "source_row", "parts", "plays")
    assert list(rows) == [(1, 6, 2, 10), (2, 6, 2, 10)]


def test_a_packed_report_is_read_like_a_plain_one() -> None:
    content = dsr.report(dsr.recording("1"), dsr.streams("1"))
    file = read(gzip.compress(content.encode()), dsr.NAME + ".gz")
    assert (file.state, file.line_count) == ("checked", 1)


def test_a_record_of_an_unknown_version_puts_the_whole_report_on_hold() -> None:
    newer = dsr.recording("2").replace("AS02.02", "AS02.09")
    file = read(dsr.report(dsr.recording("1"), dsr.streams("1"), newer, dsr.streams("2")))
    assert (file.state, file.line_count, file.report["spool"]) == ("held", 0, None)
    assert "AS02.09" in file.report["holds"][0]["message"]["en"]
    with pytest.raises(ValidationError, match="Read it first"):
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    assert UsageLine.objects.count() == 0


@pytest.mark.parametrize("share", [0.01, 0.4, 0.99])
def test_h07_a_report_that_was_cut_off_is_refused(share: float) -> None:
    blocks = [line for n in range(1, 40) for line in (dsr.recording(str(n)), dsr.streams(str(n)))]
    content = dsr.report(*blocks)
    file = read(content[: int(len(content) * share)])
    assert file.state == "refused" and file.line_count == 0
    assert file.report["refusal"]["message"]["en"]
    assert UsageLine.objects.count() == 0


def test_h07_a_packed_report_that_was_cut_off_is_refused() -> None:
    packed = gzip.compress(dsr.report(dsr.recording("1"), dsr.streams("1")).encode())
    assert read(packed[: len(packed) // 2], dsr.NAME + ".gz").state == "refused"


def test_a_negative_count_of_a_report_is_a_complaint_with_its_row() -> None:
    body = [dsr.recording("1"), dsr.streams("1", -5), dsr.recording("2"), dsr.streams("2")]
    file = read(dsr.report(*body))
    assert (file.state, file.line_count, file.refused_count) == ("checked", 1, 1)
    assert file.report["errors"][0]["row"] == 4
    lines = file.refused_rows.read().decode().splitlines()
    assert len(lines) == 2 and lines[1].startswith("SU02\t1") and "\t4\t" in lines[1]


def test_a_report_of_another_period_than_was_chosen_is_told() -> None:
    content = dsr.report(dsr.recording("1"), dsr.streams("1"))
    quarter = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    file = make.read(content.encode(), dsr.NAME, of=make.source("STREAMER", "dsr"), period=quarter)
    assert "period" in {notice["code"] for notice in file.report["notices"]}


def test_a_report_that_has_no_day_of_the_chosen_period_is_refused() -> None:
    content = dsr.report(dsr.recording("1"), dsr.streams("1"))
    file = make.read(content.encode(), dsr.NAME, of=make.source("STREAMER", "dsr"))
    assert file.state == "refused" and "2026-03-01 to 2026-03-31" in file.report["refusal"]["message"]["en"]
    with pytest.raises(ValidationError):
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)


def test_a_report_of_another_sender_than_before_is_told() -> None:
    first = read(dsr.report(dsr.recording("1"), dsr.streams("1")))
    assert "other-sender" not in {notice["code"] for notice in first.report["notices"]}
    other = dsr.report(dsr.recording("1"), dsr.streams("1", 7)).replace("PADPIDA1", "PADPIDA9")
    source = make.source("STREAMER", "dsr")
    second = make.read(other.encode(), dsr.NAME, of=source, period=MARCH, confirm_overlap=True)
    told = {notice["code"]: notice for notice in second.report["notices"]}
    assert "PADPIDA9" in told["other-sender"]["message"]["en"]


def test_a_table_handed_in_as_a_report_is_refused_with_words() -> None:
    file = read(make.table(make.row()), "log.tsv")
    assert file.state == "refused" and "HEAD" in file.report["refusal"]["message"]["en"]
    with pytest.raises(ValidationError, match="ends in .tsv"):
        read(make.table(make.row("x")), "log.csv")


def test_the_command_takes_the_period_of_a_report_from_the_report(tmp_path) -> None:
    make.source("STREAMER", "dsr")
    path = tmp_path / dsr.NAME
    path.write_text(dsr.report(dsr.recording("1"), dsr.streams("1")))
    out = io.StringIO()
    call_command("import_usage", str(path), "--source=STREAMER", "--json", stdout=out)
    assert json.loads(out.getvalue())["state"] == "landed"
    file = UsageFile.objects.get()
    assert (file.period_start, file.period_end) == (MARCH.start, MARCH.end)
