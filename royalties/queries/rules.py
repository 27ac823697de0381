"""Rules as people read them, and what is wrong in their parameters."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.money import Currency
from cmo_portal.common.ruledata import Complaint
from cmo_portal.wording import date_text, words_text
from royalties.models import RuleVersion
from royalties.rules.claims import read_claim_years
from royalties.rules.deductions import read_deductions
from royalties.rules.points import read_line_rule
from royalties.rules.threshold import read_minimum
from royalties.rules.unmatched import read_bands
from royalties.rules.withholding import read_withholding

Parameters = Mapping[str, Any]
BEGINNING = dt.date(2000, 1, 1)  # stands in for a validity that no complaint depends on
READERS: dict[str, Callable[[Parameters], list[Complaint]]] = {
    "distribution": lambda data: read_line_rule(data)[1],
    "deductions": lambda data: read_deductions(data)[1],
    "withholding": lambda data: read_withholding(data, BEGINNING, None)[1],
    "claims": lambda data: read_claim_years(data)[1],
    "payment": lambda data: read_minimum(data, money_of_account())[1],
    "bands": lambda data: read_bands(data, money_of_account())[1],
}


def money_of_account() -> Currency:
    """The currency in which the society keeps its books."""
    return Currency(settings.CURRENCY["code"], settings.CURRENCY["decimals"])


def parameter_problems(kind: str, parameters: Parameters) -> list[str]:
    """Every fault in the parameters of a rule of a kind, with the place where it stands; empty when it can be used."""
    reader = READERS.get(kind)
    complaints = reader(parameters) if reader else []
    return [f"{complaint.place}: {words_text(complaint.words)}" for complaint in complaints]


def in_force(*, kind: str, on: dt.date) -> QuerySet[RuleVersion]:
    """The approved versions of a kind that are valid on the day, one of each rule."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    found = RuleVersion.objects.filter(running, rule__kind=kind, state="approved", valid_from__lte=on)
    return found.select_related("rule").order_by("rule__name")


def rule_in_force(kind: str, on: dt.date) -> RuleVersion:
    """The one approved version of a kind that is valid on a day. Raises ValidationError when there is none or two."""
    versions = list(in_force(kind=kind, on=on)[:2])
    if len(versions) != 1:
        names = {"withholding": _("withholding tax"), "payment": _("payments"), "claims": _("claims to held money")}
        raise ValidationError(
            _("There must be exactly one approved rule on %(kind)s for %(day)s; there are %(count)s.")
            % {"kind": names.get(kind, kind), "day": date_text(on), "count": len(versions)}
        )
    return versions[0]
