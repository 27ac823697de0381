"""What the database itself refuses about disputes, and what two sessions do at the same moment."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from tests.faults.racing import at_once
from works.models import Claim, Dispute, DisputeEvidence, DisputeOutcome, DisputeRule, WorkShare
from works.services import disputes
from works.services.disputes import Award, NewClaim
from works.services.registration import NewShare
from works.services.shares import replace_shares

DAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def opened(percents: tuple[int, int] = (60, 50)) -> Dispute:
    """Alia and Bilal, both members, claim more than the whole."""
    alia, bilal = make_member(party=party("Alia Rahman")).party, make_member(party=party("Bilal Hussain")).party
    song = work("Song", (alia, "CA", 100))
    claims = [NewClaim(alia, "CA", percents[0] * PERCENT), NewClaim(bilal, "CA", percents[1] * PERCENT)]
    return disputes.open_dispute(work=song, right="PR", claims=claims, by=person("documentation"), on=DAY)


def proposed(dispute: Dispute, percent: int = 60) -> DisputeOutcome:
    awards = [Award(side(dispute, 0).party, "CA", percent * PERCENT)]
    facts = {"kind": "new_share", "reason": "Letters.", "by": person("documentation"), "on": DAY}
    return disputes.propose_outcome(dispute=dispute, awards=awards, **facts)


def side(dispute: Dispute, place: int) -> Claim:
    return dispute.claims.order_by("pk")[place]


def sql(statement: str, **values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


RAW = {
    "a dispute that is settled without an outcome": (
        "UPDATE works_dispute SET state = 'settled', closed_on = now(), outcome = 'x' WHERE id = %(dispute)s"
    ),
    "a settled dispute without a day": "UPDATE works_dispute SET closed_on = now(), outcome = 'x' WHERE id = %(dispute)s",
    "a dispute that goes back to where it never was": "UPDATE works_dispute SET state = 'filed' WHERE id = %(dispute)s",
    "a dispute that disappears": "DELETE FROM works_dispute WHERE id = %(dispute)s",
    "a claim that grows": "UPDATE works_claim SET share = share + 1 WHERE id = %(claim)s",
    "a claim whose beginning is written anew": "UPDATE works_claim SET first_share = 999999 WHERE id = %(claim)s",
    "a claim below nothing": "UPDATE works_claim SET share = -1 WHERE id = %(claim)s",
    "an answer without its time": "UPDATE works_claim SET answer = 'stands' WHERE id = %(claim)s",
    "a claim of a file without the file": "UPDATE works_claim SET basis = 'file' WHERE id = %(claim)s",
    "an outcome that its proposer confirms": (
        "UPDATE works_disputeoutcome SET state = 'confirmed', decided_by_id = proposed_by_id, decided_on = now()"
        " WHERE id = %(outcome)s"
    ),
    "an outcome that nobody confirmed": (
        "UPDATE works_disputeoutcome SET state = 'confirmed', decided_on = now() WHERE id = %(outcome)s"
    ),
    "an outcome written anew": "UPDATE works_disputeoutcome SET kind = 'court' WHERE id = %(outcome)s",
    "another share in an outcome": "UPDATE works_outcomeshare SET share = 1 WHERE outcome_id = %(outcome)s",
    "a second outcome beside the first": (
        "INSERT INTO works_disputeoutcome (uid, dispute_id, kind, reason, state, proposed_by_id, refusal)"
        " SELECT gen_random_uuid(), dispute_id, kind, reason, state, proposed_by_id, '' FROM works_disputeoutcome"
    ),
    "a rule that changes while it is in force": "UPDATE works_disputerule SET evidence_days = 1",
    "a message written anew": "UPDATE works_disputemessage SET text = 'other'",
    "evidence that is changed": "UPDATE works_disputeevidence SET original_name = 'other'",
    "evidence that is hidden again": "UPDATE works_disputeevidence SET shown = false",
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", RAW)
def test_the_database_refuses(what: str) -> None:
    dispute = opened()
    outcome, claim = proposed(dispute), side(dispute, 0)
    DisputeEvidence.objects.create(dispute=dispute, claim=claim, kind="other", sha256=b"x", size=1, shown=True)
    DisputeRule.objects.create(
        valid_from=DAY, evidence_days=60, source="Board", state="approved", proposed_by=person("documentation"),
        approved_by=person("approver"),
    )  # fmt: skip
    disputes.write_to_claimants(
        dispute=dispute, text="Please answer.", form_key=uuid.uuid4(), by=person("documentation"), now=NOW
    )
    with pytest.raises(DatabaseError):
        sql(RAW[what], dispute=dispute.pk, claim=claim.pk, outcome=outcome.pk)


@pytest.mark.django_db
def test_the_claims_of_a_dispute_that_has_ended_stand() -> None:
    dispute = opened()
    disputes.confirm_outcome(outcome=proposed(dispute), by=person("approver"), on=DAY)
    for statement in (
        "UPDATE works_claim SET share = 1 WHERE id = %(claim)s",
        "DELETE FROM works_claim WHERE id = %(claim)s",
    ):
        with pytest.raises(IntegrityError, match="has ended"):
            sql(statement, claim=side(dispute, 0).pk)


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guard_off_a_dispute_is_settled_and_its_part_stays_held_for_ever(superuser_cursor: Any) -> None:
    superuser_cursor.execute("ALTER TABLE works_dispute DISABLE TRIGGER USER")
    try:
        dispute = opened()
        sql(
            "UPDATE works_dispute SET state = 'settled', closed_on = now(), outcome = 'x' WHERE id = %(d)s",
            d=dispute.pk,
        )
        assert WorkShare.objects.filter(dispute=dispute, state="disputed").exists()
    finally:
        superuser_cursor.execute("ALTER TABLE works_dispute ENABLE TRIGGER USER")


# --- at the same moment


def answering(dispute: Dispute, place: int, answer: str, percent: int | None = None) -> Callable[[], Claim]:
    mine, seen = side(dispute, place), dispute.version
    user = mine.party.member.user
    share = percent and percent * PERCENT
    return lambda: disputes.answer_claim(claim=mine, answer=answer, share=share, seen=seen, by=user, now=NOW, on=DAY)


def refused(results: list[Any]) -> list[bool]:
    return sorted(isinstance(result, ValidationError) for result in results)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_one_is_taken_and_the_other_looks_again() -> None:
    dispute = opened()
    results = at_once(answering(dispute, 0, "agreed"), answering(dispute, 1, "agreed"))
    assert refused(results) == [False, True]
    assert DisputeOutcome.objects.count() == 1
    assert sum(Claim.objects.values_list("share", flat=True)) == 100 * PERCENT  # not 90: nobody gave way twice


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_an_outcome_at_once_do_not_both_decide() -> None:
    dispute, desk = opened(), person("documentation")
    awards = [Award(side(dispute, 0).party, "CA", 30 * PERCENT)]
    facts = {"kind": "court", "reason": "Letters.", "by": desk, "on": DAY}
    results = at_once(
        answering(dispute, 1, "withdrawn"),
        lambda: disputes.propose_outcome(dispute=dispute, awards=awards, **facts),
    )
    assert refused(results) == [False, True]
    assert DisputeOutcome.objects.filter(state="proposed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_disputes_at_once_about_the_same_share_are_one() -> None:
    alia, claimants = party("Alia Rahman"), [party("Bilal Hussain"), party("Carim Shah")]
    song, desk = work("Song", (alia, "CA", 100)), person("documentation")

    def opening(other: Any) -> Callable[[], Dispute]:
        claims = [NewClaim(alia, "CA", 100 * PERCENT), NewClaim(other, "CA", 40 * PERCENT)]
        return lambda: disputes.open_dispute(work=song, right="PR", claims=claims, by=desk, on=DAY)

    assert refused(at_once(*(opening(other) for other in claimants))) == [False, True]
    assert sum(WorkShare.objects.filter(work=song, right="PR").values_list("share", flat=True)) == 100 * PERCENT
    assert WorkShare.objects.filter(state="disputed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_shares_corrected_while_a_dispute_opens_are_refused_or_right() -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song, desk = work("Song", (alia, "CA", 100)), person("documentation")
    claims = [NewClaim(alia, "CA", 100 * PERCENT), NewClaim(bilal, "CA", 40 * PERCENT)]
    results = at_once(
        lambda: disputes.open_dispute(work=song, right="PR", claims=claims, by=desk, on=DAY),
        lambda: replace_shares(
            work=song, right="PR", shares=[NewShare(bilal, "CA", "PR", 100 * PERCENT)], reason="Letter", by=desk
        ),
    )
    shares = {(row.party, row.state): row.share // PERCENT for row in WorkShare.objects.filter(work=song, right="PR")}
    if isinstance(results[1], ValidationError):  # the dispute was first: the correction left no room for its part
        assert shares == {(alia, "active"): 60, (None, "disputed"): 40}
    else:  # the correction was first: what Alia claims of it, beyond what Bilal claims himself, is hers meanwhile
        assert shares == {(alia, "active"): 60, (None, "disputed"): 40}
        assert Dispute.objects.get().share == 40 * PERCENT


@pytest.mark.django_db(transaction=True)
def test_two_sides_that_join_at_once_both_count() -> None:
    dispute, desk = opened(), person("documentation")
    others = [party("Carim Shah"), party("Dilawar Ali")]
    results = at_once(
        *(
            lambda other=other: disputes.join_dispute(
                dispute=dispute, claim=NewClaim(other, "CA", 10 * PERCENT), by=desk, on=DAY
            )
            for other in others
        )
    )
    assert refused(results) == [False, False]
    shares = dict(WorkShare.objects.filter(right="PR").values_list("party__display_name", "share"))
    assert shares == {None: 50 * PERCENT, "Alia Rahman": 30 * PERCENT, "Bilal Hussain": 20 * PERCENT}


@pytest.mark.django_db(transaction=True)
def test_two_people_who_confirm_at_once_settle_once() -> None:
    dispute = opened()
    outcome = proposed(dispute)
    first, second = person("approver"), person("approver", "auditor")
    results = at_once(
        *(lambda by=by: disputes.confirm_outcome(outcome=outcome, by=by, on=DAY) for by in (first, second))
    )
    assert refused(results) == [False, True]
    shares = dict(WorkShare.objects.filter(right="PR").values_list("party__display_name", "share"))
    assert shares == {"Alia Rahman": 60 * PERCENT, None: 40 * PERCENT}


@pytest.mark.django_db(transaction=True)
def test_two_daily_jobs_at_once_take_each_dispute_up_once() -> None:
    opened()
    late = DAY + dt.timedelta(days=61)
    results = at_once(*(lambda: disputes.decide_by_deadline(on=late) for _twice in range(2)))
    assert sorted(results) == [0, 1]
