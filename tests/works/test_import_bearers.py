"""An IPI number in a registration file decides who is paid only together with a name that fits it."""

from typing import Any

import pytest

from members.models import PartyName
from members.models.parties import NameType
from members.services.parties import PartyFacts, add_name, register_party
from tests.factories.works import party
from tests.works.formats.cwr_files import changed, cwr_file
from tests.works.import_files import answers, as_revision, check, numbered, statuses, take
from tests.works.test_import_agreements import specific
from works.models import Agreement, ImportedTransaction, WorkShare
from works.services import imports

pytestmark = pytest.mark.django_db
SANA, SAFFRON = "00000000297", "00000000199"  # of the writer and of the publisher in every work of these files
BASE = "I-000000229-7"


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def told(file: Any, number: int = 1) -> list[dict[str, Any]]:
    complaints: list[dict[str, Any]] = ImportedTransaction.objects.get(file=file, number=number).complaints
    return complaints


def owners() -> set[str]:
    """Who owns the performing right of the works in the books."""
    return {str(row.party) for row in WorkShare.objects.filter(right="PR").select_related("party")}


def test_a_number_with_the_name_of_somebody_else_is_left_out_and_both_names_are_told(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    checked = take(cwr_file(("NWR", [numbered("ONE")])), by)
    [complaint] = told(checked)
    assert statuses(checked) == ["AC"]
    assert complaint["message"] % complaint["facts"] == (
        "The IPI number 00000000297 belongs to Parvez Sukkurvi in our register; the file says SANA AHMED."
    )
    assert (complaint["record"], complaint["field"], complaint["edit"]) == ("SWR", "ipi_name_no", "SWR-F-009")
    assert not WorkShare.objects.filter(party=owner).exists()
    assert "Sana Ahmed" in {name.title() for name in owners()}
    assert PartyName.objects.get(ipi_name_number=SANA).party == owner
    [answer] = answers(checked)
    [message] = answer.messages
    assert answer.status == "AC"
    assert message.text.startswith("THE IPI NUMBER 00000000297 BELONGS TO PARVEZ SUKKURVI IN OUR REGISTER")


def test_a_firm_where_we_have_a_person_is_another_party(by: Any) -> None:
    owner = party("Qaiser Khushabi", ipi=SAFFRON)
    assert statuses(take(cwr_file(("NWR", [numbered("ONE")])), by)) == ["AC"]
    assert not WorkShare.objects.filter(party=owner).exists()


def test_a_firm_that_has_a_persons_name_in_its_own_is_somebody_else(by: Any) -> None:
    party("Asad Saffron", ipi=SAFFRON)
    named = changed(numbered("ONE"), "SPU", publisher_name="ASAD SAFFRON PUBLISHING")
    named = changed(named, "PWR", publisher_name="ASAD SAFFRON PUBLISHING")
    assert statuses(check(cwr_file(("NWR", [named])), by)) == ["AC"]


def test_people_publish_their_own_works(by: Any) -> None:
    owner = party("Asad Saffron", ipi=SAFFRON)
    named = changed(numbered("ONE"), "SPU", publisher_name="SAFFRON ASAD")
    named = changed(named, "PWR", publisher_name="SAFFRON ASAD")
    assert statuses(take(cwr_file(("NWR", [named])), by)) == ["AS"]
    assert WorkShare.objects.filter(party=owner, role="E", right="PR").exists()


@pytest.mark.parametrize(
    "facts",
    [
        PartyFacts(last_name="Ahmed", first_name="Sana", ipi_name_number=SANA),
        PartyFacts(last_name="Ahmad", first_name="Sanaa", ipi_name_number=SANA),
        PartyFacts(last_name="Ahmed", first_name="Sana Mary", ipi_name_number=SANA),
        PartyFacts(last_name="Sana", first_name="Ahmed", ipi_name_number=SANA),
        PartyFacts(last_name="Something", first_name="Else", original="ثنا احمد", ipi_name_number=SANA),
    ],
)
def test_another_way_to_write_the_name_is_taken(facts: PartyFacts, by: Any) -> None:
    owner = register_party(facts=facts, by=None)
    assert statuses(take(cwr_file(("NWR", [numbered("ONE")])), by)) == ["AS"]
    assert WorkShare.objects.filter(party=owner, right="PR").exists()


def test_a_pen_name_of_the_same_party_is_taken(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    add_name(party=owner, facts=PartyFacts("Ahmed", "Sana", name_type=NameType.PSEUDONYM), by=by)
    assert statuses(take(cwr_file(("NWR", [numbered("ONE")])), by)) == ["AS"]


def test_a_base_number_alone_is_compared_too(by: Any) -> None:
    register_party(facts=PartyFacts("Sukkurvi", "Parvez", ipi_base_number=BASE), by=None)
    sent = changed(numbered("ONE"), "SWR", ipi_name_no="", ipi_base_no=BASE)
    file = check(cwr_file(("NWR", [sent])), by)
    assert statuses(file) == ["AC"]
    assert told(file)[0]["field"] == "ipi_base_no"


def test_two_numbers_of_two_parties_are_both_left_out(by: Any) -> None:
    party("Sana Ahmed", ipi=SANA)
    register_party(facts=PartyFacts("Ahmed", "Sana Bibi", ipi_base_number=BASE), by=None)
    file = take(cwr_file(("NWR", [changed(numbered("ONE"), "SWR", ipi_base_no=BASE)])), by)
    assert statuses(file) == ["AC"]
    assert [each["field"] for each in told(file)] == ["ipi_name_no", "ipi_base_no"]
    assert not WorkShare.objects.filter(party__display_name="Sana Bibi Ahmed").exists()
    assert "Sana Bibi Ahmed" in told(file)[0]["message"] % told(file)[0]["facts"]


def test_a_number_that_a_file_gives_to_two_names_names_the_first(by: Any) -> None:
    other = changed(numbered("TWO"), "SWR", last_name="BHATTI", first_name="NADIA")
    sent = cwr_file(("NWR", [numbered("ONE"), other, numbered("THREE")]))
    file = take(sent, by)
    assert statuses(file) == ["AS", "AC", "AS"]
    assert WorkShare.objects.filter(party__names__ipi_name_number=SANA, right="PR").count() == 2
    assert told(file, 2)[0]["message"] % told(file, 2)[0]["facts"] == (
        "Transaction 1 of this file gives the IPI number 00000000297 to SANA AHMED; here it stands with NADIA BHATTI."
    )


def test_the_check_says_what_the_taking_then_does_slice_after_slice(by: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "SLICE", 1)
    other = changed(numbered("TWO"), "SWR", last_name="BHATTI", first_name="NADIA")
    sent = cwr_file(("NWR", [numbered("ONE"), other, numbered("THREE")]))
    file = check(sent, by)
    before = [(row.status, row.complaints) for row in ImportedTransaction.objects.filter(file=file).order_by("number")]
    imports.import_registration_file(file=file, by=by, now=file.created_at)
    after = [(row.status, row.complaints) for row in ImportedTransaction.objects.filter(file=file).order_by("number")]
    assert before == after
    assert [status for status, _complaints in after] == ["AS", "AC", "AS"]


def test_a_name_learnt_before_the_taking_gives_the_number_back(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    good = changed(numbered("TWO"), "SWR", last_name="SUKKURVI", first_name="PARVEZ")
    file = check(cwr_file(("NWR", [numbered("ONE"), good])), by)
    assert statuses(file) == ["AC", "AS"]
    add_name(party=owner, facts=PartyFacts("Ahmed", "Sana", name_type=NameType.PSEUDONYM), by=by)
    imports.import_registration_file(file=file, by=by, now=file.created_at)
    assert statuses(file) == ["AS", "AS"]
    assert WorkShare.objects.filter(party=owner, right="PR").count() == 2


def test_a_revision_with_another_name_gives_nothing_to_whom_the_number_names(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    take(cwr_file(("NWR", [changed(numbered("ONE"), "SWR", ipi_name_no="")])), by)
    revised = as_revision(numbered("ONE"))
    assert statuses(take(cwr_file(("REV", [revised]), creation_time="121212"), by)) == ["AC"]
    assert not WorkShare.objects.filter(party=owner).exists()


def test_an_agreement_that_gives_a_number_another_name_is_refused(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    published = changed(numbered("ONE"), "PWR", submitter_agreement_no="AG7")
    published = changed(published, "SWR", last_name="SUKKURVI", first_name="PARVEZ")
    file = take(cwr_file(("AGR", [specific()]), ("NWR", [published])), by)
    assert statuses(file) == ["RJ", "AS"]
    assert told(file)[0]["edit"] == "IPA-F-002"
    assert not Agreement.objects.filter(parties__party=owner, submitter_number="AG7").exists()
    answer = answers(file)[0]
    assert (answer.original_type, answer.status) == ("AGR", "RJ") and answer.messages
