"""How identifiers, roles and lengths of works are written on pages."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext

from cmo_portal.audit.models import Act
from cmo_portal.common.texts import Text
from cmo_portal.templatetags.portal import code, state
from members.models import Party
from members.models.territories import territory_text
from members.queries.reading import name_read as name_of_party
from works.forms.chain_picture import CHAIN_ROW, picture
from works.forms.fields import ROLES, share_figure
from works.models import CueType, Dispute, InstrumentPlayers, SourceKind, Work
from works.queries.act_changes import Change, changes_of
from works.queries.chain_words import sentences
from works.queries.chains import Collection
from works.queries.cue_sheets import type_name
from works.queries.description_texts import instruments_text, writers_text
from works.queries.regrouping import standing_work
from works.queries.status_words import REASONS
from works.queries.titles import title_read as title_of_work
from works.rules.code_lists import (
    IDENTIFIER_TYPES,
    NOTE_RIGHTS,
    NOTE_SUBJECTS,
    PRODUCTION_USES,
    PURPOSES,
    SCRIPTS,
    TITLE_TYPES,
    name_of,
)
from works.rules.identifiers import format_isrc, format_iswc
from works.rules.instruments import INSTRUMENTS, STANDARD_INSTRUMENTATIONS
from works.rules.languages import LANGUAGES

register = template.Library()
_ROLE_NAMES = dict(ROLES)
_CODE_LISTS = {
    "identifier": IDENTIFIER_TYPES,
    "instrument": INSTRUMENTS,
    "instrumentation": STANDARD_INSTRUMENTATIONS,
    "language": LANGUAGES,
    "purpose": PURPOSES,
    "note-right": NOTE_RIGHTS,
    "note-subject": NOTE_SUBJECTS,
    "script": SCRIPTS,
    "title": TITLE_TYPES,
    "use": PRODUCTION_USES,
}


_USED_HOW = {
    SourceKind.COMPONENT.value: gettext_lazy("contains this work"),
    SourceKind.EXCERPT.value: gettext_lazy("is an excerpt of this work"),
    SourceKind.ARRANGEMENT.value: gettext_lazy("arranges the music of this work"),
    SourceKind.ADAPTATION.value: gettext_lazy("adapts this work"),
    SourceKind.TRANSLATION.value: gettext_lazy("translates this work"),
    SourceKind.VERSION.value: gettext_lazy("is a version of this work"),
}


@register.simple_tag
def iswc(value: str) -> SafeString:
    """Show an ISWC as T-123.456.789-4."""
    return code(format_iswc(value))


@register.simple_tag
def isrc(value: str) -> SafeString:
    """Show an ISRC as PK-ABC-26-00001."""
    return code(format_isrc(value))


@register.simple_tag
def work_title(work: Work) -> SafeString:
    """The Roman title of a work with the one in its own script beside it."""
    return format_html("<bdi>{}</bdi>{}", work.title, own_title(work))


@register.filter
def title_read(work: Work) -> str:
    """What headings and sentences call a work: its title in the reader's script."""
    return title_of_work(work)


@register.simple_tag
def title_heading(work: Work) -> SafeString:
    """The heading of a work's own page: its title in the reader's script, the other one behind it where they differ."""
    read = title_of_work(work)
    if read == work.title:
        return format_html("<bdi>{}</bdi>{}", read, own_title(work))
    return format_html('<bdi>{}</bdi> <bdi class="soft" lang="en" dir="ltr">{}</bdi>', read, work.title)


@register.filter
def name_read(party: Party | None) -> str:
    """What headings, lists and sentences call a party: its name in the reader's script; blank for nobody."""
    return name_of_party(party) if party else ""


@register.simple_tag
def own_title(work: Work) -> SafeString:
    """A blank and the title in the work's own script; nothing where there is none or the page has not prefetched it."""
    own = next((title for title in getattr(work, "own_titles", ()) if title.text != work.title), None)
    if own is None:
        return SafeString()
    if own.script == "Arab":
        return format_html(' <bdi class="soft" lang="ur">{}</bdi>', own.text)
    return format_html(' <bdi class="soft">{}</bdi>', own.text)


@register.simple_tag
def cue_type(kind: CueType) -> str:
    """The name of a cue type in the language of the page."""
    return type_name(kind)


@register.filter
def role_name(value: str) -> Any:
    """A role by its CWR code in words; a code nobody knows stays as it is."""
    return _ROLE_NAMES.get(value, value)


@register.filter
def code_name(value: str, codes: str) -> Any:
    """A code of one of the lists of CWR in words; a code nobody knows stays as it is."""
    return name_of(_CODE_LISTS[codes], value)


@register.filter
def writer_names(writers: Sequence[Mapping[str, str]]) -> str:
    """The writers of an outside work as a list of names."""
    return writers_text(writers)


@register.filter
def instrument_names(players: Iterable[InstrumentPlayers]) -> str:
    """The instruments of a setting as a list of names."""
    return instruments_text([(each.instrument, each.players) for each in players])


@register.filter
def used_how(kind: str) -> Text:
    """What a later work does with the work it was made from, said of the later one."""
    return _USED_HOW[kind]


@register.filter
def changes(act: Act) -> list[Change]:
    """What an act changed, value by value."""
    return changes_of(act)


@register.filter
def territory_name(area: str) -> str:
    """A territory in words."""
    return territory_text(area)


@register.filter
def share_typed(units: int) -> str:
    """A share as it is typed into a form."""
    return share_figure(units)


@register.simple_tag
def dispute_state(dispute: Dispute, today: dt.date) -> SafeString:
    """The state of a dispute; one whose days for evidence are over is late, also before the daily job has seen it."""
    late = dispute.state == "open" and dispute.deadline < today
    return state("due" if late else dispute.state, "dispute")


@register.simple_tag
def days_left(deadline: dt.date, today: dt.date) -> str:
    """How many days are left until a deadline, in words; blank once it has passed."""
    days = (deadline - today).days
    if days < 0:
        return ""
    return ngettext("%(days)d day left.", "%(days)d days left.", days) % {"days": days}


@register.filter
def standing(work: Work) -> Work:
    """The work that stands for one that was merged."""
    return standing_work(work)


@register.filter
def clock_length(seconds: int) -> str:
    """A length as minutes and seconds: 4:05, 1:02:09."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.inclusion_tag("works/components/chain_picture.html")
def chain_picture(collection: Collection, title: str) -> dict[str, Any]:
    """Draw who passes which part of a work on to whom; the sentences below say the same."""
    mirrored = get_language_bidi()
    placed = picture(collection, mirrored=mirrored)
    return {
        "nodes": placed,
        "height": len(placed) * CHAIN_ROW,
        "title": title,
        "sentences": sentences(collection),
        "edge": "100%" if mirrored else "0",
        "chain_id": f"chain-{collection.right.lower()}",
    }


@register.simple_tag
def held_cause(reason: str) -> Any:
    """Why a part is not paid."""
    return REASONS[reason].cause


@register.simple_tag
def held_cure(reason: str, staff: bool = False) -> Any:
    """What cures it."""
    return REASONS[reason].desk if staff else REASONS[reason].member
