"""Usage files: read without a trace, taken whole or not at all, refused with a reason."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError

from cmo_portal.audit.models import Act
from cmo_portal.common.faults import InjectedFault
from cmo_portal.jobs.models import Job
from royalties.formats.mapped_csv import guess_mapping
from royalties.models import UsageFile, UsageLine, UsageMatch, UsageText
from royalties.queries import usage_lines
from royalties.services import usage
from royalties.services.usage import landing, reading
from tests.factories import royalties as money
from tests.factories import usage as make
from tests.factories.licensing import person
from tests.royalties.usage_folder import stored_files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_a_new_table_waits_for_its_mapping_and_touches_no_usage_table() -> None:
    file = make.received(make.table(make.row()))
    assert file.state == "mapping"
    assert UsageLine.objects.count() == UsageText.objects.count() == 0


def test_a_kind_of_use_that_no_rule_knows_is_told_with_its_rows() -> None:
    rows = [f"{make.row(time=time)},nonsense" for time in ("10:00:00", "11:00:00")]
    data = make.table(*rows, f"{make.row(time='12:00:00')},jingle", head=f"{make.HEAD},use")
    money.rule("distribution", money.WEIGHED)
    told = [notice for notice in make.read(data).report["notices"] if notice["code"] == "unknown-use"]
    assert [notice["count"] for notice in told] == [2] and "“nonsense”" in told[0]["message"]["en"]


def test_a_confirmed_mapping_reads_the_file_and_a_yes_takes_it() -> None:
    file = make.read(make.table(make.row(), make.row(time="11:00:00"), make.row("Dil Ki Baat", plays="1")))
    assert (file.state, file.line_count, file.text_count, file.plays) == ("checked", 3, 2, 5)
    assert UsageLine.objects.count() == 0
    file = usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    lines = list(UsageLine.objects.filter(file_id=file.pk).order_by("row_no"))
    assert [(line.row_no, line.text_no, line.plays, line.seconds) for line in lines] == [
        (2, 1, 2, 210),
        (3, 1, 2, 210),
        (4, 2, 1, 210),
    ]
    assert (lines[0].used_on, lines[0].used_at, lines[0].channel) == (dt.date(2026, 7, 15), "10:05:00", "FM 100")
    assert lines[0].shown_row == 2
    text = UsageText.objects.get(file_id=file.pk, text_no=1)
    assert (text.title, text.creators, text.performers) == ("Chand Raat", "Kamran Lodhi", "Tahira Naz")
    assert (text.line_count, text.plays, text.seconds, text.length) == (2, 4, 840, 210)


def test_every_character_of_a_row_survives_the_copy() -> None:
    title = 'Back\\slash "quoted" tab\\t نغمہ \N{MUSICAL NOTE}'
    data = make.table(make.row('"' + title.replace('"', '""') + '"'), make.row('"Line\r\nbreak"'))
    file = make.landed(data=data, match=False)
    titles = list(UsageText.objects.filter(file_id=file.pk).order_by("text_no").values_list("title", flat=True))
    assert titles == [title, "Line break"]
    raws = UsageLine.objects.filter(file_id=file.pk).order_by("row_no").values_list("raw", flat=True)
    assert raws[0].split("\t")[3] == title
    assert raws[1].split("\t")[3] in {"Line\r\nbreak", "Line\nbreak"}


def test_acts_of_a_set_list_make_texts_of_their_own() -> None:
    data = make.table("Chand,Headliner,2", "Chand,Support,1", "Chand,Headliner,1", head="Song,Act,Plays")
    file = make.landed(data=data, match=False)
    rows = UsageText.objects.filter(file_id=file.pk).order_by("text_no").values_list("section", "line_count", "plays")
    assert list(rows) == [("Headliner", 2, 3), ("Support", 1, 1)]


def test_taking_a_file_twice_takes_it_once_and_matches_it_once() -> None:
    file = make.read(make.table(make.row()))
    for _again in range(2):
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    assert UsageLine.objects.count() == 1
    assert Job.objects.filter(kind="royalties.match_usage").count() == 1
    assert Act.objects.filter(verb="land_usage").count() == 1


def test_the_spool_goes_when_the_file_is_taken(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        file = make.read(make.table(make.row()))
    spool = file.report["spool"]
    assert {Path(spool["lines"]).name, Path(spool["texts"]).name} <= stored_files()
    with django_capture_on_commit_callbacks(execute=True):
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    assert not {Path(spool["lines"]).name, Path(spool["texts"]).name} & stored_files()


def test_a_cut_spool_is_not_taken() -> None:
    file = make.read(make.table(*make.rows(["a", "b", "c"])))
    path = Path(settings.MEDIA_ROOT) / file.report["spool"]["lines"]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValidationError, match="Read the file again"):
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    assert UsageLine.objects.count() == 0


def test_what_stands_in_the_tables_must_be_what_was_read() -> None:
    file = make.read(make.table(*make.rows(["a", "b", "c"])))
    UsageFile.objects.filter(pk=file.pk).update(plays=7)
    with pytest.raises(landing.ControlTotalsDiffer), transaction.atomic():
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    assert UsageLine.objects.count() == 0


@pytest.mark.parametrize("point", ["before_write", "after_lines", "after_write"])
def test_a_fault_while_landing_leaves_nothing_and_the_next_try_succeeds(point: str, settings) -> None:
    file = make.read(make.table(make.row()))
    settings.CMO_FAULT = f"usage.land.{point}:raise:1"
    from cmo_portal.common import faults

    faults._passages.clear()
    with pytest.raises(InjectedFault), transaction.atomic():
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    settings.CMO_FAULT = ""
    assert UsageLine.objects.count() == UsageText.objects.count() == 0
    assert UsageFile.objects.get().state == "checked"
    assert usage.land_file(file=file, by=make.clerk(), now=make.NOW).state == "landed"
    assert UsageLine.objects.count() == 1


def test_m08_a_taken_file_stands_in_the_database() -> None:
    file = make.landed(make.row())
    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        UsageFile.objects.filter(pk=file.pk).update(state="checked")
    UsageFile.objects.filter(pk=file.pk).update(matched_at=make.NOW)


def test_lines_and_texts_cannot_be_changed_or_deleted_by_the_application() -> None:
    make.landed(make.row())
    for statement in ("UPDATE royalties_usageline SET plays = 9", "DELETE FROM royalties_usagetext"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def test_another_report_for_the_same_days_needs_a_yes() -> None:
    make.landed(make.row())
    with pytest.raises(usage.OverlappingFiles, match="july.csv"):
        make.received(make.table(make.row("Another")), "august.csv")
    assert make.received(make.table(make.row("Another")), "august.csv", confirm_overlap=True).pk


def test_of_an_overlapping_file_only_new_rows_are_taken() -> None:
    make.landed(make.row("One"), make.row("Two"), make.row("Two"))
    more = make.table(make.row("Two"), make.row("Three"), make.row("Two"), make.row("Two"), make.row("One"))
    file = make.read(more, "corrected.csv", confirm_overlap=True)
    assert (file.line_count, file.report["known_rows"]) == (2, 3)
    assert usage.land_file(file=file, by=make.clerk(), now=make.NOW).line_count == 2
    lines = UsageLine.objects.filter(file_id=file.pk).values_list("raw", flat=True)
    assert sorted(raw.split("\t")[3] for raw in lines) == ["Three", "Two"]


def test_a_person_may_say_that_repeated_rows_are_further_plays() -> None:
    make.landed(make.row("One"))
    file = make.read(make.table(make.row("One"), make.row("Two")), "second.csv", confirm_overlap=True)
    assert file.line_count == 1
    file = usage.allow_repeats(file=file, allowed=True, by=make.clerk(), now=make.NOW)
    assert (file.line_count, file.report["known_rows"]) == (2, 1)


def test_the_next_table_with_the_same_headings_is_read_by_itself() -> None:
    make.landed(make.row())
    file = make.received(make.table(make.row("August")), "august.csv", confirm_overlap=True)
    assert (file.state, file.mapping_version) == ("received", 1)
    assert usage.start_reading(file=file, by=make.clerk(), now=make.NOW).state == "checked"


def test_other_headings_are_asked_about_and_saved_beside_the_first() -> None:
    make.landed(make.row())
    file = make.read(make.table("Chand,3", head="Song,Times"), "list.csv", confirm_overlap=True)
    assert file.mapping_version == 2
    assert len(file.source.mapping) == 2
    assert make.source().mapping_version == 2


def test_a_repeated_row_is_told_and_taken() -> None:
    file = make.read(make.table(make.row(), make.row(), make.row("Other")))
    notice = next(notice for notice in file.report["notices"] if notice["code"] == "repeats")
    assert (notice["count"], notice["row"], file.line_count) == (1, 3, 3)


def test_what_was_found_is_kept_in_both_languages() -> None:
    file = make.read(make.table(make.row(), make.row(plays="many")))
    message = file.report["errors"][0]["message"]
    assert set(message) == {"en", "ur"} and message["en"] == "This cannot be read as a number."
    assert message["ur"] != message["en"]


def test_refused_rows_come_back_in_the_format_they_came_in() -> None:
    file = make.read(make.table(make.row(), make.row("=cmd()", plays="-3")))
    lines = file.refused_rows.read().decode().splitlines()
    assert lines[0].startswith(make.HEAD)
    assert "'=cmd()" in lines[1] and "A negative count is not allowed here." in lines[1] and ",3," in lines[1]
    assert usage.refused_rows_name(file) == "july-refused.csv"


def test_a_refused_file_may_come_again_and_is_taken_up_anew() -> None:
    file = make.read(make.table(make.row()))
    usage.refuse_file(file=file, reason="wrong station", by=make.clerk(), now=make.NOW)
    again = make.received(make.table(make.row()), of=make.source("OTHER"))
    assert (again.pk, again.state, again.source.code) == (file.pk, "mapping", "OTHER")


def test_a_file_is_refused_with_a_reason_and_never_after_it_was_taken() -> None:
    file = make.read(make.table(make.row()))
    with pytest.raises(ValidationError, match="Say why"):
        usage.refuse_file(file=file, reason=" ", by=make.clerk(), now=make.NOW)
    landed = make.landed(make.row("Else"), of=make.source("OTHER"))
    with pytest.raises(ValidationError, match="taken already"):
        usage.refuse_file(file=landed, reason="too late", by=make.clerk(), now=make.NOW)


def test_a_file_without_a_row_to_take_is_not_taken() -> None:
    file = make.read(make.table(make.row(plays="none")))
    with pytest.raises(ValidationError, match="No row of this file can be taken"):
        usage.land_file(file=file, by=make.clerk(), now=make.NOW)


def test_a_large_file_is_read_and_taken_by_workers(run_jobs, monkeypatch) -> None:
    monkeypatch.setattr(reading, "READ_AT_ONCE", 100)
    monkeypatch.setattr(landing, "TAKEN_AT_ONCE", 1)
    file = make.read(make.table(*make.rows(["a", "b"])))
    assert file.state == "reading"
    run_jobs()
    file.refresh_from_db()
    assert (file.state, file.line_count) == ("checked", 2)
    usage.start_landing(file=file, by=make.clerk(), now=make.NOW)
    usage.start_landing(file=file, by=make.clerk(), now=make.NOW)
    run_jobs()
    file.refresh_from_db()
    assert (file.state, UsageLine.objects.count(), UsageMatch.objects.count()) == ("landed", 2, 2)
    assert Job.objects.exclude(state="done").count() == 0


def test_a_worker_that_lost_its_lease_cannot_take_the_file(run_jobs, monkeypatch) -> None:
    from cmo_portal.jobs import services as jobs
    from royalties.usage_jobs import land_usage

    monkeypatch.setattr(landing, "TAKEN_AT_ONCE", 0)
    file = make.read(make.table(make.row()))
    usage.start_landing(file=file, by=make.clerk(), now=make.NOW)
    job = jobs.take(Job.objects.get(step="land").pk)
    jobs.cancel_jobs(subject=f"usage:{file.uid}")
    with pytest.raises(jobs.StaleToken), transaction.atomic():
        land_usage(job)
    assert UsageLine.objects.count() == 0


def test_only_the_usage_desk_takes_files() -> None:
    file = make.read(make.table(make.row()))
    for act in (usage.read_file, usage.land_file):
        with pytest.raises(PermissionDenied):
            act(file=file, by=person("finance"), now=make.NOW)
    with pytest.raises(PermissionDenied):
        usage.refuse_file(file=file, reason="no", by=person("documentation"), now=make.NOW)


def test_texts_are_numbered_by_their_first_line_and_albums_by_the_alphabet() -> None:
    head = "Title,Artist,Album,Plays"
    file = make.landed(data=make.table("B,X,Zulu,1", "A,X,,1", "B,X,Alpha,1", head=head), match=False)
    rows = UsageText.objects.filter(file_id=file.pk).order_by("text_no").values_list("title", "album")
    assert list(rows) == [("B", "Alpha"), ("A", "")]


def test_amounts_become_minor_units_and_other_currencies_stay_in_the_raw_row() -> None:
    data = make.table('Chand,2,"1,000.50"', head="Title,Plays,Amount")
    file = make.landed(data=data, match=False)
    assert UsageLine.objects.get(file_id=file.pk).source_amount == 100_050
    data = make.table("Chand,2,7.00", head="Title,Plays,Amount")
    waiting = make.received(data, "dollars.csv", of=make.source("USD"))
    look = usage.look_at(waiting)
    mapping = guess_mapping(look.headings, look.rows).mapping
    from dataclasses import replace

    read = make.mapped(waiting, replace(mapping, currency="USD"))
    assert "amounts" in {notice["code"] for notice in read.report["notices"]}
    landed = usage.land_file(file=read, by=make.clerk(), now=make.NOW)
    assert UsageLine.objects.get(file_id=landed.pk).source_amount is None


def test_plays_times_seconds_beyond_any_count_are_refused() -> None:
    file = make.read(make.table(make.row(), make.row(plays=str(2**53 - 1))))
    assert (file.line_count, file.refused_count) == (1, 1)
    assert file.report["errors"][0]["code"] == "too-much"


# --- the command ------------------------------------------------------------------------------------------------------


def run_command(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("import_usage", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_takes_and_matches_a_file(tmp_path: Path) -> None:
    make.source()
    path = tmp_path / "july.csv"
    path.write_bytes(make.table(make.row(), make.row("Dil")))
    period = "--period=2026-07-01..2026-09-30"
    with pytest.raises(CommandError, match="accept-guess"):
        run_command(str(path), "--source=FM100", period)
    report = run_command(str(path), "--source=FM100", period, "--accept-guess", "--dry-run")
    assert (report["state"], report["lines"], UsageFile.objects.count()) == ("checked", 2, 0)
    report = run_command(str(path), "--source=FM100", period, "--accept-guess")
    assert (report["state"], report["lines"], report["matched"][0]["outcome"]) == ("landed", 2, "none")
    with pytest.raises(CommandError, match="received before"):
        run_command(str(path), "--source=FM100", period)


def test_the_command_reads_by_a_mapping_from_a_file(tmp_path: Path) -> None:
    make.source()
    path, mapping = tmp_path / "list.csv", tmp_path / "mapping.json"
    path.write_bytes(make.table("Chand,7", head="Was,Anzahl"))
    mapping.write_text(json.dumps({"columns": [["Was", "title"], ["Anzahl", "plays"]]}))
    given = [str(path), "--source=FM100", "--period=2026-07-01..2026-07-31", f"--mapping={mapping}"]
    assert run_command(*given)["plays"] == 7
    mapping.write_text(json.dumps({"columns": [["Was", "nonsense"]], "one_row_one_play": True}))
    path.write_bytes(make.table("Chand,8", head="Was,Anzahl"))
    with pytest.raises(CommandError, match="nonsense is no field"):
        run_command(*given, "--confirm-overlap")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 100])
def test_a_large_file_is_kept_in_parts_that_hold_whole_texts(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows come at a time: every row once, in order of text and row, no text in two parts."""
    monkeypatch.setattr(usage_lines, "LINES_A_PART", size)
    titles = "ABBCAABDA"
    file = make.landed(*(make.row(title, time=f"{10 + hour}:00:00") for hour, title in enumerate(titles)))
    parts = list(usage_lines.stored_lines(file.pk))
    texts = [set(part.lines.text_no.tolist()) for part in parts]
    assert sum(len(one) for one in texts) == len(set().union(*texts)) == 4
    kept = [row for part in parts for row in zip(part.lines.text_no.tolist(), part.lines.row_no.tolist(), strict=True)]
    assert kept == sorted(UsageLine.objects.filter(file_id=file.pk).values_list("text_no", "row_no"))
    minutes = {row: minute for part in parts for row, minute in zip(part.lines.row_no, part.lines.minute, strict=True)}
    assert [minutes[row] for row in sorted(minutes)] == [(10 + hour) * 60 for hour in range(len(titles))]
    assert size >= len(titles) or len(parts) > 1
