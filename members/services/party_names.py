"""Names and numbers of interested parties, added, corrected and removed by the desk: each act with its reason.

In our own data a wrong check digit is an error, and a number belongs to one party: whoever brings it a second time is
shown the first. A name belongs to many: whoever brings one a second time is shown who bears it, and says whether it is
somebody else.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.identifiers import IdentifierReading
from cmo_portal.common.numerals import digits_to_ascii
from members.models import NameType, Party, PartyKind, PartyName
from members.queries.finding import namesakes
from members.rules.ipi import read_ipi_base, read_ipi_name
from members.rules.isni import read_isni
from members.rules.names import read_original_name, read_roman_name
from members.services.errors import read_field, read_reason, refuse_field
from members.services.parties import PartyFacts, name_row

EDIT = "members.edit_parties"
FIRST_TYPE = {PartyKind.GROUP: NameType.GROUP}  # what the first name of a new party is, where it is not the legal one


@dataclass(frozen=True, slots=True)
class NameSaid:
    """A name as it was typed. `last_name` is the whole name of a firm or group."""

    last_name: str
    first_name: str = ""
    original: str = ""
    name_type: str = NameType.PATRONYM
    ipi_name_number: str = ""


class NumberTaken(ValidationError):
    """The number names another party, which is `party`."""

    def __init__(self, field: str, party: Party) -> None:
        super().__init__({field: [_("This number belongs to %(name)s already.") % {"name": party.display_name}]})
        self.party = party


class LooksAlike(ValidationError):
    """Parties with a name that is or sounds the same are in the register: `parties`."""

    def __init__(self, parties: list[Party]) -> None:
        text = _("The register has this name already. Look whether it is the same party; if not, say so here.")
        super().__init__({"is_another": [text]})
        self.parties = parties


@transaction.atomic
def add_party(
    *, kind: str, name: NameSaid, ipi_base_number: str = "", is_another: bool = False, reason: str, by: User
) -> Party:
    """A new interested party with its first name. Raises ValidationError by field, NumberTaken for a known number, and
    LooksAlike for a name that somebody bears already, unless `is_another` says that it is somebody else."""
    require(by, EDIT)
    why = read_reason(reason)
    if kind not in PartyKind.values or kind == PartyKind.SOCIETY:
        refuse_field("kind", _("Choose what the party is."))
    said = _checked(name, kind=kind, party=None)
    base = _number("ipi_base_number", read_ipi_base, ipi_base_number)
    party = Party(
        kind=kind,
        ipi_base_number=base or None,
        display_name=said.roman[:200],
        display_name_original=said.original[:200],
    )
    _refuse_taken(party, "ipi_base_number")
    if not is_another and (alike := namesakes(said.roman) or namesakes(said.original)):
        raise LooksAlike(alike)
    party.save(force_insert=True)
    _save_name(name_row(party, said))
    record_act(by=by, verb="add_party", on=party, facts={"reason": why, "name": said.roman, **_numbers(said, base)})
    return party


@transaction.atomic
def add_party_name(*, party: Party, name: NameSaid, reason: str, by: User) -> PartyName:
    """One more name of a party: a pen name, another spelling, an earlier name. The same name sent twice gives back the
    first row. Raises ValidationError by field."""
    require(by, EDIT)
    why = read_reason(reason)
    party = Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    if sent_before := _standing_name(party, name):
        return sent_before
    said = _checked(name, kind=party.kind, party=party)
    _refuse_second_name(party, said)
    row = name_row(party, said)
    _save_name(row)
    facts = {"reason": why, "name": said.roman, "name_type": said.name_type, **_numbers(said)}
    record_act(by=by, verb="add_name", on=party, facts=facts)
    return row


@transaction.atomic
def correct_party_name(*, row: PartyName, name: NameSaid, reason: str, by: User) -> PartyName:
    """Correct a name; what it was stays in the history. The name that lists show follows when it was this one."""
    require(by, EDIT)
    why = read_reason(reason)
    locked = PartyName.objects.select_for_update(of=("self",)).select_related("party").get(pk=row.pk)
    party, before = locked.party, name_facts(locked)
    said = _checked(name, kind=party.kind, party=party, row=locked)
    _refuse_second_name(party, said, locked)
    corrected = name_row(party, said)
    is_shown = party.display_name == str(locked)
    for column in ("name_type", "original", "last_name", "first_name", "ipi_name_number", "key", "skeleton", "words"):
        setattr(locked, column, getattr(corrected, column))
    _save_name(locked)
    if is_shown:
        party.display_name, party.display_name_original = said.roman[:200], said.original[:200]
        party.save(update_fields=["display_name", "display_name_original"])
    facts = {"reason": why, "name": said.roman, "before": before, "after": name_facts(locked)}
    record_act(by=by, verb="correct_name", on=party, facts=facts)
    return locked


@transaction.atomic
def remove_party_name(*, row: PartyName, reason: str, by: User) -> None:
    """Take away a name that is not the party's; it stays in the history. The name that lists show follows. Raises
    ValidationError for the only name, the only legal one, and one for which an IPI number was asked."""
    require(by, EDIT)
    why = read_reason(reason)
    party = Party.objects.select_for_update(no_key=True).get(pk=row.party_id)
    standing = party.names.filter(pk=row.pk).first()
    if standing is None:
        raise ValidationError(_("Somebody removed this name meanwhile."))
    others = party.names.exclude(pk=row.pk)
    if standing.name_type == NameType.PATRONYM:
        others = others.filter(name_type=NameType.PATRONYM)
    if not others.exists():
        raise ValidationError(_("A party keeps its legal name, and one name at least. Correct this one instead."))
    try:
        with transaction.atomic():
            standing.delete()
    except models.ProtectedError:
        raise ValidationError(_("An IPI number was asked for this name, so it stays. Correct it instead.")) from None
    _show_another(party, standing)
    facts = {"reason": why, "name": str(standing), "before": name_facts(standing)}
    record_act(by=by, verb="remove_name", on=party, facts=facts)


@transaction.atomic
def correct_party_numbers(*, party: Party, ipi_base_number: str, isni: str, reason: str, by: User) -> Party:
    """Give a party its IPI base number and its ISNI, correct them, or take wrong ones away (blank). Raises
    ValidationError by field."""
    require(by, EDIT)
    why = read_reason(reason)
    locked = Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    before = _party_numbers(locked)
    locked.ipi_base_number = _number("ipi_base_number", read_ipi_base, ipi_base_number) or None
    locked.isni = _number("isni", read_isni, isni) or None
    _refuse_taken(locked, "ipi_base_number")
    _refuse_taken(locked, "isni")
    locked.save(update_fields=["ipi_base_number", "isni"])
    facts = {"reason": why, "before": before, "after": _party_numbers(locked)}
    record_act(by=by, verb="correct_party_numbers", on=locked, facts=facts)
    return locked


def _party_numbers(party: Party) -> dict[str, str]:
    return {"ipi_base_number": party.ipi_base_number or "", "isni": party.isni or ""}


def name_facts(row: PartyName) -> dict[str, str]:
    """What a name says, for the record of acts."""
    return {
        "name_type": row.name_type,
        "roman": str(row),
        "original": row.original,
        "ipi_name_number": row.ipi_name_number or "",
    }


def _checked(name: NameSaid, *, kind: str, party: Party | None, row: PartyName | None = None) -> PartyFacts:
    """The name in its kept forms. Raises ValidationError with all its faults."""
    faults: dict[str, Any] = {}
    read: dict[str, str] = {"first_name": "", "original": ""}
    for field, reader, text in (
        ("last_name", read_roman_name, name.last_name),
        ("first_name", read_roman_name, name.first_name),
        ("original", read_original_name, name.original),
    ):
        if text.strip() or field == "last_name":
            try:
                read[field] = read_field(field, reader, text)
            except ValidationError as refused:
                faults |= refused.error_dict
    try:
        read["ipi_name_number"] = _number("ipi_name_number", read_ipi_name, name.ipi_name_number)
    except ValidationError as refused:
        faults |= refused.error_dict
    if name.first_name.strip() and kind != PartyKind.PERSON:
        faults["first_name"] = [
            _("Only a person has a first name. Write the whole name in the field for the firm or group.")
        ]
    if name.name_type not in NameType.values:
        faults["name_type"] = [_("Choose what kind of name it is.")]
    if faults:
        raise ValidationError(faults)
    _refuse_taken_name(read["ipi_name_number"], party, row)
    return PartyFacts(**read, name_type=name.name_type)


def _number(field: str, reader: Any, text: str) -> str:
    """A number in its kept form, blank when none was given. Raises ValidationError with what is wrong with it."""
    if not text.strip():
        return ""
    reading: IdentifierReading = reader(digits_to_ascii(text))
    if reading.has_shape and not reading.is_valid:
        refuse_field(
            field,
            _("The check digits of %(number)s are wrong: they should be %(expected)s. Look for a typing error.")
            % {"number": text.strip(), "expected": reading.expected},
        )
    if not reading.is_valid:
        shapes = {
            "ipi_name_number": _("An IPI name number has 11 digits, for example 00014107338."),
            "ipi_base_number": _("An IPI base number looks like I-000000229-7."),
            "isni": _("An ISNI has 16 characters, for example 0000 0001 2146 438X."),
        }
        refuse_field(field, shapes[field])
    return reading.value


def _refuse_taken_name(number: str, party: Party | None, row: PartyName | None) -> None:
    if not number:
        return
    others = PartyName.objects.filter(ipi_name_number=number).select_related("party")
    known = others.exclude(pk=row.pk).first() if row else others.first()
    if known is None:
        return
    if party is not None and known.party_id == party.pk:
        refuse_field("ipi_name_number", _("Another name of this party has this number. A number names one name."))
    raise NumberTaken("ipi_name_number", known.party)


def _refuse_taken(party: Party, field: str) -> None:
    """Refuse a number that names another party."""
    number = getattr(party, field)
    known = Party.objects.filter(**{field: number}).exclude(pk=party.pk).first() if number else None
    if known is not None:
        raise NumberTaken(field, known)


def _standing_name(party: Party, name: NameSaid) -> PartyName | None:
    """The name of the party that says just what was typed: the form was sent twice."""
    same = party.names.filter(
        name_type=name.name_type,
        last_name=clean_text(name.last_name),
        first_name=clean_text(name.first_name),
        original=clean_text(name.original),
    )
    number = read_ipi_name(digits_to_ascii(name.ipi_name_number)).value if name.ipi_name_number.strip() else None
    return same.filter(ipi_name_number=number).first()


def _refuse_second_name(party: Party, said: PartyFacts, row: PartyName | None = None) -> None:
    """A party has each name once, unless different numbers name it, and one legal name: a row holds it in Roman letters
    and in its own script."""
    others = party.names.exclude(pk=row.pk) if row else party.names.all()
    same = others.filter(last_name=said.last_name, first_name=said.first_name, original=said.original)
    for other in same.filter(name_type=said.name_type):
        if not (other.ipi_name_number and said.ipi_name_number):
            refuse_field("last_name", _("This party has this name already. Correct it there."))
    becomes_legal = said.name_type == NameType.PATRONYM and (row is None or row.name_type != NameType.PATRONYM)
    if becomes_legal and (legal := others.filter(name_type=NameType.PATRONYM).first()):
        told = _("%(name)s is the legal name of this party. Correct that one, or choose another kind of name.")
        refuse_field("name_type", told % {"name": legal})


def _show_another(party: Party, gone: PartyName) -> None:
    """The name by which lists show a party is one that it has: the legal one first."""
    if (
        party.display_name != str(gone)
        or party.names.filter(last_name=gone.last_name, first_name=gone.first_name).exists()
    ):
        return
    first = party.names.order_by(models.Case(models.When(name_type=NameType.PATRONYM, then=0), default=1), "pk")[0]
    party.display_name, party.display_name_original = str(first)[:200], first.original[:200]
    party.save(update_fields=["display_name", "display_name_original"])


def _save_name(row: PartyName) -> None:
    """Store the name; somebody else may have brought its number a moment ago."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        _refuse_taken_name(row.ipi_name_number or "", row.party, row if row.pk else None)
        raise


def _numbers(said: PartyFacts, base: str = "") -> dict[str, str]:
    return {"ipi_name_number": said.ipi_name_number or "", "ipi_base_number": base}
