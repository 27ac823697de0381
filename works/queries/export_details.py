"""What describes works of ours in files: facts, performers, sources, settings and origins, for a slice of works."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from works.models import (
    Instrumentation,
    InstrumentPlayers,
    RecordingPerformer,
    SocietyNote,
    SourceWork,
    WorkIdentifier,
    WorkOrigin,
    WorkPerformer,
)


@dataclass(frozen=True, slots=True)
class OwnSource:
    """A work that another was made from, by its own words or those of the work of ours that it is."""

    kind: str
    title: str
    language: str
    iswc: str
    number: str
    taken_from: str
    duration: int
    writers: tuple[dict[str, str], ...]
    has_other_letters: bool


@dataclass(frozen=True, slots=True)
class OwnSetting:
    """What a work is played on; `instruments` are (code, players)."""

    standard: str
    voices: int
    description: str
    instruments: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OwnOrigin:
    """A production; `numbers` by the names of the CWR layouts."""

    purpose: str
    production_title: str
    episode_title: str
    year: int
    library: str
    use: str
    numbers: dict[str, str]


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """What somebody else calls the work."""

    issuer: str
    value: str
    identifier_type: str
    validity: str


@dataclass(frozen=True, slots=True)
class OwnNote:
    """What a society (000: every one) was told of the work."""

    society: str
    number: str
    right: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """Everything that describes one work beside its titles, shares and recordings. `performers` are (last name, first
    name, IPI name number, IPI base number)."""

    performers: tuple[tuple[str, str, str, str], ...] = ()
    sources: tuple[OwnSource, ...] = ()
    settings: tuple[OwnSetting, ...] = ()
    origins: tuple[OwnOrigin, ...] = ()
    numbers: tuple[OwnNumber, ...] = ()
    notes: tuple[OwnNote, ...] = ()


def details_of(keys: Sequence[int]) -> dict[int, OwnDetails]:
    """The details of works by their keys; works without any are left out."""
    found = (_performers(keys), _sources(keys), _settings(keys), _origins(keys), _numbers(keys), _notes(keys))
    return {key: OwnDetails(*(tuple(each[key]) for each in found)) for key in set().union(*found)}


def credits_of(recordings: set[int]) -> dict[int, str]:
    """Recording → its performers as one credit."""
    names: dict[int, list[str]] = defaultdict(list)
    rows = RecordingPerformer.objects.filter(recording_id__in=recordings).order_by("recording_id", "position")
    for recording, name in rows.values_list("recording_id", "name"):
        names[recording].append(name)
    return {recording: ", ".join(listed) for recording, listed in names.items()}


def _performers(keys: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    rows = WorkPerformer.objects.filter(work_id__in=keys).order_by("work_id", "pk")
    columns = ("work_id", "last_name", "first_name", "ipi_name_number", "ipi_base_number")
    for work, *values in rows.values_list(*columns):
        found[work].append(tuple(values))
    return found


def _sources(keys: Sequence[int]) -> dict[int, list[OwnSource]]:
    found: dict[int, list[OwnSource]] = defaultdict(list)
    rows = SourceWork.objects.filter(work_id__in=keys).select_related("source").order_by("work_id", "position", "pk")
    for row in rows:
        title, iswc, number = row.title, row.iswc, row.number
        if row.source is not None and not title:
            title, iswc, number = row.source.title, row.source.iswc or "", row.source.number
        found[row.work_id].append(
            OwnSource(
                row.kind, title, row.language, iswc, number, row.taken_from, row.duration or 0, tuple(row.writers),
                bool(row.other_titles),
            )
        )  # fmt: skip
    return found


def _settings(keys: Sequence[int]) -> dict[int, list[OwnSetting]]:
    found: dict[int, list[OwnSetting]] = defaultdict(list)
    settings = list(Instrumentation.objects.filter(work_id__in=keys).order_by("work_id", "pk"))
    instruments: dict[int, list[tuple[str, int]]] = defaultdict(list)
    rows = InstrumentPlayers.objects.filter(instrumentation__in=settings).order_by("instrumentation_id", "pk")
    for setting, instrument, players in rows.values_list("instrumentation_id", "instrument", "players"):
        instruments[setting].append((instrument, players or 0))
    for row in settings:
        told = OwnSetting(row.standard, row.voices or 0, row.description, tuple(instruments[row.pk]))
        found[row.work_id].append(told)
    return found


def _origins(keys: Sequence[int]) -> dict[int, list[OwnOrigin]]:
    found: dict[int, list[OwnOrigin]] = defaultdict(list)
    for row in WorkOrigin.objects.filter(work_id__in=keys).order_by("work_id", "pk"):
        found[row.work_id].append(
            OwnOrigin(
                row.purpose,
                row.production_title,
                row.episode_title,
                row.production_year or 0,
                row.library,
                row.use,
                dict(row.numbers),
            )
        )
    return found


def _numbers(keys: Sequence[int]) -> dict[int, list[OwnNumber]]:
    found: dict[int, list[OwnNumber]] = defaultdict(list)
    rows = WorkIdentifier.objects.filter(work_id__in=keys).order_by("pk")
    for work, *values in rows.values_list("work_id", "issuer", "value", "identifier_type", "validity"):
        found[work].append(OwnNumber(*values))
    return found


def _notes(keys: Sequence[int]) -> dict[int, list[OwnNote]]:
    found: dict[int, list[OwnNote]] = defaultdict(list)
    rows = SocietyNote.objects.filter(work_id__in=keys).order_by("pk")
    for work, *values in rows.values_list("work_id", "society", "number", "right", "subject", "text"):
        found[work].append(OwnNote(*values))
    return found
