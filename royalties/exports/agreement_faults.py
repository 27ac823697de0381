"""Works whose agreements cannot all be true as a file: the rows of the list, as they are now."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cmo_portal.wording import plain_amount, share_text
from members.models.territories import own_territory, territory_text
from royalties.exports.usage import csv_file
from royalties.models import AgreementFaultStake
from royalties.queries.agreement_faults import ListedFault, standing_faults

ASKED_AT_ONCE = 500


def agreement_fault_csv(rows: QuerySet[AgreementFaultStake], *, on: dt.date, kind: str) -> HttpResponse:
    """What is wrong with each work and right, what would cure it, and the money that hangs on it."""
    head = [_("Work"), _("Title"), _("Right"), _("Territory"), _("Day"), _("What is wrong"), _("In words")]
    head += [_("What would cure it"), _("Agreements"), _("Part held"), _("Held"), _("Expected from usage")]
    head += [_("At stake"), _("Found")]
    return csv_file("agreements-at-fault", head, _rows(rows, on, kind))


def _rows(rows: QuerySet[AgreementFaultStake], on: dt.date, kind: str) -> Iterator[list[str]]:
    country = str(territory_text(own_territory()))
    waiting = rows.iterator(chunk_size=ASKED_AT_ONCE)
    while part := list(islice(waiting, ASKED_AT_ONCE)):
        for listed in standing_faults(part, on=on, kind=kind):
            yield _row(listed, country, on)


def _row(listed: ListedFault, country: str, on: dt.date) -> list[str]:
    fault, stake = listed.fault, listed.stake
    return [
        fault.work.number,
        fault.work.title,
        str(fault.get_right_display()),
        country,
        on.isoformat(),
        "; ".join(dict.fromkeys(str(one.kind.label) for one in listed.told)),
        " ".join(one.text for one in listed.told),
        " ".join(cure for cure, _agreements in listed.cures),
        "; ".join(one.number for one in listed.agreements),
        share_text(sum(one.units for one in listed.told)),
        *(plain_amount(amount) for amount in (stake.held, stake.usage, stake.total)),
        timezone.localdate(fault.found_at).isoformat(),
    ]
