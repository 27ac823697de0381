"""Identifiers: worked examples, every single-digit change of an IPI number, and input that is no identifier at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.rules import identifiers as ids
from works.rules.identifiers import IdentifierProblem as Problem


@pytest.mark.parametrize(
    ("nine", "check"),
    [
        ("000141073", "38"),
        ("000000001", "99"),
        ("362000123", "86"),
        ("532374341", "00"),  # remainder 0
        ("889601515", "00"),  # remainder 1: 100 written in two digits
    ],
)
def test_the_ipi_name_check_digits_of_the_worked_examples_are_right(nine, check):
    assert ids.ipi_name_check_digits(nine) == check
    assert ids.read_ipi_name(nine + check).is_valid


def test_remainders_zero_and_one_of_an_ipi_both_write_double_zero():
    remainders = set()
    for nine in ("532374341", "889601515"):
        remainders.add(sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 101)
    assert remainders == {0, 1}


@pytest.mark.parametrize("good", ["00014107338", "00000000199", "36200012386", "53237434100", "88960151500"])
def test_every_single_digit_change_of_a_good_ipi_is_caught(good):
    for place, digit in enumerate(good):
        for other in "0123456789".replace(digit, ""):
            changed = good[:place] + other + good[place + 1 :]
            assert not ids.read_ipi_name(changed).is_valid, changed


@given(st.integers(min_value=1, max_value=999_999_999), st.integers(0, 10), st.integers(1, 9))
def test_a_single_digit_change_of_any_good_ipi_is_caught(base, place, step):
    nine = f"{base:09d}"
    good = nine + ids.ipi_name_check_digits(nine)
    changed = good[:place] + str((int(good[place]) + step) % 10) + good[place + 1 :]
    assert ids.read_ipi_name(good).is_valid
    assert not ids.read_ipi_name(changed).is_valid


def test_an_ipi_without_its_leading_zeros_is_filled_up():
    assert ids.read_ipi_name("199").value == "00000000199"
    assert ids.read_ipi_name("  141.073-38 ").value == "00014107338"


def test_an_ipi_of_zeros_is_blank():
    assert ids.read_ipi_name("00000000000").problem is Problem.BLANK
    assert ids.read_ipi_name("").problem is Problem.BLANK


@pytest.mark.parametrize(("nine", "check"), [("034524680", "1"), ("123456789", "4")])
def test_the_iswc_check_digit_of_the_worked_examples_is_right(nine, check):
    assert ids.iswc_check_digit(nine) == check
    assert ids.read_iswc(f"T{nine}{check}").is_valid


def test_an_iswc_with_dots_and_hyphens_is_normalised_and_printed_back():
    reading = ids.read_iswc("t-034.524.680-1")
    assert (reading.value, reading.is_valid) == ("T0345246801", True)
    assert ids.format_iswc(reading.value) == "T-034.524.680-1"
    assert ids.format_iswc("nonsense") == "nonsense"


def test_a_wrong_iswc_check_digit_is_told_from_a_wrong_shape():
    wrong = ids.read_iswc("T0345246802")
    assert (wrong.problem, wrong.expected, wrong.has_shape) == (Problem.CHECK_DIGIT, "1", True)
    assert ids.read_iswc("0345246801").problem is Problem.SHAPE


@pytest.mark.parametrize("good", ["I-000000229-7", "I-123456789-3", "I0000002297"])
def test_the_ipi_base_numbers_of_the_worked_examples_are_right(good):
    assert ids.read_ipi_base(good).is_valid
    assert len(ids.read_ipi_base(good).value) == 13


def test_a_wrong_ipi_base_check_digit_is_caught():
    assert ids.read_ipi_base("I-000000229-8").problem is Problem.CHECK_DIGIT
    assert ids.read_ipi_base("X-000000229-8").problem is Problem.SHAPE


def test_an_isrc_is_a_matter_of_shape_alone():
    assert ids.read_isrc("GBABC2000001").is_valid
    assert ids.read_isrc("gb-abc-20-00001").value == "GBABC2000001"
    assert ids.read_isrc("G1ABC2000001").problem is Problem.SHAPE
    assert ids.format_isrc("GBABC2000001") == "GB-ABC-20-00001"
    assert ids.format_isrc("short") == "short"


def test_ean_and_isni_follow_their_worked_examples():
    assert ids.read_ean("4006381333931").is_valid
    assert ids.read_ean("4006381333932").expected == "1"
    assert ids.read_isni("0000 0001 2146 438X").is_valid
    assert ids.read_isni("0000000121464389").problem is Problem.CHECK_DIGIT


READERS = (ids.read_iswc, ids.read_ipi_name, ids.read_ipi_base, ids.read_isrc, ids.read_ean, ids.read_isni)


@pytest.mark.parametrize("reader", READERS)
@given(text=st.text())
def test_a_reader_never_raises_whatever_it_is_given(reader, text):
    reading = reader(text)
    assert reading.is_valid == (reading.problem is None)


@pytest.mark.parametrize("reader", READERS)
def test_digits_of_other_scripts_are_a_wrong_shape(reader):
    assert reader("٠١٢٣٤٥٦٧٨٩٠").problem is Problem.SHAPE
