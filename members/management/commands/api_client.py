"""`./portal manage api_client NAME --scopes …`: a client and its token, for whoever runs the server."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmo_portal.common import clock
from members.models import Scope
from members.queries.parties import party_of_number
from members.services.clients import place_client


class Command(BaseCommand):
    """Makes an API client and prints its token, which is kept nowhere else. On the pages this takes two people."""

    help = "Make an API client and print its token once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name, scopes, owner, and how long it lives."""
        parser.add_argument("name", metavar="NAME", help="what its owner calls the program")
        parser.add_argument("--scopes", default=Scope.WORKS_READ.value, help=f"of {', '.join(Scope.values)}; by commas")
        parser.add_argument("--owner", default="", metavar="NUMBER", help="member number or IPI name number")
        parser.add_argument("--purpose", default="made at the server", help="what it is for")
        parser.add_argument("--days", type=int, default=90, help="how long the token lives, at most 366")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token alone on its line; every reason to refuse is one line."""
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        unknown = set(scopes) - set(Scope.values)
        if unknown:
            raise CommandError(f"Unknown scope {', '.join(sorted(unknown))}. Known are {', '.join(Scope.values)}.")
        party = party_of_number(options["owner"]) if options["owner"] else None
        if options["owner"] and party is None:
            raise CommandError(f"Nobody has the number {options['owner']}.")
        now = clock.now()
        today = clock.business_date(now)
        try:
            _client, token = place_client(
                name=options["name"],
                scopes=scopes,
                party=party,
                purpose=options["purpose"],
                expires_on=today + dt.timedelta(days=options["days"]),
                now=now,
                today=today,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stderr.write("The token is shown this once. Keep it where secrets are kept.")
        self.stdout.write(token)
