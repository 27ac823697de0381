"""`manage demo_accounts`: who signs in to the demo, as a table. The launcher prints it when the portal is ready."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cmo_portal.accounts.models import User
from royalties.demo.sign_ins import PASSWORD, all_sign_ins


class Command(BaseCommand):
    """Print address, role, password and the way to the one-time code."""

    help = "Print the sign-ins of the demo society (demo mode only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table; refuse outside demo mode or before the society is loaded."""
        if not settings.DEMO_MODE:
            raise CommandError("Demo sign-ins exist in demonstration mode only.")
        there = set(User.objects.values_list("email", flat=True))
        missing = [sign_in.email for sign_in in all_sign_ins() if sign_in.email not in there]
        if missing:
            raise CommandError(f"The demo society is not loaded ({missing[0]} is missing): run manage load_demo.")
        width = max(len(sign_in.email) for sign_in in all_sign_ins())
        for sign_in in all_sign_ins():
            code = f"   one-time code: ./portal code {sign_in.email}" if sign_in.needs_code else ""
            self.stdout.write(f"{sign_in.email:<{width}}  {sign_in.role}{code}")
        self.stdout.write(f"Password of all: {PASSWORD}")
