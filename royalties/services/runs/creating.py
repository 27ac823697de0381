"""A run begins: who, which period, which pools."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.periods import Period
from licensing.services.numbers import next_number
from royalties.models import Pool, PoolClaim, Run
from royalties.services.runs.words import moment_text


@transaction.atomic
def create_run(*, form_key: UUID, name: str, period: Period, pools: Sequence[Pool], by: User, now: dt.datetime) -> Run:
    """A draft run that claims its pools: no other live run can have them.

    The same form key again returns the run that exists. Raises ValidationError when no pool was chosen or one is in
    another run already, saying in which.
    """
    require(by, "royalties.make_runs")
    with connection.cursor() as cursor:  # two posts of one form wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(form_key)])
    if existing := Run.objects.filter(form_key=form_key).first():
        return existing
    keys = [pool.pk for pool in pools]
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
