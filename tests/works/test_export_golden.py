"""Files of a small repertoire with everything that is told of others: their numbers, notes to societies, chains in which
nobody is ours, acquirers, an agreement on one right. Laid down in tests/data/cwr, and the same after a way through a
register.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from members.models import Party
from tests.factories.works import work
from tests.works.export_files import (
    START,
    VERSIONS,
    agree,
    check_round_trip,
    complaints,
    data_of,
    export,
    member_of,
    sent,
    sides_of,
    take,
    thrown_away,
)
from works.formats.cwr.work import WorkTransaction
from works.models import SocietyNote, Work, WorkIdentifier, WorkShare
from works.services.agreements import NewAgreement, Terms, record_agreement
from works.services.describing import NewDescription, NewIdentifier, NewNote, NewSubmission
from works.services.descriptions import store_descriptions

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent.parent / "data" / "cwr"
CHAIN = [("FIRST", ["2136", "0826"]), ("SECOND", ["0826"])]


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def make_told_of_others(by: Any) -> None:
    sana, ali, house = member_of("Sana Ahmed"), member_of("Ali Khan"), member_of("INDUS HOUSE")
    london, bombay = member_of("LONDON MUSIC", "052"), member_of("BOMBAY SONGS", "036")
    delhi, buyers, old = member_of("DELHI SONGS", "036"), member_of("BUYERS"), member_of("OLD")
    numbered = work("Dil", (sana, "CA", 50), (house, "E", 50))
    store_descriptions([(numbered, described())], "PB199")
    WorkIdentifier.objects.create(work=numbered, issuer="SO52", value="PRS 4711")
    agree(by, house, london, territory="0826")
    work("Shehr", (sana, "CA", 50), (bombay, "E", 50))
    agree(by, bombay, delhi, territory="0356")
    bought = work("Raat", (sana, "CA", 50), (buyers, "AQ", 50))
    store_descriptions([(bought, NewDescription(submission=acquired_from(old, buyers)))], "PB199")
    agree(by, buyers, london, territory="0826")
    work("Savera", (sana, "CA", 50), (delhi, "AQ", 50))
    work("Subah", (ali, "CA", 100))
    guest, first, second = member_of("Guest", "036"), member_of("FIRST", "036"), member_of("SECOND", "052")
    work("Shaam", (guest, "CA", 50), (first, "E", 50))
    agree(by, first, second, territory="0826")
    give_one_right(by, ali, house)


def described() -> NewDescription:
    """Numbers of every kind and notes to societies."""
    return NewDescription(
        identifiers=(
            NewIdentifier(issuer="ISW", value="T0345246801"),
            NewIdentifier(issuer="036", value="IP-99", validity="unlinked"),
            NewIdentifier(issuer="ISR", value="PKZZ92600001", identifier_type="R"),
            NewIdentifier(issuer="PB199", value="HOUSE 7"),
        ),
        notes=(
            NewNote(society="000", subject="DW", text="Not the film song of 1971"),
            NewNote(society="052", number="PRS 4711", right="PER"),
            NewNote(society="362", number="OURS"),
        ),
    )


def acquired_from(original: Party, acquirer: Party) -> NewSubmission:
    """The word of a sender who registered the chain of an acquirer."""
    chain = [
        {"publisher_seq": 1, "publisher_type": kind, "ipi_name_no": one.names.get().ipi_name_number}
        for kind, one in (("E", original), ("AQ", acquirer))
    ]
    return NewSubmission(transaction_type="NWR", version="2.1", details={"publishers": chain})


def give_one_right(by: Any, writer: Party, house: Party) -> None:
    """An agreement of a writer on the performing right alone; the house collects for another owner as well."""
    terms = Terms(agreement_type="OG", start_date=START)
    record_agreement(new=NewAgreement(terms, sides_of([writer], [house], 40, (1, 0)), ()), by=by)
    agree(by, Party.objects.get(display_name="BOMBAY SONGS"), house, territory="0586")


def renumbered(data: bytes) -> list[str]:
    """The lines behind the header, with our numbers of works and agreements counted in the order of the file."""
    counted: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        kind = match[0][0]
        return counted.setdefault(match[0], f"{kind}{sum(one[0] == kind for one in counted) + 1:07d}")

    return re.sub(r"\b[WA]\d{7}(?=\s)", number, data.decode("ascii")).split("\r\n")[1:]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_told_of_others_is_written_as_laid_down_and_comes_back_the_same(version: str, by: Any) -> None:
    data = check_round_trip(version, by, lambda: make_told_of_others(by))
    laid_down = (DATA / f"repertoire.V{version.replace('.', '')}").read_bytes()
    assert renumbered(data) == laid_down.decode("ascii").split("\r\n")[1:]


def by_title(only: list[WorkTransaction]) -> dict[str, WorkTransaction]:
    return {each.title: each for each in only}


def test_numbers_of_organisations_are_cross_references_and_notes_go_to_their_societies(by: Any) -> None:
    make_told_of_others(by)
    song = by_title(sent(export(by, "2.2")))["DIL"]
    assert [(each.organisation_code, each.identifier, each.identifier_type, each.validity)
            for each in song.cross_references] == [
        ("036", "IP-99", "W", "U"), ("ISR", "PKZZ92600001", "R", "Y"), ("ISW", "T0345246801", "W", "Y")
    ]  # fmt: skip
    assert [(each.society, each.work_no, each.type_of_right, each.note) for each in song.information] == [
        ("000", "", "ALL", "NOT THE FILM SONG OF 1971"),
        ("052", "PRS 4711", "PER", ""),
    ]


def test_a_number_that_2_1_has_no_place_for_is_left_out_and_told(by: Any) -> None:
    make_told_of_others(by)
    SocietyNote.objects.filter(society="052").delete()
    file = export(by, "2.1")
    song = by_title(sent(file))["DIL"]
    assert ("052", "PRS 4711", "ALL") in [(each.society, each.work_no, each.type_of_right) for each in song.information]
    told = [(row[3], row[5]) for row in complaints(file) if row[1] == "Dil"]
    assert sorted(told) == [("XRF", "IP-99"), ("XRF", "PKZZ92600001"), ("XRF", "T0345246801")]


def test_a_note_that_cannot_be_written_is_told(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    notes = (NewNote(society="052", subject="DW", text="یہ فلم کا گیت نہیں"), NewNote(society="052", text="No subject"))
    store_descriptions([(song, NewDescription(notes=notes))], "PB199")
    file = export(by)
    assert sent(file)[0].information == ()
    assert [row[3:5] for row in complaints(file)] == [["ARI", "note"]] * 2


@pytest.mark.parametrize(("version", "told"), [("2.1", [("FIRST", [])]), ("2.2", CHAIN)])
def test_a_chain_in_which_nobody_is_ours_tells_in_2_2_where_it_collects(version: str, told: Any, by: Any) -> None:
    make_told_of_others(by)
    file = export(by, version)
    only = by_title(sent(file))["SHAAM"]
    assert not any(each.is_controlled for each in only.publishers)
    assert [(each.publisher_name, [line.tis_code for line in each.territories]) for each in only.publishers] == told
    assert ("OPU" in [row[3] for row in complaints(file)]) == (version == "2.1")


def test_an_acquirer_stands_behind_the_original_publisher_that_its_registration_names(by: Any) -> None:
    make_told_of_others(by)
    found = by_title(sent(export(by)))
    assert [(each.publisher_name, each.publisher_type, each.mr_ownership) for each in found["RAAT"].publishers] == [
        ("OLD", "E", 0),
        ("BUYERS", "AQ", 500_000),
        ("LONDON MUSIC", "SE", 0),
    ]
    unknown, acquirer = found["SAVERA"].publishers
    assert (unknown.publisher_unknown, unknown.publisher_type, acquirer.publisher_type) == (True, "E", "AQ")


def test_an_acquirer_of_ours_without_its_original_publisher_keeps_the_work_back(by: Any) -> None:
    work("Raat", (member_of("Sana Ahmed"), "CA", 50), (member_of("BUYERS"), "AQ", 50))
    file = export(by)
    assert file.state == "empty"
    assert [row[3:6] for row in complaints(file)] == [["SPU", "publisher_type", "BUYERS"]]


def test_an_agreement_on_one_right_gives_nothing_more_when_it_comes_back(by: Any) -> None:
    """The house owns both rights of one work and one right of the other; the writer keeps the rest of his."""
    with thrown_away():
        ali, house = member_of("Ali Khan"), member_of("INDUS HOUSE")
        work("Both", (ali, "CA", 50), (house, "E", 50))
        work("One", (ali, "CA", 100))
        give = sides_of([ali], [house], 50, (1, 0))
        record_agreement(new=NewAgreement(Terms(agreement_type="OG", start_date=START), give, ()), by=by)
        file = export(by)
        data, name = data_of(file), file.filename
    take(data, name, by)
    shares = WorkShare.objects.filter(work__title="ONE").order_by("right", "role")
    assert list(shares.values_list("right", "role", "share")) == [
        ("MR", "CA", 1_000_000),
        ("PR", "CA", 500_000),
        ("PR", "E", 500_000),
    ]
    assert data_of(export(by)) == data
    assert Work.objects.count() == 2
