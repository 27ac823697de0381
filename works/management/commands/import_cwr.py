"""`manage import_cwr FILE`: check a registration file, and take it unless --dry-run is given."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from works.management.actors import member_of_staff
from works.management.plainly import plain_errors, written_file
from works.models import RegistrationFile
from works.queries.registrations import filled_in, outcomes_of
from works.services.counting import rehearsal
from works.services.file_keeping import discard_stored
from works.services.imports import check_registration_file, import_registration_file


class Command(BaseCommand):
    """The same services as the staff page; acts are recorded under the given or the first documentation user."""

    help = "Check and import a CWR file (2.1, 2.2, 3.0 or 3.1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --dry-run, --ack FILE, --by E-MAIL, --json."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="do everything, tell it, and take it back")
        parser.add_argument("--ack", type=Path, help="where the answer to the sender is written")
        parser.add_argument("--by", help="e-mail address of the member of staff who imports")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what became of the file and of each transaction; CommandError where the file is refused."""
        by = member_of_staff(options["by"])
        with plain_errors(), written_file(options["ack"]) as ack, options["file"].open("rb") as stream:
            report = _take(stream, options["file"].name, by, ack, is_rehearsal=options["dry_run"])
        as_text = json.dumps(report, ensure_ascii=False, indent=2) if options["json"] else "\n".join(_lines(report))
        self.stdout.write(as_text)
        if options["ack"] and not report["answer_name"]:
            self.stderr.write("No answer was written: the file holds nothing that is answered.")
        if report["state"] == "refused":
            raise CommandError("The file is refused as a whole; nothing was taken.")


def _take(stream: BinaryIO, name: str, by: User, ack: BinaryIO | None, *, is_rehearsal: bool) -> dict[str, Any]:
    """Check the file, take it, and hand out its answer; a rehearsal is taken back when everything is told."""
    with _attempt(is_rehearsal=is_rehearsal) as kept:
        file = check_registration_file(upload=stream, filename=name, by=by)
        kept.append(file)
        if file.state != "refused":
            file = kept[0] = import_registration_file(file=file, by=by, now=clock.now())
        if ack is not None and file.answer:
            with file.answer.open("rb") as answer:
                shutil.copyfileobj(answer, ack)
        state = "dry run" if is_rehearsal and file.state != "refused" else file.state
        return {
            "file": file.filename,
            "state": state,
            "answer_name": "",
            **file.report,
            "complaints": [filled_in(complaint) for complaint in file.report.get("complaints") or []],
            "outcomes": list(outcomes_of(file)),
        }


@contextmanager
def _attempt(*, is_rehearsal: bool) -> Iterator[list[RegistrationFile]]:
    """One transaction. Of what is not kept, the stored files go too."""
    kept: list[RegistrationFile] = []
    is_done = False
    try:
        with rehearsal() if is_rehearsal else transaction.atomic():
            yield kept
        is_done = True
    finally:
        if is_rehearsal or not is_done:
            for file in kept:
                discard_stored(file)


def _lines(report: dict[str, Any]) -> Iterator[str]:
    counts = ", ".join(f"{status} {count}" for status, count in report["statuses"])
    yield f"{report['file']}: {report['transactions']} transactions ({counts}), {report['state']}"
    yield from (_line(complaint) for complaint in report["complaints"])
    for row in report["outcomes"]:
        work = f" {row['work']}" if row["work"] else ""
        yield f"{row['number']} {row['kind']} {row['submitter_number']} {row['title']}: {row['status']}{work}"
        yield from (_line(complaint) for complaint in row["complaints"])


def _line(complaint: dict[str, Any]) -> str:
    """A complaint with its place and its rule, as far as it has them."""
    place = f"line {complaint['line']} {complaint['record']}".rstrip() + ": " if complaint["line"] else ""
    rule = f" [{complaint['edit']}]" if complaint["edit"] else ""
    return f"    {place}{complaint['message']} {complaint['remedy']}{rule}"
