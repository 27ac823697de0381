"""The one parser for amounts and counts: every form in a file is read by the stated rule or refused with its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.amounts import LARGEST_WHOLE, AmountRule, parse_amount, parse_count
from cmo_portal.common.tables.errors import ValueRefused

COMMA = AmountRule(decimal_sign=",")
SIGNED = AmountRule(negative=True)


@pytest.mark.parametrize(
    ("text", "paisa"),
    [
        ("0", 0),
        ("5", 500),
        ("5.5", 550),
        ("5.50", 550),
        ("007", 700),
        ("1,000.50", 100_050),
        ("1,234,567", 123_456_700),
        ("12,34,567", 123_456_700),
        ("1,00,000.05", 10_000_005),
        ("۱۲۳", 12_300),
        ("١٢٣٫٥٠", 12_350),
        ("۱٬۲۳۴", 123_400),
        ("Rs 5", 500),
        ("Rs.5", 500),
        ("rs. 1,500/-", 150_000),
        ("5/-", 500),
        ("5/=", 500),
        ("PKR 7.25", 725),
        ("7.25 PKR", 725),
        ("₨ 9", 900),
        ("۵۰ روپے", 5_000),
        ("+3", 300),
        ("\u00a012.00\u200f ", 1_200),
        ("90071992547409.91", LARGEST_WHOLE),
    ],
)
def test_an_amount_written_by_the_rule_is_read_to_the_paisa(text, paisa):
    assert parse_amount(text) == paisa


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ("-", "blank"),
        ("–", "blank"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("(5.00)", "negative"),
        ("Rs -5", "negative"),
        ("-Rs 5", "negative"),
        ("NaN", "not-a-number"),
        ("nan", "not-a-number"),
        ("Inf", "not-a-number"),
        ("-inf", "not-a-number"),
        ("#DIV/0!", "not-a-number"),
        ("N/A", "not-a-number"),
        ("None", "not-a-number"),
        ("1e3", "exponent"),
        ("1.5E+10", "exponent"),
        ("۱e۳", "exponent"),
        ("1.234", "decimals"),
        ("1.000", "decimals"),
        ("1.000,50", "grouping"),
        ("1,00", "grouping"),
        ("1,0000", "grouping"),
        ("12,345,67", "grouping"),
        ("0,123", "grouping"),
        ("1 000", "grouping"),
        ("5.", "grouping"),
        ("1.2.3", "grouping"),
        (".5", "unreadable"),
        ("5%", "percent"),
        ("1/2", "fraction"),
        ("½", "fraction"),
        ("2½", "fraction"),
        ("5-", "unreadable"),
        ("--5", "unreadable"),
        ("USD 5", "unreadable"),
        ("Rs 5 Rs", "unreadable"),
        ("five", "unreadable"),
        ("0x10", "unreadable"),
        ("1_000", "unreadable"),
        ("1۲3", "mixed-digits"),
        ("५", "unreadable"),
        ("90071992547409.92", "too-large"),
        (str(2**63), "too-large"),
        ("9" * 100, "number-too-long"),
    ],
)
def test_an_amount_outside_the_rule_is_refused_with_its_reason(text, code):
    with pytest.raises(ValueRefused) as refusal:
        parse_amount(text)
    assert refusal.value.code == code
    assert str(refusal.value.message)
    assert str(refusal.value.remedy)


@pytest.mark.parametrize(
    ("text", "paisa"), [("1.000,50", 100_050), ("1000,5", 100_050), ("Rs. 7,25", 725), ("12.34.567,00", 123_456_700)]
)
def test_a_column_with_decimal_comma_is_read_when_the_caller_says_so(text, paisa):
    assert parse_amount(text, COMMA) == paisa


def test_the_point_amount_in_a_comma_column_is_refused_and_not_guessed():
    with pytest.raises(ValueRefused) as refusal:
        parse_amount("1,000", COMMA)
    assert refusal.value.code == "decimals"


@pytest.mark.parametrize("text", ["-5.25", "−5.25", "(5.25)", "Rs -5.25", "-۵٫۲۵"])
def test_a_negative_amount_is_read_where_negatives_are_expected(text):
    assert parse_amount(text, SIGNED) == -525


def test_zero_is_refused_where_an_amount_is_needed():
    with pytest.raises(ValueRefused) as refusal:
        parse_amount("0.00", AmountRule(zero=False))
    assert refusal.value.code == "zero"


def test_the_maximum_itself_is_accepted_and_one_above_refused():
    rule = AmountRule(maximum=10_000)
    assert parse_amount("100.00", rule) == 10_000
    with pytest.raises(ValueRefused) as refusal:
        parse_amount("100.01", rule)
    assert refusal.value.code == "too-large"


@pytest.mark.parametrize("wrong", [{"decimal_sign": ";"}, {"decimals": 9}, {"maximum": 2**53}, {"maximum": 0}])
def test_an_impossible_rule_is_a_programming_error(wrong):
    with pytest.raises(ValueError, match=r"."):
        AmountRule(**wrong)


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("12", 12), ("1,250", 1250), ("1,00,000", 100_000), ("۱۲", 12), ("3.0", 3), ("3.00", 3), (" 7 ", 7)],
)
def test_a_count_written_by_the_rule_is_read(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        ("-", "blank"),
        ("-3", "negative"),
        ("(3)", "negative"),
        ("1.5", "not-whole"),
        ("1.000", "not-whole"),
        ("1e3", "exponent"),
        ("Rs 5", "unreadable"),
        ("5/-", "unreadable"),
        ("NaN", "not-a-number"),
        ("10%", "percent"),
        (str(2**53), "too-large"),
        (str(2**63), "too-large"),
        ("12,5", "grouping"),
    ],
)
def test_a_count_outside_the_rule_is_refused_with_its_reason(text, code):
    with pytest.raises(ValueRefused) as refusal:
        parse_count(text)
    assert refusal.value.code == code


def test_an_empty_count_takes_the_stated_default_and_no_other():
    assert parse_count(" ", blank=1) == 1
    assert parse_count("-", blank=1) == 1


@given(st.integers(min_value=0, max_value=LARGEST_WHOLE), st.sampled_from(["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"]))
def test_every_amount_written_plainly_comes_back_to_the_paisa(paisa, digits):
    written = f"{paisa // 100}.{paisa % 100:02d}".translate(str.maketrans("0123456789", digits))
    assert parse_amount(written) == paisa


@given(st.integers(min_value=0, max_value=LARGEST_WHOLE))
def test_western_grouping_never_changes_the_value(paisa):
    assert parse_amount(f"{paisa // 100:,}.{paisa % 100:02d}") == paisa


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text):
    for parse in (parse_amount, parse_count):
        try:
            assert 0 <= parse(text) <= LARGEST_WHOLE
        except ValueRefused as refusal:
            assert refusal.code
