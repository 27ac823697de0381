"""An IPI number in a registration file decides who is paid only together with a name that fits it."""

from typing import Any

import pytest

from members.models.parties import NameType
from members.services.parties import PartyFacts, add_name, register_party
from tests.factories.works import party
from tests.works.formats.cwr_files import changed, cwr_file
from tests.works.import_files import ISWC, answers, as_revision, check, numbered, statuses, take
from tests.works.test_import_agreements import specific
from works.models import Agreement, ImportedTransaction, Work, WorkShare
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


def test_a_number_with_the_name_of_somebody_else_is_refused_with_both_names(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    sent = cwr_file(("NWR", [numbered("ONE")]))
    checked = check(sent, by)
    [complaint] = told(checked)
    assert (checked.state, statuses(checked)) == ("nothing", ["RJ"])
    assert complaint["message"] % complaint["facts"] == (
        "The IPI number 00000000297 belongs to Parvez Sukkurvi in our register; the file says SANA AHMED."
    )
    assert (complaint["record"], complaint["field"], complaint["edit"]) == ("SWR", "ipi_name_no", "SWR-F-009")
    assert not WorkShare.objects.filter(party=owner).exists() and not Work.objects.exists()
    [answer] = answers(checked)
    [message] = answer.messages
    assert answer.status == "RJ"
    assert message.text.startswith("THE IPI NUMBER 00000000297 BELONGS TO PARVEZ SUKKURVI IN OUR REGISTER")


def test_a_firm_where_we_have_a_person_is_refused(by: Any) -> None:
    party("Qaiser Khushabi", ipi=SAFFRON)
    assert statuses(check(cwr_file(("NWR", [numbered("ONE")])), by)) == ["RJ"]


def test_a_firm_that_has_a_persons_name_in_its_own_is_somebody_else(by: Any) -> None:
    party("Asad Saffron", ipi=SAFFRON)
    named = changed(numbered("ONE"), "SPU", publisher_name="ASAD SAFFRON PUBLISHING")
    named = changed(named, "PWR", publisher_name="ASAD SAFFRON PUBLISHING")
    assert statuses(check(cwr_file(("NWR", [named])), by)) == ["RJ"]


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
    assert statuses(file) == ["RJ"]
    assert told(file)[0]["field"] == "ipi_base_no"


def test_two_numbers_of_two_parties_are_refused(by: Any) -> None:
    party("Sana Ahmed", ipi=SANA)
    register_party(facts=PartyFacts("Ahmed", "Sana Bibi", ipi_base_number=BASE), by=None)
    file = check(cwr_file(("NWR", [changed(numbered("ONE"), "SWR", ipi_base_no=BASE)])), by)
    assert statuses(file) == ["RJ"]
    assert "Sana Bibi Ahmed" in told(file)[0]["message"] % told(file)[0]["facts"]


def test_a_file_that_gives_one_number_to_two_names_is_refused_from_the_second_on(by: Any) -> None:
    other = changed(numbered("TWO"), "SWR", last_name="BHATTI", first_name="NADIA")
    sent = cwr_file(("NWR", [numbered("ONE"), other, numbered("THREE")]))
    file = check(sent, by)
    assert statuses(file) == ["AS", "RJ", "AS"]
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
    assert [status for status, _complaints in after] == ["AS", "RJ", "AS"]


def test_a_name_learnt_before_the_taking_lets_the_file_in(by: Any) -> None:
    owner = party("Parvez Sukkurvi", ipi=SANA)
    good = changed(numbered("TWO"), "SWR", last_name="SUKKURVI", first_name="PARVEZ")
    file = check(cwr_file(("NWR", [numbered("ONE"), good])), by)
    assert statuses(file) == ["RJ", "AS"]
    add_name(party=owner, facts=PartyFacts("Ahmed", "Sana", name_type=NameType.PSEUDONYM), by=by)
    imports.import_registration_file(file=file, by=by, now=file.created_at)
    assert statuses(file) == ["AS", "AS"]


def test_a_revision_changes_no_share_on_a_number_with_another_name(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("ONE")])), by)
    before = list(WorkShare.objects.order_by("pk").values_list("pk", "party", "share"))
    revised = as_revision(changed(numbered("ONE"), "SWR", last_name="BHATTI", first_name="NADIA"))
    assert statuses(take(cwr_file(("REV", [revised]), creation_time="121212"), by)) == ["RJ"]
    assert list(WorkShare.objects.order_by("pk").values_list("pk", "party", "share")) == before


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


def test_a_refused_work_leaves_its_iswc_and_its_number_to_the_next(by: Any) -> None:
    party("Parvez Sukkurvi", ipi=SANA)
    good = changed(numbered("TWO", iswc=ISWC), "SWR", last_name="SUKKURVI", first_name="PARVEZ")
    file = take(cwr_file(("NWR", [numbered("ONE", iswc=ISWC), good])), by)
    assert statuses(file) == ["RJ", "AS"]
    assert Work.objects.get().iswc == ISWC
