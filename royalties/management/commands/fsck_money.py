"""`manage fsck_money [--json]`: every check of the books; exit code 1 when anything is red."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from royalties import fsck


class Command(BaseCommand):
    """Re-derive every figure from raw rows and report what does not agree."""

    help = "Check the books: re-derive every figure from raw rows."

    def add_arguments(self, parser: CommandParser) -> None:
        """Output for machines, and single checks."""
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--only", nargs="*", metavar="CODE", help="only these checks, for example M01 M02")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and answer by the exit code."""
        unknown = set(options["only"] or ()) - {known.code for known in fsck.all_checks()}
        if unknown:
            raise CommandError(f"There is no check {', '.join(sorted(unknown))}.")
        found = fsck.findings(fsck.Scope(), options["only"])
        checks = [known for known in fsck.all_checks() if not options["only"] or known.code in options["only"]]
        if options["json"]:
            body = {"checks": [known.code for known in checks], "findings": [one.as_json() for one in found]}
            self.stdout.write(json.dumps(body, indent=1))
        else:
            for known in checks:
                red = [one for one in found if one.code == known.code]
                self.stdout.write(f"{known.code}  {'RED  ' if red else 'green'}  {known.title}")
                for one in red:
                    self.stdout.write(f"       {one.object}: {one.what} (off by {one.by})")
        if found:
            sys.exit(1)
