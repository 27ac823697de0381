"""The description of a work of ours in a file: performers, sources, settings and origins. What cannot be written in the
letters or the places of CWR is left out and told."""

import dataclasses
from collections.abc import Callable

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

LONGEST_NAME, LONGEST_TITLE = 45, 60
VERSIONS = ("arrangement", "adaptation", "translation", "version")
_ORIGIN_FIELDS = {each.name for each in dataclasses.fields(WorkOrigin)}
_COUNTED = ("cut_number", "avi_society")

Written = Callable[[str, str, str, int], str]  # record, field, text, longest → text in the letters of CWR, or blank


def with_details(
    transaction: WorkTransaction, details: OwnDetails, credits: list[str], written: Written
) -> WorkTransaction:
    """The transaction with its description; `credits` name the performers where the work itself names none."""
    listed = details.performers or tuple((name, "", "", "") for name in dict.fromkeys(credits))
    performers = [_performer(*each, written=written) for each in listed]
    excerpts = [each for each in details.sources if each.kind == "excerpt"]
    changed = [each for each in details.sources if each.kind in VERSIONS]
    parts = [each for each in details.sources if each.kind == "component"]
    for each in (*excerpts[1:], *changed[1:], *(parts if not transaction.composite_type else ())):
        written("EWT", "title", f"\0{each.title}", LONGEST_TITLE)
    components = [_component(each, written) for each in parts] if transaction.composite_type else []
    return dataclasses.replace(
        transaction,
        performers=tuple(each for each in performers if each is not None),
        excerpt_source=_source(excerpts[0], "EWT", written) if excerpts else None,
        version_source=_source(changed[0], "VER", written) if changed else None,
        components=tuple(each for each in components if each is not None),
        instrumentations=tuple(_setting(each, written) for each in details.settings),
        origins=tuple(
            WorkOrigin(
                intended_purpose=each.purpose,
                production_title=written("ORN", "production_title", each.production_title, LONGEST_TITLE),
                episode_title=written("ORN", "episode_title", each.episode_title, LONGEST_TITLE),
                year_of_production=each.year,
                library=written("ORN", "library", each.library, LONGEST_TITLE),
                bltvr=each.use,
                **_numbers(each.numbers),  # type: ignore[arg-type]
            )
            for each in details.origins
        ),
    )


def _performer(last: str, first: str, ipi_name: str, ipi_base: str, *, written: Written) -> WorkPerformer | None:
    name, rest = _name("PER", last, LONGEST_NAME, written), _name("PER", first, 30, written)
    if not name:
        return None
    return WorkPerformer(last_name=name, first_name=rest, ipi_name_no=ipi_name, ipi_base_no=ipi_base)


def _name(record: str, text: str, longest: int, written: Written) -> str:
    """A name in the letters that names may have."""
    name = written(record, "last_name", text, longest)
    if forbidden_characters(name, NAMES):
        return written(record, "last_name", f"\0{text}", longest)
    return name


def _writers(source: OwnSource, record: str, written: Written) -> dict[str, str]:
    fields = {}
    for place, writer in enumerate(source.writers[:2], start=1):
        fields[f"writer{place}_last_name"] = _name(record, writer.get("last_name", ""), LONGEST_NAME, written)
        fields[f"writer{place}_first_name"] = _name(record, writer.get("first_name", ""), 30, written)
        fields[f"writer{place}_ipi_name_no"] = writer.get("ipi_name_number", "")
        fields[f"writer{place}_ipi_base_no"] = writer.get("ipi_base_number", "")
    return fields


def _source(source: OwnSource, record: str, written: Written) -> WorkSource | None:
    title = written(record, "title", source.title, LONGEST_TITLE)
    if not title:
        return None
    return WorkSource(
        title=title,
        iswc=source.iswc,
        language=source.language,
        source=written(record, "source", source.taken_from, LONGEST_TITLE),
        submitter_work_no=written(record, "submitter_work_no", source.number, 14),
        **_writers(source, record, written),  # type: ignore[arg-type]
    )


def _component(source: OwnSource, written: Written) -> WorkComponent | None:
    title, writers = written("COM", "title", source.title, LONGEST_TITLE), _writers(source, "COM", written)
    if not title or not writers.get("writer1_last_name"):
        return None
    return WorkComponent(
        title=title,
        iswc=source.iswc,
        duration=source.duration,
        submitter_work_no=written("COM", "submitter_work_no", source.number, 14),
        **writers,  # type: ignore[arg-type]
    )


def _setting(setting: OwnSetting, written: Written) -> WorkInstrumentation:
    return WorkInstrumentation(
        number_of_voices=setting.voices,
        standard_instrumentation=setting.standard,
        description=written("INS", "description", setting.description, 50),
        instruments=tuple(WorkInstrument(instrument=code, players=players) for code, players in setting.instruments),
    )


def _numbers(numbers: dict[str, str]) -> dict[str, str | int]:
    """The numbers of a production that have a field of their own."""
    known = {name: text for name, text in numbers.items() if name in _ORIGIN_FIELDS and text}
    return {name: int(text) if name in _COUNTED and text.isdigit() else text for name, text in known.items()}
