"""How forms look: the renderer that gives every form the same label, hint, error and target size, and date fields."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.amounts import AmountRule, parse_amount, refusal_in_a_field
from cmo_portal.common.tables.errors import ValueRefused


class PortalRenderer(TemplatesSetting):
    """Django's own renderer with our templates for a form, a field and a set of forms (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"


class DayInput(forms.DateInput):
    """The browser's own date picker: keyboard, screen reader and language of the device included, no script."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A date, picked or typed as 2026-11-22, 22/11/2026 or 22 November 2026."""

    widget = DayInput
    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %B %Y"]
    default_error_messages = {"invalid": _("This is not a date. Write it as 2026-11-22 or 22/11/2026.")}

    def to_python(self, value: Any) -> datetime.date | None:
        """Accept dates of four-digit years only: 22/11/26 would be a guess."""
        return super().to_python(value.strip() if isinstance(value, str) else value)


class MoneyField(forms.CharField):
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
