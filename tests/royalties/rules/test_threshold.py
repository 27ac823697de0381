"""The minimum payment: paid from the minimum on, carried below, recovered when negative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency
from cmo_portal.common.words import plain
from royalties.rules.threshold import decide_payout, read_minimum


@pytest.mark.parametrize(
    ("balance", "closing", "paid", "reason"),
    [
        (199_999, False, 0, "below_minimum"),
        (200_000, False, 200_000, "paid"),
        (200_001, False, 200_001, "paid"),
        (1, True, 1, "closing"),
        (300_000, True, 300_000, "paid"),
        (0, False, 0, "nothing"),
        (0, True, 0, "nothing"),
        (-852_000, False, 0, "in_debt"),
        (-852_000, True, 0, "in_debt"),
    ],
)
def test_a_balance_is_paid_or_carried_for_a_reason(balance, closing, paid, reason):
    payout = decide_payout(balance, 200_000, closing=closing)
    assert (payout.paid, payout.carried, payout.reason) == (paid, balance - paid, reason)


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**9), st.booleans())
def test_nothing_is_lost_and_nothing_negative_is_paid(balance, minimum, closing):
    payout = decide_payout(balance, minimum, closing=closing)
    assert payout.paid + payout.carried == balance
    assert payout.paid >= 0


def test_a_negative_minimum_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        decide_payout(100, -1)


def test_the_decision_is_told():
    told = plain(decide_payout(199_999, 200_000).words, Currency("PKR", 2))
    assert told == "The balance of 1,999.99 is below the minimum of 2,000.00 and is carried."


@pytest.mark.parametrize(
    ("data", "minimum", "faults"),
    [
        ({"minimum_payment": "2000.00"}, 200_000, 0),
        ({"minimum_payment": "0"}, 0, 0),
        ({"minimum_payment": "0.005"}, 0, 1),
        ({"minimum_payment": 2000}, 0, 1),
        ({}, 0, 1),
        ({"minimum_payment": "1", "maximum": "2"}, 100, 1),
    ],
)
def test_the_minimum_is_read_from_its_rule_or_every_fault_is_listed(data, minimum, faults):
    found, complaints = read_minimum(data, Currency("PKR", 2))
    assert (found, len(complaints)) == (minimum, faults)
