"""Numbers as people type them into a search box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.rules.asked_numbers import asked_number
from works.rules.identifiers import iswc_check_digit

URDU = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@given(
    nine=st.text("0123456789", min_size=9, max_size=9),
    label=st.sampled_from(["", "ISWC ", "iswc: ", "ISWC no. "]),
    letter=st.sampled_from(["", "T", "t", "T-", "T "]),
    sign=st.sampled_from(["", "-", ".", " ", "–"]),
    urdu=st.booleans(),
)
def test_an_iswc_is_read_with_or_without_its_letter_signs_and_label(
    nine: str, label: str, letter: str, sign: str, urdu: bool
) -> None:
    digits = sign.join((nine[:3], nine[3:6], nine[6:], iswc_check_digit(nine)))
    asked = asked_number(label + letter + (digits.translate(URDU) if urdu else digits))
    assert asked is not None and (asked.kind, asked.value) == ("iswc", f"T{nine}{iswc_check_digit(nine)}")
    assert asked.is_told == bool(label or letter) and asked.corrected == ""


@pytest.mark.parametrize("text", ["", "T", "1970", "99 Luftballons", "ISWC", "ISRC T0345246801", "W12", "Song 1234567"])
def test_words_are_no_number(text: str) -> None:
    assert asked_number(text) is None


def test_a_wrong_last_digit_of_an_iswc_is_told_with_the_right_one() -> None:
    asked = asked_number("T-034.524.680-7")
    assert asked is not None and asked.corrected == "T-034.524.680-1"
