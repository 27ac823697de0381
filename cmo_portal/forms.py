"""How forms look: one renderer with the same label, hint, error and target size everywhere; dates, money, shares."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.amounts import AmountRule, parse_amount, refusal_in_a_field
from cmo_portal.common.cleaning import clean_lines, clean_text
from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.periods import FIRST_DAY, LAST_DAY
from cmo_portal.common.shares import ShareRefused, read_share
from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.wording import share_text

_REFUSED_SHARES = {
    "decimals": _("“%(value)s” has too many decimals: a share has four at most. Round it, for example to 33.3333."),
    "share": _("“%(value)s” is not a share. Write a number from 0 to 100, for example 33.33."),
}


class PortalRenderer(TemplatesSetting):
    """Django's own renderer with our templates for a form, a field and a set of forms (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"


class TextField(forms.CharField):
    """A text cleaned of what nobody sees; one of invisible signs alone is blank. A text area keeps its lines, and with
    `strip=False` the text stays as it was typed unless it is blank."""

    def to_python(self, value: Any) -> Any:
        """The cleaned text, or the empty value."""
        text = super().to_python(value)
        if not isinstance(text, str) or "\x00" in text:  # which nobody types: the validators refuse it
            return text
        clean = clean_lines if isinstance(self.widget, forms.Textarea) else clean_text
        cleaned = clean(text)
        return (cleaned if self.strip else text) if cleaned else self.empty_value


def typed_text(request: HttpRequest, name: str, longest: int) -> str:
    """What was typed into one field of a page whose buttons share it, cleaned as a TextField cleans it."""
    return clean_lines(request.POST.get(name, ""))[:longest]


class DayInput(forms.DateInput):
    """The browser's own date picker: keyboard, screen reader and language of the device included, no script."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A date, picked or typed as 2026-11-22, 22/11/2026 or 22 November 2026, in any digits."""

    widget = DayInput
    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %B %Y"]
    default_error_messages = {
        "invalid": _("This is not a date. Write it as 2026-11-22 or 22/11/2026."),
        "unlikely": _("Give a day of the years 1000 to 3999. Leave the date empty where there is no bound."),
    }

    def to_python(self, value: Any) -> datetime.date | None:
        """Accept dates of four-digit years only: 22/11/26 would be a guess. Every day has one before and after it."""
        day = super().to_python(digits_to_ascii(value.strip()) if isinstance(value, str) else value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(self.error_messages["unlikely"], code="unlikely")
        return day


class MoneyField(TextField):
    """An amount of the currency of account as people write it; gives whole minor units, above zero."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Any:
        """Minor units; None for an optional field left empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text, AmountRule(decimals=settings.CURRENCY["decimals"], zero=False))
        except ValueRefused as refused:
            raise forms.ValidationError(refusal_in_a_field(refused, text)) from None


class ShareField(TextField):
    """A share in percent, typed as 33.33, 33,33, ۳۳ or 50 %; its value counts 1/10,000 of a percent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": "8"}))
        super().__init__(max_length=12, **kwargs)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """Whole units, None for an optional field left empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_share(text)
        except ShareRefused as refusal:
            raise ValidationError(_REFUSED_SHARES[refusal.code], params={"value": text}) from refusal

    def prepare_value(self, value: Any) -> Any:
        """Kept units as people write them: 333400 as 33.34."""
        return share_figure(value) if isinstance(value, int) else value


def share_figure(units: int) -> str:
    """A share as it is typed, without the sign of percent."""
    return share_text(units).removesuffix("\N{NO-BREAK SPACE}%")
