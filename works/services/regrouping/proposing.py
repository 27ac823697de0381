"""The first person: two works are said to be one, or one to be two, with what is to survive or to go."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines
from works.models import Regrouping, SourceWork, Work
from works.queries.regrouping import LIVE, RightChoice, right_choices
from works.queries.regrouping_words import hindrance_words
from works.queries.splits import live_split
from works.rules.regrouping import CONTEST, OTHER, WORK

SPLIT_PLACES = ("stays", "goes", "both")


@transaction.atomic
def propose_merge(
    *, work: Work, other: Work, choices: Mapping[str, Any], reason: str, by: User, now: dt.datetime, form_key: UUID
) -> Regrouping:
    """Propose that `other` is `work` and goes into it. The same form sent twice is one proposal.

    `choices`: `fields` (name → "work" or "other") and `rights` (right → "work", "other" or "contest"). Raises
    ValidationError with everything that stands against it.
    """
    require(by, "works.edit_works")
    if known := Regrouping.objects.filter(form_key=form_key).first():
        return known
    _check_reason(reason)
    faults = merge_faults(work, other, choices)
    if Regrouping.objects.filter(other=other, kind="merge", state__in=["proposed", "done"]).exists():
        faults.append(_("%(work)s is in a merge already. Look at that one first.") % {"work": other.number})
    if faults:
        raise ValidationError(faults)
    made = _propose("merge", work, other, dict(choices), reason, by, now, form_key)
    facts = {"into": work.number, "goes": other.number, "choices": made.choices, "reason": clean_lines(reason)[:500]}
    record_act(by=by, verb="propose_merge", on=made, facts=facts)
    return made


@transaction.atomic
def propose_split(
    *, work: Work, choices: Mapping[str, Any], reason: str, by: User, now: dt.datetime, form_key: UUID
) -> Regrouping:
    """Propose that a part of a work is a work of its own. The same form sent twice is one proposal.

    `choices`: `title` of the new work; `titles`, `identifiers`, `recordings` (ids of rows that go); `shares` (row →
    "stays", "goes" or "both"); `texts` (keys of usage texts that mean the new work).
    """
    require(by, "works.edit_works")
    if known := Regrouping.objects.filter(form_key=form_key).first():
        return known
    _check_reason(reason)
    if faults := split_faults(work, choices):
        raise ValidationError(faults)
    made = _propose("split", work, None, dict(choices), reason, by, now, form_key)
    facts = {"work": work.number, "title": choices["title"], "reason": clean_lines(reason)[:500]}
    record_act(by=by, verb="propose_work_split", on=made, facts=facts)
    return made


@transaction.atomic
def withdraw_regrouping(*, regrouping: Regrouping, by: User) -> Regrouping:
    """Take a proposal back, or refuse it; nothing was changed by it."""
    require(by, "works.edit_works" if regrouping.proposed_by_id == by.pk else "works.confirm_merges")
    regrouping = Regrouping.objects.select_for_update().get(pk=regrouping.pk)
    if regrouping.state == "withdrawn":
        return regrouping
    if regrouping.state != "proposed":
        raise ValidationError(_("This is done already. It can be undone."))
    regrouping.state = "withdrawn"
    regrouping.save(update_fields=["state"])
    record_act(by=by, verb="withdraw_regrouping", on=regrouping, facts={"kind": regrouping.kind})
    return regrouping


def faults_of(regrouping: Regrouping) -> list[str]:
    """What stands against a proposal now."""
    if regrouping.other is not None:
        return merge_faults(regrouping.work, regrouping.other, regrouping.choices)
    return split_faults(regrouping.work, regrouping.choices)


def merge_faults(work: Work, other: Work, choices: Mapping[str, Any]) -> list[str]:
    """Everything that stands against a merge as chosen, in words; empty when it can be done."""
    if work.pk == other.pk:
        return [_("Choose two works: these are one already.")]
    faults = []
    if work.state != "registered":
        faults.append(_("%(work)s is not registered. Let the registered work survive.") % {"work": work.number})
    if other.state not in LIVE:
        faults.append(_("%(work)s is refused or merged already.") % {"work": other.number})
    if SourceWork.objects.filter(work=work, source=other).exists() or other.sources.filter(source=work).exists():
        faults.append(_("One of these works is made from the other: they are two works. Correct the sources first."))
    wanted = choices.get("rights", {})
    for right in right_choices(work, other):
        choice = wanted.get(right.right, WORK if right.same else "")
        facts = {"right": right.label}
        if choice not in (WORK, OTHER, CONTEST):
            faults.append(_("%(right)s right: the shares differ. Choose whose shares survive.") % facts)
        elif choice == CONTEST and not right.may_contest:
            told = _("%(right)s right: choose one side's shares. %(why)s")
            faults.append(told % (facts | {"why": hindrance_words(right)}))
        faults += _asked_faults(work, other, right, choice)
        lost = right.of_work if choice == OTHER else right.of_other
        if any(row.state == "disputed" for row in lost):
            faults.append(_("%(right)s right: a dispute is open on the side that would go. Settle it first.") % facts)
    return faults


def _asked_faults(work: Work, other: Work, right: RightChoice, choice: str) -> list[str]:
    """Shares on which co-writers are being asked stay with their work: the round is about it, and rests with it."""
    asked = [side for side in (work, other) if live_split(side)] if choice in (OTHER, CONTEST) else []
    told = _("%(right)s right: the co-writers are being asked about the split of %(work)s. Wait until that is decided.")
    return [told % {"right": right.label, "work": side.number} for side in asked]


def split_faults(work: Work, choices: Mapping[str, Any]) -> list[str]:
    """Everything that stands against a split as chosen, in words."""
    faults = []
    if work.state != "registered":
        faults.append(_("%(work)s is not registered.") % {"work": work.number})
    if not str(choices.get("title", "")).strip():
        faults.append(_("Give the title of the new work."))
    going = {int(pk) for pk in choices.get("titles", ())}
    if not work.titles.exclude(pk__in=going).exists():
        faults.append(_("One title at least must stay with the work."))
    shares = choices.get("shares", {})
    if any(where not in SPLIT_PLACES for where in shares.values()):
        faults.append(_("Say for each share whether it stays, goes or holds for both."))
    moved = [int(row) for row, where in shares.items() if where != "stays"]
    if work.shares.filter(pk__in=moved, state="disputed").exists():
        faults.append(_("A contested part cannot go to another work. Settle the dispute first."))
    if moved and live_split(work):
        faults.append(_("The co-writers are being asked about these shares. Wait until that is decided."))
    return faults


def _propose(
    kind: str,
    work: Work,
    other: Work | None,
    choices: dict[str, Any],
    reason: str,
    by: User,
    now: dt.datetime,
    form_key: UUID,
) -> Regrouping:
    return Regrouping.objects.create(
        kind=kind,
        work=work,
        other=other,
        choices=choices,
        reason=clean_lines(reason),
        proposed_by=by,
        proposed_at=now,
        form_key=form_key,
    )


def _check_reason(reason: str) -> None:
    if not clean_lines(reason):
        raise ValidationError(_("Say why: the second person and the record of acts read it."))
