"""Worked examples constructed for this project (C), reached to the last paisa. Rates are sample data, not law."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from cmo_portal.common.columns import order_by
from cmo_portal.common.exact import allocate_columns
from cmo_portal.common.money import (
    allocate,
)
from cmo_portal.common.periods import fiscal_year, non_distributable_after
from royalties.rules.deductions import apply_deductions
from royalties.rules.kernel import DISPUTE, NO_USAGE, UNIDENTIFIED
from royalties.rules.points import (
    amount_at_value,
    line_weight,
    line_weights,
    point_value,
    read_line_rule,
)
from royalties.rules.sections import read_sections, split_sections
from royalties.rules.threshold import decide_payout
from royalties.rules.withholding import WithholdingRate, withhold
from tests.stories.worked import Distribution, deductions, fee, minor, percent_of_receipts

# --- C1: a radio census pool with everything in it -------------------------------------------------------------------

RADIO, _ = read_line_rule(
    {
        "formula": "seconds",
        "use_weights": {"feature": "1", "jingle": "0.25"},
        "dayparts": [{"code": "prime", "weight": "2"}, {"code": "off", "weight": "1"}],
    }
)
RADIO_USAGE = [
    ("A", 240, 60, "feature", "prime"),
    ("A", 240, 60, "feature", "off"),
    ("B", 180, 200, "feature", "off"),
    ("C", 30, 1000, "jingle", "off"),
    ("U", 190, 70, "feature", "off"),
]
RADIO_SHARES = [
    ("A", "M1", "50", 0),
    ("A", "M2", "25", 0),
    ("A", "PUB1", "25", 0),
    ("B", "M1", "50", 0),
    ("B", "X1", "50", DISPUTE),
    ("C", "SOC-X", "100", 0),
]
RADIO_POINTS = {"A": 43_200, "B": 36_000, "C": 7_500, "U": 13_300}
TAX_CLASSES = {"M1": "active", "M2": "not_active", "PUB1": "active", "SOC-X": "non_resident"}
TAX_RATES = [
    WithholdingRate(name, Fraction(rate), date(2024, 7, 1))
    for name, rate in (("active", 15), ("not_active", 30), ("non_resident", 15))
]


def radio_weights():
    work, seconds, plays, uses, dayparts = zip(*RADIO_USAGE, strict=True)
    columns = [
        list(plays),
        list(seconds),
        [RADIO.use_number(u) for u in uses],
        [RADIO.daypart_number(d) for d in dayparts],
    ]
    return list(zip(work, line_weights(RADIO, *(np.array(column) for column in columns)).tolist(), strict=True))


def radio_run(order=lambda rows: rows):
    usage = [("radio", work, weight, "" if work == "U" else work) for work, weight in radio_weights()]
    return Distribution({"radio": minor("950000.00")}, order(usage), order(RADIO_SHARES))


def test_c1_deductions_leave_the_distributable_amount():
    chain = apply_deductions(minor("1250000.00"), deductions(("ADMIN", "20", 0), ("SOCIAL", "5", 1)))
    assert chain.amounts() == {"ADMIN": minor("250000.00"), "SOCIAL": minor("50000.00")}
    assert chain.distributable == minor("950000.00")


def test_c1_points_are_seconds_by_plays_by_weights():
    points = dict.fromkeys(RADIO_POINTS, Fraction(0))
    for work, weight in radio_weights():
        points[work] += RADIO.points(weight)
    assert points == RADIO_POINTS
    assert point_value(minor("950000.00"), sum(points.values())) == minor("9.50")


def test_c1_works_parties_and_suspense_get_their_exact_amounts():
    run = radio_run()
    assert run.works_total() == {"A": minor("410400.00"), "B": minor("342000.00"), "C": minor("71250.00")}
    assert run.lines() == {
        ("A", "M1"): minor("205200.00"),
        ("A", "M2"): minor("102600.00"),
        ("A", "PUB1"): minor("102600.00"),
        ("B", "M1"): minor("171000.00"),
        ("B", DISPUTE): minor("171000.00"),
        ("C", "SOC-X"): minor("71250.00"),
    }
    assert run.payees() == {
        "M1": minor("376200.00"),
        "M2": minor("102600.00"),
        "PUB1": minor("102600.00"),
        "SOC-X": minor("71250.00"),
        DISPUTE: minor("171000.00"),
        UNIDENTIFIED: minor("126350.00"),
    }
    assert sum(run.payees().values()) == minor("950000.00")


def test_c1_the_order_of_usage_and_shares_changes_nothing():
    assert radio_run(lambda rows: rows[::-1]).lines() == radio_run().lines()


@pytest.mark.parametrize(
    ("party", "withheld", "net"),
    [
        ("M1", "56430.00", "319770.00"),
        ("M2", "30780.00", "71820.00"),
        ("PUB1", "15390.00", "87210.00"),
        ("SOC-X", "10687.50", "60562.50"),
    ],
)
def test_c1_tax_is_withheld_by_class_and_the_net_is_paid(party, withheld, net):
    found = withhold(radio_run().payees()[party], TAX_RATES, TAX_CLASSES[party], date(2027, 3, 31))
    assert (found.withheld, found.net) == (minor(withheld), minor(net))


# --- C2: a concert with a missing set list ---------------------------------------------------------------------------


def test_c2_the_headliner_is_paid_and_the_support_waits_whole():
    licence = fee(percent_of_receipts("3"), receipts="5000000.00").fee
    assert licence == minor("150000.00")
    chain = apply_deductions(licence, deductions(("ADMIN", "20", 0), ("SOCIAL", "5", 1)))
    assert chain.amounts() == {"ADMIN": minor("30000.00"), "SOCIAL": minor("6000.00")}
    assert chain.distributable == minor("114000.00")
    acts = [{"key": "headliner", "percent": "80"}, {"key": "support", "percent": "20", "held": True}]
    sections, _ = read_sections({"sections": acts})
    pools = {leaf.path[0]: leaf.amount for leaf in split_sections(chain.distributable, sections)}
    assert pools == {"headliner": minor("91200.00"), "support": minor("22800.00")}
    assert point_value(pools["headliner"], 60) == minor("1520.00")
    rule, _ = read_line_rule({"formula": "minutes"})
    usage = [
        ("headliner", name, line_weight(rule, 1, 60 * minutes), name) for name, minutes in (("W1", 5), ("others", 55))
    ]
    run = Distribution(pools, usage, [("W1", "M1", "100", 0), ("others", "M2", "100", 0)])
    assert run.payees() == {"M1": minor("7600.00"), "M2": minor("83600.00"), NO_USAGE: minor("22800.00")}
    assert sum(run.payees().values()) == minor("114000.00")


# --- C3: a pool without usage of its own, by analogy -----------------------------------------------------------------


def test_c3_general_licensing_money_follows_the_identified_points_of_radio():
    profiles = [{"key": "radio", "percent": "70"}, {"key": "live", "percent": "30"}]
    sections, _ = read_sections({"sections": profiles})
    pools = {leaf.path[0]: leaf.amount for leaf in split_sections(minor("600000.00"), sections)}
    assert pools == {"radio": minor("420000.00"), "live": minor("180000.00")}
    identified = {work: points for work, points in RADIO_POINTS.items() if work != "U"}
    assert sum(identified.values()) == 86_700
    usage = [("radio", work, points, work) for work, points in identified.items()]
    run = Distribution({"radio": pools["radio"]}, usage, [(work, f"owner of {work}", "100", 0) for work in identified])
    assert run.works_total() == {"A": minor("209273.36"), "B": minor("174394.46"), "C": minor("36332.18")}
    assert sum(run.works_total().values()) == minor("420000.00")
    assert run.works_total() == allocate(pools["radio"], identified.items())


# --- C4: late identification, then expiry ----------------------------------------------------------------------------


def test_c4_a_late_match_is_paid_at_the_point_value_of_its_own_run():
    value = point_value(minor("950000.00"), sum(RADIO_POINTS.values()))
    points = RADIO.points(line_weight(RADIO, 40, 190, RADIO.use_number("feature"), RADIO.daypart_number("off")))
    assert points == 7600
    released = amount_at_value(points, value)
    assert released == minor("72200.00")
    assert minor("126350.00") - released == minor("54150.00")


def test_c4_what_is_left_expires_three_years_after_its_fiscal_year():
    collected = fiscal_year(date(2027, 2, 1))
    assert collected.end == date(2027, 6, 30)
    assert non_distributable_after(collected.end, 3) == date(2030, 6, 30)


def test_c4_the_expired_rest_goes_pro_rata_to_the_same_pool():
    points = [("A", 43_200), ("B", 36_000), ("C", 7_500), ("D", 7_600)]
    parts = allocate(minor("54150.00"), points)
    assert parts == {
        "A": minor("24806.79"),
        "B": minor("20672.32"),
        "C": minor("4306.73"),
        "D": minor("4364.16"),
    }
    assert sum(parts.values()) == minor("54150.00")


# --- C7: rounding by largest remainder -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        ("100.00", (1, 1, 1), ("33.34", "33.33", "33.33")),
        ("0.01", (1, 1, 1), ("0.01", "0.00", "0.00")),
        ("-100.00", (1, 1, 1), ("-33.34", "-33.33", "-33.33")),
        ("1000.01", (50, 25, 25), ("500.01", "250.00", "250.00")),
    ],
)
def test_c7_the_definition_and_its_bulk_form_round_alike(total, weights, expected):
    wanted = [minor(text) for text in expected]
    assert list(allocate(minor(total), list(enumerate(weights))).values()) == wanted
    keys = np.arange(len(weights))
    assert allocate_columns(minor(total), np.array(weights), keys).tolist() == wanted
    backwards = allocate_columns(minor(total), np.array(weights[::-1]), keys[::-1].copy())
    assert backwards[order_by(keys[::-1].copy())].tolist() == wanted


# --- C8: the threshold and the tax of one payment --------------------------------------------------------------------


def test_c8_a_small_balance_is_carried_and_taxed_once_when_it_is_paid():
    minimum = minor("2000.00")
    first = decide_payout(minor("1450.50"), minimum)
    assert (first.paid, first.carried) == (0, minor("1450.50"))
    second = decide_payout(first.carried + minor("730.25"), minimum)
    assert (second.paid, second.carried) == (minor("2180.75"), 0)
    tax = withhold(second.paid, TAX_RATES, "active", date(2027, 1, 31))
    assert (tax.withheld, tax.net) == (minor("327.11"), minor("1853.64"))
    by_quarter = [
        withhold(minor(part), TAX_RATES, "active", date(2027, 1, 31)).withheld for part in ("1450.50", "730.25")
    ]
    assert sum(by_quarter) == minor("327.12")


@pytest.mark.parametrize(("balance", "reason"), [("1999.99", "below_minimum"), ("2000.00", "paid")])
def test_c8_exactly_the_minimum_is_paid(balance, reason):
    assert decide_payout(minor(balance), minor("2000.00")).reason == reason


# --- C9: dayparts of television --------------------------------------------------------------------------------------


def test_c9_prime_time_weighs_three_times_a_quiet_hour():
    rule, _ = read_line_rule(
        {
            "formula": "minutes",
            "dayparts": [
                {"code": code, "weight": weight} for code, weight in (("off", "1"), ("mid", "2"), ("prime", "3"))
            ],
        }
    )
    minutes = {"off": 6000, "mid": 1500, "prime": 2000}
    weights = {code: line_weight(rule, 1, 60 * n, 0, rule.daypart_number(code)) for code, n in minutes.items()}
    assert sum(weights.values()) == 15_000
    value = point_value(minor("120000.00"), sum(weights.values()))
    per_minute = [value * part.weight for part in rule.dayparts]
    assert per_minute == [minor("8.00"), minor("16.00"), minor("24.00")]
    usage = [("television", code, weight, code) for code, weight in weights.items()]
    run = Distribution({"television": minor("120000.00")}, usage, [(code, code, "100", 0) for code in weights])
    assert run.payees() == {"off": minor("48000.00"), "mid": minor("24000.00"), "prime": minor("48000.00")}


# --- C10: value per second -------------------------------------------------------------------------------------------


def test_c10_a_second_is_worth_half_a_rupee_and_never_rounded_before_it_is_multiplied():
    rule, _ = read_line_rule({"formula": "seconds"})
    pool, seconds = minor("4500000.00"), 9_000_000
    assert point_value(pool, seconds) == minor("0.50")
    song = line_weight(rule, 40, 210)
    assert song == 8400
    assert amount_at_value(song, point_value(pool, seconds)) == minor("4200.00")
    shares = [("song", party, share, 0) for party, share in (("R1", "50"), ("R2", "25"), ("R3", "25"))]
    usage = [("air", "song", song, "song"), ("air", "rest", seconds - song, "rest")]
    run = Distribution({"air": pool}, usage, [*shares, ("rest", "others", "100", 0)])
    assert [run.payees()[party] for party in ("R1", "R2", "R3")] == [
        minor("2100.00"),
        minor("1050.00"),
        minor("1050.00"),
    ]
