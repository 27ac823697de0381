"""What a decision about a text says of the claims that members made to it, and what its undoing does to them."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from royalties.models import OpenText, TextClaim, UnmatchedText
from works.models import Work
from works.queries.regrouping import standing_work


def settle_claims(*, key: bytes, work: Work | None, outcome: str, decision: UUID, by: User, now: dt.datetime) -> None:
    """Answer the open claims to a text once none of its wordings waits any more: the last decision counts. Nobody
    decides about her own claim."""
    if OpenText.objects.filter(memory_key=key).exists():
        return
    claims = list(TextClaim.objects.select_for_update().filter(key=key, state="open").select_related("work", "member"))
    if any(claim.member.user_id == by.pk for claim in claims):
        raise ValidationError(_("You have claimed this usage as a member. Another person must decide it."))
    for claim in claims:
        claim.answer = _answer(claim, work, outcome)
        claim.state = "accepted" if claim.answer == "matched" else "refused"
        claim.decision, claim.decided_by, claim.ended_at = decision, by, now
        claim.save(update_fields=["state", "answer", "decision", "decided_by", "ended_at"])
    if outcome != "none":
        UnmatchedText.objects.filter(key=key).delete()


def reopen_claims(*, decision: UUID) -> None:
    """Claims that a decision answered wait again, but for those whose member has claimed the text anew."""
    newer = TextClaim.objects.filter(key=OuterRef("key"), member=OuterRef("member"), state="open")
    answered = TextClaim.objects.filter(decision=decision).exclude(Exists(newer))
    answered.update(state="open", answer="", decision=None, decided_by=None, ended_at=None)


def _answer(claim: TextClaim, work: Work | None, outcome: str) -> str:
    if outcome != "matched":
        return outcome
    return "matched" if standing_work(claim.work) == work else "other"
