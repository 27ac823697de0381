"""`./portal manage invite_administrator E-MAIL`: the way to the first account of a new portal."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import connection
from django.urls import reverse

from cmo_portal.accounts import services
from cmo_portal.accounts.models import User
from cmo_portal.common import clock

HOURS = int(services.INVITATION_LIFE.total_seconds() // 3600)


class Command(BaseCommand):
    """Makes the account and prints the link by which its owner sets her password."""

    help = "Make a staff account with the role of administrator and print its invitation link."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address, the name, and whether a link that ran out is replaced."""
        parser.add_argument("email", metavar="E-MAIL")
        parser.add_argument("--name", default="", help="full name")
        parser.add_argument("--again", action="store_true", help="a new link for an account without a password")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link alone on its line; every reason to refuse is one line."""
        email = options["email"].strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        if User._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The database holds no tables yet. Start the portal once, or run its migrations.")
        token = self._again(email) if options["again"] else self._first(email, options["name"].strip())
        self.stdout.write(f"Open this link within {HOURS} hours and set a password. It works once.")
        self.stdout.write(settings.BASE_URL + reverse("accept-invitation", args=[token]))

    def _first(self, email: str, name: str) -> str:
        try:
            return services.place_administrator(email=email, name=name, now=clock.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

    def _again(self, email: str) -> str:
        token = services.invite_administrator_again(email=email, now=clock.now())
        if token is None:
            raise CommandError(f"No administrator with the address {email} waits for her first password.")
        return token
