"""`manage export_cwr --version 2.1|2.2 --out FILE`: write our repertoire as a registration file."""

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from works.management.actors import member_of_staff
from works.management.plainly import plain_errors, written_file
from works.models import ExportFile
from works.services.exporting import export_repertoire


class Command(BaseCommand):
    """The same service as the staff page; the act is recorded under the given or the first documentation user."""

    help = "Write the works of the society as a CWR 2.1 or 2.2 file (NWR, and REV for works sent before)."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Every command of Django has a --version of its own; here it says which CWR."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """--version, --out FILE, --since DATE, --receiver CODE, --complaints FILE, --by E-MAIL, --json."""
        parser.add_argument("--version", choices=["2.1", "2.2"], required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--since", type=dt.date.fromisoformat, help="only works changed since this day, YYYY-MM-DD")
        parser.add_argument("--receiver", default="000", help="sender or society code of the receiver")
        parser.add_argument("--complaints", type=Path, help="where the list of works not sent is written")
        parser.add_argument("--by", help="e-mail address of the member of staff who exports")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and print the report of conformance; where it goes is opened before anything is exported."""
        by = member_of_staff(options["by"])
        asked = {name: options[name] for name in ("version", "since", "receiver")}
        with plain_errors(), written_file(options["out"]) as out, written_file(options["complaints"]) as said:
            file = _export(asked, by, out, said)
        self.stdout.write(_report(file, as_json=options["json"]))
        if not file.file:
            self.stderr.write(f"There was nothing to send: {options['out']} was not written.")


def _export(asked: dict[str, Any], by: User, out: BinaryIO | None, said: BinaryIO | None) -> ExportFile:
    """Write the export and hand it out; one that could not be handed out was never made."""
    file = None
    try:
        with transaction.atomic():
            file = export_repertoire(**asked, by=by, now=clock.now())
            _copy(file.file, out)
            _copy(file.complaints, said)
    except OSError:
        for stored in (file.file, file.complaints) if file else ():
            if stored:
                stored.delete(save=False)
        raise
    return file


def _copy(stored: Any, out: BinaryIO | None) -> None:
    """The stored file to where it is wanted; nothing when there is none."""
    if stored and out is not None:
        with stored.open("rb") as source:
            shutil.copyfileobj(source, out)
        out.flush()


def _report(file: ExportFile, *, as_json: bool) -> str:
    report = {"file": file.filename, "state": file.state, **file.report}
    if as_json:
        return json.dumps(report, ensure_ascii=False, indent=2)
    counts = ", ".join(f"{report[name]} {name}" for name in ("NWR", "REV"))
    return f"{file.filename}: {counts}, {report['refused']} not sent, {report['notes']} notes, {file.state}"
