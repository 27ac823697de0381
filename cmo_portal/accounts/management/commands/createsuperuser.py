"""Django's `createsuperuser` is closed here: it takes any password, and what it does leaves no act."""

from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Names the way that is open."""

    help = "Closed; use invite_administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whatever Django's own command takes, so that the answer is always the same."""
        parser.add_argument("ignored", nargs="*")
        for name in ("--email", "--database"):
            parser.add_argument(name)
        for name in ("--noinput", "--no-input"):
            parser.add_argument(name, action="store_true")

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse."""
        raise CommandError("There are no superusers here. Use: ./portal manage invite_administrator E-MAIL")
