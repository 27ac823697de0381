"""Messages to people. A message carries no amount and no bank data, only a link to sign in."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.context import Society


def send_invitation(user: User, path: str, *, name: str = "") -> None:
    """The link by which the person sets her first password, in her language; `name` is hers in its script."""
    with translation.override(user.language):
        body = render_to_string(
            "emails/invitation.txt",
            {"name": name or user.name, "link": f"{settings.BASE_URL}{path}", "society": Society(settings.SOCIETY)},
        )
        send_mail(_("Your account"), body, settings.DEFAULT_FROM_EMAIL, [user.email])
