"""Productions and their cues as files for spreadsheets. The cues have the columns that the import reads."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal import states
from works.exports import csv_response
from works.models import Cue, Production
from works.queries.regrouping import standing_work
from works.rules.audiovisual import format_isan
from works.rules.identifiers import format_iswc

# Not translated: these are the headings that the import knows without being told.
CUE_HEADINGS = (
    "Production title", "Production title in its own script", "Original title", "Kind", "Country", "Year", "ISAN",
    "EIDR", "Production number", "AVI number", "AVI society", "Episode number", "Episode title", "Broadcast date",
    "Episode duration", "Sequence", "Cue type", "Cue duration", "Cue title", "Composers", "Performers", "Work number",
    "ISWC", "ISRC",
)  # fmt: skip


def production_list_csv(productions: Iterable[Production]) -> HttpResponse:
    """The list as filtered."""
    head = [_("Production number"), _("Title"), _("Title in its own script"), _("Kind"), _("Year"), _("State")]
    head += [_("ISAN or V-ISAN"), _("EIDR"), _("Producer's or broadcaster's number"), _("AV index number")]
    rows = (
        [
            row.number,
            row.title,
            row.title_script,
            row.get_kind_display(),
            str(row.year or ""),
            str(states.look_up(row.state, "production").label),
            format_isan(row.isan),
            row.eidr,
            row.own_number,
            f"{row.avi_society} {row.avi_number}".strip(),
        ]
        for row in productions
    )
    return csv_response("productions.csv", head, rows)


def cues_csv(name: str, cues: Iterable[Cue]) -> HttpResponse:
    """Cues with production and episode in each row: what is written here is read by the import as it stands."""
    return csv_response(name, CUE_HEADINGS, (_cue_row(cue) for cue in cues))


def _cue_row(cue: Cue) -> list[str]:
    episode = cue.sheet.episode
    work = standing_work(cue.work) if cue.work else None
    production = episode.production
    return [
        production.title,
        production.title_script,
        production.original_title,
        production.kind,
        production.country,
        str(production.year or ""),
        format_isan(production.isan),
        production.eidr,
        production.own_number,
        production.avi_number,
        production.avi_society,
        episode.number,
        episode.title,
        episode.broadcast_on.isoformat() if episode.broadcast_on else "",
        _clock(episode.duration) if episode.duration else "",
        str(cue.sequence),
        cue.cue_type.code,
        _clock(cue.duration),
        cue.title,
        cue.composers,
        cue.performers,
        work.number if work else cue.work_number,
        format_iswc((work.iswc if work else "") or cue.iswc),
        cue.isrc,
    ]


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
