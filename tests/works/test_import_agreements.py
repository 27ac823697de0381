"""Agreements of registration files: taken with their works, or kept with the reason."""

from typing import Any

import pytest

from cmo_portal.common import clock
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.import_files import answers, golden, statuses, take
from works.models import Agreement, Work
from works.services.imports import import_registration_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def test_a_general_agreement_is_taken_with_its_parties_and_acknowledged_by_our_number(by: Any) -> None:
    file = import_registration_file(file=golden("CW260002SPM_362.V21", by), by=by, now=clock.now())
    taken = Agreement.objects.get()
    assert (taken.agreement_type, taken.territory, taken.submitter_number) == ("OG", "2136-0840", "AG100")
    sides = list(taken.parties.order_by("role").values_list("role", "pr_share", "mr_share"))
    assert sides == [("AC", 500_000, 1_000_000), ("AS", 500_000, 0)]
    answer = answers(file)[0]
    assert (answer.status, answer.original_type, answer.recipient_work_no) == ("AS", "AGR", taken.number)


def specific(*sides: Any) -> tuple[Any, ...]:
    agreement = {
        "submitter_agreement_no": "AG7",
        "agreement_type": "OS",
        "start_date": "20200101",
        "prior_royalty_status": "N",
        "post_term_status": "N",
        "number_of_works": "1",
        "sales_manufacture_clause": "S",
    }
    writer = {"agreement_role": "AS", "ip_no": "W1", "last_name": "AHMED", "writer_first_name": "SANA",
              "ipi_name_no": "00000000297", "pr_society": "362", "pr_share": "05000"}  # fmt: skip
    firm = {"agreement_role": "AC", "ip_no": "P1", "last_name": "SAFFRON PUBLISHING", "ipi_name_no": "00000000199",
            "pr_society": "362", "pr_share": "05000"}  # fmt: skip
    here = ("TER", {"incl_excl": "I", "tis_code": "0586"})
    return (("AGR", agreement), here, ("IPA", writer), ("IPA", firm), *sides)


def test_a_specific_agreement_names_the_works_that_carry_its_number(by: Any) -> None:
    published = changed(WORK, "PWR", submitter_agreement_no="AG7")
    file = take(cwr_file(("AGR", [specific()]), ("NWR", [published])), by)
    taken = Agreement.objects.get()
    assert statuses(file) == ["AS", "AS"]
    assert list(taken.listed.values_list("work", flat=True)) == [Work.objects.get().pk]
    again = take(cwr_file(("AGR", [specific()]), creation_time="121212"), by, "CW260002SPM_362.V21")
    assert statuses(again) == ["DU"] and Agreement.objects.count() == 1


def test_an_agreement_that_cannot_be_taken_is_kept_with_its_reason(by: Any) -> None:
    file = take(cwr_file(("AGR", [specific()])), by)
    assert statuses(file) == ["RA"] and not Agreement.objects.exists()
    assert "names at least one work" in str(file.transactions.get().complaints)
