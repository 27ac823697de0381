"""Names beside a number: what is another way to write a name, and what is another name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules.bearers import is_name_of

SAME = [
    ("SUKKURVI PARVEZ", "Parvez Sukkurvi"),
    ("PERVAIZ SUKKURVI", "Parvez Sukkurvi"),
    ("SUKKURVI PARVEZ", "پرویز سکھروی"),
    ("P SUKKURVI", "Parvez Sukkurvi"),
    ("N F A KHAN", "Nusrat Fateh Ali Khan"),
    ("DOE JANE", "Jane Mary Doe"),
    ("ABDULLATIF BHITAI", "Abdul Latif Bhitai"),
    ("MUELLER HANS", "Hans Müller"),
    ("O'NEIL SEAN", "Sean ONeil"),
    ("SMITH-JONES ANN", "Ann Smith Jones"),
    ("ALPHA", "Alpha Music Publishing (Pvt) Ltd"),
    ("MUSIC PUBLISHING", "Music Publishing"),
    ("THE VERY LONG NAMED HOUSE OF MELO", "The Very Long Named House of Melodies"),
]
OTHER = [
    ("KHAN ALI", "Parvez Sukkurvi"),
    ("ALPHA MUSIC PUBLISHING", "Qaiser Khushabi"),
    ("ALPHA MUSIC", "Beta Music"),
    ("RAHAT FATEH ALI KHAN", "Nusrat Fateh Ali Khan"),
    ("ALI KHAN", "Nusrat Fateh Ali Khan"),
    ("KHAN", "Ali Khan"),
    ("K ALI", "A Khan"),
    ("SANA KHAN", "Hasan Khan"),
    ("DOE JOHN", "Jane Doe"),
    ("TOTALLY OTHER", "Parvez"),
    ("", "Parvez"),
    ("PARVEZ", ""),
]
NAMES = st.lists(st.text("abcdefgh", min_size=2, max_size=8), min_size=1, max_size=5)


@pytest.mark.parametrize(("text", "form"), SAME)
def test_another_way_to_write_a_name_fits(text: str, form: str) -> None:
    assert is_name_of(text, form)
    assert is_name_of(form, text)


@pytest.mark.parametrize(("text", "form"), OTHER)
def test_another_name_does_not_fit(text: str, form: str) -> None:
    assert not is_name_of(text, form)
    assert not is_name_of(form, text)


def test_a_whole_name_leaves_no_word_out() -> None:
    assert is_name_of("KHAN ALI", "Ali Khan", whole=True)
    assert not is_name_of("KHAN MUSIC", "Khan", whole=True)
    assert not is_name_of("DOE JANE", "Jane Mary Doe", whole=True)


@given(NAMES, st.randoms())
def test_a_name_fits_itself_in_any_order_of_its_words(words: list[str], random: object) -> None:
    other = list(words)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert is_name_of(" ".join(other).upper(), " ".join(words))


@given(NAMES, NAMES)
def test_whether_two_names_fit_does_not_depend_on_which_is_written(one: list[str], other: list[str]) -> None:
    assert is_name_of(" ".join(one), " ".join(other)) == is_name_of(" ".join(other), " ".join(one))
