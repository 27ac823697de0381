"""Sentences of rules: rendered in any language, stored and read back."""

from datetime import date
from fractions import Fraction

from cmo_portal.common.money import Currency
from cmo_portal.common.words import (
    Words,
    count,
    day,
    gettext_noop,
    in_language,
    label,
    money,
    number,
    percent,
    plain,
    say,
    text,
)

PKR = Currency("PKR", 2)
SEATS = (("ur", "نشستیں"), ("en", "seats"))
SENTENCE = say(
    gettext_noop("%(code)s on %(day)s: %(rate)s of %(amount)s for %(n)s %(unit)s by %(area)s"),
    code=text("ADMIN"),
    day=day(date(2026, 7, 1)),
    rate=percent(Fraction("7.5")),
    amount=money(123456700),
    n=count(1200),
    unit=label(SEATS),
    area=number(Fraction("12.25")),
)


def test_a_sentence_is_written_plainly_in_english():
    assert plain(SENTENCE, PKR) == "ADMIN on 2026-07-01: 7.5% of 1,234,567.00 for 1,200 seats by 12.25"


def test_a_sentence_is_translated_before_its_figures_are_filled_in():
    told = SENTENCE.render(lambda template: "%(amount)s!", lambda figure: f"<{figure.value}>")
    assert told == "<123456700>!"


def test_a_stored_sentence_is_read_back_the_same():
    assert Words.from_json(SENTENCE.as_json()) == SENTENCE


def test_a_working_amount_finer_than_a_paisa_keeps_its_decimals():
    exact = say("%(a)s %(b)s", a=money(Fraction(975, 2)), b=money(Fraction(-1, 4)))
    assert plain(exact, PKR) == "4.875 -0.0025"
    assert Words.from_json(exact.as_json()) == exact


def test_a_name_falls_back_to_english_then_to_any_language():
    assert in_language(SEATS, "ur") == "نشستیں"
    assert in_language(SEATS, "sd") == "seats"
    assert in_language((("ur", "نشستیں"),), "en") == "نشستیں"
    assert in_language((), "en") == ""
