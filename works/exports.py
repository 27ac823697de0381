"""Lists of works as files: exactly the rows that the page would show; cells that look like formulas are harmless."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook

from cmo_portal.common.tables.writing import inert
from cmo_portal.wording import share_text
from members.models import Party
from works.formats.bulk import COLUMNS
from works.models import Agreement, LinkRequest, Recording, RecordingWork, RegistrationFile, SplitProposal, Work
from works.queries.recordings import own_recordings
from works.queries.registrations import hash_text
from works.queries.work_pages import own_shares
from works.rules.identifiers import format_isrc, format_iswc
from works.services.bulk import refused_rows


def work_list_csv(works: QuerySet[Work], party: Party) -> HttpResponse:
    """The member's list with her shares and what each work lacks."""
    head = [
        _("Number"),
        _("Title"),
        _("ISWC"),
        _("State"),
        _("Performing share"),
        _("Mechanical share"),
        _("In dispute"),
        _("Part without owner"),
        _("Waiting for the co-writers"),
        _("Recording linked"),
    ]
    return csv_response("works.csv", head, _member_rows(list(works), party))


def staff_list_csv(works: QuerySet[Work]) -> HttpResponse:
    """The list of staff."""
    head = [_("Number"), _("Title"), _("ISWC"), _("Language"), _("State")]
    rows = ([work.number, work.title, format_iswc(work.iswc or ""), work.language, work.get_state_display()]
            for work in works.iterator(chunk_size=2000))  # fmt: skip
    return csv_response("works.csv", head, rows)


def recording_list_csv(recordings: QuerySet[Recording]) -> HttpResponse:
    """Recordings with their performers and works."""
    head = [_("ISRC"), _("Title"), _("Version"), _("Performers"), _("Label"), _("Length in seconds"), _("Works")]
    rows = ([*_recording_cells(one), "; ".join(work.number for work in one.works.all())]
            for one in recordings.iterator(chunk_size=2000))  # fmt: skip
    return csv_response("recordings.csv", head, rows)


def link_request_list_csv(requests: QuerySet[LinkRequest]) -> HttpResponse:
    """Links of recordings that were asked for, with what was decided."""
    head = [_("ISRC"), _("Recording"), _("Work"), _("Asked by"), _("Why"), _("Received"), _("State"), _("Outcome")]
    rows = (
        [
            format_isrc(one.recording.isrc or ""),
            str(one.recording),
            str(one.work),
            one.asked_by.display_name if one.asked_by else one.source,
            one.reason,
            one.created_at.isoformat(timespec="minutes"),
            one.get_state_display(),
            one.outcome,
        ]
        for one in requests.iterator(chunk_size=2000)
    )
    return csv_response("links-of-recordings.csv", head, rows)


def own_recordings_csv(works: QuerySet[Work]) -> HttpResponse:
    """A member's works, a row for each recording; those without any have one row too."""
    head = [_("Number"), _("Title"), _("ISRC"), _("Recording"), _("Version"), _("Performers"), _("Label"),
            _("Length in seconds")]  # fmt: skip
    kept = list(works)
    links = own_recordings(kept)
    return csv_response("recordings.csv", head, _own_recording_rows(kept, links))


def silent_list_csv(works: QuerySet[Work]) -> HttpResponse:
    """Works without a recording."""
    head = [_("Number"), _("Title"), _("ISWC")]
    rows = ([work.number, work.title, format_iswc(work.iswc or "")] for work in works.iterator(chunk_size=2000))
    return csv_response("works-without-recording.csv", head, rows)


def agreement_list_csv(agreements: QuerySet[Agreement]) -> HttpResponse:
    """Agreements with their parties."""
    head = [_("Number"), _("Kind"), _("Passes on"), _("Acquires"), _("Territory"), _("From"), _("Until"), _("State")]
    rows = (
        [
            one.number,
            one.agreement_type,
            *("; ".join(str(side.party) for side in one.parties.all() if side.role == role) for role in ("AS", "AC")),
            one.territory,
            one.start_date.isoformat(),
            one.end_date.isoformat() if one.end_date else "",
            one.get_state_display(),
        ]
        for one in agreements.iterator(chunk_size=2000)
    )
    return csv_response("agreements.csv", head, rows)


def split_list_csv(splits: QuerySet[SplitProposal]) -> HttpResponse:
    """Rounds of agreement with their sides."""
    head = [_("Work"), _("Title"), _("Round"), _("State"), _("Proposed by"), _("Sides"), _("Answer by")]
    rows = (
        [
            split.work.number,
            split.work.title,
            str(split.round),
            split.get_state_display(),
            str(split.proposed_by or ""),
            "; ".join(
                f"{answer.party} {answer.get_state_display()}" for answer in split.answers.select_related("party")
            ),
            split.answer_by.isoformat(),
        ]
        for split in splits
    )
    return csv_response("splits.csv", head, rows)


def file_list_csv(files: QuerySet[RegistrationFile]) -> HttpResponse:
    """The import register."""
    head = [_("File"), _("Hash (SHA-256)"), _("Format"), _("Sender"), _("Handed in by"), _("Received"), _("State")]
    head += [_("Works or transactions"), _("Accepted"), _("Taken")]
    rows = (
        [
            file.filename,
            hash_text(file),
            file.format,
            file.sender,
            str(file.party or file.received_by or ""),
            file.created_at.isoformat(timespec="seconds"),
            file.get_state_display(),
            str(file.report.get("transactions") or 0),
            str(file.report.get("accepted") or 0),
            file.imported_at.isoformat(timespec="seconds") if file.imported_at else "",
        ]
        for file in files.iterator(chunk_size=2000)
    )
    return csv_response("imports.csv", head, rows)


def template_response(ending: str) -> HttpResponse:
    """The empty table to fill in; a workbook explains its columns on a second sheet."""
    if ending == "csv":
        return csv_response("works-template.csv", [column.name for column in COLUMNS], [])
    if ending != "xlsx":
        raise Http404
    book = Workbook(write_only=True)
    book.create_sheet(_("Works")).append([column.name for column in COLUMNS])
    explained = book.create_sheet(_("How to fill it in"))
    for column in COLUMNS:
        explained.append([column.name, _("needed") if column.required else _("may be blank"), _(column.help)])
    target = io.BytesIO()
    book.save(target)
    return _download("works-template.xlsx", target.getvalue())


def refused_rows_response(file: RegistrationFile) -> HttpResponse:
    """The rows of a table that were not accepted, for correcting."""
    name, content = refused_rows(file)
    return _download(name, content)


def _download(name: str, content: bytes) -> HttpResponse:
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)  # type: ignore[return-value]


def _member_rows(works: Sequence[Work], party: Party) -> Iterator[list[str]]:
    shares = own_shares(works, party)
    words = {True: _("yes"), False: _("no")}
    for work in works:
        mine = shares.get(work.pk, {})
        yield [
            work.number,
            work.title,
            format_iswc(work.iswc or ""),
            work.get_state_display(),
            share_text(mine.get("PR", 0)),
            share_text(mine.get("MR", 0)),
            words[getattr(work, "is_disputed", False)],
            words[getattr(work, "is_open", False)],
            words[getattr(work, "is_unconfirmed", False)],
            words[not getattr(work, "is_silent", False)],
        ]


def _own_recording_rows(works: Sequence[Work], links: dict[int, list[RecordingWork]]) -> Iterator[list[str]]:
    for work in works:
        for link in links[work.pk]:
            isrc, *others = _recording_cells(link.recording)
            yield [work.number, work.title, isrc, *others]
        if not links[work.pk]:
            yield [work.number, work.title, "", "", "", "", "", ""]


def _recording_cells(recording: Recording) -> list[str]:
    performers = "; ".join(performer.name for performer in recording.performers.all())
    isrc, length = format_isrc(recording.isrc or ""), str(recording.duration or "")
    return [isrc, recording.title, recording.version_title, performers, recording.label, length]


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A table for spreadsheets, as an attachment of this name."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    response.write("\ufeff")  # spreadsheets take a file without it for another encoding
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return response
