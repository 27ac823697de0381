"""The calculator of the public domain: laws by their days, the author who died last, never free too early."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency
from cmo_portal.common.words import plain
from works.rules.public_domain import Author, Term, freeing_law, verdict

RUPEE = Currency("PKR", 2)
ON = date(2026, 11, 22)
FIFTY = Term(50, date(1967, 1, 1), None, False, "Copyright Ordinance 1962, section 18")
LAWS = (FIFTY,)
years = st.integers(1600, 2020)
days = st.dates(date(1950, 1, 1), date(2100, 1, 1))


def died(year: int | None, name: str = "Somebody", century: int | None = None) -> Author:
    return Author("died", (("en", name),), year, century)


def said(author: Author, terms: tuple[Term, ...] = LAWS, on: date = ON) -> str:
    return " ".join(plain(sentence, RUPEE) for sentence in verdict([author], terms, on).words)


def test_a_poet_who_died_in_1938_is_free_since_1989_under_life_and_fifty() -> None:
    found = verdict([died(1938, "Muhammad Iqbal")], LAWS, ON)
    assert (found.is_free, found.free_from) == (True, date(1989, 1, 1))
    assert said(died(1938, "Muhammad Iqbal")) == (
        "Muhammad Iqbal died in 1938. Protection lasts 50 years after the year of death (Copyright Ordinance 1962,"
        " section 18). It is free since 1989-01-01."
    )


def test_a_poet_who_died_in_1984_is_protected_to_the_last_day_of_2034() -> None:
    found = verdict([died(1984)], LAWS, ON)
    assert (found.is_free, found.free_from) == (False, date(2035, 1, 1))
    assert verdict([died(1984)], LAWS, date(2034, 12, 31)).is_free is False
    assert verdict([died(1984)], LAWS, date(2035, 1, 1)).is_free is True
    assert "up to and including 2034-12-31" in said(died(1984))


def test_sufi_verse_counts_the_last_year_of_its_century() -> None:
    author = Author("classical", (("en", "Bulleh Shah"), ("ur", "بلھے شاہ")), None, 18)
    found = verdict([author], LAWS, ON)
    assert found.is_free
    assert said(author).startswith("Bulleh Shah lived in century 18; counted is its last year, 1800.")


def test_folk_and_what_was_never_protected_need_no_law() -> None:
    assert verdict([Author("folk")], (), ON).is_free is True
    assert verdict([Author("unprotected")], (), ON).is_free is True


def test_an_unknown_year_or_an_unknown_law_decides_nothing() -> None:
    assert verdict([died(None)], LAWS, ON).is_free is None
    assert verdict([died(1700)], (), ON).is_free is None
    assert verdict([], LAWS, ON).is_free is None


def test_the_author_who_died_last_counts() -> None:
    found = verdict([died(1850), died(1990)], LAWS, ON)
    assert (found.is_free, found.free_from) == (False, date(2041, 1, 1))
    assert verdict([died(1990), died(None)], LAWS, ON).is_free is False


def test_a_longer_term_that_comes_too_late_takes_nothing_back_unless_it_says_so() -> None:
    old = Term(50, date(1967, 1, 1), date(1999, 12, 31), False, "old")
    kind = Term(70, date(2000, 1, 1), None, False, "kind")
    stern = Term(70, date(2000, 1, 1), None, True, "stern")
    assert verdict([died(1945)], (old, kind), date(2010, 1, 1)).free_from == date(1996, 1, 1)
    assert verdict([died(1945)], (old, stern), date(2010, 1, 1)).is_free is False
    assert verdict([died(1945)], (old, stern), date(2016, 1, 1)).free_from == date(2016, 1, 1)
    assert verdict([died(1955)], (old, kind), date(2010, 1, 1)).free_from == date(2026, 1, 1)
    assert verdict([died(1900)], (old, stern), date(2010, 1, 1)).free_from == date(1967, 1, 1)


def test_a_law_that_is_not_in_force_yet_counts_for_nothing() -> None:
    coming = Term(10, date(2030, 1, 1), None, False, "coming")
    assert verdict([died(1984)], (FIFTY, coming), ON).is_free is False
    assert verdict([died(1984)], (FIFTY, coming), date(2030, 1, 1)).is_free is True


@given(years, st.integers(0, 100), st.integers(0, 50), days)
def test_a_longer_term_never_frees_earlier(year: int, term: int, more: int, on: date) -> None:
    short = verdict([died(year)], [Term(term, date(1900, 1, 1), None, False, "s")], on)
    longer = verdict([died(year)], [Term(term + more, date(1900, 1, 1), None, False, "l")], on)
    assert short.free_from is not None and longer.free_from is not None
    assert short.free_from <= longer.free_from


@given(years, days)
def test_free_and_protected_change_on_one_day(year: int, on: date) -> None:
    found = freeing_law(year, LAWS)
    assert found is not None
    assert verdict([died(year)], LAWS, max(on, FIFTY.valid_from)).is_free is (max(on, FIFTY.valid_from) >= found[0])
    before = found[0] - timedelta(days=1)
    if before >= FIFTY.valid_from:
        assert verdict([died(year)], LAWS, before).is_free is False


@given(st.lists(years, min_size=1, max_size=5), days)
def test_the_order_of_authors_does_not_matter(dead: list[int], on: date) -> None:
    one = verdict([died(year) for year in dead], LAWS, on)
    other = verdict([died(year) for year in reversed(dead)], LAWS, on)
    assert (one.is_free, one.free_from) == (other.is_free, other.free_from)
