"""More days for evidence: by agreement of all sides or by the society with a reason, within its rule, and dated."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from tests.conftest import as_superuser
from tests.factories.members import make_member
from tests.factories.works import party, work
from tests.works.disputing import DAY, LATE, NOW, claim, dispute, side
from works.models import Dispute, DisputeExtension, DisputeRule
from works.queries.disputes import latest_deadline
from works.services import disputes

pytestmark = pytest.mark.django_db
DEADLINE = DAY + dt.timedelta(days=60)
LATER = DEADLINE + dt.timedelta(days=30)


def user(opened: Dispute, place: int) -> Any:
    return side(opened, place).party.member.user


def asked(opened: Dispute, until: dt.date = LATER, reason: str = "The archive is closed.") -> DisputeExtension:
    return disputes.ask_extension(claim=side(opened, 0), until=until, reason=reason, by=user(opened, 0), on=DAY)


def answered(opened: Dispute, place: int, agrees: bool, **more: Any) -> DisputeExtension:
    facts = {"by": None, "now": NOW, "on": DAY} | more
    facts["by"] = facts["by"] or user(opened, place)
    return disputes.answer_extension(claim=side(opened, place), agrees=agrees, **facts)


def test_when_the_other_side_agrees_the_days_are_given(opened: Dispute) -> None:
    asked(opened)
    opened.refresh_from_db()
    assert opened.deadline == DEADLINE, "asking alone moves nothing"
    assert answered(opened, 1, True).state == "given"
    opened.refresh_from_db()
    assert (opened.deadline, opened.version) == (LATER, 1)


def test_the_reason_carries_no_address_and_no_number_of_people(opened: Dispute) -> None:
    for reason in ("Call me on 0300-1234567.", "Write to ali at gmail dot com."):
        with pytest.raises(ValidationError, match="Leave out e-mail addresses"):
            asked(opened, reason=reason)
    assert not opened.extensions.exists()


def test_one_side_that_does_not_agree_ends_the_request(opened: Dispute) -> None:
    asked(opened)
    assert answered(opened, 1, False).state == "refused"
    opened.refresh_from_db()
    assert opened.deadline == DEADLINE
    with pytest.raises(ValidationError, match="Nobody asks"):
        answered(opened, 1, True)


def test_of_three_sides_both_others_have_to_agree(opened: Dispute, by: Any) -> None:
    away = party("Carim Shah")
    disputes.join_dispute(dispute=opened, claim=claim(away, 20), by=by, on=DAY)
    asked(opened)
    assert answered(opened, 1, True).state == "asked"
    assert answered(opened, 1, True).state == "asked", "the same answer twice is one"
    assert answered(opened, 2, True, by=by).state == "given", "the desk notes what a side without an account says"


def test_nobody_agrees_with_herself_or_for_another(opened: Dispute, by: Any) -> None:
    asked(opened)
    with pytest.raises(PermissionDenied):
        answered(opened, 0, True)
    with pytest.raises(PermissionDenied):
        answered(opened, 1, True, by=by)


def test_the_society_gives_days_with_a_reason_and_answers_the_request(opened: Dispute, by: Any, staff: Any) -> None:
    request = asked(opened)
    with pytest.raises(PermissionDenied):
        disputes.extend_deadline(dispute=opened, until=LATER, reason="Strike.", by=staff("approver"), on=DAY)
    disputes.extend_deadline(dispute=opened, until=LATER, reason="The post was on strike.", by=by, on=DAY)
    opened.refresh_from_db()
    request.refresh_from_db()
    assert (opened.deadline, request.state) == (LATER, "lapsed")


@pytest.mark.parametrize(
    ("until", "reason", "words"),
    [
        (DEADLINE, "Why.", "Name a day after"),
        (DEADLINE + dt.timedelta(days=61), "Why.", "at the latest"),
        (LATER, " ", "Say why"),
    ],
)
def test_days_are_within_the_rule_and_have_a_reason(
    until: dt.date, reason: str, words: str, opened: Dispute, by: Any
) -> None:
    with pytest.raises(ValidationError, match=words):
        asked(opened, until, reason)
    with pytest.raises(ValidationError, match=words):
        disputes.extend_deadline(dispute=opened, until=until, reason=reason, by=by, on=DAY)


def test_all_extensions_together_stay_within_the_rule_of_the_day_it_was_opened(
    two: Any, by: Any, approver: Any
) -> None:
    DisputeRule.objects.create(
        valid_from=DAY, evidence_days=60, extension_days=40, source="Board", state="approved", proposed_by=by,
        approved_by=approver,
    )  # fmt: skip
    alia, bilal, song = two
    opened = dispute(song, claim(alia.party, 60), claim(bilal.party, 50), by=by)
    disputes.extend_deadline(dispute=opened, until=LATER, reason="Strike.", by=by, on=DAY)
    opened.refresh_from_db()
    assert latest_deadline(opened) == DEADLINE + dt.timedelta(days=40)
    with pytest.raises(ValidationError, match="at the latest"):
        disputes.extend_deadline(dispute=opened, until=LATER + dt.timedelta(days=11), reason="Strike.", by=by, on=DAY)


def test_the_daily_job_waits_for_the_later_day_and_what_was_not_decided_lapses(opened: Dispute, by: Any) -> None:
    disputes.extend_deadline(dispute=opened, until=LATER, reason="Strike.", by=by, on=DAY)
    assert disputes.decide_by_deadline(on=LATE) == 0
    opened.refresh_from_db()
    request = disputes.ask_extension(
        claim=side(opened, 0), until=LATER + dt.timedelta(days=5), reason="Again.", by=user(opened, 0), on=DAY
    )
    assert disputes.decide_by_deadline(on=LATER + dt.timedelta(days=1)) == 1
    request.refresh_from_db()
    assert request.state == "lapsed"


def test_after_the_deadline_no_days_are_added(opened: Dispute, by: Any) -> None:
    with pytest.raises(ValidationError, match="while the days for evidence run"):
        disputes.extend_deadline(dispute=opened, until=LATER, reason="Strike.", by=by, on=LATE)


RAW = {
    "a deadline without an extension": "UPDATE works_dispute SET deadline = deadline + 1 WHERE id = %(dispute)s",
    "days that not all sides agreed to": (
        "UPDATE works_disputeextension SET state = 'given', decided_on = now() WHERE id = %(extension)s"
    ),
    "another day than the one that was asked for": (
        "UPDATE works_disputeextension SET until = until + 1 WHERE id = %(extension)s"
    ),
    "an earlier day": (
        "INSERT INTO works_disputeextension (uid, created_at, dispute_id, asked_on, was, until, reason, state)"
        " SELECT gen_random_uuid(), now(), dispute_id, asked_on, until, was, reason, 'asked'"
        " FROM works_disputeextension"
    ),
    "days that nobody gave": (
        "INSERT INTO works_disputeextension (uid, created_at, dispute_id, asked_on, was, until, reason, state,"
        " decided_on) SELECT gen_random_uuid(), now(), dispute_id, asked_on, was, until, reason, 'given', now()"
        " FROM works_disputeextension"
    ),
    "an extension that disappears": "DELETE FROM works_disputeextension",
    "a consent that is taken back": "DELETE FROM works_extensionconsent",
}


@pytest.mark.parametrize("what", RAW)
def test_the_database_refuses(what: str, opened: Dispute, by: Any) -> None:
    disputes.join_dispute(dispute=opened, claim=claim(party("Carim Shah"), 20), by=by, on=DAY)
    extension = asked(opened)
    answered(opened, 1, True)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW[what], {"dispute": opened.pk, "extension": extension.pk})


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guard_off_a_deadline_moves_without_anybody(staff: Any) -> None:
    owners = [make_member(party=party(name)).party for name in ("Alia Rahman", "Bilal Hussain")]
    song = work("Song", (owners[0], "CA", 100))
    opened = dispute(song, *(claim(owner, 60) for owner in owners), by=staff("documentation"))
    with as_superuser() as cursor:
        cursor.execute("ALTER TABLE works_dispute DISABLE TRIGGER USER")
        cursor.execute("UPDATE works_dispute SET deadline = deadline + 100")
        cursor.execute("ALTER TABLE works_dispute ENABLE TRIGGER USER")
    opened.refresh_from_db()
    assert opened.deadline > DEADLINE and not opened.extensions.exists()
