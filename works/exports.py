"""Lists of works as files: exactly the rows that the page would show; cells that look like formulas are harmless."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal.common.tables.writing import inert
from cmo_portal.wording import share_text
from members.models import Party
from works.models import Agreement, Recording, RecordingWork, Work
from works.queries.recordings import own_recordings
from works.queries.work_pages import own_shares
from works.rules.identifiers import format_isrc, format_iswc


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
    head = [_("Number"), _("Kind"), _("Passes on"), _("Acquires"), _("Territory"), _("Start"), _("End"), _("State")]
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
