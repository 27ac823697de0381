"""Worked examples of the trade: figures published by societies (P) and constructed ones (C), reached to the last paisa.

Where a published page rounds on the way and does not add up, the exact value is expected here. Rates are sample data,
not law.
"""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from cmo_portal.common.money import (
    Currency,
    allocate,
    parse_minor,
    parse_share,
    percent_between,
    percent_of,
    round_half_up,
)
from cmo_portal.common.periods import due_after_days, fiscal_year, non_distributable_after, quarter_of, valid_row
from licensing.rules.tariffs import assess_answers, check_examples, tariff_from
from royalties.rules.columns import order_by
from royalties.rules.deductions import apply_deductions, read_deductions
from royalties.rules.exact import allocate_columns
from royalties.rules.kernel import DISPUTE, NO_USAGE, UNIDENTIFIED, calculate
from royalties.rules.kernel_tables import Lines, Pools, Shares, Texts
from royalties.rules.points import (
    amount_at_value,
    concert_points,
    concert_work_points,
    line_weight,
    line_weights,
    point_value,
    read_concert_rule,
    read_line_rule,
)
from royalties.rules.sections import read_sections, split_sections
from royalties.rules.threshold import decide_payout
from royalties.rules.withholding import WithholdingRate, withhold

ACCOUNT = Currency("PKR", 2)


def minor(text):
    return parse_minor(text, ACCOUNT)


def deductions(*rows):
    """Rows of (code, percent, basis after order), numbered from 1."""
    entries = [
        {"order": str(n), "code": code, "rate_percent": rate, "basis_after_order": str(basis), "purpose": "other"}
        for n, (code, rate, basis) in enumerate(rows, start=1)
    ]
    found, complaints = read_deductions({"deductions": entries})
    assert complaints == []
    return found


def tariff(inputs, components, modifiers=(), **more):
    terms = {
        "code": "T", "version": "1", "name": "Example", "charged_per": "year", "valid_from": "1988-01-01",
        "inputs": [{"label": entry["name"]} | entry for entry in inputs],
        "components": [{"code": f"C{n}", "name": "Part"} | part for n, part in enumerate(components)],
        "modifiers": [{"code": f"M{n}", "name": "Change"} | part for n, part in enumerate(modifiers)],
    }  # fmt: skip
    return tariff_from(terms | more, ACCOUNT)


def fee(terms, **answers):
    found, complaints = assess_answers(terms, answers, ACCOUNT)
    assert complaints == []
    return found


def percent_of_receipts(rate):
    return tariff(
        [{"name": "receipts", "type": "money"}], [{"kind": "percent", "base": "receipts", "rates_percent": rate}]
    )


class Distribution:
    """A calculation by the kernel, written down by names; texts are named after the works they are matched to."""

    def __init__(self, pools, usage, shares):
        names = sorted({text for _, text, _, _ in usage})
        works = sorted({work for work, _, _, _ in shares})
        self.parties = sorted({party for _, party, _, _ in shares})
        text = {name: number for number, name in enumerate(names)}
        self.pool_names = list(pools)
        number = {name: n for n, name in enumerate(pools)}
        lines = [(number[pool], text[name], key, weight) for key, (pool, name, weight, _) in enumerate(usage)]
        matched = {name: work for _, name, _, work in usage}
        share_rows = [
            (
                0,
                works.index(work),
                n,
                self.parties.index(party) + 1,
                held or self.parties.index(party) + 1,
                parse_share(share),
            )
            for n, (work, party, share, held) in enumerate(shares)
        ]
        self.works, self.names = works, names
        self.result = calculate(
            self.table(Pools, [(number[name], amount, 0) for name, amount in pools.items()]),
            self.table(Lines, lines),
            self.table(
                Texts, [(n, n, works.index(matched[name]) if matched[name] else -1) for name, n in text.items()]
            ),
            self.table(Shares, share_rows),
        )

    @staticmethod
    def table(kind, rows):
        columns = list(zip(*rows, strict=True)) or [()] * len(kind.__dataclass_fields__)
        return kind(*(np.array(column, dtype=np.int64) for column in columns))

    def payees(self):
        """Amount by party, or by the reason why it is held."""
        rows = self.result.payees
        totals = {}
        for payee, amount in zip(rows.payee.tolist(), rows.amount.tolist(), strict=True):
            key = self.parties[payee - 1] if payee > 0 else payee
            totals[key] = totals.get(key, 0) + amount
        return totals

    def lines(self):
        """Amount by (work, party) for what is paid and held of a known work."""
        rows = self.result.statements
        found = {}
        for work, payee, amount in zip(rows.work_no.tolist(), rows.payee.tolist(), rows.amount.tolist(), strict=True):
            if work >= 0:
                found[self.works[work], self.parties[payee - 1] if payee > 0 else payee] = amount
        return found

    def works_total(self):
        """Amount by work, held parts included."""
        totals = {}
        for (work, _), amount in self.lines().items():
            totals[work] = totals.get(work, 0) + amount
        return totals


# --- P1: one concert, from ticket to song ----------------------------------------------------------------------------


def test_p1_the_licence_fee_is_a_tenth_of_the_ticket_receipts():
    inputs = [{"name": "visitors", "type": "integer"}, {"name": "price", "type": "money"}]
    factors = [{"input": "visitors"}, {"input": "price"}, {"type": "percent", "constant": "10", "name": "tariff K"}]
    found = fee(tariff(inputs, [{"kind": "product", "factors": factors}]), visitors="1000", price="30.00")
    assert found.steps[1].amount == minor("30000.00")
    assert found.fee == minor("3000.00")


def test_p1_social_and_culture_are_both_taken_on_the_balance_after_administration():
    chain = apply_deductions(minor("3000"), deductions(("ADMIN", "15", 0), ("SOCIAL", "7.5", 1), ("CULTURE", "2.5", 1)))
    assert chain.amounts() == {"ADMIN": minor("450"), "SOCIAL": minor("191.25"), "CULTURE": minor("63.75")}
    assert chain.steps[0].balance == minor("2550")
    assert chain.distributable == minor("2295")


def test_p1_a_song_of_four_minutes_earns_91_80_in_three_equal_parts():
    pool = minor("2295.00")
    value = point_value(pool, 100)
    assert value == minor("22.95")
    shares = [("song", party, share, 0) for party, share in (("R1", "33.34"), ("R2", "33.33"), ("R3", "33.33"))]
    rest = [("rest", "others", "100", 0)]
    run = Distribution(
        {"concert": pool}, [("concert", "song", 4, "song"), ("concert", "rest", 96, "rest")], shares + rest
    )
    assert run.works_total()["song"] == amount_at_value(4, value) == minor("91.80")
    assert [run.payees()[party] for party in ("R1", "R2", "R3")] == [minor("30.60")] * 3
    by_definition = allocate(minor("91.80"), [("R1", 333_400), ("R2", 333_300), ("R3", 333_300)])
    assert set(by_definition.values()) == {minor("30.60")}


# --- P2: concert points ----------------------------------------------------------------------------------------------

TONO, _ = read_concert_rule(
    {
        "round_up_to": "100",
        "minimum_points": "1000",
        "maximum_points": "10000",
        "minimum_concert_minutes": "40",
        "individual_settlement_from_fee": "25000",
    }
)


@pytest.mark.parametrize(
    ("paid", "points"), [(1750, 1800), (670, 1000), (12345, 10000), (1000, 1000), (1001, 1100), (10000, 10000)]
)
def test_p2_the_fee_gives_the_points_in_steps_with_floor_and_cap(paid, points):
    assert concert_points(TONO, Fraction(paid)) == points


def test_p2_a_fee_of_25000_is_settled_on_its_own():
    assert concert_points(TONO, Fraction(25_000)) is None


@pytest.mark.parametrize("minutes", [40, 30])
def test_p2_a_work_of_three_minutes_has_135_points_even_in_a_short_concert(minutes):
    assert concert_work_points(TONO, 1800, Fraction(3), Fraction(minutes)) == 135


def test_p2_the_points_of_a_work_become_money_and_close_over_thirds():
    exact = 135 * Fraction("2.21216") * 100
    assert exact == Fraction("29864.16")
    amount = amount_at_value(135, Fraction("2.21216") * 100)
    assert amount == minor("298.64")
    assert [round_half_up(exact / part) for part in (1, 2, 3)] == [minor("298.64"), minor("149.32"), minor("99.55")]
    thirds = allocate(amount, [("R1", 1), ("R2", 1), ("R3", 1)])
    assert list(thirds.values()) == [minor("99.55"), minor("99.55"), minor("99.54")]


# --- P5: a supplementary run pays late matches out of suspense -------------------------------------------------------


def test_p5_the_closing_suspense_is_the_opening_less_what_was_released():
    opening, released = minor("394302.97"), minor("279326.66")
    assert opening - released == minor("114976.31")
    assert percent_between(released, opening) == Fraction("70.84")


# --- P7: two funds in one payment ------------------------------------------------------------------------------------

TWO_FUNDS = [{"key": "creators", "name": "Creators"}, {"key": "related", "name": "Related rights"}]


def per_unit(unit, creators, related):
    rates = {"creators": creators, "related": related}
    return tariff(
        [{"name": unit, "type": "integer"}], [{"kind": "per_unit", "quantity": unit, "rates": rates}], funds=TWO_FUNDS
    )


@pytest.mark.parametrize(
    ("unit", "rates", "units", "total", "creators", "related"),
    [
        ("seats", ("60000", "60000"), "40", "4800000", "2400000", "2400000"),
        ("seats", ("60000", "60000"), "50", "6000000", "3000000", "3000000"),
        ("seats", ("60000", "60000"), "15", "1800000", "900000", "900000"),
        ("seats", ("60000", "60000"), "100", "12000000", "6000000", "6000000"),
        ("area", ("180000", "180000"), "10", "3600000", "1800000", "1800000"),
        ("area", ("250000", "180000"), "10", "4300000", "2500000", "1800000"),
    ],
)
def test_p7_one_payment_is_kept_apart_for_two_funds(unit, rates, units, total, creators, related):
    found = fee(per_unit(unit, *rates), **{unit: units})
    assert found.fee == minor(total)
    assert dict(found.funds) == {"creators": minor(creators), "related": minor(related)}


def test_p7_a_ticketed_concert_pays_on_sales_and_on_free_tickets():
    inputs = [{"name": "sales", "type": "money"}, {"name": "free_tickets", "type": "money"}]
    parts = [
        {"kind": "percent", "base": "sales", "rates_percent": "2"},
        {"kind": "percent", "base": "free_tickets", "rates_percent": "1"},
    ]
    found = fee(tariff(inputs, parts), sales="500000000", free_tickets="20000000")
    assert [step.amount for step in found.steps] == [minor("10000000"), minor("200000")]
    assert found.fee == minor("10200000")


def test_p7_flat_and_daily_rates_of_the_same_decision():
    bazaar = tariff(
        [{"name": "days", "type": "integer"}], [{"kind": "per_unit", "quantity": "days", "rates": "1500000"}]
    )
    assert fee(bazaar, days="3").fee == minor("4500000")
    assert fee(tariff([], [{"kind": "flat", "rates": "2000000"}])).fee == minor("2000000")


# --- P8: per event by room capacity ----------------------------------------------------------------------------------

CAPACITY = tariff(
    [
        {"name": "capacity", "type": "integer", "minimum": "1"},
        {"name": "dancing", "type": "boolean"},
        {"name": "events", "type": "integer", "default": "1"},
    ],
    [
        {
            "kind": "banded",
            "on": "capacity",
            "mode": "flat",
            "column": "dancing",
            "times": "events",
            "bands": [
                {"up_to": "100", "rates": {"false": "22.06", "true": "44.13"}},
                {"up_to": "300", "rates": {"false": "31.72", "true": "63.49"}},
                {"up_to": "500", "rates": {"false": "66.19", "true": "132.39"}},
                {"rates": {"false": "93.78", "true": "187.55"}},
            ],
        }
    ],
    valid_from="2018-01-01",
    valid_to="2022-12-31",
    examples=[{"answers": {"capacity": "250", "dancing": True, "events": "6"}, "fee": "380.94"}],
)


@pytest.mark.parametrize(
    ("capacity", "dancing", "events", "expected"),
    [
        ("250", True, "6", "380.94"),
        ("1", True, "1", "44.13"),
        ("100", False, "1", "22.06"),
        ("101", False, "1", "31.72"),
        ("300", True, "1", "63.49"),
        ("301", True, "1", "132.39"),
        ("500", False, "1", "66.19"),
        ("501", False, "1", "93.78"),
        ("501", True, "1", "187.55"),
    ],
)
def test_p8_the_room_decides_on_both_sides_of_each_border(capacity, dancing, events, expected):
    assert fee(CAPACITY, capacity=capacity, dancing=dancing, events=events).fee == minor(expected)


def test_p8_the_tariff_proves_itself_by_its_published_example():
    assert check_examples(CAPACITY, ACCOUNT) == []


def test_p8_the_return_of_a_quarter_is_due_thirty_days_after_its_end():
    assert due_after_days(quarter_of(date(2022, 3, 1), first_month=1).end, 30) == date(2022, 4, 30)


# --- P9: dated rates, a flat fee for each session, a surcharge -------------------------------------------------------


def popular(rate, valid_from, valid_to):
    parts = [{"kind": "percent", "base": "receipts", "rates_percent": rate}]
    return tariff([{"name": "receipts", "type": "money"}], parts, valid_from=valid_from, valid_to=valid_to)


@pytest.mark.parametrize(("day", "expected"), [(date(2017, 1, 15), "300.00"), (date(2019, 1, 15), "400.00")])
def test_p9_the_rate_of_the_day_of_the_event_decides(day, expected):
    versions = [popular("3", "1988-01-01", "2018-06-30"), popular("4", "2018-07-01", None)]
    assert fee(valid_row(versions, day), receipts="10000.00").fee == minor(expected)


def test_p9_classical_concerts_pay_a_flat_percentage():
    assert fee(percent_of_receipts("4.8"), receipts="10000.00").fee == minor("480.00")


def test_p9_buskers_pay_for_each_session():
    sessions = tariff(
        [{"name": "sessions", "type": "integer"}], [{"kind": "per_unit", "quantity": "sessions", "rates": "1.47"}]
    )
    assert fee(sessions, sessions="10").fee == minor("14.70")


def test_p9_use_before_the_licence_costs_half_more_in_the_first_year():
    early = {"kind": "surcharge", "percent": "50", "when": {"input": "used_before", "is": True}}
    terms = tariff([{"name": "used_before", "type": "boolean"}], [{"kind": "flat", "rates": "200.00"}], [early])
    found = fee(terms, used_before=True)
    assert (found.steps[-1].amount, found.fee) == (minor("100.00"), minor("300.00"))
    assert fee(terms, used_before=False).fee == minor("200.00")


# --- P10: deductions on one basis, then on the rest ------------------------------------------------------------------


def test_p10_two_deductions_on_the_gross_and_one_on_what_is_left():
    inputs = [{"name": "copies", "type": "integer"}, {"name": "price", "type": "money"}]
    factors = [{"input": "price"}, {"input": "copies"}, {"type": "percent", "constant": "8", "name": "rate"}]
    gross = fee(tariff(inputs, [{"kind": "product", "factors": factors}]), copies="5000", price="5.00").fee
    assert gross == minor("2000.00")
    chain = apply_deductions(gross, deductions(("TAX", "5.5", 0), ("SOCIAL", "1", 0), ("RETAINED", "15", 2)))
    assert chain.amounts() == {"TAX": minor("110"), "SOCIAL": minor("20"), "RETAINED": minor("280.50")}
    assert chain.steps[1].balance == minor("1870")
    assert chain.distributable == minor("1589.50")
    chained = apply_deductions(gross, deductions(("TAX", "5.5", 0), ("SOCIAL", "1", 1)))
    assert chained.distributable != minor("1870")


# --- P11: a chain of factors -----------------------------------------------------------------------------------------


def test_p11_a_chain_of_factors_keeps_its_decimals_to_the_end():
    factors = [{"input": "opening"}] + [{"constant": value, "name": value} for value in ("0.50", "1.3", "0.75")]
    found = fee(
        tariff([{"name": "opening", "type": "money"}], [{"kind": "product", "factors": factors}]), opening="10.00"
    )
    exact = found.steps[3].exact / 100
    assert exact == Fraction("4.875")
    reserve = percent_of(exact, Fraction(10))
    assert (reserve, exact - reserve) == (Fraction("0.4875"), Fraction("4.3875"))


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
