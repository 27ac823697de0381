"""A run begins: who, which period, which pools."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.periods import Period
from cmo_portal.form_keys import KeyReused, lock_form_key
from licensing.services.numbers import next_number
from royalties.models import Pool, PoolClaim, Run
from royalties.services.runs.words import moment_text


@transaction.atomic
def create_run(*, form_key: UUID, name: str, period: Period, pools: Sequence[Pool], by: User, now: dt.datetime) -> Run:
    """A draft run that claims its pools: no other live run can have them.

    The same form key again returns the run that exists. Raises ValidationError when no pool was chosen or one is in
    another run already, saying in which, and KeyReused for the same key with another draft.
    """
    require(by, "royalties.make_runs")
    lock_form_key(form_key)
    keys = {pool.pk for pool in pools}
    if existing := Run.objects.filter(form_key=form_key).first():
        if _asked(existing) != (name.strip(), period, keys):
            raise KeyReused
        return existing
    locked = list(Pool.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    _check(name, locked)
    faultpoint("dist.create.before_write")
    run = Run.objects.create(
        number=next_number(f"D-{business_date(now).year}", width=3),
        name=name.strip(),
        period_start=period.start,
        period_end=period.end,
        form_key=form_key,
        maker=by,
    )
    PoolClaim.objects.bulk_create(PoolClaim(run=run, pool=pool) for pool in locked)
    faultpoint("dist.create.after_write")
    record_act(by=by, verb="create_run", on=run, facts={"at": now, "pools": [pool.code for pool in locked]})
    return run


def _asked(run: Run) -> tuple[str, Period, set[int]]:
    pools = set(run.pool_claims.values_list("pool_id", flat=True))
    return run.name, Period(run.period_start, run.period_end), pools


def _check(name: str, pools: Sequence[Pool]) -> None:
    problems: list[str] = []
    if not name.strip():
        problems.append(_("Give the run a name."))
    if not pools:
        problems.append(_("Choose at least one pool."))
    taken = PoolClaim.objects.filter(pool__in=pools, released_at=None).select_related("pool", "run__maker")
    problems += [
        _("%(pool)s is already in run %(run)s, started by %(who)s on %(when)s.")
        % {
            "pool": claim.pool.name,
            "run": claim.run.number,
            "who": claim.run.maker,
            "when": moment_text(claim.run.created_at),
        }
        for claim in taken
    ]
    if problems:
        raise ValidationError(problems)
