"""When the days for evidence are over: the dispute is put before people, with what the evidence would decide. It is
decided without them only where the society's dated rule, made by two people, says so."""

import datetime as dt

from django.db import transaction

from cmo_portal.audit.services import record_act
from cmo_portal.common.words import gettext_noop
from works.mail import send_dispute_news
from works.models import Dispute, DisputeOutcome, DisputeRule
from works.queries.disputes import rule_on, what_evidence_decides
from works.queries.rooms import room_of
from works.rules.conflicts import decided_in_proportion
from works.services.disputes.extensions import lapse_extension
from works.services.disputes.opening import locked
from works.services.disputes.outcomes import Award, put_outcome, settle

DUE = "works.disputes_due"  # the kind of the daily job
BY_EVIDENCE = gettext_noop("By the society's rule: at the deadline one side alone had given evidence.")
IN_PROPORTION = gettext_noop("By the society's rule: the contested part is divided in proportion to the claims.")


def decide_by_deadline(*, on: dt.date) -> int:
    """Take up every dispute whose days for evidence are over; returns how many. Each in a transaction of its own, so
    that a job that is cut off goes on where it stood."""
    late = Dispute.objects.filter(state="open", deadline__lt=on).order_by("deadline", "pk")
    return sum(_take_up(dispute, on) for dispute in list(late))


@transaction.atomic
def _take_up(dispute: Dispute, on: dt.date) -> bool:
    dispute = locked(dispute)
    if dispute.state != "open" or dispute.deadline >= on:
        return False
    lapse_extension(dispute, on)
    dispute.state, dispute.version = "due", dispute.version + 1
    dispute.save(update_fields=["state", "version"])
    send_dispute_news(dispute, by=None)
    record_act(by=None, verb="dispute_due", on=dispute, facts={"deadline": dispute.deadline})
    terms = rule_on(dispute.opened_on)
    if isinstance(terms, DisputeRule) and terms.at_deadline != "prepare":
        _decide(dispute, terms, on)
    return True


def _decide(dispute: Dispute, rule: DisputeRule, on: dt.date) -> None:
    claims = {claim.pk: claim for claim in dispute.claims.select_related("party").filter(share__gt=0).order_by("pk")}
    room = room_of(dispute, [(claim.party_id, claim.role) for claim in dispute.claims.all()], on=on)
    if rule.at_deadline == "one_sided":
        awarded, kind, reason = what_evidence_decides(dispute, room.size), "no_evidence", BY_EVIDENCE
    else:
        wanted = {pk: claim.share for pk, claim in claims.items()}
        awarded, kind, reason = decided_in_proportion(wanted, room.size), "split", IN_PROPORTION
    if awarded is None:
        return
    awards = [Award(claims[pk].party, claims[pk].role, share) for pk, share in awarded.items() if share]
    outcome: DisputeOutcome = put_outcome(dispute=dispute, kind=kind, awards=awards, reason=reason, by=None, rule=rule)
    settle(dispute=dispute, outcome=outcome, by=None, on=on)
