"""C13: a table of works is checked row by row, taken where it passed, and given back where it did not."""

import csv
import io
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from cmo_portal.common import clock
from cmo_portal.common.shares import ShareRefused, read_share
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.tasks import run_job
from members.models import Member, Party, PartyName
from members.services.parties import PartyFacts, add_name
from tests.factories.members import make_member, make_party
from tests.factories.works import PERCENT, work
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from works.formats.bulk.columns import NAMES
from works.models import ImportedTransaction, LinkRequest, RegistrationFile, SplitProposal, Work, WorkShare
from works.queries.registrations import spoken
from works.rules.splits import WHOLE
from works.services import bulk
from works.services.recordings import NewRecording, link_recordings

Line = dict[str, str]


def line(work_: str, title: str, name: str, performing: str, **more: str) -> Line:
    return {"work": work_, "title": title, "name": name, "role": "CA", "performing_share": performing} | more


def csv_of(*lines: Line, names: tuple[str, ...] = NAMES) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(*lines: Line) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(list(NAMES))
    for each in lines:
        sheet.append([each.get(name, "") for name in NAMES])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def receive(data: bytes, by: Any, party: Party | None = None, name: str = "mine.csv") -> RegistrationFile:
    return bulk.receive_table(upload=io.BytesIO(data), filename=name, by=by, party=party)


def give_number(party: Party) -> None:
    name = party.names.get()
    name.ipi_name_number = "00000000297"
    name.save()


def take(file: RegistrationFile, by: Any) -> RegistrationFile:
    return bulk.start_taking(file=file, by=by, now=clock.now())


def statuses(file: RegistrationFile) -> list[str]:
    return list(ImportedTransaction.objects.filter(file=file).order_by("number").values_list("status", flat=True))


def told(file: RegistrationFile) -> list[tuple[int, str, str]]:
    """Line, column and message of every complaint."""
    rows = ImportedTransaction.objects.filter(file=file).order_by("number")
    return [(c["line"], c["record"], c["message"] % c["facts"]) for row in rows for c in row.complaints]


@pytest.fixture
def nazia(db: None) -> Member:
    member = make_member("Hassan", "Nazia")
    add_name(party=member.party, facts=PartyFacts("حسن", "نازیہ", name_type="DF"), by=None)
    return member


@pytest.fixture
def bilal(db: None) -> Member:
    return make_member("Hussain", "Bilal")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_is_checked_first_and_registers_on_a_yes(form: str, nazia: Member, bilal: Member) -> None:
    lines = [
        line("1", "Chandni Raat", "Nazia Hassan", "50", role="C", title_original="چاندنی رات", length_seconds="245"),
        line("1", "", "Bilal Hussain", "50", role="A", number=bilal.number),
        line("2", "Solo Song", "نازیہ حسن", "100", isrc="PKABC2600001", performer="Nazia"),
    ]
    data = (csv_of if form == "csv" else xlsx_of)(*lines)
    file = receive(data, nazia.user, nazia.party, f"mine.{form}")
    assert (file.state, file.format, statuses(file), told(file)) == ("checked", form.upper(), ["AS", "AS"], [])
    assert not Work.objects.exists()
    take(file, nazia.user)
    shared, solo = Work.objects.order_by("pk")
    assert [(w.state, w.registered_by) for w in (shared, solo)] == [("registered", nazia.party)] * 2
    assert {row.text for row in shared.titles.all()} == {"Chandni Raat", "چاندنی رات"} and shared.duration == 245
    assert set(WorkShare.objects.filter(work=shared).values_list("state", "party_id", "share")) == {
        ("unconfirmed", party.pk, 50 * PERCENT) for party in (nazia.party, bilal.party)
    }
    assert set(WorkShare.objects.filter(work=solo).values_list("state", flat=True)) == {"active"}
    assert SplitProposal.objects.get().work == shared
    assert solo.recordings.get().performers.get().name == "Nazia"


def test_every_fault_is_told_at_once_with_its_row_and_column(nazia: Member) -> None:
    data = csv_of(
        line("1", "چاندنی", "Nazia Hassan", "60", language="XX", length_seconds="4:05", iswc="T1", isrc="x"),
        line("1", "Other", "Somebody New", "fifty", role="ZZ", performer="Band"),
        line("", "Lost", "Nazia Hassan", "100"),
        line("2", "Sum", "Nazia Hassan", "99.99"),
        line("3", "Not mine", "Somebody New", "100"),
        line("4", "Member", "Nazia Hassan", "50"),
        line("4", "Member", "Nobody Known", "50", number="T999999"),
        line("5", "Good", "Nazia Hassan", "100"),
    )
    file = receive(data, nazia.user, nazia.party)
    assert statuses(file) == ["RJ", "RJ", "RJ", "RJ", "AS"]
    places = {(row, column) for row, column, _text in told(file)}
    assert places >= {
        (2, "title"), (2, "language"), (2, "length_seconds"), (2, "iswc"), (2, "isrc"), (3, "title"),
        (3, "performing_share"), (3, "role"), (5, "performing_share"), (6, "name"),
        (8, "number"),
    }  # fmt: skip
    assert file.report["complaints"][0]["line"] == 4
    assert take(file, nazia.user).report["accepted"] == 1
    assert Work.objects.get().title == "Good"


def test_a_text_that_has_no_room_is_refused_and_never_cut(nazia: Member) -> None:
    long = {"title": "Raat " * 90, "title_original": "رات " * 110, "performer": "Band " * 50}
    data = csv_of(
        line("1", long["title"], "Nazia Hassan", "50", **{k: long[k] for k in ("title_original", "performer")}),
        line("1", "", "Nobody Known " * 20, "50"),
        line("2", "R" * 400, "Nazia Hassan", "100", title_original="ر" * 400),
    )
    file = receive(data, nazia.user, nazia.party)
    assert statuses(file) == ["RJ", "AS"]
    refused = {(row, column) for row, column, text in told(file) if "there is room for" in text}
    assert refused == {(2, "title"), (2, "title_original"), (2, "performer"), (3, "name")}
    take(file, nazia.user)
    assert {len(row.text) for row in Work.objects.get().titles.all()} == {400}


def test_works_are_told_apart_by_the_whole_of_their_reference_and_one_that_is_too_long_is_told(nazia: Member) -> None:
    same = "a" * 40
    data = csv_of(
        line(f"{same}1", "Chandni", "Nazia Hassan", "100"),
        line(f"{same}2", "Saawan", "Nazia Hassan", "100"),
    )
    file = receive(data, nazia.user, nazia.party)
    assert statuses(file) == ["RJ", "RJ"]
    assert {(row, column) for row, column, _text in told(file)} == {(2, "work"), (3, "work")}


def test_a_title_is_kept_without_its_marks_of_direction(nazia: Member) -> None:
    file = receive(csv_of(line("1", "\u200fMarked\u200f", "Nazia Hassan", "100")), nazia.user, nazia.party)
    take(file, nazia.user)
    assert [row.text for row in Work.objects.get().titles.all()] == ["Marked"]


def test_a_co_writer_whose_name_sounds_like_the_sender_s_is_never_taken_for_her(nazia: Member) -> None:
    data = csv_of(
        line("1", "Two of us", "Nazia Hassan", "50"),
        line("1", "", "Nazya Hasan", "50"),
        line("2", "Twice me", "Nazia Hassan", "50"),
        line("2", "", "نازیہ حسن", "50"),
    )
    file = receive(data, nazia.user, nazia.party)
    assert statuses(file) == ["RJ", "RJ"]
    assert [(row, column) for row, column, _text in told(file)] == [(3, "number"), (5, "name")]
    other = csv_of(line("1", "Two of us", "Nazia Hassan", "50"), line("1", "", "Nazya Hasan", "50", number="new"))
    take(receive(other, nazia.user, nazia.party, "other.csv"), nazia.user)
    shares = WorkShare.objects.filter(work__title="Two of us", right="PR")
    assert set(shares.values_list("state", flat=True)) == {"unconfirmed"}
    assert shares.values("party").distinct().count() == 2


def test_the_rest_comes_back_in_the_same_form_and_passes_once_corrected(nazia: Member) -> None:
    data = csv_of(line("1", "Good", "Nazia Hassan", "100"), line("2", "Bad", "Nazia Hassan", "90"))
    file = take(receive(data, nazia.user, nazia.party), nazia.user)
    name, rest = bulk.refused_rows(file)
    assert name == "mine-refused.csv"
    rows = list(csv.DictReader(io.StringIO(rest.decode("utf-8-sig"))))
    assert [(row["title"], row["Row in your file"]) for row in rows] == [("Bad", "3")]
    assert "add up to 90.00" in rows[0]["What is wrong"] and "make 100" in rows[0]["What to do"]
    corrected = rest.replace(b",90,", b",100,")
    again = receive(corrected, nazia.user, nazia.party, "again.csv")
    assert statuses(again) == ["AS"]


def test_a_workbook_comes_back_as_a_workbook(nazia: Member) -> None:
    data = xlsx_of(line("1", "Good", "Nazia Hassan", "100"), line("2", "Bad", "Nazia Hassan", "90"))
    file = receive(data, nazia.user, nazia.party, "mine.xlsx")
    name, rest = bulk.refused_rows(file)
    rows = list(load_workbook(io.BytesIO(rest)).active.values)
    assert name.endswith(".xlsx") and [row[1] for row in rows] == ["title", "Bad"]


def test_the_same_bytes_are_refused_and_nothing_is_said_of_whose_they_were(nazia: Member, bilal: Member) -> None:
    data = csv_of(line("1", "Good", "Nazia Hassan", "100"))
    receive(data, nazia.user, nazia.party, "secret name.csv")
    with pytest.raises(ValidationError, match="secret name"):
        receive(data, nazia.user, nazia.party)
    with pytest.raises(ValidationError, match="by somebody else") as refusal:
        receive(data, bilal.user, bilal.party)
    assert "secret" not in str(refusal.value)


def test_a_table_without_its_columns_and_one_that_is_none_are_refused(nazia: Member) -> None:
    with pytest.raises(ValidationError, match="lacks the columns role"):
        receive(b"work,title,name,performing_share\n1,A,Nazia Hassan,100\n", nazia.user, nazia.party)
    with pytest.raises(ValidationError):
        receive(b"PK\x03\x04 broken", nazia.user, nazia.party, "mine.xlsx")
    assert not RegistrationFile.objects.exists()


def test_a_work_that_looks_alike_is_marked_and_taken_only_as_another_one(nazia: Member) -> None:
    known = work("Chaandni Raat", (nazia.party, "CA", 100), original="چاندنی رات")
    row = line("1", "Chandni Raat", "Nazia Hassan", "100", title_original="چاندنی رات")
    file = receive(csv_of(row), nazia.user, nazia.party)
    assert (file.state, statuses(file)) == ("refused", ["DU"])
    assert known.number in told(file)[0][2]
    other = take(receive(csv_of(row | {"another_work": "yes"}), nazia.user, nazia.party), nazia.user)
    assert statuses(other) == ["AC"]
    assert Work.objects.get(registered_by=nazia.party).state == "submitted"


def test_a_title_that_others_have_too_waits_for_the_desk_unless_the_desk_brings_it(
    nazia: Member, bilal: Member, staff: Any
) -> None:
    work("Yaad", (bilal.party, "CA", 100))
    take(receive(csv_of(line("1", "Yaad", "Nazia Hassan", "100")), nazia.user, nazia.party), nazia.user)
    assert Work.objects.get(registered_by=nazia.party).state == "submitted"
    desk = staff("documentation")
    row = line("1", "Yaad", "Carim Shah", "100")
    file = take(receive(csv_of(row), desk), desk)
    assert statuses(file) == ["AC"]
    third = Work.objects.get(shares__party__display_name="Carim Shah", shares__right="PR")
    assert (third.state, set(third.shares.values_list("state", flat=True))) == ("registered", {"active"})


def test_the_desk_says_in_which_territory_the_shares_of_a_work_hold(nazia: Member, staff: Any) -> None:
    by = staff("documentation")
    lines = [
        line("1", "Chandni Raat", "Nazia Hassan", "60", number=nazia.number, territory="Europe + Pakistan"),
        line("1", "Chandni Raat", "Somebody New", "40"),
        line("2", "Dil Ki Baat", "Nazia Hassan", "100", number=nazia.number),
        line("3", "Teri Yaad", "Nazia Hassan", "100", number=nazia.number, territory="Atlantis"),
    ]
    file = receive(csv_of(*lines), by)
    assert told(file) == [(5, "territory", "“Atlantis” is no territory that we know.")]
    take(file, by)
    held = WorkShare.objects.filter(right="PR").order_by("work__title", "-share")
    assert list(held.values_list("work__title", "territory")) == [
        ("Chandni Raat", "2120+0586"),
        ("Chandni Raat", "2120+0586"),
        ("Dil Ki Baat", "2136"),
    ]


def test_a_member_registers_for_the_whole_world(nazia: Member) -> None:
    sent = line("1", "Chandni Raat", "Nazia Hassan", "100", territory="Pakistan")
    file = receive(csv_of(sent), nazia.user, nazia.party)
    assert told(file) == [(2, "territory", "Members register their shares for the whole world.")]
    assert statuses(receive(csv_of(sent | {"territory": "World"}), nazia.user, nazia.party)) == ["AS"]


def test_a_recording_of_others_is_a_conflict_for_a_member(nazia: Member) -> None:
    theirs = work("Another", (make_party("X", "Y"), "CA", 100))
    link_recordings([(theirs, NewRecording("PKABC2600001"))])
    row = line("1", "Mine", "Nazia Hassan", "100", isrc="PK-ABC-26-00001")
    file = receive(csv_of(row), nazia.user, nazia.party)
    assert statuses(file) == ["CO"]
    assert told(file) == [
        (2, "isrc", f"This recording stands with our work {theirs.number}, in which others own shares.")
    ]
    own = line("1", "Mine", "Nazia Hassan", "100", isrc="PK-ABC-26-00002")
    assert statuses(receive(csv_of(own), nazia.user, nazia.party)) == ["AS"]


def test_a_recording_of_a_work_that_she_shares_is_a_conflict_for_a_member_and_waits_for_the_desk(
    nazia: Member, bilal: Member, staff: Any
) -> None:
    ours = work("Ours", (nazia.party, "CA", 50), (bilal.party, "C", 50), isrc="PKABC2600001")
    row = line("1", "Mine", "Nazia Hassan", "100", isrc="PK-ABC-26-00001")
    assert statuses(receive(csv_of(row), nazia.user, nazia.party)) == ["CO"]
    desk = staff("documentation")
    theirs = line("1", "Theirs", "Dara Shah", "100", isrc="PK-ABC-26-00001")
    file = receive(csv_of(theirs, line("2", "Second", "Carim Shah", "100")), desk)
    assert statuses(file) == ["AC", "AS"] and "the link to this work waits" in told(file)[0][2]
    take(file, desk)
    assert list(ours.recordings.get().works.all()) == [ours]
    assert LinkRequest.objects.get().recording.isrc == "PKABC2600001"


def test_one_recording_in_two_works_of_a_table_is_told(nazia: Member) -> None:
    rows = [line(str(n), f"Song {n}", "Nazia Hassan", "100", isrc="PK-ABC-26-00001") for n in (1, 2)]
    file = receive(csv_of(*rows), nazia.user, nazia.party)
    assert statuses(file) == ["AS", "RJ"]
    assert told(file) == [(3, "isrc", "Row 2 gives the same recording to another work.")]


def test_an_iswc_of_ours_is_a_conflict(nazia: Member) -> None:
    work("Another", (make_party("X", "Y"), "CA", 100), iswc="T0345246801")
    file = receive(csv_of(line("1", "Mine", "Nazia Hassan", "100", iswc="T-034.524.680-1")), nazia.user, nazia.party)
    assert statuses(file) == ["CO"]


def test_a_known_name_without_a_number_asks_who_is_meant(nazia: Member, bilal: Member) -> None:
    rows = [line("1", "Song", "Nazia Hassan", "50"), line("1", "", "bilal hussain", "50")]
    file = receive(csv_of(*rows), nazia.user, nazia.party)
    assert statuses(file) == ["RJ"] and "go by this name" in told(file)[0][2]
    rows[1]["number"] = "new"
    take(receive(csv_of(*rows), nazia.user, nazia.party), nazia.user)
    assert not WorkShare.objects.filter(party=bilal.party).exists()
    assert Party.objects.filter(display_name="bilal hussain").count() == 1


def test_a_number_that_belongs_to_another_name_is_refused_and_tells_no_name(nazia: Member, bilal: Member) -> None:
    rows = [line("1", "Song", "Nazia Hassan", "50"), line("1", "", "Carim Shah", "50", number=bilal.number)]
    file = receive(csv_of(*rows), nazia.user, nazia.party)
    assert statuses(file) == ["RJ"]
    assert "another name" in told(file)[0][2] and "Bilal" not in str(told(file))


def test_a_number_with_a_wrong_digit_is_told_once(nazia: Member) -> None:
    file = receive(csv_of(line("1", "Solo Song", "Nazia Hassan", "100", number="00000000396")), nazia.user, nazia.party)
    assert [(row, column) for row, column, _message in told(file)] == [(2, "number")]


def test_a_table_whose_works_are_all_rejected_is_not_said_to_hold_none(staff: Any, sign_in: Any) -> None:
    desk = staff("documentation")
    file = receive(csv_of(line("1", "Solo Song", "Nazia Hassan", "99")), desk)
    assert (file.state, statuses(file)) == ("refused", ["RJ"])
    page = sign_in(desk).get(f"/staff/registrations/{file.uid}/").content.decode()
    assert "No work of this file can be taken" in page and "holds no work" not in page


def test_a_title_that_looks_like_a_formula_comes_back_as_it_was_sent(nazia: Member) -> None:
    file = receive(csv_of(line("1", "=One Two", "Nazia Hassan", "99")), nazia.user, nazia.party)
    _name, back = bulk.refused_rows(file)
    assert "'=One Two" in back.decode("utf-8-sig")
    again = receive(back.replace(b"99", b"100"), nazia.user, nazia.party, "again.csv")
    assert list(ImportedTransaction.objects.filter(file=again).values_list("title", "status")) == [("=One Two", "AS")]


def test_faults_of_a_table_are_told_in_urdu_alone(nazia: Member) -> None:
    file = receive(csv_of(line("1", "Solo Song", "Nazia Hassan", "99")), nazia.user, nazia.party)
    with translation.override("ur"):
        said = spoken(ImportedTransaction.objects.get(file=file).complaints)[0].text
    assert "پیش کاری" in said and not re.search("[A-Za-z]", said)


SOMEBODY = "00000000297"


def test_a_number_stands_with_any_way_to_write_the_name(nazia: Member) -> None:
    gul = make_party("Gul Mary", "Naz")
    give_number(gul)
    rows = [line("1", "Song", "Nazia Hassan", "50"), line("1", "", "NAZ, GUL M", "50", number=SOMEBODY)]
    take(receive(csv_of(*rows), nazia.user, nazia.party), nazia.user)
    assert WorkShare.objects.filter(party=gul).exists()


def test_a_firm_named_after_the_person_of_the_number_is_somebody_else(nazia: Member) -> None:
    give_number(make_party("Gul", "Naz"))
    rows = [line("1", "Song", "Nazia Hassan", "50")]
    rows.append(line("1", "", "Gul Naz Music", "50", number=SOMEBODY) | {"role": "E"})
    assert statuses(receive(csv_of(*rows), nazia.user, nazia.party)) == ["RJ"]


def test_a_number_that_nobody_has_stands_with_one_name_in_a_table(nazia: Member) -> None:
    rows = []
    for number, name in enumerate(("Gul Naz", "Bano Rani", "NAZ GUL")):
        rows += [line(str(number), f"Song {number}", "Nazia Hassan", "50")]
        rows += [line(str(number), "", name, "50", number=SOMEBODY)]
    file = receive(csv_of(*rows), nazia.user, nazia.party)
    assert statuses(file) == ["AS", "RJ", "AS"]
    assert told(file) == [(5, "number", "Row 3 gives the number 00000000297 to Gul Naz: this is another name.")]


def test_the_same_new_name_in_one_table_is_one_person(nazia: Member) -> None:
    rows = []
    for number in range(3):
        rows += [line(str(number), f"Song {number}", "Nazia Hassan", "50"), line(str(number), "", "Gul Naz", "50")]
    take(receive(csv_of(*rows), nazia.user, nazia.party), nazia.user)
    assert Party.objects.filter(display_name="Gul Naz").count() == 1


def test_the_same_work_twice_in_one_table_is_told(nazia: Member) -> None:
    rows = [line("1", "Song", "Nazia Hassan", "100"), line("2", "SONG", "Nazia Hassan", "100")]
    file = receive(csv_of(*rows), nazia.user, nazia.party)
    assert statuses(file) == ["AS", "RJ"] and "Row 2 holds" in told(file)[0][2]


def test_nobody_hands_in_or_takes_for_another(nazia: Member, bilal: Member, staff: Any) -> None:
    data = csv_of(line("1", "Song", "Nazia Hassan", "100"))
    with pytest.raises(PermissionDenied):
        receive(data, bilal.user, nazia.party)
    with pytest.raises(PermissionDenied):
        receive(data, staff("finance"))
    with pytest.raises(PermissionDenied):
        take(receive(data, nazia.user, nazia.party), bilal.user)


# --- large tables ----------------------------------------------------------------------------------------------------


def large(count: int) -> bytes:
    rows: list[Line] = []
    for number in range(count):
        rows += [
            line(str(number), f"Song number {number} of many", "Nazia Hassan", "60"),
            line(str(number), "", f"Writer Number{number % 40} Of{number % 40}", "40"),
        ]
    return csv_of(*rows)


@pytest.mark.django_db(transaction=True)
def test_a_large_table_is_taken_by_a_worker_and_a_dead_one_is_followed(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1000)
    monkeypatch.setattr(bulk, "SLICE", 50)
    nazia = make_member("Hassan", "Nazia")
    file = receive(large(120), nazia.user, nazia.party)
    assert file.state == "received"
    run_job(Job.objects.get(state="pending").pk)
    file.refresh_from_db()
    assert (file.state, file.report["accepted"]) == ("checked", 120)
    take(file, nazia.user)
    settings.CMO_FAULT = "works.bulk.after_works:raise:2"
    run_job(Job.objects.get(state="pending").pk)
    assert Work.objects.count() == ImportedTransaction.objects.filter(taken=True).count() == 50
    settings.CMO_FAULT = ""
    with pytest.raises(ValidationError, match="being worked on"):
        take(file, nazia.user)
    run_job(Job.objects.get(state="pending").pk)
    file.refresh_from_db()
    job = Job.objects.order_by("-pk")[0]
    assert (file.state, Work.objects.count(), job.progress_done, job.progress_total) == ("imported", 120, 120, 120)
    assert Party.objects.filter(display_name__startswith="Writer").count() == 40


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hers(nazia: Member, sign_in: Any) -> Client:
    client: Client = sign_in(nazia.user)
    return client


def test_a_member_goes_from_the_template_to_registered_works(hers: Client, nazia: Member) -> None:
    empty = hers.get("/my/works/files/template.csv")
    assert empty.content.decode("utf-8-sig").strip().split(",") == list(NAMES)
    book = load_workbook(io.BytesIO(b"".join(hers.get("/my/works/files/template.xlsx").streaming_content)))
    assert [cell.value for cell in book.worksheets[0][1]] == list(NAMES) and len(book.worksheets) == 2
    assert hers.get("/my/works/files/template.exe").status_code == 404
    page = hers.get("/my/works/files/").content.decode()
    assert "performing_share" in page
    data = csv_of(line("1", "Good", "Nazia Hassan", "100"), line("2", "Bad", "Nazia Hassan", "90"))
    sent = hers.post("/my/works/files/", {"file": SimpleUploadedFile("mine.csv", data)})
    address = sent["Location"]
    shown = hers.get(address).content.decode()
    assert "Nothing is registered yet" in shown and "add up to 90.00" in shown and "The rest as a file" in shown
    hers.post(f"{address}take/")
    assert Work.objects.get().title == "Good"
    assert b"Bad" in b"".join(hers.get(f"{address}refused/").streaming_content)
    twice = hers.post("/my/works/files/", {"file": SimpleUploadedFile("mine.csv", data)})
    assert "handed in before" in twice.content.decode()


def test_a_publisher_hands_in_a_cwr_file_that_the_desk_takes(
    hers: Client, nazia: Member, staff: Any, sign_in: Any
) -> None:
    PartyName.objects.filter(party=nazia.party, name_type="PA").update(ipi_name_number="00000000199")  # the sender's
    song = changed(changed(WORK, "SPU", publisher_name="NAZIA HASSAN"), "PWR", publisher_name="NAZIA HASSAN")
    upload = SimpleUploadedFile("CW260001SPM_362.V21", cwr_file(("NWR", [song])))
    address = hers.post("/my/works/files/", {"file": upload})["Location"]
    assert "documentation desk looks at CWR" in hers.get(address).content.decode()
    assert hers.post(f"{address}take/").status_code == 404
    file = RegistrationFile.objects.get()
    desk = sign_in(staff("documentation"))
    desk.post(f"/staff/registrations/{file.uid}/import/")
    file.refresh_from_db()
    assert (file.state, file.party) == ("imported", nazia.party)


def test_another_member_s_table_does_not_exist_for_me(nazia: Member, bilal: Member, sign_in: Any) -> None:
    file = receive(csv_of(line("1", "Song", "Nazia Hassan", "100")), nazia.user, nazia.party)
    his = sign_in(bilal.user)
    for page in ("", "progress/", "refused/"):
        assert his.get(f"/my/works/files/{file.uid}/{page}").status_code == 404
    assert his.post(f"/my/works/files/{file.uid}/take/").status_code == 404


def test_the_register_of_imports_is_filtered_sorted_and_downloaded(nazia: Member, staff: Any, sign_in: Any) -> None:
    mine = receive(csv_of(line("1", "Song", "Nazia Hassan", "100")), nazia.user, nazia.party, "member.csv")
    desk = staff("documentation")
    receive(csv_of(line("1", "Desk", "Somebody New", "100")), desk, name="desk.csv")
    client = sign_in(desk)

    def names(query: str) -> list[str]:
        page = client.get(f"/staff/registrations/?{query}").content.decode()
        return sorted(name for name in ("member.csv", "desk.csv") if f"<bdi>{name}</bdi>" in page)

    assert names("") == names("form=table") == names("state=checked&sort=name") == ["desk.csv", "member.csv"]
    assert names("origin=member") == names("q=member") == ["member.csv"]
    assert names(f"q={bytes(mine.sha256).hex()[:12]}") == ["member.csv"]
    assert names("origin=staff") == ["desk.csv"] and names("form=cwr") == names("since=2999-01-01") == []
    table = client.get("/staff/registrations/?format=csv").content.decode()
    assert bytes(mine.sha256).hex() in table and "desk.csv" in table


@given(st.integers(0, WHOLE))
def test_a_share_that_is_written_is_read_back(units: int) -> None:
    whole, rest = divmod(units, 10_000)
    assert read_share(f"{whole}.{rest:04d} %") == units


@given(st.text(max_size=12))
def test_whatever_stands_in_a_share_is_read_or_refused(text: str) -> None:
    try:
        assert 0 <= read_share(text) <= WHOLE
    except ShareRefused as refusal:
        assert refusal.code in ("share", "decimals")
