"""Agreement of all sides on a split: asking, answering, proposing another one; money moves when everybody agreed.

Every act locks the work first and the round second, so that two people who answer at once wait for each other.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.wording import share_text
from members.models import Party
from members.models.parties import Right
from works.models import SplitAnswer, SplitProposal, SplitRule, Work, WorkShare
from works.queries.splits import LIVE, agreement_rule, last_split, living_members
from works.rules.agreement import AgreementRule, fixed_order, split_digest
from works.rules.splits import Part, sums_apart
from works.services.contact_data import must_hold_no_contact_data
from works.services.registration import NewShare, names_others, share_row, write_shares

SOURCE = "member"


def open_first_rounds(
    *, works: Sequence[tuple[Work, Sequence[NewShare]]], party: Party, by: User | None, now: dt.datetime
) -> list[SplitProposal]:
    """Ask everybody whom works just registered by `party` name, in bulk; a work of hers alone asks nobody.

    Inside the caller's transaction, with the shares stored as unconfirmed.
    """
    asked = [(work, shares) for work, shares in works if names_others(shares, party)]
    rule = agreement_rule(business_date(now))
    return _open_rounds([(work, shares, 1, set()) for work, shares in asked], party, "", rule, by, now)


@transaction.atomic
def answer_split(
    *, proposal: SplitProposal, party: Party, digest: bytes, agrees: bool, reason: str, by: User, now: dt.datetime
) -> SplitProposal:
    """A side answers for itself to exactly the shares of `digest`; the same answer twice is one answer.

    Raises ValidationError when the split was changed or decided meanwhile, or a refusal gives no reason or says how to
    reach somebody.
    """
    if not by.is_active or getattr(getattr(party, "member", None), "user_id", None) != by.pk:
        raise PermissionDenied
    proposal, answer = _locked(proposal, party)
    wanted = "confirmed" if agrees else "refused"
    if answer.state == wanted and bytes(answer.digest or b"") == digest and proposal.state != "replaced":
        return proposal
    _check_still_asked(proposal, answer, digest)
    if not agrees and not reason.strip():
        raise ValidationError(_("Say why you do not agree: the others read it."))
    must_hold_no_contact_data(reason)
    _keep_answer(proposal, answer, wanted, "party", reason, by, now)
    record_act(by=by, verb="confirm_split" if agrees else "refuse_split", on=proposal.work, facts=_facts(answer))
    return proposal


@transaction.atomic
def confirm_split_for(
    *, proposal: SplitProposal, party: Party, digest: bytes, evidence: str, by: User, now: dt.datetime
) -> SplitProposal:
    """The documentation desk confirms for a side that cannot: no member, or silent beyond the deadline; on evidence."""
    require(by, "works.edit_works")
    proposal, answer = _locked(proposal, party)
    _check_still_asked(proposal, answer, digest)
    if party.pk in living_members([party.pk]) and proposal.answer_by >= business_date(now):
        raise ValidationError(_("This party is a member and has time to answer. Wait until the day has passed."))
    if not evidence.strip():
        raise ValidationError(_("Name the evidence: a signed split sheet, a letter, a contract."))
    _keep_answer(proposal, answer, "confirmed", "staff", evidence, by, now)
    record_act(by=by, verb="confirm_split_for", on=proposal.work, facts=_facts(answer))
    return proposal


@transaction.atomic
def propose_split_again(
    *,
    proposal: SplitProposal,
    shares: Sequence[NewShare],
    note: str,
    party: Party,
    by: User,
    now: dt.datetime,
) -> SplitProposal:
    """A side proposes another split: a new round that asks everybody again, those too whom it no longer names. Parts
    that nobody owns (public domain) stay as they are.

    Raises ValidationError when the round was decided or replaced meanwhile, or the shares do not make the whole.
    """
    if not by.is_active or getattr(getattr(party, "member", None), "user_id", None) != by.pk:
        raise PermissionDenied
    work = _lock_standing(proposal)
    proposal = SplitProposal.objects.select_for_update().get(pk=proposal.pk)
    sides = set(proposal.answers.values_list("party_id", flat=True))
    if party.pk not in sides:
        raise PermissionDenied
    if proposal.state not in LIVE:
        raise ValidationError(_("This split was decided or replaced meanwhile. Look at the one that stands now."))
    must_hold_no_contact_data(note)
    whole = [*shares, *_unowned(proposal)]
    _check_parts(proposal, whole)
    WorkShare.objects.filter(work=work, state="unconfirmed").delete()
    write_shares([share_row(work, part, SOURCE, unconfirmed=True) for part in shares])
    fresh = ask_again(work=work, shares=whole, named=sides, party=party, by=by, now=now, note=note)
    record_act(by=by, verb="propose_split", on=work, facts={"round": fresh.round, "reason": note.strip()[:200]})
    return fresh


def ask_again(
    *,
    work: Work,
    shares: Sequence[NewShare],
    named: Collection[int],
    party: Party,
    by: User | None,
    now: dt.datetime,
    note: str = "",
) -> SplitProposal:
    """The next round of a work, as `party` proposes it, in the place of one that still waits; those who were `named`
    before are asked as well. Inside the caller's transaction, with the shares stored as unconfirmed."""
    SplitProposal.objects.filter(work=work, state__in=LIVE).update(state="replaced", decided_at=now)
    last = last_split(work)
    number = last.round + 1 if last else 1
    rule = agreement_rule(business_date(now))
    return _open_rounds([(work, shares, number, set(named))], party, note.strip()[:500], rule, by, now)[0]


def is_split_of(proposal: SplitProposal | None, shares: Iterable[NewShare]) -> bool:
    """Whether a round proposes exactly these shares."""
    return proposal is not None and bytes(proposal.digest) == split_digest([_part(each) for each in shares])


def resume_rounds(*, work_ids: Iterable[int], by: User, now: dt.datetime) -> None:
    """Of works whose shares were put back as they were: ask about the shares that stand and are not confirmed, and no
    more about others. Inside the caller's transaction."""
    rows = WorkShare.objects.filter(work__in=list(work_ids), state__in=("unconfirmed", "unclaimed")).order_by("pk")
    standing: dict[int, list[NewShare]] = defaultdict(list)
    for row in rows.select_related("party"):
        standing[row.work_id].append(NewShare(row.party, row.role, row.right, row.share))
    for work in Work.objects.filter(splits__state__in=LIVE, pk__in=list(work_ids)).select_related("registered_by"):
        last, shares = last_split(work), standing[work.pk]
        if is_split_of(last, shares):
            continue
        if work.registered_by is None or not any(each.party for each in shares):
            withdraw_rounds(work_ids=[work.pk], now=now)
        else:
            ask_again(work=work, shares=shares, named=(), party=work.registered_by, by=by, now=now)


def withdraw_rounds(*, work_ids: Iterable[int], now: dt.datetime) -> None:
    """Nobody is asked any more about works that are refused or withdrawn. Inside the caller's transaction."""
    SplitProposal.objects.filter(work_id__in=list(work_ids), state__in=LIVE).update(state="withdrawn", decided_at=now)


def refuse_while_open(work: Work) -> None:
    """The desk does not change shares on which the sides are being asked. Raises ValidationError."""
    if SplitProposal.objects.filter(work=work, state__in=LIVE).exists():
        raise ValidationError(
            _("The co-writers are being asked about these shares. Confirm for them on evidence, or let them propose.")
        )


@transaction.atomic
def set_split_rule(
    *, valid_from: dt.date, answer_days: int, remind_days: int, outsiders: str, by: User, today: dt.date
) -> SplitRule:
    """Set how agreement is asked for from a day on; what was asked before keeps its days."""
    require(by, "works.set_split_rules")
    if valid_from < today:
        raise ValidationError(_("A rule begins today or later: what was asked before keeps its days."))
    if remind_days > answer_days:
        raise ValidationError(_("The reminder goes out before the answer is due. Lower its days."))
    rule, _made = SplitRule.objects.update_or_create(
        valid_from=valid_from,
        defaults={"answer_days": answer_days, "remind_days": remind_days, "outsiders": outsiders},
    )
    facts = {"from": valid_from, "answer_days": answer_days, "remind_days": remind_days, "outsiders": outsiders}
    record_act(by=by, verb="set_split_rule", on=rule, facts=facts)
    return rule


def _open_rounds(
    rounds: Sequence[tuple[Work, Sequence[NewShare], int, set[int]]],
    party: Party,
    note: str,
    rule: AgreementRule,
    by: User | None,
    now: dt.datetime,
) -> list[SplitProposal]:
    """Rounds of (work, shares, number, parties named before) with their questions; those that nobody has to answer any
    more are agreed at once."""
    today = business_date(now)
    parts = [[_part(each) for each in shares] for _work, shares, _number, _named in rounds]
    proposals = SplitProposal.objects.bulk_create(
        SplitProposal(
            work=work,
            round=number,
            parts=fixed_order(split),
            digest=split_digest(split),
            proposed_by=party,
            entered_by=by,
            note=note,
            remind_on=today + dt.timedelta(days=rule.remind_days),
            answer_by=today + dt.timedelta(days=rule.answer_days),
        )
        for (work, _shares, number, _sides), split in zip(rounds, parts, strict=True)
    )
    sides = [named | {part.party.pk for part in shares if part.party} | {party.pk} for _w, shares, _n, named in rounds]
    members = living_members(set().union(*sides))
    answers = [
        _first_answer(proposal, side, party, rule.registrant_speaks and side not in members, by, now)
        for proposal, mine in zip(proposals, sides, strict=True)
        for side in sorted(mine)
    ]
    SplitAnswer.objects.bulk_create(answers)
    asked = {answer.proposal_id for answer in answers if answer.state == "waiting"}
    _conclude([proposal for proposal in proposals if proposal.pk not in asked], now)
    return proposals


def _first_answer(
    proposal: SplitProposal, side: int, party: Party, by_rule: bool, by: User | None, now: dt.datetime
) -> SplitAnswer:
    """The question to one side; the one who proposes has answered, and a rule may speak for an outsider."""
    if side != party.pk and not by_rule:
        return SplitAnswer(proposal=proposal, party_id=side)
    how = "proposer" if side == party.pk else "rule"
    given = {"state": "confirmed", "how": how, "digest": proposal.digest, "answered_by": by, "answered_at": now}
    return SplitAnswer(proposal=proposal, party_id=side, **given)


def _locked(proposal: SplitProposal, party: Party) -> tuple[SplitProposal, SplitAnswer]:
    _lock_standing(proposal)
    proposal = SplitProposal.objects.select_for_update().select_related("work").get(pk=proposal.pk)
    answer = proposal.answers.filter(party=party).first()
    if answer is None:
        raise PermissionDenied
    return proposal, answer


def _lock_standing(proposal: SplitProposal) -> Work:
    """The work, locked. The round of a merged work rests: its shares pay nobody, and come back with an undoing."""
    work = Work.objects.select_for_update(no_key=True).get(pk=proposal.work_id)
    if work.state == "merged":
        raise ValidationError(_("This work was merged into another one. Nothing is asked about its split any more."))
    return work


def _check_still_asked(proposal: SplitProposal, answer: SplitAnswer, digest: bytes) -> None:
    if proposal.state != "open" or bytes(proposal.digest) != digest:
        raise ValidationError(_("The split was changed or decided since you saw it. Look at it again."))
    if answer.state != "waiting":
        raise ValidationError(_("This side has answered already."))


def _keep_answer(
    proposal: SplitProposal, answer: SplitAnswer, state: str, how: str, reason: str, by: User, now: dt.datetime
) -> None:
    answer.state, answer.how, answer.digest = state, how, bytes(proposal.digest)
    answer.reason, answer.answered_by, answer.answered_at = reason.strip()[:500], by, now
    answer.save(update_fields=["state", "how", "digest", "reason", "answered_by", "answered_at"])
    if state == "refused":
        proposal.state = "refused"
        proposal.save(update_fields=["state"])
    elif not proposal.answers.filter(state="waiting").exists():
        _conclude([proposal], now)
        proposal.refresh_from_db()


def _conclude(proposals: Sequence[SplitProposal], now: dt.datetime) -> None:
    """Every side has agreed: the shares pay from now on. The database looks at the answers once more."""
    if not proposals:
        return
    SplitProposal.objects.filter(pk__in=[each.pk for each in proposals]).update(state="agreed", decided_at=now)
    works = [each.work_id for each in proposals]
    WorkShare.objects.filter(work_id__in=works, state="unconfirmed").update(state="active")


def _check_parts(proposal: SplitProposal, shares: Sequence[NewShare]) -> None:
    parts = [_part(each) for each in shares]
    faults = [
        _("The %(right)s shares add up to %(total)s; they must make 100 %%.")
        % {"right": Right(right).label.lower(), "total": share_text(total)}
        for right, total in sorted(sums_apart((part.right, part.share) for part in shares).items())
    ]
    if {part.right for part in parts} < {row[2] for row in proposal.parts}:
        faults.append(_("Say who has the shares of every right that the split named before."))
    if any(part.share <= 0 for part in parts):
        faults.append(_("Every share must be more than 0 %."))
    if not faults and split_digest(parts) == bytes(proposal.digest):
        faults.append(_("This is the split that was proposed. Agree to it, or change a share."))
    if faults:
        raise ValidationError(faults)


def _unowned(proposal: SplitProposal) -> list[NewShare]:
    """The parts of a round that no party holds."""
    return [NewShare(None, role, right, share) for key, role, right, share in proposal.parts if key is None]


def _part(share: NewShare) -> Part:
    return Part(share.party.pk if share.party else None, share.role, share.right, share.share)


def _facts(answer: SplitAnswer) -> dict[str, object]:
    return {"round": answer.proposal.round, "party": str(answer.party.uid), "reason": answer.reason[:200]}
