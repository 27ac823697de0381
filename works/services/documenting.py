"""Correcting the description of a work: each correction is one act with its reason and what stood before.

Rows come as the desk left them: those with a uid stand already, those without are new, those that are missing go. A row
that the desk changed is hers from then on: a later revision by the sender of the old row leaves it alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines, clean_text
from cmo_portal.common.spelling import script_of, skeleton, text_key
from works.models import (
    Instrumentation,
    InstrumentPlayers,
    PublicDomainElement,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkPerformer,
    WorkTitle,
)
from works.rules.composites import CompositeFault, misfit
from works.rules.identifiers import read_iswc
from works.rules.languages import language_of
from works.services.describing import WorkFacts
from works.services.description_faults import element_faults, number_faults, performer_faults, title_faults
from works.services.numbers import withdraw_request
from works.services.registration import iswc_faults, lock_register

DESK = "staff"
TITLE = ("title_type", "text", "language")
PERFORMER = ("last_name", "first_name", "ipi_name_number")
NUMBER = ("issuer", "value", "identifier_type", "validity")
EDIT = "works.edit_works"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a section: its uid when it stands already, and its values by column."""

    uid: UUID | None
    values: Mapping[str, Any]


@transaction.atomic
def correct_facts(
    *,
    work: Work,
    facts: WorkFacts,
    iswc: str,
    category: str,
    version_type: str,
    duration: int | None,
    reason: str,
    by: User,
) -> None:
    """Put other facts of a work in the place of what stands; a blank ISWC takes it away. Raises ValidationError; then
    nothing changed."""
    lock_register()  # an ISWC that nobody has is still free when it is written
    work = _opened(work, reason, by)
    wanted = {**asdict(facts), "category": category, "version_type": version_type, "duration": duration}
    wanted["iswc"] = _free_iswc(work, iswc)
    if facts.component_count is not None and not facts.composite_type:
        raise ValidationError(_("A number of components belongs to a composite: choose its kind, or empty the number."))
    _refuse_misfit(list(work.sources.order_by("position", "pk").values_list("part", "duration")), duration)
    _refuse(element_faults(facts.text_music, work.public_domain_elements.values_list("element", flat=True)))
    before = {name: getattr(work, name) for name in wanted if getattr(work, name) != wanted[name]}
    for name in before:
        setattr(work, name, wanted[name])
    work.save(update_fields=list(before))
    if wanted["iswc"] and "iswc" in before:
        _withdraw_waiting(work, reason, by)
    changes = {name: [_plain(old), _plain(wanted[name])] for name, old in before.items()}
    record_act(by=by, verb="correct_facts", on=work, facts={"reason": clean_lines(reason)[:500], "changes": changes})


@transaction.atomic
def correct_titles(*, work: Work, lines: Sequence[Line], reason: str, by: User) -> None:
    """Replace the titles of a work; exactly one of them is the original title, by which the work goes."""
    work = _opened(work, reason, by)
    originals = [line for line in lines if line.values["title_type"] == "OT"]
    if len(originals) != 1:
        raise ValidationError(_("A work has exactly one original title. Give one row this type."))
    rows = [Line(line.uid, _title_values(line.values)) for line in lines]
    _refuse(title_faults([_texts(row, TITLE) for row in rows], _fresh(WorkTitle, work, rows)))
    changes = _replace(WorkTitle, work, rows, given=False)
    work.title = clean_text(originals[0].values["text"])
    work.language = language_of(originals[0].values["language"])
    work.save(update_fields=["title", "language"])
    record_act(by=by, verb="correct_titles", on=work, facts={"reason": clean_lines(reason)[:500], **changes})


@transaction.atomic
def correct_sources(*, work: Work, lines: Sequence[Line], reason: str, by: User) -> None:
    """Replace the sources of a work, components in their order. A work that would be its own source is refused."""
    work = _opened(work, reason, by)
    _refuse_misfit([(line.values.get("part"), line.values.get("duration")) for line in lines], work.duration)
    numbered = [Line(line.uid, {**line.values, "position": place}) for place, line in enumerate(lines, start=1)]
    try:
        with transaction.atomic():
            changes = _replace(SourceWork, work, numbered)
    except IntegrityError as error:
        if "own source" not in str(error) and "source_is_another_work" not in str(error):
            raise
        raise ValidationError(
            _("One of these works is made from this one, so it cannot be its source. Look at its own sources.")
        ) from error
    record_act(by=by, verb="correct_sources", on=work, facts={"reason": clean_lines(reason)[:500], **changes})


@transaction.atomic
def correct_public_domain(*, work: Work, lines: Sequence[Line], reason: str, by: User) -> None:
    """Replace what is known of words or music that belong to nobody. No share changes by it: that is another act."""
    work = _opened(work, reason, by)
    _refuse(element_faults(work.text_music, (line.values["element"] for line in lines)))
    changes = _replace(PublicDomainElement, work, lines)
    record_act(by=by, verb="correct_public_domain", on=work, facts={"reason": clean_lines(reason)[:500], **changes})


@transaction.atomic
def correct_performers(*, work: Work, lines: Sequence[Line], reason: str, by: User) -> None:
    """Replace the performers of a work."""
    work = _opened(work, reason, by)
    _refuse(performer_faults([_texts(line, PERFORMER) for line in lines], _fresh(WorkPerformer, work, lines)))
    changes = _replace(WorkPerformer, work, lines)
    record_act(by=by, verb="correct_performers", on=work, facts={"reason": clean_lines(reason)[:500], **changes})


@transaction.atomic
def correct_settings(*, work: Work, lines: Sequence[Line], reason: str, by: User) -> None:
    """Replace the instrumentations of a work; the value `instruments` of a line holds (code, players) pairs."""
    work = _opened(work, reason, by)
    played = [line.values["instruments"] for line in lines]
    bare = [{key: value for key, value in line.values.items() if key != "instruments"} for line in lines]
    before = {str(row.pk): _instruments(row) for row in work.instrumentations.prefetch_related("instruments")}
    changes = _replace(Instrumentation, work, [Line(line.uid, v) for line, v in zip(lines, bare, strict=True)])
    rows = list(work.instrumentations.order_by("pk"))
    known = {row.uid: row for row in rows}
    fresh = iter(rows[len(rows) - sum(line.uid is None for line in lines) :])
    for line, instruments in zip(lines, played, strict=True):
        row = known[line.uid] if line.uid else next(fresh)
        if before.get(str(row.pk), []) != [list(pair) for pair in instruments]:
            _play(row, instruments)
    after = [[list(pair) for pair in instruments] for instruments in played]
    facts = {"reason": clean_lines(reason)[:500], **changes}
    if list(before.values()) != after:
        facts["instruments"] = [list(before.values()), after]
    record_act(by=by, verb="correct_settings", on=work, facts=facts)


@transaction.atomic
def correct_numbers(*, work: Work, lines: Sequence[Line], reason: str, by: User) -> None:
    """Replace the numbers that others gave a work. A valid number of another work is refused with that work's name."""
    work = _opened(work, reason, by)
    _refuse(number_faults([_texts(line, NUMBER) for line in lines], _fresh(WorkIdentifier, work, lines)))
    try:
        with transaction.atomic():
            changes = _replace(WorkIdentifier, work, lines, given=False)
    except IntegrityError as error:
        if "one_work_per_foreign_number" not in str(error):
            raise
        raise ValidationError(
            _("Another work holds one of these numbers. Look for it, or mark the number as not of this work.")
        ) from error
    record_act(by=by, verb="correct_numbers", on=work, facts={"reason": clean_lines(reason)[:500], **changes})


def _opened(work: Work, reason: str, by: User) -> Work:
    require(by, EDIT)
    if not clean_lines(reason):
        raise ValidationError(_("Say why this changes: it stands in the record of acts."))
    return Work.objects.select_for_update(no_key=True).get(pk=work.pk)


def _free_iswc(work: Work, iswc: str) -> str | None:
    """An ISWC in its kept form, None for a blank one. Raises ValidationError, with the work that holds it already."""
    kept = read_iswc(iswc).value if iswc.strip() else None
    if kept and kept != work.iswc and (faults := iswc_faults(iswc)):
        raise ValidationError({"iswc": faults})
    return kept


def _withdraw_waiting(work: Work, reason: str, by: User) -> None:
    """A request for the number of a work that has one now is not sent; what was sent or answered stays as it is."""
    for request in work.number_requests.filter(kind__in=["iswc_new", "iswc_find"], state="waiting").order_by("pk"):
        withdraw_request(request=request, reason=clean_lines(reason), by=by)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise ValidationError(faults)


def _texts(line: Line, names: Sequence[str]) -> list[str]:
    return [str(line.values.get(name) or "") for name in names]


def _fresh(table: Any, work: Work, lines: Sequence[Line]) -> set[int]:
    """The places of the rows that are new or changed."""
    standing = {row.uid: row for row in table.objects.filter(work=work)}
    return {
        place
        for place, line in enumerate(lines)
        if (row := standing.get(line.uid)) is None
        or any(getattr(row, name) != value for name, value in line.values.items())
    }


def _refuse_misfit(sources: Sequence[tuple[int | None, int | None]], length: int | None) -> None:
    fault = misfit(sources, length)
    if fault is not None:
        raise ValidationError(misfit_text(fault))


def misfit_text(fault: CompositeFault) -> str:
    """What cannot be true of a work and its sources, in words."""
    if fault.kind == "above":
        return _("The agreed parts of the components are more than 100 % together. Lower one of them.")
    return _("Source %(place)s is longer than the whole work. Correct one of the two lengths.") % {"place": fault.place}


def _replace(table: Any, work: Work, lines: Sequence[Line], *, given: bool = True) -> dict[str, Any]:
    """Bring the rows of a section to what the lines say; gives what was added, changed and taken away."""
    standing = {row.uid: row for row in table.objects.select_for_update().filter(work=work)}
    kept = {line.uid for line in lines}
    gone = [row for uid, row in standing.items() if uid not in kept]
    for row in gone:
        row.delete()
    changed = []
    for line in lines:
        if line.uid is None:
            continue
        if line.uid not in standing:
            raise ValidationError(_("Somebody changed this section meanwhile. Open it again and look at it."))
        row = standing[line.uid]
        different = [name for name, value in line.values.items() if getattr(row, name) != value]
        if different:
            pairs = {name: [_plain(getattr(row, name)), _plain(line.values[name])] for name in different}
            changed.append({"row": str(row), "values": pairs})
            _change(row, {name: line.values[name] for name in different}, given=given and different != ["position"])
    marks = {"given_by": DESK} if given else {}
    new = table.objects.bulk_create(table(work=work, **marks, **line.values) for line in lines if line.uid is None)
    return {"added": [str(row) for row in new], "changed": changed, "ended": [str(row) for row in gone]}


def _change(row: models.Model, values: Mapping[str, Any], *, given: bool) -> None:
    names = dict(values) | ({"given_by": DESK} if given else {})
    for name, value in names.items():
        setattr(row, name, value)
    row.save(update_fields=list(names))


def _title_values(values: Mapping[str, Any]) -> dict[str, Any]:
    text = clean_text(str(values["text"]))
    return {
        "title_type": values["title_type"],
        "text": text,
        "language": language_of(values["language"]),
        "script": script_of(text),
        "key": text_key(text)[:400],
        "skeleton": skeleton(text)[:200],
    }


def _instruments(row: Instrumentation) -> list[list[Any]]:
    return [[each.instrument, each.players] for each in sorted(row.instruments.all(), key=lambda each: each.pk)]


def _play(row: Instrumentation, instruments: Sequence[tuple[str, int | None]]) -> None:
    row.instruments.all().delete()
    InstrumentPlayers.objects.bulk_create(
        InstrumentPlayers(instrumentation=row, instrument=code, players=players) for code, players in instruments
    )


def _plain(value: Any) -> Any:
    """A value as the record of acts keeps it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
