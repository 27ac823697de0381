"""What a side answers: it stands by its claim, lowers it, agrees to the others, or withdraws."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.words import gettext_noop
from cmo_portal.wording import share_text
from works.models import Claim, Dispute
from works.queries.rooms import room_of
from works.rules.conflicts import divide
from works.services.disputes.opening import locked
from works.services.disputes.outcomes import Award, put_outcome
from works.services.disputes.sides import speaks_for

FITTING = gettext_noop("The claims fit beside each other after the answers of the sides.")
ANSWERS = ("stands", "lowered", "agreed", "withdrawn")


@dataclass(frozen=True, slots=True)
class BulkResult:
    """One answer of many: the dispute, and why it was refused (empty when it was taken)."""

    dispute: Dispute
    refusal: str


@transaction.atomic
def answer_claim(
    *, claim: Claim, answer: str, seen: int, by: User, now: dt.datetime, on: dt.date, share: int | None = None
) -> Claim:
    """A side answers. `seen` is the version of the dispute that she looked at: what changed since is looked at anew.

    Lowering and withdrawing need no second person, because they cost only her; the shares follow when the claims fit
    and somebody of the society has confirmed that outcome. Raises ValidationError.
    """
    speaks_for(claim, by)
    dispute = locked(claim.dispute)
    claim = dispute.claims.select_related("party").get(pk=claim.pk)
    if dispute.state not in ("open", "due"):
        raise ValidationError(_("This dispute takes no answers any more. Look at how it stands."))
    if dispute.version != seen:
        raise ValidationError(_("Somebody has answered in this dispute since you opened the page. Look at it again."))
    before = claim.share
    claim.share = _answered_share(dispute, claim, answer, share, on)
    claim.answer, claim.answered_at = answer, now
    claim.save(update_fields=["share", "answer", "answered_at"])
    dispute.version += 1
    dispute.save(update_fields=["version"])
    facts = {"answer": answer, "party": str(claim.party.uid), "before": before, "after": claim.share}
    record_act(by=by, verb="answer_claim", on=dispute, facts=facts)
    _end_if_fitting(dispute, answer, by, on)
    return claim


def answer_claims(
    *, claims: Sequence[tuple[Claim, int]], answer: str, by: User, now: dt.datetime, on: dt.date
) -> list[BulkResult]:
    """The same answer in many disputes, each with the version that was looked at; each is taken or refused alone."""
    results = []
    for claim, seen in claims:
        try:
            answer_claim(claim=claim, answer=answer, seen=seen, by=by, now=now, on=on)
        except ValidationError as error:
            results.append(BulkResult(claim.dispute, " ".join(error.messages)))
        else:
            results.append(BulkResult(claim.dispute, ""))
    return results


def _answered_share(dispute: Dispute, claim: Claim, answer: str, share: int | None, on: dt.date) -> int:
    if answer not in ANSWERS:
        raise ValidationError(_("Choose an answer."))
    if answer == "stands":
        return claim.share
    if answer == "withdrawn":
        return 0
    if answer == "agreed":
        claims = list(dispute.claims.all())
        room = room_of(dispute, [(each.party_id, each.role) for each in claims], on=on)
        return divide({each.pk: each.share for each in claims}, room.size).paid[claim.pk]
    if share is None or not 0 < share < claim.share:
        raise ValidationError(
            _("Lower your claim to a share above 0 %% and below %(share)s.") % {"share": share_text(claim.share)}
        )
    return share


def _end_if_fitting(dispute: Dispute, answer: str, by: User, on: dt.date) -> None:
    """When nothing is contested any more, because the claims fit or one side alone is left, the outcome is there for
    somebody of the society to confirm: at most the room."""
    claims = list(dispute.claims.select_related("party").order_by("pk"))
    room = room_of(dispute, [(claim.party_id, claim.role) for claim in claims], on=on)
    division = divide({claim.pk: claim.share for claim in claims}, room.size)
    if division.held:
        return
    put_outcome(
        dispute=dispute,
        kind="withdrawn" if answer == "withdrawn" else "agreed",
        awards=[Award(claim.party, claim.role, division.paid[claim.pk]) for claim in claims],
        reason=FITTING,
        by=by,
    )
