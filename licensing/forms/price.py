"""The questions of a tariff as a form: made from the tariff's own data, for the calculator and for an application."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cmo_portal.common.amounts import AmountRule, parse_amount, parse_count, refusal_in_a_field
from cmo_portal.common.money import decimal_text
from cmo_portal.common.ruledata import Complaint
from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.words import in_language
from cmo_portal.forms import DayField, TextField
from cmo_portal.wording import words_text
from licensing.models import Province, Tariff
from licensing.models.tariffs import Term
from licensing.queries.pricing import Use
from licensing.rules.tariff_terms import Input
from licensing.rules.tariff_terms import Tariff as Terms

LEAD_DAYS = 366  # how far ahead a licence may begin


class NumberField(TextField):
    """A number as people write it (1,250, ۱۲۵۰, Rs 1,250.50), read by the portal's one parser into a plain decimal."""

    def __init__(self, *, places: int, **kwargs: Any) -> None:
        self.places = places
        mode = "decimal" if places else "numeric"
        super().__init__(widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> str:
        """The plain decimal, without separators."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            if not self.places:
                return str(parse_count(text))
            minor = parse_amount(text, AmountRule(decimals=self.places))
        except ValueRefused as refused:
            raise forms.ValidationError(refusal_in_a_field(refused, text)) from None
        return decimal_text(Fraction(minor, 10**self.places))


class DatedForm(forms.Form):
    """A form whose answers the engine judges; where it asks for days, they are not years ahead."""

    today: dt.date

    def clean(self) -> dict[str, Any]:
        """A licence does not begin years ahead."""
        data = super().clean() or {}
        first = data.get("from")
        if first and first > self.today + dt.timedelta(days=LEAD_DAYS):
            self.add_error("from", _("Choose a first day within the next twelve months."))
        return data

    def complain(self, complaints: Iterable[Complaint]) -> None:
        """Put each complaint of the engine at the field it belongs to."""
        for complaint in complaints:
            field = complaint.place if complaint.place in self.fields else None
            self.add_error(field, words_text(complaint.words))


class PriceForm(DatedForm):
    """What a tariff asks, where the music is played, and from when. `use()` gives the answers once it is valid."""

    def __init__(
        self,
        *args: Any,
        tariff: Tariff,
        terms: Terms,
        today: dt.date,
        province: Province | None = None,
        with_days: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tariff, self.terms, self.today, self.province = tariff, terms, today, province
        for asked in terms.inputs:
            self.fields[asked.name] = _field_of(asked)
        if province is None:
            places = [(place.code, place.local_name) for place in Province.objects.all()]
            self.fields["place"] = forms.ChoiceField(
                label=_("Where is the music played?"),
                choices=[("", _("Choose a province")), *places],
                help_text=_("The sales tax follows the province."),
            )
        if with_days:
            self.fields.update(_days_asked(tariff, terms))

    def use(self) -> Use:
        """The use that the answers describe; where its days are asked elsewhere, so many as it counts, from today."""
        data = self.cleaned_data
        province = self.province or Province.objects.prefetch_related("tax_rates").get(code=data["place"])
        answers = {asked.name: data[asked.name] for asked in self.terms.inputs}
        if "from" in self.fields:
            return Use(self.tariff, answers, province, data["from"], data.get("to"))
        days = next((int(answers[asked.name]) for asked in self.terms.inputs if asked.counts == "days"), 1)
        return Use(self.tariff, answers, province, self.today, self.today + dt.timedelta(days=days - 1))


class EventForm(DatedForm):
    """The days of an event, where the tariff is paid for each event."""

    def __init__(self, *args: Any, tariff: Tariff, terms: Terms, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.terms = today, terms
        self.fields.update(_days_asked(tariff, terms))
        self.fields["about"] = TextField(
            label=_("What takes place?"),
            required=False,
            max_length=300,
            help_text=_("Who performs, and when it begins and ends. You may leave it empty."),
        )

    def complain_of_days(self, complaints: Iterable[Complaint]) -> bool:
        """Put what is said against the days at its field, and leave the rest; whether there was anything.

        A count of days or shows is asked on another page: where it does not fit the days, that stands at the last day.
        """
        counting = {asked.name for asked in self.terms.inputs if asked.counts}
        placed = [replace(one, place="to") if one.place in counting else one for one in complaints]
        of_days = [one for one in placed if one.place in self.fields]
        self.complain(of_days)
        return bool(of_days)


def _days_asked(tariff: Tariff, terms: Terms) -> dict[str, forms.Field]:
    is_event = tariff.term == Term.EVENT
    first = DayField(label=_("Day of the event") if is_event else _("First day of the licence"))
    if not is_event and not terms.needs_period:
        return {"from": first}
    help_text = _("Leave it empty for one day.") if is_event else _("Leave it empty for a whole year.")
    return {"from": first, "to": DayField(label=_("Last day"), required=False, help_text=help_text)}


def _field_of(asked: Input) -> forms.Field:
    language = (get_language() or "en").split("-")[0]
    common: dict[str, Any] = {
        "label": _label(asked, language),
        "help_text": escape(in_language(asked.help, language)),  # Django shows help texts unescaped
        "required": asked.default is None,
        "initial": asked.default,
    }
    if asked.kind == "boolean":
        return forms.BooleanField(**{**common, "required": False, "initial": False})
    if asked.kind == "choice":
        choices = [(choice.value, in_language(choice.names, language)) for choice in asked.choices]
        return forms.ChoiceField(widget=forms.RadioSelect, choices=choices, **common)
    if asked.kind == "integer":
        return NumberField(places=0, **common)
    return NumberField(places=settings.CURRENCY["decimals"] if asked.kind == "money" else asked.places, **common)


def _label(asked: Input, language: str) -> str:
    """The question, with the unit of the answer where it is not in the question."""
    name = in_language(asked.names, language)
    unit = str(settings.CURRENCY["code"]) if asked.kind == "money" else "%" if asked.kind == "percent" else ""
    if asked.kind == "decimal":
        unit = in_language(asked.unit, language)
    return f"{name} ({unit})" if unit else name
