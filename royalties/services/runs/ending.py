"""A run ends before its time: cancelled before it is posted, reversed after it."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.services import add_job, cancel_jobs
from members.models import Party
from royalties.models import Journal, PayeeTotal, Payment, PoolClaim, Run, UsageClaim
from royalties.services.ledger import reverse_journal
from royalties.services.runs.calculation import subject_of

CANCELLABLE = ("draft", "frozen", "calculated", "reviewed", "approved")


@transaction.atomic
def cancel_run(*, run: Run, reason: str, by: User, now: dt.datetime) -> Run:
    """Stop a run that is not posted yet: its jobs lose their leases, its pools and files are free again (F40).

    What it had written is thrown away by a job of its own, because a worker may still be writing for a moment.
    """
    require(by, "royalties.make_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == "cancelled":
        return run
    if run.state not in CANCELLABLE:
        raise ValidationError(_("This run is posted. It can be reversed, not cancelled."))
    if not reason.strip():
        raise ValidationError(_("Say why you cancel the run."))
    faultpoint("dist.cancel.before_write")
    stopped = cancel_jobs(subject=subject_of(run))
    began = run.state != "draft"
    run.state, run.reason = "cancelled", reason.strip()
    run.save(update_fields=["state", "reason"])
    _release(run, now)
    if began:
        add_job(kind="royalties.drop_parts", key=f"run:{run.uid}:drop", args={"run": run.pk}, queue="money")
    faultpoint("dist.cancel.after_write")
    record_act(by=by, verb="cancel_run", on=run, facts={"at": now, "reason": run.reason, "jobs_stopped": stopped})
    return run


def drop_parts(*, run_id: int) -> None:
    """Throw away what a cancelled run had written; nothing is left of it but its record."""
    faultpoint("dist.drop.before_write")
    with connection.cursor() as cursor:
        cursor.execute("SELECT royalties_drop_parts(%s)", [run_id])
    faultpoint("dist.drop.after_write")


@transaction.atomic
def reverse_run(*, run: Run, reason: str, by: User, now: dt.datetime) -> Run:
    """Post the exact negative of a run's journal (M20) and free its pools and files for a run that does better.

    Another person than the maker does it. Raises ValidationError once something was paid from the run. Its payees are
    locked, as a payment batch locks them: whichever comes second sees what the first has done.
    """
    require(by, "royalties.approve_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == "reversed":
        return run
    payees = PayeeTotal.objects.filter(run_id=run.pk, payee_id__gt=0).values("payee_id")
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=payees).order_by("pk").values_list("pk"))
    _check_reversal(run, reason, by)
    faultpoint("dist.reverse.before_write")
    journal = reverse_journal(
        journal=Journal.objects.get(key=f"run:{run.uid}:finalise"),
        key=f"run:{run.uid}:reverse",
        business_date=business_date(now),
        description=_("Reversal of distribution %(run)s") % {"run": run},
    )
    faultpoint("dist.reverse.after_journal_write")
    run.state, run.reason = "reversed", reason.strip()
    run.save(update_fields=["state", "reason"])
    _release(run, now)
    faultpoint("dist.reverse.after_write")
    record_act(by=by, verb="reverse_run", on=run, facts={"at": now, "reason": run.reason, "journal": journal.number})
    return run


def _check_reversal(run: Run, reason: str, by: User) -> None:
    if run.state not in ("finalised", "published"):
        raise ValidationError(_("Only a posted run can be reversed."))
    if by.pk == run.maker_id:
        raise ValidationError(_("You made this run. Another person must reverse it."))
    if not reason.strip():
        raise ValidationError(_("Say why you reverse the run."))
    if _is_paid_from(run):
        raise ValidationError(_("Money of this run was paid or is on its way. Correct it by an adjustment instead."))


def _is_paid_from(run: Run) -> bool:
    """Whether a payment took money of the run: each takes all that its payee had from the runs published by then."""
    payees = PayeeTotal.objects.filter(run_id=run.pk, payee_id__gt=0, amount__gt=0).values("payee_id")
    taken = Payment.objects.filter(party__in=payees, state__in=("reserved", "paid"))
    if run.published_at is not None and taken.filter(batch__frozen_at__gte=run.published_at).exists():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT royalties_overdrawn_by(%s)", [run.pk])
        return cursor.fetchone()[0] is not None


def _release(run: Run, now: dt.datetime) -> None:
    for claims in (PoolClaim.objects, UsageClaim.objects):
        claims.filter(run=run, released_at=None).update(released_at=now)
