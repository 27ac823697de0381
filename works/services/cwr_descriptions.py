"""From a CWR transaction to the description of a work: nothing that it carries is dropped.

What has a column goes there; what a sender says of her own business (chains, collection lines, flags, contact) stays in
the details of her submission, by the names of the layouts.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from works.formats.cwr.codes import PUBLIC_DOMAIN_SOCIETY
from works.formats.cwr.work import (
    NationalName,
    NationalTitle,
    WorkComponent,
    WorkOrigin,
    WorkPublisher,
    WorkSource,
    WorkTransaction,
    WorkWriter,
)
from works.rules.languages import language_of
from works.services.describing import (
    NewDescription,
    NewIdentifier,
    NewInstrumentation,
    NewNote,
    NewOrigin,
    NewPerformer,
    NewPublicDomain,
    NewSource,
    NewSubmission,
    Texts,
    WorkFacts,
)

VALIDITIES = {"Y": "valid", "U": "unlinked", "N": "invalid"}
FOLK_NAMES = {"TRADITIONAL", "TRAD", "TRAD.", "FOLK", "FOLKLORE"}
ELEMENTS = {"A": ("words",), "C": ("music",), "CA": ("words", "music")}
PERSONAL = {"tax_id", "personal_no"}
ORIGIN_COLUMNS = {"intended_purpose", "production_title", "episode_title", "year_of_production", "library", "bltvr"}


def description_of(work: WorkTransaction) -> NewDescription:
    """Everything the transaction says beside titles, shares and recordings."""
    return NewDescription(
        facts=_facts(work),
        sources=tuple(_sources(work)),
        public_domain=tuple(_public_domain(work)),
        performers=tuple(
            NewPerformer(
                last_name=person.last_name,
                first_name=person.first_name,
                ipi_name_number=person.ipi_name_no,
                ipi_base_number=person.ipi_base_no,
                other_names=tuple(_names(person.national_names)),
            )
            for person in work.performers
        ),
        instrumentations=tuple(
            NewInstrumentation(
                standard=setting.standard_instrumentation,
                voices=setting.number_of_voices or None,
                description=setting.description,
                instruments=tuple((each.instrument, each.players or None) for each in setting.instruments),
            )
            for setting in work.instrumentations
        ),
        origins=tuple(_origin(origin) for origin in work.origins),
        identifiers=tuple(_identifiers(work)),
        notes=tuple(
            NewNote(
                society=note.society,
                number=note.work_no,
                right=note.type_of_right,
                subject=note.subject_code,
                text=note.note,
            )
            for note in work.information
        ),
        submission=_submission(work),
    )


def _facts(work: WorkTransaction) -> WorkFacts:
    return WorkFacts(
        text_music=work.text_music_rel,
        music_arrangement=work.music_arrangement,
        lyric_adaptation=work.lyric_adaptation,
        composite_type=work.composite_type,
        component_count=work.component_count if work.component_count > 1 else None,
        excerpt_type=work.excerpt_type,
        work_type=work.cwr_work_type,
        grand_rights={"Y": True, "N": False}.get(work.grand_rights),
        opus_number=work.opus_no,
        catalogue_number=work.catalogue_no,
        copyright_date=work.copyright_date,
        copyright_number=work.copyright_no,
        published_on=work.printed_edition_date,
    )


def _sources(work: WorkTransaction) -> Iterator[NewSource]:
    if work.excerpt_source is not None:
        yield _source(work.excerpt_source, "excerpt")
    if work.version_source is not None:
        yield _source(work.version_source, version_kind(work.music_arrangement, work.lyric_adaptation))
    yield from (_component(part) for part in work.components)


def version_kind(music_arrangement: str, lyric_adaptation: str) -> str:
    """What a version does to its source, by the codes for its music and its words: the words count first, because a
    translated song usually keeps its music."""
    if lyric_adaptation == "TRA":
        return "translation"
    if lyric_adaptation in ("MOD", "ADL", "REP", "NEW", "UNS"):
        return "adaptation"
    return "arrangement" if music_arrangement in ("ARR", "ADM", "UNS", "NEW") else "version"


def _source(source: WorkSource, kind: str) -> NewSource:
    return NewSource(
        kind=kind,
        title=source.title,
        language=source.language,
        other_titles=tuple(_titles(source.national_titles)),
        writers=tuple(_writers(source)),
        iswc=source.iswc,
        number=source.submitter_work_no,
        taken_from=source.source,
    )


def _component(part: WorkComponent) -> NewSource:
    return NewSource(
        kind="component",
        title=part.title,
        other_titles=tuple(_titles(part.national_titles)),
        writers=tuple(_writers(part)),
        iswc=part.iswc,
        number=part.submitter_work_no,
        duration=part.duration or None,
    )


def _writers(source: WorkSource | WorkComponent) -> Iterator[Texts]:
    """Both writers as objects; names in other letters go to the writer they name, the first where none is named."""
    for place in ("1", "2"):
        writer = {
            "last_name": getattr(source, f"writer{place}_last_name"),
            "first_name": getattr(source, f"writer{place}_first_name"),
            "ipi_name_number": getattr(source, f"writer{place}_ipi_name_no"),
            "ipi_base_number": getattr(source, f"writer{place}_ipi_base_no"),
        }
        others = [name for name in source.national_writers if (name.writer_position or "1") == place]
        for count, name in enumerate(others):
            mark = f"_{count + 1}" if count else ""
            writer |= {
                f"original_last_name{mark}": name.name,
                f"original_first_name{mark}": name.first_name,
                f"original_language{mark}": language_of(name.language),
            }
        if any(writer.values()):
            yield {key: value for key, value in writer.items() if value}


def _titles(titles: tuple[NationalTitle, ...]) -> Iterator[Texts]:
    yield from ({"text": title.title, "language": language_of(title.language)} for title in titles)


def _names(names: tuple[NationalName, ...]) -> Iterator[Texts]:
    for name in names:
        found = {key: value for key, value in dataclasses.asdict(name).items() if value}
        for key in ("language", "performance_language"):
            if key in found:
                found[key] = language_of(found[key])
        yield found


def _public_domain(work: WorkTransaction) -> Iterator[NewPublicDomain]:
    """Writers whose society is 000 are in the public domain by the sender's word; the year of death is not told."""
    for writer in work.writers:
        if PUBLIC_DOMAIN_SOCIETY in (writer.pr_society, writer.mr_society, writer.sr_society):
            is_folk = writer.last_name.strip().upper() in FOLK_NAMES or not writer.last_name
            for element in ELEMENTS.get(writer.writer_designation, ()):
                yield NewPublicDomain(
                    element=element,
                    reason="folk" if is_folk else "died",
                    author="" if is_folk else _full_name(writer),
                )


def _full_name(writer: WorkWriter) -> str:
    return f"{writer.first_name} {writer.last_name}".strip()


def _origin(origin: WorkOrigin) -> NewOrigin:
    rest = {key: value for key, value in dataclasses.asdict(origin).items() if value and key not in ORIGIN_COLUMNS}
    return NewOrigin(
        purpose=origin.intended_purpose,
        production_title=origin.production_title,
        episode_title=origin.episode_title,
        production_year=origin.year_of_production or None,
        library=origin.library,
        use=origin.bltvr,
        numbers={key: str(value) for key, value in rest.items()},
    )


def _identifiers(work: WorkTransaction) -> Iterator[NewIdentifier]:
    for reference in work.cross_references:
        if reference.identifier:
            yield NewIdentifier(
                issuer=reference.organisation_code,
                value=reference.identifier,
                identifier_type=reference.identifier_type or "W",
                validity=VALIDITIES.get(reference.validity, "valid"),
            )
    for note in work.information:
        if note.work_no and note.society.strip("0"):
            yield NewIdentifier(issuer=note.society, value=note.work_no)


def _submission(work: WorkTransaction) -> NewSubmission:
    details = {
        "exceptional_clause": work.exceptional_clause,
        "priority_flag": work.priority_flag,
        "publishers": [_impersonal(publisher) for publisher in work.publishers],
        "writers": [_impersonal(writer) for writer in work.writers],
        "recordings": [filled(recording) for recording in work.recordings],
    }
    return NewSubmission(
        transaction_type=work.transaction_type,
        version=work.version,
        recorded=work.recorded,
        contact_name=work.contact_name,
        contact_id=work.contact_id,
        details={key: value for key, value in details.items() if value},
    )


def _impersonal(party: WorkPublisher | WorkWriter) -> dict[str, Any]:
    """A party's own lines without numbers of tax and person: those stay in the kept file alone."""
    return {key: value for key, value in filled(party).items() if key not in PERSONAL}


def filled(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that say something, as JSON knows them; the fields of its parts likewise."""
    found: dict[str, Any] = {}
    for each in dataclasses.fields(value):
        content = getattr(value, each.name)
        if isinstance(content, tuple):
            content = [filled(part) for part in content]
        elif isinstance(content, dt.date):
            content = content.isoformat()
        if content not in ("", 0, None, [], False) or each.name in ("is_controlled", "is_include"):
            found[each.name] = content
    return found
