"""Undoing a whole import: exactly what it made goes, unless something came later that rests on it.

Works become withdrawn: the work and its titles stay as history, its shares, numbers and links go, its ISWC is free
again. Agreements that the file brought are withdrawn. What the import revised is put back as it was. People and their
names stay: a name is nobody's money. The societies that it named as collecting for people never were, but those on
which something else rests, which stay and are named. A second person does it where anything could have paid.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.models import (
    Agreement,
    ImportedRecord,
    ImportUndo,
    LinkRequest,
    Recording,
    RecordingPerformer,
    RecordingWork,
    RegistrationFile,
    Work,
    WorkIdentifier,
    WorkShare,
    WorkTitle,
)
from works.queries.named_societies import NamedSociety
from works.queries.titles import own_titles
from works.services.cwr_societies import give_up_societies, societies_of_undo
from works.services.letting_go import hold_requests, let_go
from works.services.made import SHARE_FIELDS, WORK_FIELDS
from works.services.registration import lock_register
from works.services.resting import Reasons, lock_register_for_undo, made_by, release_works, resting_on
from works.services.splits import resume_rounds, withdraw_rounds
from works.services.undoing_agreements import Resting, agreements_to_undo, take_agreements_back

ASK, CONFIRM = "works.import_works", "works.confirm_undos"
UNDONE = ("undone", "partly")
NAMED = 20  # works that a refusal names one by one
REPORTED = ("withdrawn", "restored", "shares", "agreements")


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undoing an import would do: works it made and works it revised that can be taken back, agreements that it
    brought, and of both those that cannot, each with its reasons; whether it needs a second person."""

    made: tuple[int, ...]
    revised: tuple[int, ...]
    resting: tuple[tuple[Work, tuple[str, ...]], ...]
    agreements: tuple[Agreement, ...]
    resting_agreements: Resting
    societies: tuple[NamedSociety, ...]
    four_eyes: bool

    @property
    def count(self) -> int:
        """How many works would be taken back."""
        return len(self.made) + len(self.revised)

    @property
    def kept_societies(self) -> list[dict[str, Any]]:
        """The societies that stay with their reasons, by party: as the report keeps them."""
        kept = [_society_facts(one) for one in self.societies if one.reasons]
        return sorted(kept, key=lambda one: (one["party"], one["right"]))

    @property
    def does_anything(self) -> bool:
        """Whether anything can be taken back."""
        return bool(self.count or self.agreements)

    @property
    def is_partial(self) -> bool:
        """Whether something stays because something else rests on it."""
        return bool(self.resting or self.resting_agreements)


def undo_plan(file: RegistrationFile) -> UndoPlan:
    """What undoing an import would do now."""
    made = made_by(file, "work")
    changed = ImportedRecord.objects.filter(file=file, act="changed", kind="work").exclude(record_id__in=made)
    revised = sorted(set(changed.values_list("record_id", flat=True)))
    reasons: Reasons = resting_on(file, made, since=None)
    reasons |= resting_on(file, revised, since=file.imported_at) if revised else {}
    works = Work.objects.filter(pk__in=reasons).prefetch_related(own_titles()).order_by("number")
    goes, back = (tuple(pk for pk in ids if pk not in reasons) for ids in (made, revised))
    affected = [*goes, *back]
    agreements, resting_agreements = agreements_to_undo(file, taken_back=affected, staying=reasons)
    could_pay = WorkShare.objects.filter(work__in=made, state="active").exists()
    return UndoPlan(
        made=goes,
        revised=back,
        resting=tuple((work, tuple(reasons[work.pk])) for work in works),
        agreements=agreements,
        resting_agreements=resting_agreements,
        societies=societies_of_undo(
            file, goes=affected, stays=tuple(reasons), withdrawn=[one.pk for one in agreements]
        ),
        four_eyes=bool(revised or agreements) or could_pay,
    )


@transaction.atomic
def ask_undo(*, file: RegistrationFile, reason: str, leaves_rest: bool, by: User, now: dt.datetime) -> ImportUndo:
    """Ask for an import to be undone; done at once where nothing of it could have paid anybody. `leaves_rest` says that
    works on which something rests stay as they are.

    Raises ValidationError naming each such work when they are not to be left, and when it was asked or done before.
    """
    require(by, ASK)
    file = RegistrationFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state in UNDONE:
        raise ValidationError(_("This import was undone already."))
    if file.state != "imported":
        raise ValidationError(_("Nothing of this file was taken, so there is nothing to undo."))
    if not reason.strip():
        raise ValidationError(_("Say why the import is undone: it stands in the record of acts."))
    if file.undos.filter(state="asked").exists():
        raise ValidationError(_("Somebody asked for this already. A second person has to do it, or refuse it."))
    plan = undo_plan(file)
    _check_plan(plan, leaves_rest)
    undo = ImportUndo.objects.create(
        file=file, reason=reason.strip()[:500], leaves_rest=leaves_rest, four_eyes=plan.four_eyes, asked_by=by
    )
    record_act(by=by, verb="ask_undo_import", on=file, facts={"reason": undo.reason, **_counts(plan)})
    return undo if undo.four_eyes else _carry_out(undo, by, now)


@transaction.atomic
def do_undo(*, undo: ImportUndo, by: User, now: dt.datetime) -> ImportUndo:
    """A second person undoes the import that somebody asked to undo; by what rests on it now. Done once."""
    require(by, CONFIRM)
    RegistrationFile.objects.select_for_update(of=("self",)).get(pk=undo.file_id)
    undo = ImportUndo.objects.select_for_update(of=("self",)).select_related("file").get(pk=undo.pk)
    if undo.state != "asked":
        raise ValidationError(_("This was decided already."))
    if undo.four_eyes and undo.asked_by_id == by.pk:
        raise ValidationError(_("You asked for it. Another person has to look at it and do it."))
    return _carry_out(undo, by, now)


@transaction.atomic
def refuse_undo(*, undo: ImportUndo, by: User, now: dt.datetime) -> ImportUndo:
    """The import stays as it is: the one who asked takes it back, or somebody who may confirm it refuses."""
    require(by, ASK if undo.asked_by_id == by.pk else CONFIRM)
    undo = ImportUndo.objects.select_for_update(of=("self",)).select_related("file").get(pk=undo.pk)
    if undo.state != "asked":
        raise ValidationError(_("This was decided already."))
    undo.state, undo.decided_by, undo.decided_at = "refused", by, now
    undo.save(update_fields=["state", "decided_by", "decided_at"])
    record_act(by=by, verb="refuse_undo_import", on=undo.file, facts={"reason": undo.reason})
    return undo


def _carry_out(undo: ImportUndo, by: User, now: dt.datetime) -> ImportUndo:
    """Look at what rests on the works once more, under the lock that runs hold while they freeze; take them back."""
    lock_register_for_undo()
    lock_register()
    file = undo.file
    hold_requests(made_by(file, "work"))
    plan = undo_plan(file)
    _check_plan(plan, undo.leaves_rest)
    affected = [*plan.made, *plan.revised]
    list(Work.objects.select_for_update(no_key=True).filter(pk__in=affected).order_by("pk").values_list("pk"))
    brought = Agreement.objects.select_for_update().filter(pk__in=[each.pk for each in plan.agreements])
    list(brought.order_by("pk").values_list("pk"))
    shares = _withdraw(file, plan.made, now)
    shares += _put_back(file, plan.revised)
    resume_rounds(work_ids=plan.revised, by=by, now=now)
    staying = [work.pk for work, _reasons in plan.resting]
    take_agreements_back(file, plan.agreements, taken_back=affected, revised=plan.revised, staying=staying)
    undone = give_up_societies(file, plan.societies)
    release_works(plan.made)
    undo.state, undo.decided_by, undo.decided_at = "done", by, now
    undo.report = {
        "withdrawn": len(plan.made),
        "restored": len(plan.revised),
        "shares": shares,
        "agreements": len(plan.agreements),
        "left": _left(plan.resting),
        "agreements_left": _left(plan.resting_agreements),
        "societies": {"undone": undone, "kept": plan.kept_societies},
    }
    undo.save(update_fields=["state", "decided_by", "decided_at", "report"])
    file.state = "partly" if plan.is_partial else "undone"
    file.report = {**file.report, "withdrawn": len(plan.made)}
    file.save(update_fields=["state", "report"])
    facts = {"reason": undo.reason, **{name: undo.report[name] for name in REPORTED}}
    facts |= {"left": len(plan.resting), "societies": undone, "societies_kept": len(plan.kept_societies)}
    record_act(by=by, verb="undo_import", on=file, facts=facts)
    return undo


def _society_facts(one: NamedSociety) -> dict[str, Any]:
    row, party = one.affiliation, one.affiliation.party
    names = {"party": party.display_name, "original": party.display_name_original, "uid": str(party.uid)}
    return {**names, "society": row.society_code, "right": row.right, "reasons": list(one.reasons)}


def _check_plan(plan: UndoPlan, leaves_rest: bool) -> None:
    if plan.is_partial and not leaves_rest:
        resting = [*plan.resting, *plan.resting_agreements]
        told = [f"{each}: {' '.join(reasons)}" for each, reasons in resting[:NAMED]]
        if len(resting) > NAMED:
            told.append(_("And %(count)s more.") % {"count": len(resting) - NAMED})
        head = _("Something rests on what this import brought, so the whole cannot be undone. You can undo the rest.")
        raise ValidationError([head, *told])
    if not plan.does_anything:
        raise ValidationError(_("Nothing of this import can be undone."))


def _withdraw(file: RegistrationFile, works: Sequence[int], now: dt.datetime) -> int:
    """Take works out of the register that this import brought; their titles stay, so that they can be looked up."""
    shares, _kinds = WorkShare.objects.filter(work__in=works).delete()
    WorkIdentifier.objects.filter(work__in=works).delete()
    RecordingWork.objects.filter(work__in=works).delete()
    LinkRequest.objects.filter(work__in=works, state="open").update(state="withdrawn")
    made = Recording.objects.filter(pk__in=made_by(file, "recording"), parts=None, link_requests=None)
    lonely = list(made.values_list("pk", flat=True))
    RecordingPerformer.objects.filter(recording__in=lonely).delete()
    Recording.objects.filter(pk__in=lonely).delete()
    withdraw_rounds(work_ids=works, now=now)
    let_go(works)
    Work.objects.filter(pk__in=works).update(state="withdrawn", iswc=None)
    return shares


def _put_back(file: RegistrationFile, works: Sequence[int]) -> int:
    """Give works that this import revised their own words and shares back."""
    mine = made_by(file, "share")
    gone, _kinds = WorkShare.objects.filter(pk__in=mine, work__in=works).delete()
    WorkTitle.objects.filter(pk__in=made_by(file, "title"), work__in=works).delete()
    RecordingWork.objects.filter(pk__in=made_by(file, "link"), work__in=works).delete()
    asked = LinkRequest.objects.filter(pk__in=made_by(file, "request"), work__in=works, state="open")
    asked.update(state="withdrawn")
    kept = ImportedRecord.objects.filter(file=file, work__in=works).select_related("work").order_by("pk")
    # A file may revise a work twice: what stood before the first revision is put back, never what the file itself made.
    old = [row for row in kept.filter(act="removed", kind="share") if row.record_id not in set(mine)]
    WorkShare.objects.bulk_create(WorkShare(work=row.work, **_fields(row.data, SHARE_FIELDS)) for row in old)
    first: dict[int, ImportedRecord] = {}
    for row in kept.filter(act="changed", kind="work"):
        first.setdefault(row.record_id, row)
    for pk, row in first.items():
        Work.objects.filter(pk=pk).update(**_fields(row.data, WORK_FIELDS))
    return gone


def _counts(plan: UndoPlan) -> dict[str, int]:
    return {"works": plan.count, "agreements": len(plan.agreements)}


def _left(resting: Sequence[tuple[Work | Agreement, tuple[str, ...]]]) -> list[dict[str, Any]]:
    return [{"number": each.number, "reasons": list(reasons)} for each, reasons in resting]


def _fields(data: dict[str, Any] | None, names: Sequence[str]) -> dict[str, Any]:
    return {name: (data or {})[name] for name in names}
