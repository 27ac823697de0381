"""What the sides of a dispute answer, and when that is enough to end it."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tests.factories.works import PERCENT, party, work
from tests.works.disputing import DAY, NOW, claim, dispute, rows, side
from works.models import Claim, Dispute
from works.services import disputes


@pytest.mark.django_db
class TestAnswers:
    def answer(self, opened: Dispute, place: int, answer: str, percent: int | None = None, **more: Any) -> Claim:
        mine = side(opened, place)
        opened.refresh_from_db()
        facts = {"seen": opened.version, "now": NOW, "on": DAY, **more}
        facts.setdefault("by", None)
        facts["by"] = facts["by"] or mine.party.member.user
        share = percent and percent * PERCENT
        return disputes.answer_claim(claim=mine, answer=answer, share=share, **facts)

    def test_to_agree_is_to_keep_what_the_others_leave(self, opened: Dispute, approver: Any) -> None:
        assert self.answer(opened, 0, "agreed").share == 50 * PERCENT
        opened.refresh_from_db()
        assert (opened.state, opened.outcomes.get().kind) == ("proposed", "agreed")
        disputes.confirm_outcome(outcome=opened.outcomes.get(), by=approver, on=DAY)
        assert rows(opened.work) == [("Alia Rahman", "active", 50), ("Bilal Hussain", "active", 50)]

    def test_a_lowered_claim_waits_until_the_claims_fit(self, opened: Dispute) -> None:
        assert self.answer(opened, 0, "lowered", 55).share == 55 * PERCENT
        opened.refresh_from_db()
        assert (opened.state, opened.version) == ("open", 1)
        assert ("-", "disputed", 10) in rows(opened.work)
        self.answer(opened, 1, "lowered", 45)
        opened.refresh_from_db()
        assert opened.state == "proposed"

    def test_who_withdraws_leaves_the_other_its_claim_and_the_rest_without_owner(
        self, opened: Dispute, approver: Any
    ) -> None:
        self.answer(opened, 1, "withdrawn")
        disputes.confirm_outcome(outcome=opened.outcomes.get(kind="withdrawn"), by=approver, on=DAY)
        assert rows(opened.work) == [("Alia Rahman", "active", 60), ("-", "unclaimed", 40)]

    def test_a_side_that_is_left_alone_gets_at_most_what_the_dispute_is_about(self, by: Any) -> None:
        alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
        song = work("Song", (alia, "CA", 40), (carim, "CA", 60))
        opened = dispute(song, claim(alia, 40), claim(bilal, 50), by=by)
        self.answer(opened, 0, "withdrawn", by=by)
        opened.refresh_from_db()
        assert opened.state == "proposed"
        assert [(each.party, each.share // PERCENT) for each in opened.outcomes.get().shares.all()] == [(bilal, 40)]

    @pytest.mark.parametrize("percent", [None, 0, 60, 61])
    def test_to_lower_is_to_claim_less(self, percent: int | None, opened: Dispute) -> None:
        with pytest.raises(ValidationError, match="below 60"):
            self.answer(opened, 0, "lowered", percent)

    def test_an_answer_to_an_older_page_is_refused(self, opened: Dispute) -> None:
        self.answer(opened, 0, "stands")
        with pytest.raises(ValidationError, match="since you opened the page"):
            self.answer(opened, 1, "agreed", seen=0)

    def test_nobody_answers_for_another(self, opened: Dispute, by: Any, staff: Any) -> None:
        for stranger in (side(opened, 1).party.member.user, by, staff("approver")):
            with pytest.raises(PermissionDenied):
                self.answer(opened, 0, "agreed", by=stranger)

    def test_the_desk_notes_the_answer_of_a_side_without_an_account(self, by: Any) -> None:
        alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
        song = work("Song", (alia, "CA", 100))
        opened = dispute(song, claim(alia, 100), claim(bilal, 50), by=by)
        assert self.answer(opened, 1, "withdrawn", by=by).share == 0

    def test_many_are_answered_at_once_each_taken_or_refused_by_itself(self, opened: Dispute, by: Any) -> None:
        alia, bilal = side(opened, 0), side(opened, 1)
        other = dispute(work("Other", (alia.party, "CA", 100)), claim(alia.party, 100), claim(bilal.party, 20), by=by)
        mine = [(alia, opened.version + 1), (other.claims.get(party=alia.party), other.version)]
        user = alia.party.member.user
        results = disputes.answer_claims(claims=mine, answer="agreed", by=user, now=NOW, on=DAY)
        assert [bool(result.refusal) for result in results] == [True, False]
