"""The societies that an import named for people: they go with the last file that says them, and never silently."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.models import Party, PartyAffiliation
from members.models.parties import NEVER
from members.services.affiliations import affiliate_party, end_affiliation
from tests.factories.works import work
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.test_undo import ask, take_cwr, undone
from works.models import ImportUndo, RegistrationFile
from works.services.undoing import undo_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


def named(desk: Any, number: int, *, society: str = "052", **header: str) -> RegistrationFile:
    """A file that registers a work of Sana's and names the society that collects for her."""
    records = changed(WORK, "SWR", pr_society=society)
    sent = changed(records, "NWR", submitter_work_no=f"A{number}", title=f"SONG {number}", **header)
    return take_cwr(cwr_file(("NWR", [sent])), desk, f"CW26000{number}SPM_362.V21")


def sana() -> Party:
    return Party.objects.get(display_name="SANA AHMED")


def societies() -> list[str]:
    """What is noted for her and ever was."""
    rows = PartyAffiliation.objects.standing().filter(party=sana(), right="PR")
    return list(rows.order_by("pk").values_list("society_code", flat=True))


def reasons(undo: ImportUndo) -> dict[str, list[str]]:
    kept = undo.report["societies"]["kept"]
    return {row["society"]: row["reasons"] for row in kept if row["party"] == "SANA AHMED"}


def test_a_society_that_nothing_else_needs_goes_with_its_file(desk: Any, second: Any) -> None:
    undo = undone(named(desk, 1), desk, second)
    assert societies() == [] and undo.report["societies"] == {"undone": 2, "kept": []}


@pytest.mark.parametrize("society", ["052", "035"])
def test_the_corrected_file_brings_a_society_again(society: str, desk: Any, second: Any) -> None:
    undone(named(desk, 1), desk, second)
    again = named(desk, 1, society=society, language="EN")
    assert societies() == [society]
    assert not [each for row in again.transactions.all() for each in row.complaints if "society" in each["field"]]
    undone(again, desk, second)
    assert societies() == []


def test_a_society_goes_with_the_last_of_the_files_that_name_it(desk: Any, second: Any) -> None:
    first, other = named(desk, 1), named(desk, 2)
    undo = undone(first, desk, second)
    assert societies() == ["052"]
    assert reasons(undo)["052"][0] == f"The file {other.filename} says the same."
    assert undone(other, desk, second).report["societies"]["kept"] == []
    assert societies() == []


def test_a_file_that_was_undone_first_does_not_keep_what_another_brought(desk: Any, second: Any) -> None:
    first, other = named(desk, 1), named(desk, 2)
    assert reasons(undone(other, desk, second))["052"][0] == f"The file {first.filename} says the same."
    undone(first, desk, second)
    assert societies() == []


def test_a_society_by_which_another_work_is_paid_stays_and_is_named(desk: Any, second: Any) -> None:
    file = named(desk, 1)
    other = work("By hand", (sana(), "CA", 100))
    with_reason = [f"Works that stay are paid by it: {other.number}."]
    assert [row["reasons"] for row in undo_plan(file).kept_societies] == [with_reason]
    assert reasons(undone(file, desk, second)) == {"052": with_reason}
    assert societies() == ["052"]


def test_a_society_of_a_person_whose_work_stays_is_said_by_the_file_still(desk: Any, second: Any) -> None:
    records = changed(changed(WORK, "SWR", pr_society="052"), "NWR", submitter_work_no="A")
    two = changed(changed(records, "NWR", title="QUITE ANOTHER"), "NWR", submitter_work_no="B")
    file = take_cwr(cwr_file(("NWR", [records, two])), desk, "CW260001SPM_362.V21")
    affected = file.transactions.order_by("number")[0].work
    assert affected is not None
    affected.shares.filter(party=sana()).update(role="C")
    work("Medley").sources.create(source=affected, kind="component")
    undone(file, desk, second, leaves_rest=True)
    other = named(desk, 2)
    assert reasons(undone(other, desk, second))["052"][0] == f"The file {file.filename} says the same."


def test_a_society_whose_days_a_person_has_set_stays_as_she_set_them(desk: Any, second: Any) -> None:
    file = named(desk, 1)
    row = PartyAffiliation.objects.get(party=sana())
    last = dt.date(2026, 1, 31)
    end_affiliation(affiliation=row, last_day=last, reason="letter", by=desk)
    assert reasons(undone(file, desk, second)) == {"052": ["A person has set its days since."]}
    row.refresh_from_db()
    assert (row.valid_from, row.valid_to) == (None, last)


def test_what_the_desk_noted_is_no_matter_of_the_files_that_say_it_too(desk: Any, second: Any) -> None:
    undone(named(desk, 1), desk, second)
    affiliate_party(
        party=sana(), society_code="052", rights=["PR"], territory="2136", valid_from=None, valid_to=None,
        reason="letter", by=desk,
    )  # fmt: skip
    undo = undone(named(desk, 2), desk, second)
    assert societies() == ["052"] and reasons(undo) == {}


def test_what_never_was_is_not_shown_and_stands_in_nobodys_way(desk: Any, second: Any, sign_in: Any) -> None:
    undone(named(desk, 1), desk, second)
    page = sign_in(desk).get(f"/staff/parties/{sana().uid}/").content.decode()
    assert "No society is noted" in page
    PartyAffiliation.objects.create(party=sana(), society_code="035", right="PR")
    with pytest.raises(IntegrityError, match="one_society_at_a_time"), transaction.atomic():
        PartyAffiliation.objects.create(party=sana(), society_code="058", right="PR")
    assert PartyAffiliation.objects.filter(valid_to=NEVER).exists()


def test_the_pages_name_the_societies_that_stay_before_and_after(desk: Any, second: Any, sign_in: Any) -> None:
    file = named(desk, 1)
    other = work("By hand", (sana(), "CA", 100))
    words = f"Works that stay are paid by it: {other.number}."
    assert words in sign_in(desk).get(f"/staff/registrations/{file.uid}/undo/").content.decode()
    address = f"/staff/import-undos/{ask(file, desk).uid}/"
    hers = sign_in(second)
    assert words in hers.get(address).content.decode()
    hers.post(f"{address}decide/", {"act": "do"})
    shown = hers.get(address).content.decode()
    assert words in shown and "Societies that stay" in shown
    assert societies() == ["052"]
