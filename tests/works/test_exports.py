"""Files of our repertoire: strict, complete or refused with a reason, and the same again after a way through a register."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.jobs.models import Job
from cmo_portal.jobs.tasks import run_job
from members.models import Party, PartyAffiliation
from members.services.parties import PartyFacts, register_party
from tests.factories.works import PERCENT, party, work
from tests.works.formats.cwr_files import read_all
from works.formats.cwr.layouts import layout_of
from works.formats.cwr.profile import STRICT
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_view import work_of
from works.models import ExportedWork, ExportFile, Work, WorkShare
from works.rules.identifiers import ipi_name_check_digits
from works.services import exporting
from works.services.describing import (
    NewDescription,
    NewInstrumentation,
    NewOrigin,
    NewPerformer,
    NewSource,
)
from works.services.descriptions import store_descriptions
from works.services.disputes import NewClaim, open_dispute
from works.services.imports import check_registration_file, import_registration_file
from works.services.registration import NewRecording, NewShare, NewTitle, NewWork, store_works

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
VERSIONS = ["2.1", "2.2"]


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def export(by: Any, version: str = "2.1", **options: Any) -> ExportFile:
    return exporting.export_repertoire(version=version, by=by, now=NOW, **options)


def data_of(file: ExportFile) -> bytes:
    with file.file.open("rb") as stream:
        data: bytes = stream.read()
    return data


def sent(file: ExportFile) -> list[WorkTransaction]:
    return [work_of(row) for row in read_all(data_of(file), file.filename, STRICT)[1]]


def complaints(file: ExportFile) -> list[list[str]]:
    if not file.complaints:
        return []
    with file.complaints.open("rb") as stream:
        return list(csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline="")))[1:]


def member_of(name: str, code: str = "362", number: int = 0) -> Party:
    """A party with an IPI name number whose rights the society of this code collects."""
    digits = f"{number or Party.objects.count() + 1:09d}"
    found = party(name, ipi=digits + ipi_name_check_digits(digits))
    PartyAffiliation.objects.bulk_create(
        PartyAffiliation(party=found, right=right, society_code=code) for right in ("PR", "MR", "SR")
    )
    return found


@contextmanager
def thrown_away() -> Iterator[None]:
    """A register of its own, gone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def take(data: bytes, name: str, by: Any) -> None:
    file = check_registration_file(upload=io.BytesIO(data), filename=name, by=by)
    file = import_registration_file(file=file, by=by, now=NOW)
    assert file.report["accepted"] == file.report["transactions"], file.report


# -- what a file says


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_has_full_lines_crlf_upper_case_and_right_counts(version: str, by: Any) -> None:
    for place in range(3):
        work(f"Dil ki baat {place}", (member_of("Sana Ahmed"), "CA", 100))
    file = export(by, version)
    data = data_of(file)
    assert file.state == "written" and file.report["complaints"] == []
    assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n") and max(data) < 0x7F
    assert data == data.upper()
    lines = data.decode("ascii").split("\r\n")[:-1]
    assert all(len(text) == layout_of(version, text[:3]).length for text in lines)  # type: ignore[union-attr]
    assert (file.report["records"], file.report["transactions"]) == (len(lines), 3)
    assert file.filename == f"CW260001362_000.V{version.replace('.', '')}"


def test_works_stand_in_the_order_of_their_numbers(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    numbers = [work(f"Song {place}", (owner, "CA", 100)).number for place in range(5)]
    assert [each.submitter_work_no for each in sent(export(by))] == sorted(numbers)


def test_an_unpublished_writer_of_ours_is_controlled_and_collects_in_the_world(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "C", 60), (member_of("Guest Writer", "052"), "A", 40))
    only = sent(export(by))[0]
    ours, other = only.writers
    assert (ours.is_controlled, ours.pr_ownership, ours.territories[0].tis_code) == (True, 600_000, "2136")
    assert ours.territories[0].collection == (600_000, 600_000, 0)
    assert (other.is_controlled, other.pr_society, other.territories) == (False, "052", ())


@pytest.mark.parametrize("version", VERSIONS)
def test_with_one_publisher_of_ours_its_writers_are_linked_to_it(version: str, by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 50), (member_of("Saffron Publishing"), "E", 50))
    only = sent(export(by, version))[0]
    link = only.writers[0].links[0]
    assert link.publisher_ip_no == only.publishers[0].ip_no and only.publishers[0].is_controlled
    assert link.publisher_seq == (1 if version == "2.2" else 0)


def test_with_several_publishers_no_link_is_claimed(by: Any) -> None:
    shares = [(member_of(f"House{place} Publishing"), "E", 25) for place in range(2)]
    work("Dil", (member_of("Sana Ahmed"), "CA", 50), *shares)
    only = sent(export(by))[0]
    assert [publisher.publisher_seq for publisher in only.publishers] == [1, 2]
    assert not only.writers[0].is_controlled and only.writers[0].links == ()


@pytest.mark.parametrize("count", range(1, 21))
def test_shares_of_any_number_of_writers_make_exactly_the_whole(count: int, by: Any) -> None:
    whole, rest = divmod(1_000_000, count)
    shares = tuple(
        NewShare(member_of(f"Writer Number{place}"), "CA", "PR", whole + (place < rest)) for place in range(count)
    )
    store_works(news=[NewWork(NewTitle("Song"), shares=shares)], source="test")
    only = sent(export(by))[0]
    assert sum(writer.pr_ownership for writer in only.writers) == 1_000_000


def test_what_nobody_owns_is_sent_as_an_unknown_writers_part_and_told(by: Any) -> None:
    store_works(
        news=[NewWork(NewTitle("Song"), shares=(NewShare(member_of("Sana Ahmed"), "CA", "PR", 70 * PERCENT),))],
        source="test",
    )
    file = export(by)
    unknown = sent(file)[0].writers[1]
    assert (unknown.writer_unknown, unknown.pr_ownership) == (True, 30 * PERCENT)
    assert [row[2:5] for row in complaints(file)] == [["sent without it", "OWR", "pr_ownership"]]


def test_a_title_in_urdu_goes_by_its_roman_form_and_letters_are_transliterated(by: Any) -> None:
    store_works(
        news=[
            NewWork(
                NewTitle("دل", "OT", "UR"),
                other_titles=(NewTitle("Dilé größer", "TT"),),
                shares=(NewShare(member_of("Sana Ahmed"), "CA", "PR", 1_000_000),),
            )
        ],
        source="test",
    )
    file = export(by)
    assert sent(file)[0].title == "DILE GROESSER"
    assert [row[5] for row in complaints(file)] == ["دل"]


# -- what a file cannot say


def refused(file: ExportFile) -> list[tuple[str, str]]:
    return [(row[0], row[4]) for row in complaints(file) if row[2] == "not sent"]


def test_a_work_that_cannot_be_written_stays_behind_with_its_reason_and_the_others_go(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    good = work("Good", (owner, "CA", 100))
    urdu = work("دل", (owner, "CA", 100))
    long = work("x" * 61, (owner, "CA", 100))
    silent = work("No owner")
    disputed = work("Disputed", (owner, "CA", 100))
    claim = NewClaim(member_of("Other Claimant"), "CA", 500_000)
    claims = [NewClaim(owner, "CA", 1_000_000), claim]
    open_dispute(work=disputed, right="PR", claims=claims, by=by, on=NOW.date())
    file = export(by)
    assert [each.submitter_work_no for each in sent(file)] == [good.number]
    assert {number for number, _field in refused(file)} == {urdu.number, long.number, silent.number, disputed.number}
    assert (file.report["sent"], file.report["refused"]) == (1, 4)
    assert list(ExportedWork.objects.values_list("work", flat=True)) == [good.pk]
    assert all(row[7] for row in complaints(file))


def test_a_numbered_rule_that_a_work_of_ours_breaks_is_named(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 40), (member_of("Saffron Publishing"), "E", 60))
    rules = {row[6] for row in complaints(export(by))}
    assert {"NWR-T-004", "NWR-T-009"} <= rules


def test_a_share_too_small_for_the_format_is_refused_not_dropped(by: Any) -> None:
    shares = (
        NewShare(member_of("Sana Ahmed"), "CA", "PR", 999_970),
        NewShare(member_of("Small Owner"), "CA", "PR", 30),
    )
    store_works(news=[NewWork(NewTitle("Song"), shares=shares)], source="test")
    file = export(by)
    assert file.state == "empty" and not file.file
    assert "0.01 %" in complaints(file)[0][7]


def test_a_check_digit_that_is_wrong_in_our_own_data_refuses_the_work(by: Any) -> None:
    owner = party("Sana Ahmed", ipi="00000000198")
    work("Dil", (owner, "CA", 100))
    assert refused(export(by)) != []


# -- again, and since


def test_a_work_sent_before_goes_out_as_a_revision_behind_the_new_ones(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    first = work("First", (owner, "CA", 100))
    export(by)
    second = work("Second", (owner, "CA", 100))
    file = export(by)
    assert [(each.transaction_type, each.submitter_work_no) for each in sent(file)] == [
        ("NWR", second.number),
        ("REV", first.number),
    ]
    assert (file.number, file.report["NWR"], file.report["REV"]) == (2, 1, 1)


def test_a_rejected_work_is_sent_as_new_once_more(by: Any) -> None:
    work("First", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    ExportedWork.objects.update(status="RJ", status_version="2.1", meaning="rejected")
    assert [each.transaction_type for each in sent(export(by))] == ["NWR"]


def test_since_takes_only_what_was_changed_since(by: Any) -> None:
    work("First", (member_of("Sana Ahmed"), "CA", 100))
    today = dt.datetime.now(dt.UTC).date()
    assert len(sent(export(by, since=today - dt.timedelta(days=1)))) == 1
    assert export(by, since=today + dt.timedelta(days=2)).state == "empty"


def test_another_persons_desk_may_not_export(staff: Any) -> None:
    with pytest.raises(PermissionDenied):
        export(staff("finance", email="purse@society.example"))


def test_a_version_or_receiver_that_no_file_name_holds_is_refused(by: Any) -> None:
    with pytest.raises(ValidationError):
        export(by, "3.0")
    with pytest.raises(ValidationError):
        export(by, receiver="a receiver")


def test_a_large_register_is_written_by_a_worker(by: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    for place in range(3):
        work(f"Song {place}", (member_of("Sana Ahmed"), "CA", 100))
    file = exporting.start_export(version="2.2", by=by, now=NOW)
    assert file.state == "waiting"
    with pytest.raises(ValidationError, match="being written"):
        export(by)
    run_job(Job.objects.get(state="pending").pk)
    file.refresh_from_db()
    assert (file.state, file.report["sent"]) == ("written", 3)


# -- the way through a register


def check_round_trip(version: str, by: Any, make: Any) -> bytes:
    """Exported, taken into an empty register and exported from there: the same bytes."""
    with thrown_away():
        make()
        file = export(by, version)
        first, name = data_of(file), file.filename
    assert not Work.objects.exists()
    with thrown_away():
        take(first, name, by)
        again = data_of(export(by, version))
    assert again.decode() == first.decode()
    return first


def make_repertoire() -> None:
    """A small repertoire with everything that a file of ours can say."""
    work("Number that is skipped")
    sana, guest, house = member_of("Sana Ahmed"), member_of("Guest Writer", "052"), member_of("Saffron House")
    namesakes = [register_party(facts=PartyFacts("Ali", "Muhammad"), by=None) for _place in range(2)]
    work("Zindagi", (sana, "CA", 100), isrc="PKZZ92600001")
    work("Dil", (guest, "A", 50), (sana, "C", 50), original="دل")
    work("Shehr", (sana, "CA", 25), (guest, "CA", 25), (house, "E", 50), isrc="PKZZ92600002")
    work("Namesakes", *((one, "CA", 50) for one in namesakes))
    work("Own house", (sana, "CA", 50), (sana, "E", 50))
    thirds = zip((namesakes[0], None, guest), (333_334, 333_333, 333_333), strict=True)
    store_works(
        news=[
            NewWork(
                NewTitle("Thirds", "OT", "UR"),
                other_titles=(NewTitle("Tihai", "TT", "UR"), NewTitle("THIRDS", "AT"), NewTitle("Sehar", "OL")),
                duration=200,
                shares=tuple(NewShare(one, "CA", "MR", share) for one, share in thirds),
                recordings=(
                    NewRecording("PKZZ92600003", "Thirds live", "The Band, Sana", 190),
                    NewRecording("PKZZ92600004", "Thirds", "", None),
                ),
            )
        ],
        source="test",
    )
    described = work("Raag malika", (sana, "CA", 100))
    Work.objects.filter(pk=described.pk).update(
        composite_type="MED", component_count=2, text_music="MTX", opus_number="12", grand_rights=False, work_type="CL"
    )
    sing = NewPerformer(last_name="Bano", first_name="Iqbal", ipi_name_number="")
    setting = NewInstrumentation(standard="", description="Sitar and tabla", instruments=(("SIT", 1),))
    writer = {"last_name": "Ahmed", "first_name": "Sana"}
    parts = tuple(NewSource(kind="component", title=title, writers=(writer,), duration=90) for title in ("One", "Two"))
    origin = NewOrigin(purpose="FIL", production_title="Shehr ki shaam", production_year=1971)
    description = NewDescription(performers=(sing,), instrumentations=(setting,), sources=parts, origins=(origin,))
    store_descriptions([(described, description)], "test")


@pytest.mark.parametrize("version", VERSIONS)
def test_export_import_export_gives_the_same_bytes(version: str, by: Any) -> None:
    assert check_round_trip(version, by, make_repertoire).count(b"\nNWR0") == 7


def test_our_own_numbers_come_back_and_are_never_given_again(by: Any) -> None:
    with thrown_away():
        number = f"W{int(work('Dil', (member_of('Sana Ahmed'), 'CA', 100)).number[1:]) + 500:07d}"
        Work.objects.update(number=number)
        file = export(by)
        data, name = data_of(file), file.filename
    take(data, name, by)
    assert Work.objects.get().number == number
    assert work("Next", (None, "CA", 100)).number > number
    assert set(WorkShare.objects.filter(work__number=number).values_list("source", flat=True)) == {"SO362"}


NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ '-", min_size=1, max_size=20).map(
    lambda text: " ".join(text.split())
).filter(lambda text: any(sign.isalpha() for sign in text))  # fmt: skip
TEXTS = st.text("abcdefghijKLMNÄÉñß 0123456789'!?(&", min_size=1, max_size=25).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip
SOCIETIES = st.sampled_from(["", "362", "052", "036"])
ROLES = st.sampled_from(["CA", "C", "A", "E"])
PEOPLE = st.lists(st.tuples(NAMES, st.just("") | NAMES, st.booleans(), SOCIETIES), min_size=1, max_size=4)
PARTS = st.lists(st.tuples(st.integers(-1, 3), ROLES, st.integers(1, 1000)), min_size=1, max_size=4)
RANDOM_WORKS = st.lists(
    st.fixed_dictionaries(
        {
            "title": TEXTS,
            "others": st.lists(st.tuples(TEXTS | st.just("شام"), st.sampled_from(["OT", "AT", "TT", "OL"])), max_size=2),
            "PR": PARTS,
            "MR": PARTS | st.just([]),
            "duration": st.none() | st.integers(1, 5000),
            "category": st.sampled_from(["POP", "JAZ", "UNC"]),
            "recordings": st.lists(
                st.tuples(st.integers(0, 5), TEXTS, st.sampled_from(["", "The Band", "A Singer, B Singer"]),
                          st.none() | st.integers(1, 900)), max_size=2, unique_by=lambda each: each[0]
            ),
        }
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PEOPLE, RANDOM_WORKS, st.sampled_from(VERSIONS))
def test_random_works_survive_the_way_through_a_register(
    by: Any, people: list[Any], works: list[dict[str, Any]], version: str
) -> None:
    with thrown_away():
        store_random(people, works)
        file = export(by, version)
        first, name = (data_of(file), file.filename) if file.file else (b"", "")
        assert file.report["sent"] + file.report["refused"] == len(works)
        assert file.state in ("written", "empty"), file.report
    if not first:
        return
    with thrown_away():
        take(first, name, by)
        assert data_of(export(by, version)).decode() == first.decode()


def store_random(people: list[Any], works: list[dict[str, Any]]) -> None:
    parties = []
    for number, (last, rest, has_ipi, society) in enumerate(people, start=1):
        ipi = f"{number:09d}" + ipi_name_check_digits(f"{number:09d}") if has_ipi else None
        parties.append(register_party(facts=PartyFacts(last_name=last, first_name=rest, ipi_name_number=ipi), by=None))
        if society:
            PartyAffiliation.objects.bulk_create(
                PartyAffiliation(party=parties[-1], right=right, society_code=society) for right in ("PR", "MR")
            )
    store_works(news=[random_work(each, parties) for each in works], source="test")


def random_work(each: dict[str, Any], parties: list[Party]) -> NewWork:
    shares = []
    for right in ("PR", "MR"):
        owners: dict[tuple[int, str], int] = {}
        for place, role, weight in each[right]:
            key = (place if place < 0 else place % len(parties), role)
            owners[key] = owners.get(key, 0) + weight
        total = sum(owners.values())
        shares += [
            NewShare(parties[place] if place >= 0 else None, role, right, max(1, weight * 1_000_000 // total))
            for (place, role), weight in owners.items()
        ]
    return NewWork(
        NewTitle(each["title"], "OT", "UR"),
        other_titles=tuple(NewTitle(text, kind) for text, kind in each["others"]),
        category=each["category"],
        duration=each["duration"],
        shares=tuple(shares),
        recordings=tuple(
            NewRecording(f"PKZZ9260000{place}", title, performer, duration)
            for place, title, performer, duration in each["recordings"]
        ),
    )


# -- the page and the command


def test_the_page_writes_a_file_and_offers_it_with_its_list_of_complaints(by: Any, sign_in: Any) -> None:
    client = sign_in(by)
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    work("دل", (member_of("Sana Ahmed"), "CA", 100))
    answer = client.post("/staff/exports/", {"version": "2.2", "since": "", "receiver": "052"})
    file = ExportFile.objects.get()
    assert answer.url == f"/staff/exports/{file.uid}/" and file.filename == "CW260001362_052.V22"
    page = client.get(answer.url).content.decode()
    assert "break no rule" in page and "List of complaints" in page
    got = client.get(f"{answer.url}file/")
    assert b"".join(got.streaming_content) == data_of(file)
    assert b"Add a title in Roman letters" in b"".join(client.get(f"{answer.url}complaints/").streaming_content)
    wrong = client.post("/staff/exports/", {"version": "2.2", "receiver": "a b"})
    assert "Write two to four letters or digits" in wrong.content.decode()


def test_the_command_writes_the_same_file_and_reports_it(by: Any, tmp_path: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    work("دل", (member_of("Sana Ahmed"), "CA", 100))
    out, said = io.StringIO(), tmp_path / "complaints.csv"
    call_command(
        "export_cwr",
        *("--version", "2.2", "--out", str(tmp_path / "out.V22"), "--complaints", str(said), "--json"),
        stdout=out,
    )
    report = json.loads(out.getvalue())
    assert (report["state"], report["sent"], report["refused"]) == ("written", 1, 1)
    assert (tmp_path / "out.V22").read_bytes() == data_of(ExportFile.objects.get())
    assert "no_roman" not in said.read_text("utf-8-sig") and "Roman letters" in said.read_text("utf-8-sig")
