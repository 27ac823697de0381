"""`manage import_cwr FILE`: check a registration file, and take it unless --dry-run is given."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cmo_portal.common import clock
from works.management.actors import member_of_staff
from works.services.imports import check_registration_file, import_registration_file


class Command(BaseCommand):
    """The same services as the staff page; acts are recorded under the given or the first documentation user."""

    help = "Check and import a CWR file (2.1, 2.2, 3.0 or 3.1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --dry-run, --ack FILE, --by E-MAIL, --json."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--ack", type=Path)
        parser.add_argument("--by", help="e-mail address of the member of staff who imports")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report; with --dry-run nothing is kept."""
        by = member_of_staff(options["by"])
        try:
            with transaction.atomic(), options["file"].open("rb") as stream:
                file = check_registration_file(upload=stream, filename=options["file"].name, by=by)
                if not options["dry_run"] and file.state != "refused":
                    file = import_registration_file(file=file, by=by, now=clock.now())
                if options["ack"] and file.answer:
                    with file.answer.open("rb") as answer:
                        options["ack"].write_bytes(answer.read())
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        kept = "dry run" if options["dry_run"] and file.state != "refused" else file.state
        report = {"file": file.filename, "state": kept, **file.report}
        report["complaints"] = [_told(complaint) for complaint in report.get("complaints", [])]
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            counts = ", ".join(f"{status} {count}" for status, count in report["statuses"])
            self.stdout.write(f"{report['file']}: {report['transactions']} transactions ({counts}), {report['state']}")


def _told(complaint: dict[str, Any]) -> dict[str, Any]:
    """A complaint with its sentences written out: `message` and `remedy` are kept with places for the facts."""
    return {**complaint, **{name: complaint[name] % complaint["facts"] for name in ("message", "remedy")}}
