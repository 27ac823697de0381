"""Sales tax: dated rates by province, one line for each tax, and no tax ever guessed."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency
from cmo_portal.common.words import plain
from licensing.rules.tax import NoTaxRule, TaxRule, read_tax_rules, tax_fee

OLD = TaxRule("ST", "PB", (("en", "Sales tax"),), Fraction(15), date(2020, 7, 1), date(2026, 6, 30))
NEW = TaxRule("ST", "PB", (("en", "Sales tax"),), Fraction(16), date(2026, 7, 1))
LEVY = TaxRule("LEVY", "PB", (("en", "Levy"),), Fraction(2), date(2026, 7, 1), order=2, compound=True)
SINDH = TaxRule("SST", "SD", (("en", "Sindh sales tax"),), Fraction(13), date(2020, 7, 1))
RULES = [LEVY, NEW, OLD, SINDH]


def test_the_rate_of_the_day_and_province_is_taken():
    assert [line.amount for line in tax_fee(100_000, RULES, "PB", date(2026, 6, 30)).lines] == [15_000]
    assert [line.amount for line in tax_fee(100_000, RULES, "SD", date(2026, 7, 1)).lines] == [13_000]


def test_a_compound_tax_is_taken_on_the_fee_with_the_taxes_before_it():
    found = tax_fee(100_000, RULES, "PB", date(2026, 7, 1))
    assert [(line.base, line.amount) for line in found.lines] == [(100_000, 16_000), (116_000, 2_320)]
    assert found.gross == 118_320
    assert plain(found.lines[1].words, Currency("PKR", 2)) == "Levy: 2% of 1,160.00 = 23.20"


@given(st.integers(-(10**12), 10**12))
def test_net_and_taxes_make_the_gross_and_a_credit_note_mirrors(net):
    found, credit = (tax_fee(amount, RULES, "PB", date(2026, 9, 1)) for amount in (net, -net))
    assert found.net + sum(line.amount for line in found.lines) == found.gross == -credit.gross


@pytest.mark.parametrize(("province", "day"), [("BA", date(2026, 7, 1)), ("PB", date(2019, 1, 1))])
def test_a_province_without_a_rule_is_refused(province, day):
    with pytest.raises(NoTaxRule, match=province):
        tax_fee(100, RULES, province, day)


def rule(**changes):
    return {
        "code": "ST", "province": "PB", "name": "Sales tax", "rate_percent": "16", "valid_from": "2026-07-01",
    } | changes  # fmt: skip


def test_good_data_gives_the_rules():
    rules, complaints = read_tax_rules({"rules": [rule(valid_to="2027-06-30"), rule(valid_from="2027-07-01")]})
    assert complaints == []
    assert [entry.valid_to for entry in rules] == [date(2027, 6, 30), None]


def test_every_fault_of_the_data_is_listed():
    rules = [
        rule(),
        rule(valid_from="2028-01-01"),
        rule(code="B", rate_percent="101", valid_to="2020-01-01"),
        rule(code="C", x=1),
    ]
    _, complaints = read_tax_rules({"rules": rules})
    assert [complaint.place for complaint in complaints] == [
        "rules[2].rate_percent",
        "rules[2].valid_to",
        "rules[3].x",
        "rules",
    ]
