"""Two people: the maker sends a calculated run for approval, another person approves the digest that she looked at."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.wording import comma_list
from royalties import fsck
from royalties.models import Run
from royalties.queries.frozen_shares import Changes, changes_since
from royalties.services.runs.words import moment_text
from works.models import Work

APPROVAL = ("approved_by", "approved_at", "approved_digest", "accepted_changes")
MOST_NAMED = 12  # merged or split works that the approver reads by number


@transaction.atomic
def send_for_review(*, run: Run, by: User, now: dt.datetime) -> Run:
    """The maker has looked at the figures and asks another person to approve them."""
    require(by, "royalties.make_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == "reviewed" and run.reviewed_by_id == by.pk:
        return run
    if run.state != "calculated":
        raise ValidationError(_("Only a calculated run can be sent for approval."))
    run.state, run.reviewed_by = "reviewed", by
    faultpoint("dist.review.before_write")
    run.save(update_fields=["state", "reviewed_by"])
    faultpoint("dist.review.after_write")
    record_act(by=by, verb="send_for_review", on=run, facts={"at": now, "digest": bytes(run.digest or b"").hex()})
    return run


@transaction.atomic
def return_to_maker(*, run: Run, reason: str, by: User, now: dt.datetime, seen: str = "") -> Run:
    """An approver gives the run back with a reason, before it is approved or while it is not posted yet.

    `seen` is the state that was on the page: a run approved since is not given back by somebody who does not know.
    """
    require(by, "royalties.approve_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state not in ("reviewed", "approved"):
        raise ValidationError(_("This run does not wait for approval."))
    if seen not in ("", run.state):
        raise ValidationError(_("This run was decided since you looked. Look at it again."))
    if not reason.strip():
        raise ValidationError(_("Say why you give the run back."))
    run.state, run.reviewed_by, run.reason = "calculated", None, reason.strip()
    run.approved_by = run.approved_at = run.approved_digest = run.accepted_changes = None
    run.save(update_fields=["state", "reviewed_by", "reason", *APPROVAL])
    faultpoint("dist.return.after_write")
    record_act(by=by, verb="return_run", on=run, facts={"at": now, "reason": run.reason})
    return run


@transaction.atomic
def approve_run(*, run: Run, digest: str, by: User, now: dt.datetime, accept_changes: bool = False) -> Run:
    """Approve the digest (64 hexadecimal digits) that was on the page.

    Refused with ValidationError: to the maker and to whoever sent it, when the figures changed since she looked, while
    a check is red, and when shares changed since the freeze unless `accept_changes` says that she knows.
    """
    require(by, "royalties.approve_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == "approved" and run.approved_by_id == by.pk and _is(run, digest):
        return run
    _check_approver(run, by)
    if not _is(run, digest):
        raise ValidationError(_("The figures have changed since you looked. Open the run again."))
    fsck.require_clean(run)
    changes = changes_since(run)
    if changes.works and not accept_changes:
        raise ValidationError(changed_words(changes))
    run.state, run.approved_by, run.approved_at, run.approved_digest = "approved", by, now, run.digest
    run.accepted_changes = changes.digest
    faultpoint("dist.approve.before_write")
    run.save(update_fields=["state", *APPROVAL])
    faultpoint("dist.approve.after_write")
    facts = {"at": now, "digest": digest, "works_changed": len(changes.works)}
    record_act(by=by, verb="approve_run", on=run, facts=facts)
    return run


def changed_words(changes: Changes) -> str:
    """What the approver must know before she approves shares and works as they were at the freeze (F22, F23)."""
    count = len(changes.works)
    told = ngettext(
        "The shares of %(works)s work have changed since the inputs were frozen. Tick that you approve the run with"
        " the shares as they were, or cancel it and start anew.",
        "The shares of %(works)s works have changed since the inputs were frozen. Tick that you approve the run with"
        " the shares as they were, or cancel it and start anew.",
        count,
    ) % {"works": count}
    return f"{told} {_regrouped_words(changes)}".strip()


def changed_note(changes: Changes) -> str:
    """The same for those who have nothing to decide about it."""
    count = len(changes.works)
    told = ngettext(
        "%(works)s work of this run has changed since the inputs were frozen. The run keeps what it froze.",
        "%(works)s works of this run have changed since the inputs were frozen. The run keeps what it froze.",
        count,
    ) % {"works": count}
    return f"{told} {_regrouped_words(changes)}".strip()


def _regrouped_words(changes: Changes) -> str:
    if not changes.regrouped:
        return ""
    numbers = Work.objects.in_bulk([pk for pair in changes.regrouped for pk in pair])
    moves = [f"{_number(old, numbers)} → {_number(new, numbers)}" for old, new in changes.regrouped[:MOST_NAMED]]
    moves += ["…"] if len(changes.regrouped) > MOST_NAMED else []
    return _("Merged or split since: %(works)s.") % {"works": comma_list(moves)}


def _number(work_id: int, works: dict[int, Work]) -> str:
    return works[work_id].number if work_id in works else "–"


def _check_approver(run: Run, by: User) -> None:
    if run.state == "approved":
        facts = {"who": run.approved_by, "when": moment_text(run.approved_at or run.created_at)}
        raise ValidationError(_("This run was approved by %(who)s on %(when)s already.") % facts)
    if run.state != "reviewed":
        raise ValidationError(_("This run does not wait for approval."))
    if by.pk in (run.maker_id, run.reviewed_by_id):
        raise ValidationError(_("You made this run or sent it for approval. Another person must approve it."))


def _is(run: Run, digest: str) -> bool:
    return run.digest is not None and bytes(run.digest).hex() == digest
