"""Undoing a merge or a split: asked for by one person, done by another, as long as nothing that came later contradicts.

Every row goes back to what it was; the regrouping itself, its changes and the history of the rows stay.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from works.models import Dispute, Regrouping, Work
from works.queries.regrouping import shares_digest
from works.services.disputes import end_with_merge
from works.services.regrouping.changes import contradictions, put_back
from works.services.regrouping.confirming import hold_regroupings, parties_to


@transaction.atomic
def ask_undo(*, regrouping: Regrouping, reason: str, by: User, now: dt.datetime) -> Regrouping:
    """The first person says why it was wrong."""
    require(by, "works.edit_works")
    regrouping = Regrouping.objects.select_for_update().get(pk=regrouping.pk)
    if regrouping.state != "done":
        raise ValidationError(_("Only what is done can be undone."))
    if regrouping.undo_asked_by_id is not None:
        raise ValidationError(_("Somebody asked for this already. It waits for a second person."))
    if not clean_lines(reason):
        raise ValidationError(_("Say why: the second person and the record of acts read it."))
    if faults := objections(regrouping):
        raise ValidationError(faults)
    regrouping.undo_asked_by, regrouping.undo_asked_at, regrouping.undo_reason = by, now, clean_lines(reason)
    regrouping.save(update_fields=["undo_asked_by", "undo_asked_at", "undo_reason"])
    record_act(by=by, verb="ask_undo_regrouping", on=regrouping, facts={"reason": clean_lines(reason)[:500]})
    return regrouping


@transaction.atomic
def keep_regrouping(*, regrouping: Regrouping, by: User) -> Regrouping:
    """Nobody wants it undone after all: the request is taken back or refused."""
    require(by, "works.edit_works" if regrouping.undo_asked_by_id == by.pk else "works.confirm_merges")
    regrouping = Regrouping.objects.select_for_update().get(pk=regrouping.pk)
    if regrouping.state != "done" or regrouping.undo_asked_by_id is None:
        raise ValidationError(_("Nobody asks for this to be undone any more."))
    regrouping.undo_asked_by, regrouping.undo_asked_at, regrouping.undo_reason = None, None, ""
    regrouping.save(update_fields=["undo_asked_by", "undo_asked_at", "undo_reason"])
    record_act(by=by, verb="keep_regrouping", on=regrouping, facts={})
    return regrouping


@transaction.atomic
def undo_regrouping(*, regrouping: Regrouping, by: User, now: dt.datetime) -> Regrouping:
    """Put both works back exactly as they were. The work that a split had made is merged into the one it came from, so
    that its number and page lead on. Raises ValidationError with everything that contradicts (`objections`).

    What was paid in the meantime is asked by the caller, in the same transaction (royalties.services.regrouping).
    """
    require(by, "works.confirm_merges")
    hold_regroupings()
    regrouping = Regrouping.objects.select_for_update().get(pk=regrouping.pk)
    if regrouping.state == "undone" and regrouping.undone_by_id == by.pk:
        return regrouping
    list(Work.objects.select_for_update(no_key=True).filter(pk__in=parties_to(regrouping)).order_by("pk"))
    _check(regrouping, by)
    faultpoint("works.undo_regrouping.before_write")
    put_back(regrouping)
    _end_disputes(regrouping, by, now)
    if regrouping.kind == "split":
        assert regrouping.other_id is not None
        Work.objects.filter(pk=regrouping.other_id).update(state="merged", merged_into=regrouping.work_id)
    regrouping.state, regrouping.undone_by, regrouping.undone_at = "undone", by, now
    regrouping.save(update_fields=["state", "undone_by", "undone_at"])
    faultpoint("works.undo_regrouping.after_write")
    record_act(by=by, verb="undo_regrouping", on=regrouping, facts={"reason": regrouping.undo_reason[:500]})
    return regrouping


def _end_disputes(regrouping: Regrouping, by: User, now: dt.datetime) -> None:
    """The disputes that the merge opened hold nothing any more and end with it."""
    asked_by = regrouping.undo_asked_by
    assert asked_by is not None
    opened = regrouping.changes.filter(model=Dispute._meta.label_lower, before__isnull=True).values_list(
        "row", flat=True
    )
    for dispute in Dispute.objects.select_for_update().filter(pk__in=opened).order_by("pk"):
        end_with_merge(dispute=dispute, reason=regrouping.undo_reason, asked_by=asked_by, by=by, on=business_date(now))


def objections(regrouping: Regrouping) -> list[str]:
    """What came later in the register and contradicts an undoing, with what to do; empty when nothing does."""
    works = parties_to(regrouping)
    last = regrouping.changes.aggregate(last=Max("pk"))["last"] or 0
    later = Regrouping.objects.filter(state="done", changes__pk__gt=last).exclude(pk=regrouping.pk).distinct()
    standing = later.filter(work__in=works) | later.filter(other__in=works)
    found = [
        _("A later merge or split of the same work stands (%(what)s). Undo that one first.") % {"what": one}
        for one in standing.order_by("-pk")
    ]
    if found:
        return found
    if shares_digest(works) != bytes(regrouping.shares_after or b""):
        return [
            _(
                "The shares of these works have changed since. Put them back to what they were, or leave the merge and"
                " correct the shares."
            )
        ]
    merged = Work.objects.filter(merged_into=regrouping.other_id)
    if regrouping.kind == "split" and merged.exists():
        return [_("Another work was merged into the new work since. Undo that one first.")]
    return contradictions(regrouping)


def _check(regrouping: Regrouping, by: User) -> None:
    if regrouping.state != "done" or regrouping.undo_asked_by_id is None:
        raise ValidationError(_("Nobody asks for this to be undone any more."))
    if regrouping.undo_asked_by_id == by.pk:
        raise ValidationError(_("You asked for this. Another person must undo it."))
    if faults := objections(regrouping):
        raise ValidationError(faults)
