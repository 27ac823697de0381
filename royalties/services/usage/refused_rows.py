"""The rows that were refused, as a file of the sender's own format with what is wrong beside each."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from cmo_portal.common.tables import Row, RowError, TableKind, TableLayout, write_refused
from royalties.formats.dsr.lines import Lines, open_text, shown
from royalties.models import UsageFile
from royalties.services.usage.opening import Findings, limits


def refused_rows_file(file: UsageFile, findings: Findings) -> "ContentFile[bytes] | None":
    """The file for download, or None when no row was refused."""
    if not findings.errors:
        return None
    target = io.BytesIO()
    if file.source.format == "dsr":
        target.write("\n".join(_report_lines(file, findings.errors)).encode())
    else:
        layout = TableLayout.from_dict(file.report["layout"])
        rows = sorted(findings.refused, key=_number)
        write_refused(target, layout=layout, headings=findings.headings, rows=rows, errors=findings.errors)
    return ContentFile(target.getvalue())


def refused_rows_name(file: UsageFile) -> str:
    """What the download is called: the sender's name with a word before its ending."""
    ending = ".tsv" if file.source.format == "dsr" else Path(file.filename).suffix
    if file.report.get("layout", {}).get("kind") == TableKind.WORKBOOK:
        ending = ".xlsx"
    stem = file.filename.removesuffix(".gz")
    return f"{Path(stem).stem}-refused{ending}"


def _report_lines(file: UsageFile, errors: Iterable[RowError]) -> Iterator[str]:
    """A comment with the headings, then each refused record with row, complaint and remedy behind it."""
    wanted: dict[int, list[RowError]] = {}
    for error in errors:
        wanted.setdefault(error.row, []).append(error)
    yield "\t".join([f"#{_('Record')}", _("Row in your file"), _("What is wrong"), _("What to do")])
    number = 0
    with open_text(Path(file.file.path), file.filename, limits()) as text:
        for lines in Lines(text, limits()).blocks():
            for line in lines:
                number += 1
                if found := wanted.pop(number, None):
                    wrong = " / ".join(f"{e.column}: {e.message}" if e.column else str(e.message) for e in found)
                    remedies = " / ".join(dict.fromkeys(str(e.remedy) for e in found))
                    yield "\t".join([shown(line)[:4000], str(number), wrong, remedies])


def _number(row: Row) -> int:
    return row.number
