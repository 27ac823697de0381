"""`manage import_usage FILE --source CODE`: a usage file through the same services as the staff pages, in one go."""

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from cmo_portal.common.periods import Period, PeriodError
from royalties.formats.mapped_csv import ColumnMapping
from royalties.models import UsageFile, UsageSource
from royalties.queries.matches import shares_of_stages
from royalties.services import matching, usage


class Command(BaseCommand):
    """Receive, read, take, match. Acts are recorded under the given or the first person of the distribution desk."""

    help = "Import a usage file: a table (CSV, XLSX) by its saved or given mapping, or a DDEX sales report."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --source, --mapping, --period, --dry-run, --accept-guess, --confirm-overlap, --by, --json."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="code of the usage source")
        parser.add_argument("--mapping", type=Path, help="a stored mapping as JSON")
        parser.add_argument("--accept-guess", action="store_true", help="read a new table as it is guessed")
        parser.add_argument("--period", type=_period, help="first..last day; a sales report states its own")
        parser.add_argument("--confirm-overlap", action="store_true", help="another report for the same days")
        parser.add_argument("--dry-run", action="store_true", help="read and report, keep nothing")
        parser.add_argument("--by", help="e-mail address of the member of staff who imports")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report; with --dry-run nothing is kept."""
        by = _actor(options["by"])
        source = UsageSource.objects.filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"No usage source has the code {options['source']}.")
        try:
            with transaction.atomic():
                file = self._read(source, by, options)
                if options["dry_run"]:
                    report = _report(file)
                    usage.drop_spool(file.report.get("spool"))
                    file.file.delete(save=False)
                    transaction.set_rollback(True)
            if not options["dry_run"]:
                report = self._take(file, by)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) if options["json"] else _in_words(report))
        if report["state"] == "refused":
            raise CommandError(str(report["refusal"] or report["reason"]))

    def _read(self, source: UsageSource, by: User, options: dict[str, Any]) -> UsageFile:
        now = clock.now()
        with options["file"].open("rb") as stream:
            file = usage.receive_file(
                source=source,
                upload=stream,
                filename=options["file"].name,
                period=options["period"] or _own_period(source, options["file"]),
                confirm_overlap=options["confirm_overlap"],
                by=by,
                now=now,
            )
        if options["mapping"] or file.state == "mapping":
            mapping = _mapping(file, options)
            layout = usage.look_at(file).layout
            return usage.confirm_mapping(file=file, layout=layout, mapping=mapping, by=by, now=now, at_once=True)
        return usage.read_file(file=file, by=by, now=now)

    def _take(self, file: UsageFile, by: User) -> dict[str, Any]:
        if file.state == "checked":
            file = usage.land_file(file=file, by=by, now=clock.now())
            file = matching.match_file(file=file, now=clock.now())
        return _report(file)


def _period(text: str) -> Period:
    first, _dots, last = text.partition("..")
    try:
        return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    except (ValueError, PeriodError) as error:
        raise argparse.ArgumentTypeError(f"{text} is no period; write 2026-07-01..2026-09-30") from error


def _own_period(source: UsageSource, path: Path) -> Period:
    if source.format != "dsr":
        raise CommandError("Give the period of the table: --period 2026-07-01..2026-09-30")
    try:
        return usage.period_of_report(path)
    except ValidationError as error:
        raise CommandError("\n".join(error.messages)) from error


def _mapping(file: UsageFile, options: dict[str, Any]) -> ColumnMapping:
    if options["mapping"]:
        try:
            return ColumnMapping.from_dict(json.loads(options["mapping"].read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['mapping']}: {error}") from error
    guess = usage.look_at(file).guess
    if guess.mapping is None or not options["accept_guess"]:
        doubts = " ".join(str(doubt) for doubt in guess.doubts)
        raise CommandError(f"The headings are new to this source. Give --mapping, or --accept-guess. {doubts}")
    return guess.mapping


def _report(file: UsageFile) -> dict[str, Any]:
    told = usage.spoken(file.report)
    return {
        "file": file.filename,
        "state": file.state,
        "lines": file.line_count,
        "texts": file.text_count,
        "plays": file.plays,
        "seconds": file.seconds,
        "refused_rows": file.refused_count,
        "encoding": file.encoding,
        "reason": file.reason,
        "refusal": told.get("refusal", {}).get("message", ""),
        "holds": [hold["message"] for hold in told.get("holds", [])],
        "notices": [notice["message"] for notice in told.get("notices", [])],
        "errors": told.get("errors", []),
        "known_rows": told.get("known_rows", 0),
        "matched": [
            {"outcome": one.outcome, "stage": one.stage, "texts": one.texts, "lines": one.lines, "plays": one.plays}
            for one in (shares_of_stages(file) if file.matched_at else [])
        ],
    }


def _in_words(report: dict[str, Any]) -> str:
    lines = [f"{report['file']}: {report['state']}, {report['lines']} lines, {report['texts']} texts,"]
    lines[0] += f" {report['plays']} plays, {report['refused_rows']} rows refused"
    lines += [
        f"  {one['outcome']} {one['stage']}: {one['texts']} texts, {one['plays']} plays" for one in report["matched"]
    ]
    lines += [f"  {text}" for text in (*report["holds"], *report["notices"])]
    return "\n".join(lines)


def _actor(email: str | None) -> User:
    users = User.objects.filter(is_active=True)
    found = users.filter(email__iexact=email) if email else users.filter(groups__name="distribution").order_by("pk")
    user = found.first()
    if user is None:
        raise CommandError("No member of staff to act for: give --by with the address of one.")
    return user
