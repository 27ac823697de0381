"""Forms of the dated rules about what belongs to nobody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from members.models.territories import own_territory, territory_text
from members.rules.territories import territories
from works.forms.fields import ShareField
from works.models import Element, FreeShareUse


class TermForm(forms.Form):
    """A country's term of protection from a day on."""

    territory = forms.ChoiceField(label=_("Country"))
    years_after_death = forms.IntegerField(label=_("Years after the year of death"), min_value=0, max_value=200)
    valid_from = DayField(label=_("Valid from"))
    revives = forms.BooleanField(
        label=_("It protects again what an older law had freed"),
        required=False,
    )
    source = TextField(
        label=_("Law and section"), max_length=300, help_text=_("For example: Copyright Ordinance 1962, section 18.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["territory"]
        if isinstance(field, forms.ChoiceField):
            own = own_territory()
            countries = [code for code, each in territories().items() if not each.is_group and each.iso2]
            others = sorted((territory_text(code), code) for code in countries if code != own)
            field.choices = [(own, territory_text(own)), *((code, name) for name, code in others)]


class FreeShareRuleForm(forms.Form):
    """What becomes of free words or music from a day on."""

    element = forms.ChoiceField(label=_("Element"), choices=Element.choices)
    use = forms.ChoiceField(label=_("What becomes of the share"), choices=FreeShareUse.choices)
    arranger_part = ShareField(label=_("Part for the arranger, %"), required=False)
    valid_from = DayField(label=_("Valid from"))
    source = TextField(label=_("Resolution"), max_length=300)

    def clean(self) -> dict[str, Any]:
        """The part belongs to the rule that gives one."""
        data = super().clean() or {}
        if data.get("use") == "arranger" and not data.get("arranger_part"):
            self.add_error("arranger_part", _("Give the arranger’s part in percent, for example 25."))
        if data.get("use") != "arranger" and data.get("arranger_part"):
            self.add_error("arranger_part", _("Leave this empty: the rule gives the arranger no part."))
        return data
