"""Cue sheets as pages read them, and the cues of episodes as columns for TV usage."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.spelling import skeleton, text_key
from members.models import PartyName
from works.models import Cue, CueFile, CueSheet, CueType, Episode, Production, Work
from works.queries.printed_numbers import NumberFault, Printed, PrintedNumbers
from works.queries.repertoire import look_alikes
from works.rules.audiovisual import read_eidr, read_isan

STANDING = ~Q(state="withdrawn")


@dataclass(frozen=True, slots=True)
class CueColumns:
    """The cues of episodes, one position a cue, ordered by episode and number: what TV usage weighs.

    work_ids holds 0 for a cue without a work, and the work that another was merged into; durations are seconds;
    cue_types the codes of CueType.
    """

    episode_ids: list[int]
    sheet_ids: list[int]
    cue_ids: list[int]
    sequences: list[int]
    cue_types: list[str]
    durations: list[int]
    work_ids: list[int]
    titles: list[str]
    composers: list[str]
    performers: list[str]
    iswcs: list[str]
    isrcs: list[str]

    def __len__(self) -> int:
        return len(self.cue_ids)


def cue_columns(episode_ids: Iterable[int]) -> CueColumns:
    """Every cue of the confirmed cue sheets of these episodes, in one query. An episode without a confirmed sheet
    gives nothing: what is still being entered is no basis for money."""
    rows = (
        Cue.objects.filter(sheet__episode__in=list(episode_ids), sheet__state="confirmed")
        .order_by("sheet__episode_id", "sequence")
        .values_list(
            "sheet__episode_id",
            "sheet_id",
            "pk",
            "sequence",
            "cue_type__code",
            "duration",
            Coalesce("work__merged_into_id", "work_id"),
            "title",
            "composers",
            "performers",
            "iswc",
            "isrc",
        )
    )
    columns: list[list] = [list(column) for column in zip(*rows, strict=True)] or [[] for _field in range(12)]  # type: ignore[type-arg]
    columns[6] = [work or 0 for work in columns[6]]
    return CueColumns(*columns)


def cue_types(on: dt.date) -> QuerySet[CueType]:
    """The cue types in force on a day."""
    return CueType.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on).order_by("code")


def type_name(cue_type: CueType) -> str:
    """The name of a cue type in the language of the reader."""
    return cue_type.name_ur if (get_language() or "").startswith("ur") else cue_type.name


def found_productions(*, text: str = "", kind: str = "", show: str = "") -> QuerySet[Production]:
    """Productions by words of a title in either script or by one of their numbers, by kind, and by what is open:
    `open` (a cue without a work), `entered` (a sheet not confirmed), `bare` (no sheet at all)."""
    found = Production.objects.filter(state="withdrawn" if show == "withdrawn" else "listed")
    if text.strip():
        found = found.filter(_named(text.strip()))
    if kind:
        found = found.filter(kind=kind)
    sheets = CueSheet.objects.filter(STANDING, episode__production=OuterRef("pk"))
    if show == "open":
        return found.filter(Exists(sheets.filter(cues__isnull=False, cues__work__isnull=True)))
    if show == "entered":
        return found.filter(Exists(sheets.filter(state="entered")))
    return found.filter(~Exists(sheets)) if show == "bare" else found


def _named(text: str) -> Q:
    typed = digits_to_ascii(text)
    named = Q(number=typed.upper()[:12]) | Q(own_number=typed[:40]) | Q(avi_number=typed[:20])
    if (isan := read_isan(text)).is_valid:
        named |= Q(isan=isan.value)
    if (eidr := read_eidr(text)).is_valid:
        named |= Q(eidr=eidr.value)
    if key := text_key(text)[:200]:
        named |= Q(search__contains=key)
    if len(bones := skeleton(text)[:200]) > 2:
        named |= Q(search__contains=f"~{bones}")
    return named


def episodes_of(production: Production) -> list[Episode]:
    """The episodes in the order of their numbers, each with its standing sheet as `sheet` (or None)."""
    episodes = list(production.episodes.all())
    sheets = {sheet.episode_id: sheet for sheet in sheets_with_sums(CueSheet.objects.filter(episode__in=episodes))}
    for episode in episodes:
        episode.sheet = sheets.get(episode.pk)  # type: ignore[attr-defined]
    return sorted(episodes, key=lambda episode: (_numeric(episode.number), episode.number, episode.pk))


def sheets_with_sums(sheets: QuerySet[CueSheet]) -> QuerySet[CueSheet]:
    """Standing sheets with how many cues they have, how long these are, and how many have no work."""
    return sheets.filter(STANDING).annotate(
        cue_count=Count("cues"),
        cue_seconds=Sum("cues__duration"),
        open_count=Count("cues", filter=Q(cues__work__isnull=True)),
    )


def standing_sheet(episode: Episode) -> CueSheet | None:
    """The cue sheet that counts for the episode."""
    return CueSheet.objects.filter(STANDING, episode=episode).select_related("file").first()


def suggestions_for(cue: Cue, *, limit: int = 5) -> list[Work]:
    """Registered works that the cue may be: alike in title, those of a composer who is printed beside it first."""
    names = [text_key(name)[:400] for name in cue.composers.replace("/", ";").split(";") if name.strip()]
    parties = PartyName.objects.filter(key__in=names).values_list("party_id", flat=True)
    return look_alikes([cue.title], parties, limit=limit)


def next_open_cue(sheet: CueSheet, *, after: int = 0) -> Cue | None:
    """The next cue without a work, beginning anew at the end of the sheet."""
    waiting = sheet.cues.filter(work__isnull=True).order_by("sequence")
    return waiting.filter(sequence__gt=after).first() or waiting.first()


def number_faults(cues: Iterable[Cue]) -> dict[int, list[NumberFault]]:
    """Cue → what its printed numbers leave open, for cues that no person has linked. Three queries."""
    printed = {cue.pk: Printed(cue.work_number, cue.iswc, cue.isrc) for cue in cues if cue.linked_by != "person"}
    numbers = PrintedNumbers(printed.values())
    return {pk: numbers.faults(one) for pk, one in printed.items()}


def files_waiting() -> int:
    """Files of cue sheets that wait for a mapping or a yes."""
    return CueFile.objects.filter(state__in=("mapping", "checked")).count()


def sheets_entered() -> int:
    """Cue sheets that nobody has confirmed."""
    return CueSheet.objects.filter(state="entered").count()


def _numeric(number: str) -> int:
    """Episode 10 stands behind episode 9; what is no number stands at the end."""
    return int(number) if number.isdecimal() and number.isascii() else 10**9


def cues_for_export(sheets: QuerySet[CueSheet]) -> Sequence[Cue]:
    """Every cue of these sheets with all that its row of the file names."""
    rows = Cue.objects.filter(sheet__in=sheets).select_related(
        "sheet__episode__production", "cue_type", "work__merged_into"
    )
    return list(rows.order_by("sheet__episode__production__number", "sheet__episode_id", "sequence"))
