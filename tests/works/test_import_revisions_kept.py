"""Revisions tell what changes of who owns; what takes share from a member, or is older, waits for a person."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cmo_portal.common import clock
from members.models import Member, PartyName
from tests.factories.members import make_member
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.import_files import answers, as_revision, check, numbered, statuses, take
from tests.works.test_import_agreements_kept import SANA, told
from tests.works.test_undo import undone
from works.models import RegistrationFile, Work, WorkShare
from works.services.imports import import_registration_file
from works.services.kept import take_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def sana() -> Member:
    """The member who wrote the works of these files, by her IPI name number."""
    member = make_member("Ahmed", "Sana")
    PartyName.objects.filter(party=member.party).update(ipi_name_number=SANA)
    return member


def with_mechanical(share: str) -> Any:
    """The work with this much of the mechanical right at the writer, the rest at the publisher."""
    rest = f"{10000 - int(share):05}"
    records = changed(WORK, "SPU", mr_ownership=rest)
    return changed(records, "SWR", mr_society="362" if int(share) else "", mr_ownership=share)


def revision(share: str, *, day: str = "20260212", time: str = "121212") -> bytes:
    return cwr_file(("REV", [as_revision(with_mechanical(share))]), creation_date=day, creation_time=time)


def first(share: str = "02000", *, day: str = "20260210") -> bytes:
    return cwr_file(("NWR", [with_mechanical(share)]), creation_date=day)


def mechanical() -> dict[str, int]:
    rows = WorkShare.objects.filter(right="MR", party__isnull=False)
    return {str(row.party): row.share // 10_000 for row in rows.select_related("party")}


def test_a_revision_tells_each_share_before_and_after_and_is_taken(by: Any) -> None:
    take(first(), by)
    file = check(revision("05000"), by)
    for _turn in range(2):
        assert statuses(file) == ["AS"]
        assert "MR: SANA AHMED had 20.00 %, by the file 50.00 %." in told(file)
        assert "MR: SAFFRON PUBLISHING had 80.00 %, by the file 50.00 %." in told(file)
        assert "PR:" not in told(file)
        file = import_registration_file(file=file, by=by, now=clock.now())
    assert mechanical() == {"SANA AHMED": 50, "SAFFRON PUBLISHING": 50}


def test_a_party_that_the_check_names_is_not_in_the_register_yet(by: Any) -> None:
    take(first(), by)
    other = changed(with_mechanical("02000"), "SPU", publisher_name="NEW HOUSE", ipi_name_no="")
    other = changed(other, "PWR", publisher_name="NEW HOUSE")
    file = check(cwr_file(("REV", [as_revision(other)]), creation_time="121212"), by)
    assert "NEW HOUSE had 0.00 %, by the file 80.00 %." in told(file)
    assert not PartyName.objects.filter(last_name="NEW HOUSE").exists()


def test_what_takes_share_from_a_member_waits_for_a_person(by: Any, sana: Member) -> None:
    take(first(), by)
    file = check(revision("00000"), by)
    assert statuses(file) == ["RA"]
    file = import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == ["RA"] and answers(file)[0].status == "RA"
    assert "Sana Ahmed had 20.00 %, by the file 0.00 %." in told(file)
    assert "Sana Ahmed is a member of ours, and the file takes share away." in told(file)
    assert mechanical()["Sana Ahmed"] == 20


def test_what_gives_a_member_more_is_taken(by: Any, sana: Member) -> None:
    take(first(), by)
    assert statuses(take(revision("03000"), by)) == ["AS"]


def test_a_file_older_than_the_one_whose_shares_stand_waits_for_a_person(by: Any) -> None:
    take(first(), by)
    take(revision("05000", day="20260301"), by)
    old = take(revision("03000", day="20260215"), by)
    assert statuses(old) == ["RA"] and mechanical()["SANA AHMED"] == 50
    assert "The file is dated 15 February 2026, before 1 March 2026" in told(old)
    assert statuses(take(revision("03000", day="20260301", time="131313"), by)) == ["AS"]


def test_the_desk_takes_it_once_and_the_undo_puts_it_back(by: Any, sana: Member, second: Any) -> None:
    take(first(), by)
    row = take(revision("00000"), by).transactions.get()
    for _turn in range(2):
        assert take_kept(row=row, by=by, now=clock.now()).status == "AS"
    assert "Sana Ahmed" not in mechanical()
    file = RegistrationFile.objects.get(pk=row.file_id)
    assert answers(file)[0].recipient_work_no == Work.objects.get().number
    undone(file, by, second)
    assert mechanical()["Sana Ahmed"] == 20


def test_the_page_takes_it(by: Any, sana: Member, sign_in: Any) -> None:
    take(first(), by)
    row = take(revision("00000"), by).transactions.get()
    client = sign_in(by)
    address = f"/staff/registrations/kept/{row.uid}/"
    assert address in client.get(f"/staff/registrations/{row.file.uid}/").content.decode()
    assert "takes share away" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert client.get(address).status_code == 404 and "Sana Ahmed" not in mechanical()


def test_a_revision_of_what_the_file_itself_brings_waits_for_nobody(by: Any, sana: Member) -> None:
    both = cwr_file(("NWR", [with_mechanical("02000")]), ("REV", [as_revision(with_mechanical("00000"))]))
    assert statuses(check(both, by)) == ["AS", "AS"]


def test_the_dry_run_says_exactly_what_the_import_then_does(by: Any, sana: Member, tmp_path: Path) -> None:
    take(cwr_file(("NWR", [with_mechanical("02000"), numbered("B", title="ANOTHER SONG")])), by)
    taken_away = as_revision(with_mechanical("00000"))
    kept_as_it_is = as_revision(numbered("B", title="ANOTHER SONG", duration="000500"))
    path = tmp_path / "CW260002SPM_362.V21"
    path.write_bytes(cwr_file(("REV", [taken_away, kept_as_it_is]), creation_time="121212"))

    def run(*arguments: str) -> Any:
        out = StringIO()
        call_command("import_cwr", str(path), "--json", *arguments, stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    rehearsed, done = run("--dry-run"), run()
    assert rehearsed | {"state": ""} == done | {"state": ""}
    assert [row["status"] for row in done["outcomes"]] == ["RA", "AS"]
