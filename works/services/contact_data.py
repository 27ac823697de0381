"""What one side writes and the others read carries no address and no number of people."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from works.rules.contact_data import holds_contact_data


def must_hold_no_contact_data(text: str) -> None:
    """Raises ValidationError when a text tells how to reach somebody behind the society's back."""
    if holds_contact_data(text):
        raise ValidationError(
            _("Leave out e-mail addresses, telephone and identity numbers: the sides talk through this page.")
        )
