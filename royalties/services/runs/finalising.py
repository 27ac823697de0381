"""An approved run becomes owed money: one journal, held amounts with reasons, statements; then it is published."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.services import add_job
from royalties import fsck
from royalties.models import Journal, PayeeTotal, Run, RunDeduction, RunPool
from royalties.models.ledger import ACCOUNT_OF_PURPOSE, AccountCode
from royalties.queries.frozen_shares import changes_since
from royalties.queries.held import waiting_days
from royalties.rules.kernel import HELD_REASONS
from royalties.services.ledger import Entry, post_journal
from royalties.services.statements import make_statements
from works.services.regrouping import hold_regroupings

BACKGROUND_ABOVE = 20_000  # payees; below that a person can wait for the posting
HOLD = """
    INSERT INTO royalties_suspenseline (uid, run_id, pool_id, pool_no, reason, work_id, share_id, text_key, amount,
        units, collected_year_end, prescribes_on, state)
    SELECT gen_random_uuid(), a.run_id, p.pool_id, a.pool_no, r.reason, nullif(a.work_id, 0), a.share_id, a.text_key,
        a.amount, a.units, d.year_end, d.prescribes_on, 'open'
    FROM royalties_allocationline a
        JOIN royalties_runpool p ON p.run_id = a.run_id AND p.pool_no = a.pool_no
        JOIN unnest(%(buckets)s::bigint[], %(reasons)s::text[]) AS r (bucket, reason) ON r.bucket = a.payee_id
        JOIN unnest(%(pools)s::bigint[], %(year_ends)s::date[], %(prescribe_on)s::date[])
            AS d (pool_id, year_end, prescribes_on) ON d.pool_id = p.pool_id
    WHERE a.run_id = %(run)s AND a.payee_id < 0 AND a.amount <> 0
"""


def start_finalise(*, run: Run, digest: str, by: User, now: dt.datetime) -> None:
    """Finalise the run now, or hand it to a worker when it is large."""
    require(by, "royalties.make_runs")
    if PayeeTotal.objects.filter(run_id=run.pk).count() <= BACKGROUND_ABOVE:
        finalise_run(run=run, digest=digest, by=by, now=now)
        return
    add_job(
        kind="royalties.finalise",
        key=f"run:{run.uid}:finalise:{digest[:16]}",
        args={"run": run.pk, "by": by.pk, "digest": digest},
        queue="money",
        subject=f"run:{run.uid}",
        step="finalise",
    )


@transaction.atomic
def finalise_run(*, run: Run, digest: str, by: User, now: dt.datetime) -> Run:
    """Post the approved run: from its pools to deductions, payees and what is held, in one journal (M01).

    Raises ValidationError when it is not approved, when the digest is not the approved one, while a check is red, and
    when shares changed or a dispute was opened after the approval: then it has to be approved anew.
    """
    require(by, "royalties.make_runs")
    hold_regroupings()  # before the run, as a freeze does: no merge is undone between the question and the posting
    run = Run.objects.select_for_update().get(pk=run.pk)
    is_approved = bytes(run.approved_digest or b"").hex() == digest
    if is_approved and run.state in ("finalised", "published"):
        return run
    if run.state != "approved" or not is_approved:
        raise ValidationError(_("Only what was approved can be finalised. Open the run again."))
    fsck.require_clean(run)
    if changes_since(run).digest != bytes(run.accepted_changes or b""):
        raise ValidationError(
            _("Shares changed or a dispute was opened after the approval. An approver has to give the run back first.")
        )
    faultpoint("dist.finalise.before_write")
    journal = _post(run, business_date(now))
    faultpoint("dist.finalise.after_journal_write")
    _hold(run)
    faultpoint("dist.finalise.after_held_write")
    make_statements(run=run, by=by, now=now)
    faultpoint("dist.finalise.after_statements_write")
    run.state, run.finalised_at = "finalised", now
    run.save(update_fields=["state", "finalised_at"])
    faultpoint("dist.finalise.after_write")
    record_act(by=by, verb="finalise_run", on=run, facts={"at": now, "digest": digest, "journal": journal.number})
    return run


@transaction.atomic
def publish_run(*, run: Run, by: User, now: dt.datetime) -> Run:
    """Open the statements of a finalised run to their members."""
    require(by, "royalties.make_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == "published":
        return run
    if run.state != "finalised":
        raise ValidationError(_("Only a finalised run can be published."))
    run.state, run.published_at = "published", now
    faultpoint("dist.publish.before_write")
    run.save(update_fields=["state", "published_at"])
    faultpoint("dist.publish.after_write")
    record_act(by=by, verb="publish_run", on=run, facts={"at": now})
    return run


def _post(run: Run, day: dt.date) -> Journal:
    pools = RunPool.objects.filter(run=run).values_list("pool_id").annotate(gross=Sum("gross")).order_by("pool_id")
    lines = [Entry(AccountCode.POOLS, gross, pool_id=pool, run_id=run.pk) for pool, gross in pools]
    lines += [
        Entry(ACCOUNT_OF_PURPOSE[d.purpose], -d.amount, pool_id=d.pool_id, run_id=run.pk, memo=d.code)
        for d in RunDeduction.objects.filter(run=run).order_by("pool_id", "order")
    ]
    totals = PayeeTotal.objects.filter(run_id=run.pk)
    paid = totals.filter(payee_id__gt=0).values_list("payee_id").annotate(sum=Sum("amount")).order_by("payee_id")
    lines += [Entry(AccountCode.PAYABLE, -int(amount), party_id=party, run_id=run.pk) for party, amount in paid]
    pool_of = dict(RunPool.objects.filter(run=run).values_list("pool_no", "pool_id"))
    held: dict[tuple[int, int], int] = {}
    for number, bucket, amount in totals.filter(payee_id__lt=0).values_list("pool_no", "payee_id", "amount"):
        held[pool_of[number], bucket] = held.get((pool_of[number], bucket), 0) + amount
    lines += [
        Entry(AccountCode.HELD, -amount, pool_id=pool, run_id=run.pk, reason=HELD_REASONS[bucket])
        for (pool, bucket), amount in sorted(held.items(), reverse=True)
    ]
    return post_journal(
        kind="distribution",
        key=f"run:{run.uid}:finalise",
        business_date=day,
        description=_("Distribution %(run)s") % {"run": run},
        lines=[line for line in lines if line.amount],
    )


def _hold(run: Run) -> None:
    """Write down each held amount with its reason and until when it waits."""
    held: dict[str, Any] = {"run": run.pk, "buckets": list(HELD_REASONS), "reasons": list(HELD_REASONS.values())}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, held | waiting_days(run))
