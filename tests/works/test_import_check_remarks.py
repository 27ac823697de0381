"""The check says what the taking says: societies that are left out, and works that look like others."""

from typing import Any

import pytest

from cmo_portal.common import clock
from tests.factories.works import party, work
from tests.works.formats.cwr_files import changed, cwr_file
from tests.works.import_files import as_revision, check, numbered, statuses, take
from tests.works.test_import_agreements_kept import SANA, told
from works.models import Work
from works.services.imports import import_registration_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def test_a_society_that_the_taking_leaves_out_is_told_by_the_check(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    other = changed(numbered("B", title="QUITE ANOTHER"), "SWR", pr_society="052")
    file = check(cwr_file(("NWR", [other]), creation_time="121212"), by)
    before = told(file)
    assert "052" in before and "362" in before
    assert told(import_registration_file(file=file, by=by, now=clock.now())) == before


@pytest.mark.parametrize("title", ["EVENING IN LAHORE", "EEVENING IN LAHOR"])
def test_a_new_work_that_looks_like_one_of_ours_is_told_and_taken(title: str, by: Any) -> None:
    ours = work("Evening in Lahore", (party("Sana Ahmed", ipi=SANA), "CA", 100))
    file = check(cwr_file(("NWR", [numbered("A", title=title)])), by)
    assert statuses(file) == ["AS"]
    assert f"Our work {ours.number}, “Evening in Lahore”, has the same title, and the writer SANA AHMED too." in told(
        file
    )
    assert statuses(import_registration_file(file=file, by=by, now=clock.now())) == ["AS"]
    assert ours.number in told(file) and Work.objects.count() == 2


def test_a_work_of_the_same_title_by_others_is_not_told(by: Any) -> None:
    work("Evening in Lahore", (party("Somebody Else"), "CA", 100))
    assert told(check(cwr_file(("NWR", [numbered("A")])), by)) == ""


def test_the_same_song_twice_in_a_file_is_told_of_the_second(by: Any) -> None:
    file = check(cwr_file(("NWR", [numbered("A"), numbered("B")])), by)
    for _turn in range(2):
        assert statuses(file) == ["AS", "AS"] and told(file) == ""
        assert "Transaction 1 of this file has the same title, and the writer SANA AHMED too." in told(file, 2)
        file = import_registration_file(file=file, by=by, now=clock.now())


def test_a_revision_does_not_look_like_the_work_that_it_revises(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    assert told(check(cwr_file(("REV", [as_revision(numbered("A"))]), creation_time="121212"), by)) == ""
