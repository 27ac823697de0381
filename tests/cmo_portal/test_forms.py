"""Dates as people pick and type them."""

import datetime
from pathlib import Path

import pytest
from django import forms

from cmo_portal.forms import DayField

APPS = ("cmo_portal", "members", "works", "licensing", "royalties")


class Birthday(forms.Form):
    day = DayField(label="Day")


@pytest.mark.parametrize(
    "text", ["2026-11-22", "22/11/2026", " 22-11-2026 ", "22 November 2026", "۲۲/۱۱/۲۰۲۶", "٢٠٢٦-١١-٢٢"]
)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    form = Birthday({"day": text})
    assert form.is_valid()
    assert form.cleaned_data["day"] == datetime.date(2026, 11, 22)


@pytest.mark.parametrize("text", ["22/11/26", "31/02/2026", "11/22/2026", "tomorrow"])
def test_what_is_no_date_or_only_half_a_year_is_refused_with_a_remedy(text: str) -> None:
    form = Birthday({"day": text})
    assert form.errors["day"] == ["This is not a date. Write it as 2026-11-22 or 22/11/2026."]


def test_the_date_is_offered_as_the_browser_needs_it() -> None:
    written = str(Birthday(initial={"day": datetime.date(2026, 11, 2)})["day"])
    assert 'type="date"' in written and 'value="2026-11-02"' in written


@pytest.mark.parametrize("text", ["0001-01-01", "0999-12-31", "4000-01-01", "9999-12-31"])
def test_a_date_without_a_day_before_or_after_it_is_refused(text: str) -> None:
    form = Birthday({"day": text})
    assert form.errors["day"] == ["Give a day of the years 1000 to 3999. Leave the date empty where there is no bound."]


def test_every_form_reads_its_dates_so() -> None:
    """A typed date is counted back and forth by days all over the portal."""
    root = Path(__file__).parents[2]
    code = [path for app in APPS for path in (root / app).rglob("*.py") if path != root / "cmo_portal/forms.py"]
    assert [path for path in code if "forms.DateField" in path.read_text()] == []
