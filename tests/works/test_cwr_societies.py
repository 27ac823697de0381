"""Societies that a CWR file names: taken where none is known, told where the register has another."""

from typing import Any

import pytest

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from members.models import PartyAffiliation
from members.services.affiliations import affiliate_party
from tests.factories.members import make_party
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.import_files import check
from works.models import ImportedTransaction, RegistrationFile
from works.services.imports import import_registration_file


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


def take(desk: User, **named: str) -> ImportedTransaction:
    """The registration of a work whose writer is named with these societies."""
    data = cwr_file(("NWR", [changed(WORK, "SWR", **named)]))
    file: RegistrationFile = check(data, desk, "CW260001SPM_362.V21")
    import_registration_file(file=file, by=desk, now=clock.now())
    return ImportedTransaction.objects.get(file=file)


def complaints(row: ImportedTransaction) -> list[tuple[str, str, str]]:
    told = [each for each in row.complaints if each["field"].endswith("_society")]
    return [(each["field"], each["value"], each["facts"]["kept"]) for each in told]


def test_a_society_is_taken_where_none_is_known(desk: User) -> None:
    row = take(desk, pr_society="052")
    assert row.status in ("AC", "AS") and complaints(row) == []
    assert PartyAffiliation.objects.get(party__display_name="SANA AHMED").society_code == "052"


def test_what_would_overlap_is_kept_out_and_told_and_the_work_is_taken(desk: User) -> None:
    writer = make_party("Ahmed", "Sana", ipi="00000000297")
    affiliate_party(
        party=writer, society_code="035", rights=["PR"], territory="0586+0050", valid_from=None, valid_to=None,
        reason="letter", by=desk,
    )  # fmt: skip
    row = take(desk, pr_society="058")
    assert row.status in ("AC", "AS") and row.work is not None
    assert complaints(row) == [("pr_society", "058", "035")]
    assert list(PartyAffiliation.objects.filter(party=writer).values_list("society_code", flat=True)) == ["035"]


def test_the_code_of_no_society_is_never_an_affiliation(desk: User) -> None:
    row = take(desk, pr_society="099")
    assert complaints(row) == []
    assert not PartyAffiliation.objects.filter(party__display_name="SANA AHMED").exists()
