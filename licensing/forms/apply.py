"""The steps of an application for a licence."""

import datetime as dt
import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import TextField
from licensing.models import Province
from licensing.models.applications import DOCUMENT_KINDS
from licensing.models.licensees import PremisesKind
from licensing.queries.tariffs import offers_on
from members.policy import policy
from members.services.documents import Upload

PHONE = re.compile(r"\+?[0-9۰-۹][0-9۰-۹ ()-]{6,18}")
NTN = re.compile(r"[0-9]{7}-?[0-9]|[0-9]{5}-?[0-9]{7}-?[0-9]")


class StartForm(forms.Form):
    """Where the link goes by which the applicant comes back."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send you a link by which you can come back at any time. No account is needed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4


class ReturnForm(forms.Form):
    """What proves an application: its reference and its mailbox."""

    reference = TextField(
        label=_("Reference"), max_length=12, help_text=_("Eight letters and digits, such as K7MQ-3XRT.")
    )
    email = forms.EmailField(label=_("E-mail address of the application"))

    def clean_reference(self) -> str:
        """Small letters and a missing dash are forgiven."""
        signs = re.sub(r"[^A-Z0-9]", "", self.cleaned_data["reference"].upper())
        return f"{signs[:4]}-{signs[4:]}"


class BusinessForm(forms.Form):
    """Who asks for the licence."""

    name = TextField(
        label=_("Name of the business or organiser"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name_ur = TextField(label=_("Name in Urdu"), max_length=160, required=False)
    contact_name = TextField(
        label=_("Contact person"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    telephone = TextField(
        label=_("Telephone"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
    )
    ntn = TextField(
        label=_("Tax number (NTN)"),
        max_length=16,
        required=False,
        help_text=_("Seven digits and a check digit, such as 1234567-8. It stands on your invoice."),
    )
    address = TextField(
        label=_("Postal address"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    city = TextField(label=_("City"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"}))

    def clean_telephone(self) -> str:
        """Digits with the usual separators."""
        value: str = self.cleaned_data["telephone"].strip()
        if not PHONE.fullmatch(value):
            raise forms.ValidationError(_("Write the number with its area code, for example +92 42 1112222."))
        return value

    def clean_ntn(self) -> str:
        """A company's number or a person's CNIC as tax number."""
        value: str = self.cleaned_data["ntn"].strip()
        if value and not NTN.fullmatch(value):
            raise forms.ValidationError(
                _("Write seven digits and a check digit, such as 1234567-8, or leave it empty.")
            )
        return value


class PremisesForm(forms.Form):
    """Where the music is played."""

    kind = forms.ChoiceField(
        label=_("What is the licence for?"), choices=PremisesKind.choices, widget=forms.RadioSelect, initial="place"
    )
    name = TextField(label=_("Name of the place, channel or event"), max_length=160)
    name_ur = TextField(label=_("Name in Urdu"), max_length=160, required=False)
    address = TextField(label=_("Address"), max_length=300)
    city = TextField(label=_("City"), max_length=80)
    province = forms.ChoiceField(label=_("Province"), help_text=_("The sales tax follows the province."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(place.code, place.local_name) for place in Province.objects.all()]
        asked = self.fields["province"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = [("", _("Choose a province")), *places]


class TariffChoiceForm(forms.Form):
    """Which tariff fits the use."""

    tariff = forms.ChoiceField(label=_("How do you use music?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["tariff"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = [(offer.tariff.code, offer.tariff.local_name) for offer in offers_on(today)]


class DocumentForm(forms.Form):
    """One document."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=DOCUMENT_KINDS)
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("A photo or scan as JPEG or PNG, or a PDF; at most 8 megabytes."),
    )

    def upload(self) -> Upload:
        """The name and the bytes, read no further than just beyond the limit."""
        file = self.cleaned_data["file"]
        return Upload(name=str(file.name or ""), content=file.read(policy().document_bytes + 1))


class DeclareForm(forms.Form):
    """The declaration under which an application is sent, with the price that was shown."""

    expected_total = forms.IntegerField(widget=forms.HiddenInput)
    answer = TextField(
        label=_("Your answer"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    declared = forms.BooleanField(
        label=_("What I have answered is right and complete, and I accept this price."),
        error_messages={"required": _("Confirm that your answers are right and that you accept the price.")},
    )

    def __init__(self, *args: Any, with_answer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_answer:
            del self.fields["answer"]
