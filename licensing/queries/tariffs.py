"""Which tariffs there are, and which version of one counts on a day."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from cmo_portal.common.money import Currency
from licensing.models import Tariff, TariffVersion
from licensing.models.tariffs import LegalStatus
from licensing.rules.tariff_terms import Tariff as Terms
from licensing.rules.tariffs import tariff_from


@dataclass(frozen=True, slots=True)
class Offer:
    """A tariff with the version that counts on the day asked for."""

    tariff: Tariff
    version: TariffVersion


def currency() -> Currency:
    """The currency of account."""
    return Currency(str(settings.CURRENCY["code"]), int(str(settings.CURRENCY["decimals"])))


def usable_statuses() -> list[str]:
    """Legal statuses under which a licence may be issued: filed and published, unless the settings say otherwise;
    samples in demonstration mode only."""
    statuses: list[str] = [LegalStatus.PUBLISHED, LegalStatus.IN_FORCE, LegalStatus.SUPERSEDED]
    if not settings.LICENSING_REQUIRE_PUBLISHED_TARIFF:
        statuses += [LegalStatus.APPROVED, LegalStatus.FILED]
    if settings.DEMO_MODE:
        statuses.append(LegalStatus.SAMPLE)
    return statuses


def usable_versions(day: dt.date) -> "QuerySet[TariffVersion]":
    """Versions that may be used for a licence that begins on the day, the latest first."""
    return (
        TariffVersion.objects.filter(legal_status__in=usable_statuses(), valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("tariff")
        .order_by("tariff__code", "-valid_from", "-version")
    )


def version_on(tariff: Tariff, day: dt.date) -> TariffVersion | None:
    """The version that counts on the day, or None."""
    return usable_versions(day).filter(tariff=tariff).first()


def offers_on(day: dt.date) -> list[Offer]:
    """Every tariff that can be used on the day, in the order of the codes."""
    found: dict[int, Offer] = {}
    for version in usable_versions(day):
        found.setdefault(version.tariff_id, Offer(version.tariff, version))
    return list(found.values())


def shown_versions(tariff: Tariff) -> "QuerySet[TariffVersion]":
    """The versions that the public sees: all that were ever approved, drafts never."""
    return tariff.versions.exclude(legal_status__in=[LegalStatus.DRAFT, LegalStatus.WITHDRAWN])


def terms_of(version: TariffVersion) -> Terms:
    """The version as the engine reads it. Raises RuleDataError, which a saved version never does."""
    return tariff_from(version.definition, currency())
