"""Held money: until when the amounts of each pool wait for their owners."""

from typing import Any

from django.conf import settings
from django.db.models import Max

from cmo_portal.common.periods import fiscal_year, non_distributable_after
from royalties.models import PoolReceipt, Run, RunPool
from royalties.rules.claims import read_claim_years


def waiting_days(run: Run) -> dict[str, Any]:
    """For each pool of a frozen run: the end of its newest receipt's financial year, and the last day to claim.

    The lists are named as the SQL that joins them does.
    """
    pools = RunPool.objects.filter(run=run).values("pool_id")
    found = PoolReceipt.objects.filter(pool__in=pools).values_list("pool_id")
    last = dict(found.annotate(day=Max("allocation__receipt__received_on")).order_by("pool_id"))
    first_month = settings.FISCAL_YEAR_START_MONTH
    assert run.claim_rule is not None  # of a frozen run: run_frozen_has_digest
    years, _complaints = read_claim_years(run.claim_rule.parameters)
    return {
        "pools": list(last),
        "year_ends": [fiscal_year(day, first_month).end for day in last.values()],
        "prescribe_on": [non_distributable_after(day, years, first_month) for day in last.values()],
    }
