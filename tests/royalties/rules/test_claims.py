"""How long held money waits, as its rule says it."""

import pytest

from royalties.rules.claims import read_claim_years


@pytest.mark.parametrize(
    ("data", "years", "faults"),
    [({"years": "3"}, 3, 0), ({"years": "0"}, 0, 1), ({"years": "2.5"}, 2, 1), ({"years": 3}, 0, 1), ({}, 0, 1)],
)
def test_the_years_are_read_or_every_fault_is_listed(data, years, faults):
    found, complaints = read_claim_years(data)
    assert len(complaints) == faults
    assert faults or found == years
