"""How allauth behaves here: no open sign-up, sealed TOTP secrets, plain links."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.sealing import seal, unseal


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by admission, by a licence application or by invitation, never by a bare sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def clean_password(self, password: str, user: Any = None) -> str:
        """Staff passwords have at least 15 characters; the common lists apply to all."""
        cleaned: str = super().clean_password(password, user)
        if user is not None and getattr(user, "audience", "") == "staff" and len(cleaned) < 15:
            raise self.validation_error("password_too_short_staff")
        return cleaned

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "password_too_short_staff": _("Use at least 15 characters for a staff account."),
    }


class MFAAdapter(DefaultMFAAdapter):
    """The TOTP secret and recovery seed are stored sealed."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, place="mfa_authenticator.data")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), place="mfa_authenticator.data")

    def get_totp_issuer(self) -> str:
        return str(settings.SOCIETY["short_name"])
