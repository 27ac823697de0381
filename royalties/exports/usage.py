"""Usage files and their texts as files for spreadsheets; cells that look like formulas are made harmless."""

import csv
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal import states
from cmo_portal.common.tables.writing import inert
from royalties.models import UsageFile, UsageMatch, UsageText
from royalties.usage_states import STAGES, reason_text


def file_list_csv(files: Iterable[UsageFile]) -> HttpResponse:
    """The register as filtered."""
    head = [_("File"), _("Source"), _("Period from"), _("Period to"), _("State"), _("Lines"), _("Plays")]
    head += [_("Refused rows"), _("SHA-256")]
    rows = (
        [
            file.filename,
            file.source.name,
            file.period_start,
            file.period_end,
            str(states.look_up(file.state, "usage_file").label),
            file.line_count,
            file.plays,
            file.refused_count,
            bytes(file.sha256).hex(),
        ]
        for file in files
    )
    return csv_file("usage-files", head, rows)


def text_list_csv(texts: Iterable[tuple[UsageText, UsageMatch | None]]) -> HttpResponse:
    """The texts of a file as filtered, each with what it was matched to and why."""
    head = [_("No."), _("Title"), _("Writers and composers"), _("Performers"), _("ISRC"), _("Lines"), _("Plays")]
    head += [_("Outcome"), _("Decided"), _("Work"), _("Title of the work"), _("Reason")]
    return csv_file("usage-texts", head, (_text_row(text, match) for text, match in texts))


def _text_row(text: UsageText, match: UsageMatch | None) -> list[Any]:
    names = [people.replace("|", "; ") for people in (text.creators, text.performers)]
    row = [text.text_no, text.title, *names, text.isrc, text.line_count, text.plays]
    if match is None:
        return [*row, "", "", "", "", ""]
    reason = match.reason or str(match.features.get("reason", ""))
    return [
        *row,
        str(states.look_up(match.outcome, "match").label),
        str(STAGES.get(match.stage, match.stage)),
        match.work.number if match.work else "",
        match.work.title if match.work else "",
        reason_text(reason, match.outcome),
    ]


def csv_file(name: str, head: list[str], rows: Iterable[list[Any]]) -> HttpResponse:
    """A table as a download that spreadsheets open rightly."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(head)
    for row in rows:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
    return response
