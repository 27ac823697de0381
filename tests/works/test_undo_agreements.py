"""Undoing an import takes back the agreements that its AGR transactions put into the books."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.works.formats.cwr_files import changed, cwr_file
from tests.works.import_files import as_revision, numbered, take
from tests.works.test_import_agreements import specific
from tests.works.test_undo import ask, undone
from works.models import Agreement, AgreementWork, RegistrationFile, Work
from works.services.agreements import name_works
from works.services.undoing import undo_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


def general() -> tuple[Any, ...]:
    head, *rest = specific()
    return (("AGR", {**head[1], "submitter_agreement_no": "AG8", "agreement_type": "OG"}), *rest)


def published(number: str = "A") -> Any:
    return changed(numbered(number), "PWR", submitter_agreement_no="AG7")


def brought(by: Any) -> RegistrationFile:
    """A file of a work with its own specific agreement."""
    return take(cwr_file(("AGR", [specific()]), ("NWR", [published()])), by)


def test_the_agreements_of_a_file_are_withdrawn_with_its_works(desk: Any, second: Any) -> None:
    file = brought(desk)
    assert [each.submitter_number for each in undo_plan(file).agreements] == ["AG7"]
    undo = undone(file, desk, second)
    file.refresh_from_db()
    assert (file.state, undo.report["withdrawn"], undo.report["agreements"]) == ("undone", 1, 1)
    assert set(Agreement.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert not AgreementWork.objects.exists()


def test_a_file_with_an_agreement_alone_is_undone_by_a_second_person(desk: Any, second: Any) -> None:
    file = take(cwr_file(("AGR", [general()])), desk)
    assert Agreement.objects.get().state == "active"
    asked = ask(file, desk)
    assert (asked.state, asked.four_eyes) == ("asked", True)


def test_the_agreement_of_the_file_itself_is_nothing_that_came_later(desk: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), desk)
    revision = as_revision(published())
    file = take(cwr_file(("AGR", [specific()]), ("REV", [revision]), creation_time="121212"), desk)
    plan = undo_plan(file)
    assert (len(plan.made), len(plan.revised), plan.resting, len(plan.agreements)) == (0, 1, (), 1)


def test_works_that_the_file_only_named_are_listed_as_before(desk: Any, second: Any) -> None:
    """A work sent again is a duplicate, neither made nor revised; its agreement made the chain's give way."""
    take(cwr_file(("NWR", [numbered("A")])), desk)
    before = set(AgreementWork.objects.values_list("agreement", "work", "included"))
    file = take(cwr_file(("AGR", [specific()]), ("NWR", [published()]), creation_time="121212"), desk)
    undone(file, desk, second)
    assert set(
        AgreementWork.objects.filter(agreement__state="active").values_list("agreement", "work", "included")
    ) == (before)


def test_an_agreement_that_people_changed_stays_and_says_why(desk: Any, second: Any) -> None:
    other = take(cwr_file(("NWR", [numbered("B", title="ANOTHER")])), desk)
    file = take(cwr_file(("AGR", [specific()]), ("NWR", [published()]), creation_time="121212"), desk)
    agreement = Agreement.objects.get(submitter_number="AG7")
    name_works(agreement=agreement, works=[other.transactions.get().work], by=desk, reason="letter of 4 May")
    with pytest.raises(ValidationError) as refusal:
        ask(file, desk)
    assert agreement.number in str(refusal.value) and "People changed it by hand." in str(refusal.value)
    undo = undone(file, desk, second, leaves_rest=True)
    agreement.refresh_from_db()
    file.refresh_from_db()
    assert (agreement.state, file.state, undo.report["agreements"]) == ("active", "partly", 0)
    assert [left["number"] for left in undo.report["agreements_left"]] == [agreement.number]


def test_an_agreement_stays_with_a_work_of_its_file_that_stays(desk: Any, second: Any) -> None:
    file = brought(desk)
    take(cwr_file(("REV", [as_revision(published())]), creation_time="121212"), desk)
    undone_plan = undo_plan(file)
    assert [reasons for _each, reasons in undone_plan.resting_agreements] == [
        ("It names works of this import that stay.",)
    ]
    with pytest.raises(ValidationError):
        ask(file, desk)


def test_both_pages_name_the_agreements_that_go(desk: Any, staff: Any, sign_in: Any) -> None:
    file = brought(desk)
    number = Agreement.objects.get(submitter_number="AG7").number
    page = sign_in(desk).get(f"/staff/registrations/{file.uid}/undo/").content.decode()
    assert "Agreements that are withdrawn" in page and number in page
    asked = ask(file, desk)
    page = sign_in(staff("approver")).get(f"/staff/import-undos/{asked.uid}/").content.decode()
    assert "Agreements to be withdrawn" in page and number in page


def test_the_same_agreement_can_come_again_once_it_is_undone(desk: Any, second: Any) -> None:
    undone(brought(desk), desk, second)
    again = brought(desk)
    assert again.report["accepted"] == 2
    assert Work.objects.filter(state="registered").count() == 1
    assert Agreement.objects.filter(state="active", submitter_number="AG7").count() == 1
