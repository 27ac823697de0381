"""A filed claim about a right on which a dispute is open: when it is accepted it is heard there, not beside it."""

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.words import gettext_noop
from members.models.territories import territory_text
from members.queries.reading import name_read
from works.mail import send_dispute_news
from works.models import Claim, Dispute, DisputeEvidence, DisputeMessage
from works.models.claims import HOLDING
from works.queries.rooms import room_of
from works.rules.areas import meets
from works.services.disputes.opening import NewClaim, check_conflict, claim_row, hold

TAKEN_IN = gettext_noop("It is heard in the dispute that is open about this right.")
_PAPER = ("kind", "file", "sha256", "original_name", "content_type", "size", "quarantined", "given_by")


def running_beside(filed: Dispute) -> Dispute | None:
    """The dispute that is open about the right of a filed claim, with one of its sides. Raises ValidationError where
    there are several, which one claim cannot join."""
    parties = filed.claims.values("party")
    open_ones = Dispute.objects.filter(work=filed.work_id, right=filed.right, state__in=HOLDING)
    found = [
        dispute
        for dispute in open_ones.filter(claims__party__in=parties).distinct().order_by("pk")
        if meets(dispute.territory, filed.territory)
    ]
    if len(found) > 1:
        raise ValidationError(_("Several disputes are open with the sides of this claim. Settle one of them first."))
    return found[0] if found else None


def take_in(*, filed: Dispute, running: Dispute, by: User, on: dt.date) -> Dispute:
    """The sides of a filed claim, with their papers and its grounds, come into the dispute that is open; what is held
    grows to what all of them contest. Inside the acceptance of the claim and by its permission; the work is locked."""
    _check(filed, running)
    known = {claim.party_id: claim for claim in running.claims.all()}
    for claim in filed.claims.select_related("party").order_by("pk"):
        if claim.party_id not in known:
            known[claim.party_id] = _joined(running, claim, by)
        _copy_papers(claim, known[claim.party_id])
    claims = list(running.claims.order_by("pk"))
    room = room_of(running, [(claim.party_id, claim.role) for claim in claims], on=on)
    check_conflict(claims, room)
    running.version += 1
    hold(running, claims, room)
    filed.state, filed.closed_on, filed.outcome = "joined", on, TAKEN_IN
    filed.save(update_fields=["state", "closed_on", "outcome"])
    send_dispute_news(running, by=by)
    record_act(by=by, verb="accept_claim", on=filed, facts={"share": running.share, "dispute": str(running.uid)})
    return running


def _check(filed: Dispute, running: Dispute) -> None:
    if running.state == "proposed":
        raise ValidationError(
            _("An outcome is proposed in the dispute that is open about this right. Decide on that first.")
        )
    if running.territory != filed.territory:
        places = {"here": territory_text(filed.territory), "there": territory_text(running.territory)}
        raise ValidationError(
            _("This claim is about %(here)s, the open dispute about %(there)s. Settle that dispute first.") % places
        )
    claimant = filed.claims.select_related("party").order_by("pk")[0].party
    if running.claims.filter(party=claimant).exists():
        raise ValidationError(
            _("%(name)s is a side of the open dispute already, and claims never grow. Settle that dispute first.")
            % {"name": name_read(claimant)}
        )


def _joined(running: Dispute, claim: Claim, by: User) -> Claim:
    new = NewClaim(
        claim.party, claim.role, claim.share, claim.basis, claim.reference, claim.stated_on, claim.valid_from,
        claim.valid_to, claim.transaction, claim.agreement,
    )  # fmt: skip
    row = claim_row(running, new)
    row.save()
    record_act(by=by, verb="join_dispute", on=running, facts={"party": str(claim.party.uid), "share": claim.share})
    return row


def _copy_papers(claim: Claim, joined: Claim) -> None:
    """The documents and messages of a side, also in the dispute in which it is heard now: to the society alone, because
    there are sides there to whom she did not show them."""
    known = set(map(bytes, joined.evidence.values_list("sha256", flat=True)))
    for paper in claim.evidence.order_by("pk"):
        if bytes(paper.sha256) not in known:
            facts = {name: getattr(paper, name) for name in _PAPER}
            DisputeEvidence.objects.create(dispute=joined.dispute, claim=joined, **facts)
    for letter in claim.dispute.messages.filter(party=claim.party).order_by("pk"):
        DisputeMessage.objects.create(
            dispute=joined.dispute, party=letter.party, text=letter.text, to_all=False, at=letter.at,
            by=letter.by, form_key=uuid.uuid4(),
        )  # fmt: skip
