"""The description of a work of ours in a file: performers, sources, settings and origins. What cannot be written in the
letters or the places of CWR is left out and told."""

import dataclasses

from works.formats.cwr.characters import NAMES, forbidden_characters
from works.formats.cwr.work import (
    WorkComponent,
    WorkInstrument,
    WorkInstrumentation,
    WorkOrigin,
    WorkPerformer,
    WorkSource,
    WorkTransaction,
)
from works.queries.export_details import OwnDetails, OwnSetting, OwnSource
from works.services.cwr_sending import LONGEST_TITLE, ToSend

LONGEST_NAME = 45
VERSIONS = ("arrangement", "adaptation", "translation", "version")
_ORIGIN_FIELDS = {each.name for each in dataclasses.fields(WorkOrigin)}
_COUNTED = ("cut_number", "avi_society")


def with_details(
    transaction: WorkTransaction, details: OwnDetails, credits: list[str], sending: ToSend
) -> WorkTransaction:
    """The transaction with its description; `credits` name the performers where the work itself names none."""
    listed = details.performers or tuple((name, "", "", "") for name in dict.fromkeys(credits))
    performers = [_performer(*each, sending=sending) for each in listed]
    excerpts = [each for each in details.sources if each.kind == "excerpt"]
    changed = [each for each in details.sources if each.kind in VERSIONS]
    parts = [each for each in details.sources if each.kind == "component"]
    for each in (*excerpts[1:], *changed[1:], *(parts if not transaction.composite_type else ())):
        sending.leave_out("EWT", "title", each.title)
    components = [_component(each, sending) for each in parts] if transaction.composite_type else []
    return dataclasses.replace(
        transaction,
        performers=tuple(each for each in performers if each is not None),
        excerpt_source=_source(excerpts[0], "EWT", sending) if excerpts else None,
        version_source=_source(changed[0], "VER", sending) if changed else None,
        components=tuple(each for each in components if each is not None),
        instrumentations=tuple(_setting(each, sending) for each in details.settings),
        origins=tuple(
            WorkOrigin(
                intended_purpose=each.purpose,
                production_title=sending.written("ORN", "production_title", each.production_title, LONGEST_TITLE),
                episode_title=sending.written("ORN", "episode_title", each.episode_title, LONGEST_TITLE),
                year_of_production=each.year,
                library=sending.written("ORN", "library", each.library, LONGEST_TITLE),
                bltvr=each.use,
                **_numbers(each.numbers),  # type: ignore[arg-type]
            )
            for each in details.origins
        ),
    )


def _performer(last: str, first: str, ipi_name: str, ipi_base: str, *, sending: ToSend) -> WorkPerformer | None:
    name, rest = _name("PER", last, LONGEST_NAME, sending), _name("PER", first, 30, sending)
    if not name:
        return None
    return WorkPerformer(last_name=name, first_name=rest, ipi_name_no=ipi_name, ipi_base_no=ipi_base)


def _name(record: str, text: str, longest: int, sending: ToSend) -> str:
    """A name in the letters that names may have."""
    name = sending.written(record, "last_name", text, longest)
    if forbidden_characters(name, NAMES):
        return sending.leave_out(record, "last_name", text)
    return name


def _writers(source: OwnSource, record: str, sending: ToSend) -> dict[str, str]:
    fields = {}
    for place, writer in enumerate(source.writers[:2], start=1):
        fields[f"writer{place}_last_name"] = _name(record, writer.get("last_name", ""), LONGEST_NAME, sending)
        fields[f"writer{place}_first_name"] = _name(record, writer.get("first_name", ""), 30, sending)
        fields[f"writer{place}_ipi_name_no"] = writer.get("ipi_name_number", "")
        fields[f"writer{place}_ipi_base_no"] = writer.get("ipi_base_number", "")
    return fields


def _source(source: OwnSource, record: str, sending: ToSend) -> WorkSource | None:
    title = sending.written(record, "title", source.title, LONGEST_TITLE)
    if not title:
        return None
    return WorkSource(
        title=title,
        iswc=source.iswc,
        language=sending.language(source.language),
        source=sending.written(record, "source", source.taken_from, LONGEST_TITLE),
        submitter_work_no=sending.written(record, "submitter_work_no", source.number, 14),
        **_writers(source, record, sending),  # type: ignore[arg-type]
    )


def _component(source: OwnSource, sending: ToSend) -> WorkComponent | None:
    title, writers = sending.written("COM", "title", source.title, LONGEST_TITLE), _writers(source, "COM", sending)
    if not title or not writers.get("writer1_last_name"):
        return None
    return WorkComponent(
        title=title,
        iswc=source.iswc,
        duration=source.duration,
        submitter_work_no=sending.written("COM", "submitter_work_no", source.number, 14),
        **writers,  # type: ignore[arg-type]
    )


def _setting(setting: OwnSetting, sending: ToSend) -> WorkInstrumentation:
    return WorkInstrumentation(
        number_of_voices=setting.voices,
        standard_instrumentation=setting.standard,
        description=sending.written("INS", "description", setting.description, 50),
        instruments=tuple(WorkInstrument(instrument=code, players=players) for code, players in setting.instruments),
    )


def _numbers(numbers: dict[str, str]) -> dict[str, str | int]:
    """The numbers of a production that have a field of their own."""
    known = {name: text for name, text in numbers.items() if name in _ORIGIN_FIELDS and text}
    return {name: int(text) if name in _COUNTED and text.isdigit() else text for name, text in known.items()}
