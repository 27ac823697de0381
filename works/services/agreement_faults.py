"""Looking through the register for agreements that cannot all be true."""

import datetime as dt
from collections.abc import Callable, Mapping

from django.db import transaction

from members.models.parties import Right
from works.models import AgreementFault
from works.queries.agreement_faults import faults_of, reached_works
from works.rules.agreement_faults import WorkFault

WORKS_AT_ONCE = 100_000  # in columns: some 150 MB


def sweep_agreements(
    *, on: dt.date, now: dt.datetime, told: Callable[[int, int], None], held: Callable[[], None]
) -> int:
    """Ask, right by right, who may collect every work of which an agreement says something, and keep those where
    agreements cannot all be true; returns how many. A row that stands keeps the moment at which it was first found.

    The whole is asked each time: one agreement can change the answer for every work of a publisher. `told` hears done
    and total between the slices; `held` is called inside each writing and raises when another worker has taken over.
    """
    reached = {right: reached_works(right) for right in Right.values}
    done, total, kept = 0, sum(len(works) for works in reached.values()), 0
    for right, works in reached.items():
        found: dict[int, WorkFault] = {}
        for start in range(0, len(works), WORKS_AT_ONCE):
            told(done, total)
            part = works[start : start + WORKS_AT_ONCE]
            found |= faults_of(part, right=right, on=on)
            done += len(part)
        with transaction.atomic():
            held()
            _keep(right, found, now)
        kept += len(found)
    told(done, total)
    return kept


def _keep(right: str, found: Mapping[int, WorkFault], now: dt.datetime) -> None:
    """Write what is wrong with a right, and forget what is wrong no more."""
    AgreementFault.objects.filter(right=right).exclude(work__in=list(found)).delete()
    AgreementFault.objects.bulk_create(
        [
            AgreementFault(
                work_id=work,
                right=right,
                kinds=list(fault.kinds),
                agreements=list(fault.agreements),
                units=fault.units,
                found_at=now,
            )
            for work, fault in found.items()
        ],
        update_conflicts=True,
        unique_fields=["work", "right"],
        update_fields=["kinds", "agreements", "units"],
        batch_size=5_000,
    )
