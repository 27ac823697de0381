"""The life of a tariff: drafted by one person, tested on its own examples, approved by another, filed, published."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.ruledata import Complaint
from cmo_portal.common.words import gettext_noop, say
from cmo_portal.wording import words_text
from licensing.models import Province, SalesTaxRate, Tariff, TariffStep, TariffVersion
from licensing.models.tariffs import PUBLIC_STATUSES, STATUS_MOVES, LegalStatus
from licensing.queries.tariffs import currency
from licensing.rules.tariff_reading import read_tariff
from licensing.rules.tariffs import check_examples

# Names that the pages of a price use themselves, so that no question of a tariff may bear them.
RESERVED_INPUTS = {"tariff", "place", "from", "to", "quote"}


class TariffRefused(ValidationError):
    """The definition is faulty; `complaints` lists every fault with its place."""

    def __init__(self, complaints: list[Complaint]) -> None:
        self.complaints = complaints
        super().__init__([f"{c.place}: {words_text(c.words)}" for c in complaints])


def check_definition(definition: dict[str, Any]) -> list[Complaint]:
    """Every fault of a definition: its form, its sense, and what the portal cannot invoice."""
    terms, complaints = read_tariff(definition, currency())
    if terms is None:
        return complaints
    for position, asked in enumerate(terms.inputs):
        if asked.name in RESERVED_INPUTS or not asked.name.isidentifier():
            words = say(gettext_noop("Choose another name for this input: letters, digits and _ only."))
            complaints.append(Complaint(f"inputs[{position}].name", asked.name, words))
    if len(terms.funds) > 1:
        words = say(gettext_noop("An invoice collects for one fund; write one tariff for each."))
        complaints.append(Complaint("funds", str(len(terms.funds)), words))
    return complaints


@transaction.atomic
def save_tariff(*, by: User, code: str, **fields: str) -> Tariff:
    """Add a tariff to the register, or change its names. Its code, category and right stay once it has versions."""
    require(by, "licensing.edit_tariffs")
    tariff = Tariff.objects.select_for_update().filter(code=code).first()
    fixed = {"use_category", "right", "term"}
    if tariff is None:
        tariff = Tariff(code=code)
    elif tariff.versions.exists() and any(getattr(tariff, n) != fields[n] for n in fixed & fields.keys()):
        raise ValidationError(_("Category, right and term of a tariff with versions stay as they are."))
    for name, value in fields.items():
        setattr(tariff, name, value)
    tariff.full_clean()
    tariff.save()
    record_act(by=by, verb="save_tariff", on=tariff, facts={"code": code})
    return tariff


@transaction.atomic
def draft_version(
    *, tariff: Tariff, definition: dict[str, Any], valid_from: dt.date, source: str, by: User
) -> TariffVersion:
    """A new draft. Code, version, first day and source in the definition are set to those of the row.

    Raises TariffRefused with every complaint about the definition.
    """
    require(by, "licensing.edit_tariffs")
    tariff = Tariff.objects.select_for_update().get(pk=tariff.pk)
    number = (tariff.versions.aggregate(last=Max("version"))["last"] or 0) + 1
    version = TariffVersion(tariff=tariff, version=number, proposed_by=by)
    _fill(version, definition, valid_from, source)
    version.save()
    record_act(by=by, verb="draft_tariff_version", on=version, facts={"version": str(version)})
    return version


@transaction.atomic
def change_draft(
    *, version: TariffVersion, definition: dict[str, Any], valid_from: dt.date, source: str, by: User
) -> TariffVersion:
    """Change a draft. Whoever changes it becomes its maker, and so cannot approve it."""
    require(by, "licensing.edit_tariffs")
    version = TariffVersion.objects.select_for_update(of=("self",)).select_related("tariff").get(pk=version.pk)
    if version.legal_status != LegalStatus.DRAFT:
        raise ValidationError(_("Only a draft can be changed. Make a new version instead."))
    version.proposed_by = by
    _fill(version, definition, valid_from, source)
    version.save()
    record_act(by=by, verb="change_tariff_draft", on=version, facts={"version": str(version)})
    return version


def _fill(version: TariffVersion, definition: dict[str, Any], valid_from: dt.date, source: str) -> None:
    head = {
        "code": version.tariff.code,
        "version": str(version.version),
        "valid_from": valid_from.isoformat(),
        "source": source,
    }
    kept = {key: value for key, value in definition.items() if key != "valid_to"}
    version.definition = {**kept, **head}
    version.valid_from, version.source = valid_from, source
    if complaints := check_definition(version.definition):
        raise TariffRefused(complaints)
    version.full_clean(exclude=["tariff", "proposed_by"], validate_constraints=False)


@transaction.atomic
def approve_version(
    *, version: TariffVersion, reference: str, by: User, now: dt.datetime, on: dt.date
) -> TariffVersion:
    """A second person approves; every example of the version must come out right first (M14).

    `on` is the day of the resolution `reference`. Approving again changes nothing.
    """
    require(by, "licensing.approve_tariffs")
    version = TariffVersion.objects.select_for_update(of=("self",)).select_related("tariff").get(pk=version.pk)
    if version.legal_status == LegalStatus.APPROVED and version.approved_by == by:
        return version
    if version.legal_status != LegalStatus.DRAFT:
        raise ValidationError(_("This version has left the draft already."))
    if version.proposed_by == by:
        raise ValidationError(_("You drafted this version. Another person must approve it."))
    if complaints := failed_examples(version.definition):
        raise TariffRefused(complaints)
    faultpoint("licensing.tariff.before_write")
    version.legal_status, version.approved_by, version.approved_at = LegalStatus.APPROVED, by, now
    version.save(update_fields=["legal_status", "approved_by", "approved_at"])
    _add_step(version, by=by, on=on, reference=reference)
    record_act(by=by, verb="approve_tariff_version", on=version, facts={"reference": reference})
    return version


def failed_examples(definition: dict[str, Any]) -> list[Complaint]:
    """What stands against approval: faults, no example at all, or an example that comes out differently."""
    if complaints := check_definition(definition):
        return complaints
    terms, _complaints = read_tariff(definition, currency())
    assert terms is not None
    if not terms.examples:
        return [Complaint("examples", "", say(gettext_noop("Give at least one worked example.")))]
    return check_examples(terms, currency())


@transaction.atomic
def move_version(*, version: TariffVersion, to: str, reference: str, by: User, on: dt.date) -> TariffVersion:
    """Take an approved version a step on in its legal life: filed, published, in force, superseded, withdrawn, sample.

    A version that comes before the public ends the one before it on the day before its own first day.
    """
    require(by, "licensing.approve_tariffs")
    version = TariffVersion.objects.select_for_update(of=("self",)).select_related("tariff").get(pk=version.pk)
    if version.legal_status == to:
        return version
    if to == LegalStatus.APPROVED or (version.legal_status, to) not in STATUS_MOVES:
        raise ValidationError(_("This step does not follow from the present status."))
    if to == LegalStatus.SAMPLE and not settings.DEMO_MODE:
        raise ValidationError(_("Samples exist in demonstration mode only."))
    if to not in (LegalStatus.SAMPLE, LegalStatus.SUPERSEDED) and not reference.strip():
        raise ValidationError(_("Give the reference: resolution, filing number or gazette."))
    if to in (LegalStatus.PUBLISHED, LegalStatus.SAMPLE):
        _end_predecessors(version)
    faultpoint("licensing.tariff.before_write")
    version.legal_status = to
    version.save(update_fields=["legal_status"])
    _add_step(version, by=by, on=on, reference=reference)
    record_act(by=by, verb="move_tariff_version", on=version, facts={"to": to, "reference": reference})
    return version


def _end_predecessors(version: TariffVersion) -> None:
    """Versions that begin earlier end the day before; one that begins on the same day or later is in the way."""
    others = TariffVersion.objects.select_for_update().filter(tariff=version.tariff, legal_status__in=PUBLIC_STATUSES)
    if later := others.filter(valid_from__gte=version.valid_from).order_by("valid_from").first():
        raise ValidationError(
            _("%(version)s begins on the same day or later. Withdraw it first.") % {"version": str(later)}
        )
    last_day = version.valid_from - dt.timedelta(days=1)
    for other in others.exclude(valid_to__lte=last_day):
        other.valid_to = last_day
        other.save(update_fields=["valid_to"])


def _add_step(version: TariffVersion, *, by: User, on: dt.date, reference: str) -> None:
    TariffStep.objects.create(
        version=version, legal_status=version.legal_status, on=on, reference=reference.strip(), by=by
    )


@transaction.atomic
def save_province(*, by: User, code: str, name: str, name_ur: str, authority: str) -> Province:
    """Add a place with a sales tax of its own, or change its names."""
    require(by, "licensing.edit_tariffs")
    province = Province.objects.select_for_update().filter(code=code).first() or Province(code=code)
    province.name, province.name_ur, province.authority = name, name_ur, authority
    province.full_clean()
    province.save()
    record_act(by=by, verb="save_province", on=province, facts={"code": code})
    return province


@transaction.atomic
def add_tax_rate(*, by: User, province: Province, **fields: Any) -> SalesTaxRate:
    """A new tax rate. The rate of the same code before it ends the day before, so that a day has one rate."""
    require(by, "licensing.edit_tariffs")
    rate = SalesTaxRate(province=province, **fields)
    rate.full_clean(exclude=["province"], validate_constraints=False)
    earlier = SalesTaxRate.objects.select_for_update().filter(province=province, code=rate.code, valid_to=None)
    for other in earlier.filter(valid_from__lt=rate.valid_from):
        other.valid_to = rate.valid_from - dt.timedelta(days=1)
        other.save(update_fields=["valid_to"])
    rate.validate_constraints()
    rate.save()
    record_act(by=by, verb="add_tax_rate", on=rate, facts={"province": province.code, "rate": str(rate.rate)})
    return rate
