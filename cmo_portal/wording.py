"""How figures, dates, periods and form errors are put into words, for pages, documents and messages alike.

Pure text: no HTML here. Amounts are whole minor units; grouping follows the setting MONEY_GROUPING
("western" 1,234,567 or "lakh" 12,34,567).
"""

import datetime
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.utils.dates import MONTHS, MONTHS_AP
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cmo_portal.common.money import (
    MINUS,
    WHOLE_SHARE,
    Currency,
    DisplayParts,
    Grouping,
    decimal_text,
    display_parts,
    group_digits,
    plain_minor,
)
from cmo_portal.common.periods import Period
from cmo_portal.common.words import Figure, Words, in_language

# The first sign found names the browser or system; a later one may stand in the same text (Chrome says Safari too).
BROWSERS: Final = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox/": "Firefox"} | {
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS: Final = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"} | {
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def _grouping() -> Grouping:
    return "lakh" if settings.MONEY_GROUPING == "lakh" else "western"


def grouped(value: int) -> str:
    """Write a whole number in groups of three, or of two above the last three (lakh, crore), as the setting says."""
    return f"{MINUS if value < 0 else ''}{group_digits(str(abs(value)), _grouping())}"


def money_parts(amount: int) -> DisplayParts:
    """Split an amount in minor units of the currency of account into sign, grouped major units and minor digits."""
    currency = Currency(settings.CURRENCY["code"], settings.CURRENCY["decimals"])
    return display_parts(amount, currency, _grouping())


def money_text(amount: int, *, currency: bool = True) -> str:
    """Write an amount for running text: `Rs 1,234.50`, `−Rs 12.00`."""
    parts = money_parts(amount)
    symbol = f"{settings.CURRENCY['symbol']}\N{NO-BREAK SPACE}" if currency else ""
    return f"{parts.sign}{symbol}{parts.whole}{parts.point}{parts.decimals}"


def plain_amount(amount: int) -> str:
    """Write an amount for files, as spreadsheets read it: `1234.50`, `-12.00`."""
    return plain_minor(amount, Currency(settings.CURRENCY["code"], settings.CURRENCY["decimals"]))


def isolated(text: str) -> str:
    """A name, number or share inside a sentence, kept from mixing with a sentence of the other direction."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def share_text(millionths: int) -> str:
    """Write a share of 1,000,000 as an exact percentage without trailing zeros: 333334 gives `33.3334 %`."""
    per_percent = WHOLE_SHARE // 100
    whole, rest = divmod(abs(millionths), per_percent)
    fraction = f"{rest:04d}".rstrip("0")
    sign = MINUS if millionths < 0 else ""
    return f"{sign}{grouped(whole)}{'.' if fraction else ''}{fraction}\N{NO-BREAK SPACE}%"


def date_text(day: datetime.date) -> str:
    """Write a date as `22 November 2026`, with the month in the language of the page."""
    return _("%(day)d %(month)s %(year)d") % {"day": day.day, "month": MONTHS[day.month], "year": day.year}


def period_text(first: datetime.date, last: datetime.date) -> str:
    """Write the period from first to last day, both inside it, as short as it stays exact.

    Whole months give `September 2026`, `Jul–Sep 2026`, `Nov 2025–Jan 2026`; a calendar year gives `2026`; anything
    else names both days.
    """
    if first == last:
        return date_text(first)
    if not Period(first, last).is_whole_months():
        return _("%(first)s to %(last)s") % {"first": date_text(first), "last": date_text(last)}
    if first.year != last.year:
        return _("%(first)s–%(last)s") % {"first": _month_year(first), "last": _month_year(last)}
    if first.month == last.month:
        return f"{MONTHS[first.month]} {first.year}"
    if (first.month, last.month) == (1, 12):
        return str(first.year)
    months = {"first": _short_month(first), "last": _short_month(last), "year": first.year}
    return _("%(first)s–%(last)s %(year)d") % months


def _short_month(day: datetime.date) -> str:
    """Three letters of the month in English (`Sep`); languages without short months give the whole name."""
    name = str(MONTHS_AP[day.month]).rstrip(".")
    return name if not name.isascii() else name[:3]


def _month_year(day: datetime.date) -> str:
    return f"{_short_month(day)} {day.year}"


def figure_text(figure: Figure) -> str:
    """Write one figure of a sentence of the rules for the reader: money with its symbol, dates with month names."""
    value = figure.value
    if isinstance(value, tuple):
        return in_language(value, (get_language() or "en").split("-")[0])
    if isinstance(value, datetime.date):
        return date_text(value)
    if isinstance(value, str):
        return value
    if figure.kind == "money":
        return _exact_money(Fraction(value))
    written = _grouped_decimal(decimal_text(value))
    return f"{written}\N{NO-BREAK SPACE}%" if figure.kind == "percent" else written


def comma_list(texts: Iterable[str]) -> str:
    """Texts one after the other, with the comma of the reader's language between them."""
    return _(", ").join(texts)


def words_text(words: Words) -> str:
    """Write a sentence of the rules in the language of the reader, as plain text."""
    return words.render(_, figure_text)


def _exact_money(minor: Fraction) -> str:
    """An amount that may not be whole paisa yet keeps every digit, so that a working can be checked by hand."""
    if minor.denominator == 1:
        return money_text(minor.numerator)
    decimals = settings.CURRENCY["decimals"]
    written = _grouped_decimal(decimal_text(minor / 10**decimals, least=decimals))
    return f"{settings.CURRENCY['symbol']}\N{NO-BREAK SPACE}{written}"


def _grouped_decimal(written: str) -> str:
    whole, point, decimals = written.partition(".")
    sign = MINUS if whole.startswith("-") else ""
    return f"{sign}{group_digits(whole.removeprefix('-'), _grouping())}{point}{decimals}"


def device_text(user_agent: str) -> str:
    """Name the browser and system that a browser says it is; what is unknown is called so."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return comma_list(filter(None, (browser, system))) or _("Unknown device")


def errors_of(form: Any) -> list[dict[str, str]]:
    """List the errors of a form in the order of its fields, each with its label and the id of the field to mend."""
    found = [{"label": "", "text": str(error), "target": ""} for error in form.non_field_errors()]
    for field in form:
        target = field.id_for_label or f"{field.auto_id}_0"  # a group of choices is entered at its first choice
        found += [{"label": str(field.label), "text": str(error), "target": target} for error in field.errors]
    return found
