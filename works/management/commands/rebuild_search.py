"""`manage rebuild_search [--check]`: make the search of the repertoire anew, or say what is wrong in it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from works.services.search import rebuild_search, wrong_documents


class Command(BaseCommand):
    """Rebuild, or compare only."""

    help = "Make the search documents of all works anew; with --check only count those that are wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Look only."""
        parser.add_argument("--check", action="store_true", help="change nothing; fail if a document is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, slice by slice."""

        def tell(done: int, last: int) -> None:
            self.stderr.write(f"work {done:,} of {last:,}")

        if not options["check"]:
            self.stdout.write(f"{rebuild_search(tell=tell):,} documents made anew or put right.")
        elif wrong := wrong_documents(tell=tell):
            raise CommandError(f"{wrong:,} documents are wrong. Run this command without --check.")
        else:
            self.stdout.write("Every document is right.")
