"""Forms of applicants (P9), one for each page."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import say
from cmo_portal.context import OWN_COUNTRY
from cmo_portal.forms import DayField, TextField
from members.forms.fields import (
    DocumentField,
    OnceForm,
    cnic_field,
    iban_field,
    note_field,
    ntn_field,
    original_name_field,
    phone_field,
    roman_name_field,
    set_choices,
)
from members.models import MembershipApplication, Right
from members.models.applications import DOCUMENT_KINDS
from members.queries.applications import RESIDENCE_TITLES, ROLE_TITLES

KEPT = "kept"  # a right that the applicant does not give
LANGUAGE_NAMES = {"en": "English", "ur": "اردو"}


class BeginForm(OnceForm):
    """Who applies, and where the link to come back is sent."""

    kind = forms.ChoiceField(
        label=_("Who is joining?"),
        choices=[("person", _("A person: composer, lyricist, arranger, translator or heir")),
                 ("organisation", _("A company: music publisher"))],
        widget=forms.RadioSelect,
        initial="person",
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We send the link by which you can come back here. Later you sign in with this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ReturnForm(forms.Form):
    """What is needed to have the link sent again."""

    reference = TextField(label=_("Reference"), help_text=_("For example J7K3M-9QXD."), max_length=20)
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class StepForm(forms.Form):
    """A page of the application, filled with what was saved before."""

    def __init__(self, *args: Any, application: MembershipApplication, **kwargs: Any) -> None:
        self.application = application
        kwargs.setdefault("initial", self.saved(application))
        super().__init__(*args, **kwargs)

    def saved(self, application: MembershipApplication) -> dict[str, Any]:
        """The answers given before."""
        return dict(application.answers)


class NamesForm(StepForm):
    """The legal name in both scripts, and a pen name."""

    first_name = roman_name_field(
        _("First name in English letters"), required=False, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = roman_name_field(
        _("Last name in English letters"),
        help_text=_("As on your CNIC. If you have one name only, write it here."),
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    original_name = original_name_field(
        _("Full name in Urdu or your own script"), required=False, help_text=_("As on the front of your CNIC.")
    )
    pen_name = roman_name_field(
        _("Pen name in English letters"), required=False, help_text=_("The name under which your works are known.")
    )
    pen_name_original = original_name_field(_("Pen name in Urdu or your own script"), required=False)


class CompanyNamesForm(StepForm):
    """The name of a company in both scripts."""

    last_name = roman_name_field(
        _("Name of the company in English letters"),
        help_text=_("As in its registration."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    original_name = original_name_field(_("Name of the company in Urdu or its own script"), required=False)


class IdentityForm(StepForm):
    """A person's CNIC and birthday. A CNIC saved before is shown by its mask and kept when the field stays empty."""

    cnic = cnic_field()
    born_on = DayField(label=_("Date of birth"), help_text=_("As on your CNIC."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.application.cnic_masked:
            self.fields["cnic"].required = False
            self.fields["cnic"].help_text = _("Saved: %(mask)s. Leave this empty to keep it.") % {
                "mask": self.application.cnic_masked
            }

    def saved(self, application: MembershipApplication) -> dict[str, Any]:
        """The birthday; the CNIC never comes back to the page."""
        return {"born_on": application.born_on}


class CompanyIdentityForm(StepForm):
    """A company's tax number."""

    ntn = ntn_field()


class ContactForm(StepForm):
    """How the society reaches the applicant."""

    telephone = phone_field()
    address = TextField(
        label=_("Postal address"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": "3", "autocomplete": "street-address", "dir": "auto"}),
    )
    residence = forms.ChoiceField(
        label=_("Where do you live for tax?"),
        choices=list(RESIDENCE_TITLES.items()),
        widget=forms.RadioSelect,
        initial="resident",
    )
    language = forms.ChoiceField(label=_("Language of our messages"), choices=(), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "language", [(code, LANGUAGE_NAMES.get(code, code)) for code, _name in settings.LANGUAGES])

    def saved(self, application: MembershipApplication) -> dict[str, Any]:
        """Answers, with the language the application has."""
        return {"residence": "resident", **application.answers, "language": application.language}


class RolesForm(StepForm):
    """What the applicant does in music."""

    roles = forms.MultipleChoiceField(
        label=_("What do you do?"),
        choices=list(ROLE_TITLES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose all that apply."),
        error_messages={"required": _("Choose at least one role.")},
    )


class BankForm(StepForm):
    """Where royalties shall go. An IBAN saved before is kept when the field stays empty."""

    iban = iban_field()
    account_title = original_name_field(
        _("Title of the account"), help_text=_("The name of the account's owner, as your bank writes it.")
    )
    bank_name = TextField(label=_("Name of the bank"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.application.iban_masked:
            self.fields["iban"].required = False
            self.fields["iban"].help_text = _("Saved: %(mask)s. Leave this empty to keep it.") % {
                "mask": self.application.iban_masked
            }


class MandateForm(StepForm):
    """Which rights the society administers, and where. Field names are the codes of the rights."""

    PR = forms.ChoiceField(label=_("Public performance and broadcasting"), widget=forms.RadioSelect)
    MR = forms.ChoiceField(label=_("Copying (mechanical right)"), widget=forms.RadioSelect)
    SR = forms.ChoiceField(label=_("Use in films and advertisements"), widget=forms.RadioSelect)

    HINTS = {
        "PR": _("Concerts, restaurants, shops, radio, television, online streaming."),
        "MR": _("Records, downloads and other copies."),
        "SR": _(
            "Synchronisation: music put to moving pictures. Many creators keep this right and license it themselves."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("world", _("Administer it for me in the whole world")),
            ("home", say(_("Administer it for me in {country} only"), country=OWN_COUNTRY)),
            (KEPT, _("I keep this right")),
        ]
        for right in Right.values:
            set_choices(self, right, choices)
            self.fields[right].help_text = self.HINTS[right]

    def scope(self) -> dict[str, str]:
        """Right → territory, for the rights that are given."""
        return {right: where for right, where in self.cleaned_data.items() if where != KEPT}

    def saved(self, application: MembershipApplication) -> dict[str, Any]:
        """The scope chosen before; at first what most creators choose."""
        if "mandate" not in application.answers:
            return {"PR": "world", "MR": "world", "SR": KEPT}
        return {right: application.answers["mandate"].get(right, KEPT) for right in Right.values}


class DocumentForm(forms.Form):
    """One document."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=DOCUMENT_KINDS)
    file = DocumentField(label=_("File"), help_text=_("A photo or scan as JPEG or PNG, or a PDF; at most 8 megabytes."))


class DeclareForm(forms.Form):
    """The declaration before an application is sent."""

    agreed = forms.BooleanField(
        label=_("I have read what the society may do for me, and I give it this mandate."),
        error_messages={"required": _("Tick the box if you agree. Without your agreement we cannot act for you.")},
    )
    true = forms.BooleanField(
        label=_("What I wrote is true, and the documents are mine."),
        error_messages={"required": _("Tick the box to declare that your answers are true.")},
    )
    declared_name = TextField(
        label=_("Your full name"),
        help_text=_("Typing your name here is your signature."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )


class AnswerForm(forms.Form):
    """The answer to the society's question."""

    text = note_field(_("Your answer"))
