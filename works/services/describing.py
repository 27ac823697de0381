"""The description of a work as values: what a file, a member or the desk says beside titles, shares and recordings."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from works.models import Work

Texts = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """The facts that are columns of the work; codes are those of CWR, blank when unknown."""

    text_music: str = ""
    music_arrangement: str = ""
    lyric_adaptation: str = ""
    composite_type: str = ""
    component_count: int | None = None
    excerpt_type: str = ""
    work_type: str = ""
    grand_rights: bool | None = None
    opus_number: str = ""
    catalogue_number: str = ""
    copyright_date: dt.date | None = None
    copyright_number: str = ""
    published_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source of the work: one of ours, or an outside work as text. `duration` in seconds, `part` in 1/10,000 of a
    percent of the whole."""

    kind: str
    source: Work | None = None
    title: str = ""
    language: str = ""
    other_titles: tuple[Texts, ...] = ()
    writers: tuple[Texts, ...] = ()
    iswc: str = ""
    number: str = ""
    taken_from: str = ""
    duration: int | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPublicDomain:
    """Words or music that belong to nobody, and why."""

    element: str
    reason: str
    author: str = ""
    author_original: str = ""
    died_in: int | None = None
    century: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerformer:
    """A performer of the work."""

    last_name: str
    first_name: str = ""
    ipi_name_number: str = ""
    ipi_base_number: str = ""
    other_names: tuple[Texts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInstrumentation:
    """A setting; `instruments` are (code, players or None)."""

    standard: str = ""
    voices: int | None = None
    description: str = ""
    instruments: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrigin:
    """A production the work was made for."""

    purpose: str
    production_title: str = ""
    episode_title: str = ""
    production_year: int | None = None
    library: str = ""
    use: str = ""
    numbers: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIdentifier:
    """A number that somebody gave the work, a recording or a product of it."""

    issuer: str
    value: str
    identifier_type: str = "W"
    validity: str = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """What the sender told a society."""

    society: str
    number: str = ""
    right: str = ""
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubmission:
    """The sender's transaction, as far as it has no place elsewhere."""

    transaction_type: str
    version: str
    recorded: str = ""
    contact_name: str = ""
    contact_id: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDescription:
    """Everything that one giver says to describe a work."""

    facts: WorkFacts = WorkFacts()
    sources: tuple[NewSource, ...] = ()
    public_domain: tuple[NewPublicDomain, ...] = ()
    performers: tuple[NewPerformer, ...] = ()
    instrumentations: tuple[NewInstrumentation, ...] = ()
    origins: tuple[NewOrigin, ...] = ()
    identifiers: tuple[NewIdentifier, ...] = ()
    notes: tuple[NewNote, ...] = ()
    submission: NewSubmission | None = None
