"""A file of our own comes back into the register it was written from: it changes nothing and says so."""

from typing import Any

import pytest

from tests.factories.works import work
from tests.works.export_files import VERSIONS, data_of, export, make_repertoire, member_of, thrown_away
from tests.works.import_files import answers, check, statuses, take
from works.models import Dispute, ImportedTransaction, Work, WorkShare, WorkTitle

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def register() -> list[Any]:
    return [
        sorted(Work.objects.values_list("number", "title", "iswc", "duration", "category")),
        sorted(map(str, WorkShare.objects.values_list("work", "party", "right", "role", "share", "state", "source"))),
        sorted(WorkTitle.objects.values_list("work__number", "text", "title_type")),
        Dispute.objects.count(),
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_new_works_and_revisions_of_our_own_are_known_already(version: str, by: Any) -> None:
    make_repertoire()
    export(by, version)
    work("Sent for the first time", (member_of("Another Writer"), "CA", 100))
    file = export(by, version)
    before = register()
    again = check(data_of(file), by, file.filename)
    assert (again.state, set(statuses(again))) == ("nothing", {"DU"})
    assert [answer.status for answer in answers(again)] == ["DU"] * file.report["sent"]
    assert register() == before
    revised = ImportedTransaction.objects.filter(file=again, kind="REV").first()
    assert revised and "nothing was changed" in revised.complaints[-1]["message"]


def test_an_older_file_of_ours_does_not_bring_the_old_shares_back(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    data = data_of(export(by))
    Work.objects.update(title="Dil, corrected")
    before = register()
    again = check(data.replace(b"\r\n", b"\n"), by, "CW260002362_000.V21")
    assert (again.state, statuses(again)) == ("nothing", ["DU"]) and register() == before


def test_a_register_that_our_files_rebuild_takes_the_revisions_of_later_files(by: Any) -> None:
    with thrown_away():
        song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
        first = data_of(export(by))
        Work.objects.filter(pk=song.pk).update(duration=240)
        second = data_of(export(by))
    take(first, by, "CW260001362_000.V21")
    assert statuses(take(second, by, "CW260002362_000.V21")) == ["AS"]
    assert Work.objects.get().duration == 240
    data = data_of(export(by, receiver="052"))
    before = register()
    assert statuses(check(data, by, "CW260003362_052.V21")) == ["DU"] and register() == before
