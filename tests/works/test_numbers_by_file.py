"""ISWC and IPI by file: the queue, the files out, the answers in, and what the database refuses."""

import csv
import datetime as dt
import hashlib
import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.kept_words import without_marks
from members.models import PartyName
from members.services.parties import PartyFacts, add_name
from tests.factories.works import party, work
from works.formats.number_files import ISWC_COLUMNS, IsrHeader, write_isr, write_table
from works.models import AnswerFile, NumberAnswer, NumberRequest, RequestFile, RequestLine, Work
from works.queries.number_requests import found_requests
from works.rules.identifiers import iswc_check_digit
from works.services import numbers

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
ISWC = "T0345246801"


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


def made(desk: User, run_jobs: Any, system: str = "iswc", layout: str = "csv") -> RequestFile:
    file = numbers.start_request_file(system=system, layout=layout, by=desk)
    run_jobs()
    file.refresh_from_db()
    return file


def rows_of(file: RequestFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(numbers.file_again(file).decode())))


def answer(text: str, desk: User, system: str = "iswc", name: str = "answers.csv") -> AnswerFile:
    upload = SimpleUploadedFile(name, text.encode())
    return numbers.receive_answers(upload=upload, filename=name, system=system, by=desk, now=NOW)


def outcome(file: AnswerFile) -> list[tuple[int, str]]:
    return list(NumberAnswer.objects.filter(file=file).order_by("row").values_list("row", "outcome"))


# --- the queue -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_everything_that_lacks_a_number_is_queued_by_one_act_and_once(desk: User) -> None:
    nazia = party("Nazia Hassan")
    work("Disco Deewane", (nazia, "CA", 100))
    work("Boom Boom", (party("Biddu", ipi="00014107338"), "CA", 100), iswc=ISWC)
    assert numbers.queue_missing_iswcs(by=desk) == 1
    assert numbers.queue_missing_ipis(by=desk) == 1
    assert numbers.queue_missing_iswcs(by=desk) == numbers.queue_missing_ipis(by=desk) == 0
    request = NumberRequest.objects.get(kind="ipi")
    assert request.name is not None and request.name.party == nazia and request.number.startswith("R0")
    assert Act.objects.filter(verb="request_numbers").count() == 2


@pytest.mark.django_db
def test_the_open_request_comes_back_when_it_is_made_again(desk: User) -> None:
    song = work("Boom Boom", (None, "CA", 100))
    first = numbers.request_iswc(work=song, by=desk)
    assert numbers.request_iswc(work=song, by=desk) == first
    numbers.withdraw_request(request=first, reason="asked by telephone", by=desk)
    assert numbers.request_iswc(work=song, by=desk) != first


@pytest.mark.django_db
def test_a_work_with_a_number_asks_for_none(desk: User) -> None:
    with pytest.raises(ValidationError, match="This work has an ISWC"):
        numbers.request_iswc(work=work("Boom", (None, "CA", 100), iswc=ISWC), by=desk)


@pytest.mark.django_db
def test_only_who_edits_works_asks_for_numbers(staff: Any) -> None:
    song = work("Boom", (None, "CA", 100))
    with pytest.raises(PermissionDenied):
        numbers.request_iswc(work=song, by=staff("auditor"))
    with pytest.raises(PermissionDenied):
        numbers.start_request_file(system="iswc", layout="csv", by=staff("auditor"))


# --- files out -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_file_holds_what_waits_and_is_made_again_byte_for_byte(desk: User, run_jobs: Any) -> None:
    nazia = party("Nazia Hassan", ipi="00014107338")
    song = work("Disco Deewane", (nazia, "C", 50), (party("Zoheb Hassan"), "A", 50), original="ڈسکو دیوانے")
    numbers.queue_missing_iswcs(by=desk)
    file = made(desk, run_jobs)
    [row] = rows_of(file)
    assert (row["act"], row["work_number"], row["title"]) == ("NEW", song.number, "Disco Deewane")
    assert row["other_titles"] == "ڈسکو دیوانے"
    assert row["writers"] == "Hassan / Nazia / C / 00014107338 | Hassan / Zoheb / A / "
    sent = numbers.file_again(file)
    song.title = "Another title"
    song.save()
    with override_settings(SOCIETY={"cisac_code": "999", "name": "Other"}):
        assert numbers.file_again(file) == sent
    assert hashlib.sha256(sent).digest() == bytes(file.sha256 or b"")
    assert NumberRequest.objects.get().state == "sent"


@pytest.mark.django_db
def test_a_request_is_sent_by_one_file_only(desk: User, run_jobs: Any) -> None:
    work("Disco Deewane", (None, "CA", 100))
    numbers.queue_missing_iswcs(by=desk)
    numbers.start_request_file(system="iswc", layout="csv", by=desk)
    with pytest.raises(ValidationError, match="being made already"):
        numbers.start_request_file(system="iswc", layout="csv", by=desk)
    run_jobs()
    with pytest.raises(ValidationError, match="Nothing waits"):
        numbers.start_request_file(system="iswc", layout="csv", by=desk)
    assert RequestLine.objects.count() == 1


@pytest.mark.django_db
def test_the_records_of_cwr_3_have_their_layout_and_leave_out_what_they_cannot_carry(desk: User, run_jobs: Any) -> None:
    nazia = party("Nazia Hassan", ipi="00014107338")
    work("Disco Deewane", (nazia, "CA", 100))
    work("Without number", (party("Zoheb Hassan"), "CA", 100))
    numbers.queue_missing_iswcs(by=desk)
    file = made(desk, run_jobs, layout="isr")
    lines = numbers.file_again(file).decode("ascii").split("\r\n")
    assert [line[:3] for line in lines] == ["HDR", "GRH", "ISR", "WRI", "GRT", "TRL", ""]
    assert [len(line) for line in lines[:-1]] == [195, 26, 107, 136, 24, 24]
    assert lines[0].startswith(f"HDRSO362 {'COMP':<45}"), "our name in the CISAC list, as in our other files"
    assert lines[3][33:44] == "00014107338" and lines[4][8:] == "0000000100000004" and lines[5][16:] == "00000006"
    assert file.filename == f"CW26{file.number:04d}362_0000_V3-0-0.ISR" and file.held_back == 1
    left = NumberRequest.objects.get(state="waiting")
    assert without_marks(left.message["en"]) == "Zoheb Hassan has no IPI name number yet."


@given(
    st.lists(
        st.dictionaries(st.sampled_from(ISWC_COLUMNS), st.text(st.characters(codec="utf-8"), max_size=20)), max_size=5
    )
)
def test_a_table_is_a_function_of_its_lines_and_runs_nothing(lines: list[dict[str, str]]) -> None:
    body = write_table(ISWC_COLUMNS, lines)
    assert body == write_table(ISWC_COLUMNS, lines)
    for row in list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]:
        assert not any(cell.startswith(("=", "@", "\t", "\r")) for cell in row)


@given(st.lists(st.text("ABC XYZ'", min_size=1, max_size=70), min_size=1, max_size=6))
def test_counts_and_lengths_of_an_isr_file_fit_whatever_it_holds(titles: list[str]) -> None:
    header = IsrHeader("362", "SOCIETY", "20261123", "090000", "F.ISR", "CMO PORTAL", "0.1.0")
    lines = [
        {"title": title, "language": "UR", "work_number": "W1", "iswc": "", "writers": "A / B / C / 00014107338"}
        for title in titles
    ]
    records = write_isr(header, lines).decode("ascii").split("\r\n")[:-1]
    assert int(records[-1][16:24]) == len(records)
    assert int(records[-2][16:24]) == len(records) - 2
    assert {len(record) for record in records if record[:3] == "ISR"} == {107}


# --- answers in ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(desk: User, run_jobs: Any) -> list[NumberRequest]:
    """Three works whose ISWC was asked for."""
    for title in ("Disco Deewane", "Boom Boom", "Aap Jaisa Koi"):
        work(title, (None, "CA", 100))
    numbers.queue_missing_iswcs(by=desk)
    made(desk, run_jobs)
    return list(NumberRequest.objects.select_related("work").order_by("pk"))


def number(nine: str) -> str:
    return f"T{nine}{iswc_check_digit(nine)}"


@pytest.mark.django_db
def test_answers_are_applied_each_at_its_row(asked: list[NumberRequest], desk: User) -> None:
    one, two, three = asked
    text = (
        "Your reference;Result;Preferred ISWC;Reason\n"
        f"{one.number};Assigned;T-034.524.680-1;\n"
        f"{two.number};Rejected;;Title too generic\n"
        f"{three.number};Possible matches;T-345.246.800-1;\n"
        "R9999999;OK;T-345.246.800-1;\n"
    )
    file = answer(text, desk)
    assert outcome(file) == [(2, "applied"), (3, "refused"), (4, "person"), (5, "unasked")]
    for request in asked:
        request.refresh_from_db()
    assert [request.state for request in asked] == ["answered", "refused", "person"]
    assert one.work is not None and Work.objects.get(pk=one.work.pk).iswc == ISWC
    assert without_marks(two.message["en"]) == "The agency says: Title too generic"
    assert Act.objects.filter(verb="give_iswc").count() == 1


@pytest.mark.django_db
def test_the_same_answers_again_change_nothing(asked: list[NumberRequest], desk: User) -> None:
    text = f"request,iswc\n{asked[0].number},{ISWC}\n"
    first = answer(text, desk)
    acts, answers = Act.objects.count(), NumberAnswer.objects.count()
    assert answer(text, desk, name="again.csv") == first
    assert (Act.objects.count(), NumberAnswer.objects.count()) == (acts, answers)
    other_bytes = answer(text + "\n", desk)
    assert outcome(other_bytes) == [(2, "known")]
    assert Act.objects.filter(verb="give_iswc").count() == 1


@pytest.mark.django_db
def test_an_iswc_of_another_work_is_refused_with_both_works_and_a_way_out(
    asked: list[NumberRequest], desk: User
) -> None:
    other = work("Boom Boom (remix)", (None, "CA", 100), iswc=ISWC)
    file = answer(f"request,status,iswc\n{asked[1].number},ok,{ISWC}\n", desk)
    assert outcome(file) == [(2, "person")]
    asked[1].refresh_from_db()
    assert asked[1].conflict == other
    assert other.number in without_marks(asked[1].message["en"]) and "merge the two works" in without_marks(
        asked[1].message["en"]
    )
    assert Work.objects.filter(iswc=ISWC).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "iswc", "code"),
    [
        ("ok", "T-034.524.680-2", "person"),
        ("ok", "none", "unread"),
        ("hmm", ISWC, "unread"),
        ("pending", "", "pending"),
    ],
)
def test_what_cannot_be_taken_over_is_said_and_changes_no_work(
    status: str, iswc: str, code: str, asked: list[NumberRequest], desk: User
) -> None:
    file = answer(f"request,status,iswc\n{asked[0].number},{status},{iswc}\n", desk)
    assert outcome(file) == [(2, code)]
    assert asked[0].work is not None and Work.objects.get(pk=asked[0].work.pk).iswc is None


@pytest.mark.django_db
def test_isa_and_isw_records_are_answers_too(asked: list[NumberRequest], desk: User) -> None:
    one, two = asked[0].work, asked[1].work
    assert one is not None and two is not None
    isa = f"ISA{0:08d}{0:08d}20261123090000000010000{0:04d}ISR{'DISCO DEEWANE':<60}  {one.number:<14}20261123{ISWC}UAS"
    isw = f"ISW{1:08d}{0:08d}{'BOOM BOOM':<60}UR{two.number:<14}{number('345246800')}"
    file = answer(f"HDRSO362\r\n{isa}\r\n{isw}\r\n", desk, name="answer.ISR")
    assert len(isa) == 147
    assert outcome(file) == [(2, "applied"), (3, "applied")]


@pytest.mark.django_db
def test_a_merge_by_the_agency_asks_a_person_to_merge_our_two_works(desk: User, run_jobs: Any) -> None:
    one = work("Boom Boom", (None, "CA", 100), iswc=ISWC)
    two = work("Boom Boom", (None, "CA", 100), iswc=number("345246800"))
    request = numbers.request_iswc_merge(work=one, other=two, by=desk)
    made(desk, run_jobs)
    answer(f"request,status,iswc\n{request.number},merged,{ISWC}\n", desk)
    request.refresh_from_db()
    assert request.state == "person" and request.conflict == two
    assert f"Merge {two} into {one} here too." in without_marks(request.message["en"])


@pytest.mark.django_db
def test_ipi_numbers_are_taken_over_with_their_check_digits(desk: User, run_jobs: Any) -> None:
    nazia = party("Nazia Hassan")
    work("Disco Deewane", (nazia, "CA", 100))
    numbers.queue_missing_ipis(by=desk)
    file = made(desk, run_jobs, "ipi")
    [row] = rows_of(file)
    assert (row["last_name"], row["first_name"], row["works"]) == ("Hassan", "Nazia", "Disco Deewane")
    answers = answer(f"request,IPI name number,IPI base number\n{row['request']},14107338,I-000000229-7\n", desk, "ipi")
    assert outcome(answers) == [(2, "applied")]
    nazia.refresh_from_db()
    assert PartyName.objects.get(party=nazia).ipi_name_number == "00014107338"
    assert nazia.ipi_base_number == "I-000000229-7"


@pytest.mark.django_db
def test_an_ipi_number_of_another_party_names_both(desk: User, run_jobs: Any) -> None:
    party("Biddu Appaiah", ipi="00014107338")
    work("Disco Deewane", (party("Nazia Hassan"), "CA", 100))
    numbers.queue_missing_ipis(by=desk)
    made(desk, run_jobs, "ipi")
    request = NumberRequest.objects.get()
    answer(f"request,ipi\n{request.number},14107338\n", desk, "ipi")
    request.refresh_from_db()
    assert request.state == "person"
    assert "Biddu Appaiah" in without_marks(request.message["en"]) and "Nazia Hassan" in without_marks(
        request.message["en"]
    )


@pytest.mark.django_db
def test_a_large_answer_is_read_by_a_worker_and_goes_on_where_another_died(
    asked: list[NumberRequest], desk: User, run_jobs: Any
) -> None:
    filler = "".join(f"R8{place:06d},ok,{ISWC}\n" for place in range(6_000))
    file = answer(f"request,status,iswc\n{filler}{asked[0].number},ok,{ISWC}\n", desk)
    assert file.state == "received"
    run_jobs()
    file.refresh_from_db()
    assert file.state == "read" and file.report["outcomes"] == [["applied", 1], ["unasked", 6000]]


@pytest.mark.django_db
def test_a_file_without_answers_is_refused_with_its_headings(desk: User) -> None:
    with pytest.raises(ValidationError, match="The headings are: song, artist"):
        answer("song,artist\nx,y\n", desk)
    assert not AnswerFile.objects.exists()


@pytest.mark.django_db
def test_requests_without_an_answer_are_listed_after_the_days_of_the_society(asked: list[NumberRequest]) -> None:
    NumberRequest.objects.filter(pk=asked[0].pk).update(sent_at=NOW - dt.timedelta(days=31))
    NumberRequest.objects.filter(pk=asked[1].pk).update(sent_at=NOW - dt.timedelta(days=29))
    assert NumberRequest.objects.filter(pk=asked[2].pk).update(sent_at=NOW)
    assert list(found_requests(now=NOW, state="late")) == [asked[0]]
    with override_settings(NUMBER_ANSWER_DAYS=7):
        assert found_requests(now=NOW, state="late").count() == 2


@pytest.mark.django_db
def test_a_request_put_back_is_sent_again_and_its_first_line_stays(
    asked: list[NumberRequest], desk: User, run_jobs: Any
) -> None:
    first = RequestFile.objects.get()
    before = numbers.file_again(first)
    numbers.put_back(request=asked[0], by=desk)
    second = made(desk, run_jobs)
    assert second.line_count == 1 and numbers.file_again(first) == before


# --- what the database refuses ---------------------------------------------------------------------------------------

BROKEN = {
    "request_names_what_it_is_for": "UPDATE works_numberrequest SET work_id = NULL",
    "sent_request_knows_when": "UPDATE works_numberrequest SET sent_at = NULL",
    "answered_request_knows_when": "UPDATE works_numberrequest SET state = 'answered'",
    "made_file_has_its_hash": "UPDATE works_requestfile SET sha256 = NULL",
    "one_open_request_per_work_and_kind": "INSERT INTO works_numberrequest (uid, number, kind, work_id, state, message)"
    " SELECT gen_random_uuid(), 'R' || id, kind, work_id, 'waiting', '{}' FROM works_numberrequest",
    "one_request_per_line|one_line_per_request": "INSERT INTO works_requestline (file_id, line_no, request_id, facts)"
    " SELECT file_id, line_no, request_id, facts FROM works_requestline",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_the_database_itself_refuses(name: str, asked: list[NumberRequest]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BROKEN[name])


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["works_requestline", "works_numberanswer"])
def test_what_was_sent_and_answered_is_never_changed(table: str, asked: list[NumberRequest], desk: User) -> None:
    answer(f"request,iswc\n{asked[0].number},{ISWC}\n", desk)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.own_database
@pytest.mark.django_db(transaction=True)
def test_a_file_whose_lines_were_changed_behind_our_back_is_not_given_out(
    asked: list[NumberRequest], desk: User, superuser_cursor: Any
) -> None:
    """The twin: without the guard a line is changed, and the hash tells."""
    file = RequestFile.objects.get()
    superuser_cursor.execute("ALTER TABLE works_requestline DISABLE TRIGGER ALL")
    superuser_cursor.execute("""UPDATE works_requestline SET facts = facts || '{"title": "Other"}'""")
    with pytest.raises(RuntimeError, match="is not the one that was sent"):
        numbers.file_again(file)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "outcome_code"),
    [("Boom Boom", "applied"), ("BOOM BOOM", "applied"), ("", "applied"), ("Disco Deewane", "person")],
)
def test_an_answer_that_names_another_title_goes_to_a_person(
    title: str, outcome_code: str, desk: User, run_jobs: Any
) -> None:
    song = work("Boom Boom", (None, "CA", 100))
    request = numbers.request_iswc(work=song, by=desk)
    made(desk, run_jobs)
    file = answer(f"request,title,status,iswc\n{request.number},{title},assigned,{ISWC}\n", desk)
    assert [code for _row, code in outcome(file)] == [outcome_code]
    song.refresh_from_db()
    assert song.iswc == (ISWC if outcome_code == "applied" else None)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["request", "CWR"])
def test_a_number_of_another_work_beside_the_request_goes_to_a_person(
    form: str, asked: list[NumberRequest], desk: User
) -> None:
    one, two = asked[0].work, asked[1].work
    assert one is not None and two is not None
    if form == "request":
        file = answer(f"request,work number,iswc\n{asked[0].number},{two.number},{ISWC}\n", desk)
    else:  # a notice that names our number with the title of another work
        isw = f"ISW{0:08d}{0:08d}{one.title.upper():<60}UR{two.number:<14}{ISWC}"
        file = answer(f"HDRSO362\r\n{isw}\r\n", desk, name="answer.V21")
    assert [code for _row, code in outcome(file)] == ["person"]
    assert not Work.objects.filter(iswc=ISWC).exists()
    again = answer(f"request,work number,iswc\n{asked[0].number},{one.number},{ISWC}\n", desk)
    assert outcome(again) == [(2, "applied")]


@pytest.mark.django_db
def test_the_number_of_a_merged_work_stands_for_the_one_that_took_its_place(desk: User, run_jobs: Any) -> None:
    kept, gone = work("Boom Boom", (None, "CA", 100)), work("Boom Boom", (None, "CA", 100))
    request = numbers.request_iswc(work=kept, by=desk)
    made(desk, run_jobs)
    Work.objects.filter(pk=gone.pk).update(state="merged", merged_into=kept)
    file = answer(f"request,work number,iswc\n{request.number},{gone.number},{ISWC}\n", desk)
    assert outcome(file) == [(2, "applied")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "cells", "code"),
    [
        ("last_name,first_name,name_in_own_script", "Hassan,Nazia,نازیہ حسن", "applied"),
        ("last_name,first_name", "HASSAN,NAZIA", "applied"),
        ("full name", "N. Hassan", "applied"),
        ("full name", "DISCO QUEEN", "applied"),
        ("last_name,first_name", "OTHER,TOTALLY", "person"),
        ("last_name,first_name,name_in_own_script", "Hassan,Nazia,بدو اپایا", "person"),
        ("name_in_own_script", "بدو اپایا", "person"),
        ("full name", "", "applied"),
    ],
)
def test_an_answer_with_another_name_goes_to_a_person(
    columns: str, cells: str, code: str, desk: User, run_jobs: Any
) -> None:
    nazia = party("Nazia Hassan")
    work("Disco Deewane", (nazia, "CA", 100))
    numbers.queue_missing_ipis(by=desk)
    add_name(party=nazia, facts=PartyFacts("Queen", "Disco", name_type="PP"), by=desk)
    file = made(desk, run_jobs, "ipi")
    [row] = rows_of(file)
    answers = answer(f"request,{columns},IPI name number\n{row['request']},{cells},14107338\n", desk, "ipi")
    assert outcome(answers) == [(2, code)]
    given = PartyName.objects.filter(party=nazia, ipi_name_number="00014107338")
    assert given.exists() == (code == "applied")


@pytest.mark.django_db
@pytest.mark.parametrize("system", ["iswc", "ipi"])
def test_a_yes_without_a_number_says_that_it_is_blank(system: str, desk: User, run_jobs: Any) -> None:
    work("Disco Deewane", (party("Nazia Hassan"), "CA", 100))
    numbers.queue_missing_iswcs(by=desk)
    numbers.queue_missing_ipis(by=desk)
    [row] = rows_of(made(desk, run_jobs, system))
    heading = {"iswc": "iswc", "ipi": "ipi name number"}[system]
    file = answer(f"request,status,{heading}\n{row['request']},assigned,\n", desk, system)
    assert outcome(file) == [(2, "unread")]
    assert "is blank" in without_marks(NumberAnswer.objects.get(file=file).message["en"])
