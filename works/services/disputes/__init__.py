"""Disputes: the contested part of a work is held, and the rest goes on paying, until an outcome is confirmed.

Every act locks the work first, so that two answers, two claims or an answer and an outcome wait for each other; the
second finds what the first has made and is refused where it no longer fits.
"""

from works.services.disputes.answers import BulkResult, answer_claim, answer_claims
from works.services.disputes.deadlines import DUE, decide_by_deadline
from works.services.disputes.evidence import keep_evidence, open_evidence, show_evidence
from works.services.disputes.extensions import answer_extension, ask_extension, extend_deadline
from works.services.disputes.filing import accept_claim, file_counter_claim, refuse_claim
from works.services.disputes.grounds import name_agreement, named_agreement
from works.services.disputes.messages import write_message, write_to_claimants
from works.services.disputes.opening import NewClaim, join_dispute, open_dispute, open_file_conflicts
from works.services.disputes.outcomes import Award, confirm_outcome, end_with_merge, propose_outcome, refuse_outcome
from works.services.disputes.rules import approve_rule, discard_rule, draft_rule

__all__ = [
    "DUE",
    "Award",
    "BulkResult",
    "NewClaim",
    "accept_claim",
    "answer_claim",
    "answer_claims",
    "answer_extension",
    "approve_rule",
    "ask_extension",
    "confirm_outcome",
    "decide_by_deadline",
    "discard_rule",
    "draft_rule",
    "end_with_merge",
    "extend_deadline",
    "file_counter_claim",
    "join_dispute",
    "keep_evidence",
    "name_agreement",
    "named_agreement",
    "open_dispute",
    "open_evidence",
    "open_file_conflicts",
    "propose_outcome",
    "refuse_claim",
    "refuse_outcome",
    "show_evidence",
    "write_message",
    "write_to_claimants",
]
