"""`./portal code E-MAIL`: the current one-time code of a demo account. It exists in demo mode only."""

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmo_portal.accounts.models import User


class Command(BaseCommand):
    """Prints six digits, and on the error output how long they are good for."""

    help = "Print the current one-time code of a demo account (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One argument: the account's e-mail address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the code; refuse outside demo mode."""
        if not settings.DEMO_MODE:
            raise CommandError("One-time codes are printed in demo mode only.")
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account with the address {options['email']}.")
        factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if factor is None:
            raise CommandError("This account has no authenticator app set up.")
        secret = decrypt(factor.data["secret"])
        step, passed = divmod(int(time.time()), app_settings.TOTP_PERIOD)
        self.stdout.write(format_hotp_value(hotp_value(secret, step)))
        self.stdout.flush()
        left = app_settings.TOTP_PERIOD * (1 + app_settings.TOTP_TOLERANCE) - passed
        self.stderr.write(f"good for {left} s, and for one sign-in", style_func=str)
