"""Messages to people. A message carries no amount and no bank data, only a link to sign in."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User


def send_invitation(user: User, path: str) -> None:
    """The link by which the person sets her first password, in her language."""
    with translation.override(user.language):
        body = render_to_string(
            "emails/invitation.txt",
            {"user": user, "link": f"{settings.BASE_URL}{path}", "society": settings.SOCIETY},
        )
        send_mail(_("Your account"), body, settings.DEFAULT_FROM_EMAIL, [user.email])
