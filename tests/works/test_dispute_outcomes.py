"""Disputes end by a confirmed outcome, or when the days for evidence are over and the society's rule says how."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.audit.models import Act
from cmo_portal.common import clock
from tests.factories.works import PERCENT, party
from tests.works.disputing import DAY, LATE, award, claim, dispute, end, rows, side
from works.models import Dispute, DisputeOutcome, DisputeRule
from works.queries.outcomes import ending_of
from works.services import disputes


@pytest.mark.django_db
class TestOutcomes:
    def test_it_gives_the_room_to_the_sides_and_the_rest_nobody(self, opened: Dispute, by: Any, approver: Any) -> None:
        alia, bilal = side(opened, 0).party, side(opened, 1).party
        ended = end(opened, award(alia, 30), award(bilal, 50), by=by, approver=approver, kind="court")
        assert rows(opened.work) == [
            ("Bilal Hussain", "active", 50), ("Alia Rahman", "active", 30), ("-", "unclaimed", 20),
        ]  # fmt: skip
        assert (ended.state, ended.closed_on) == ("settled", DAY)
        verbs = list(Act.objects.order_by("number").values_list("verb", flat=True))
        assert verbs[-3:] == ["open_dispute", "propose_outcome", "settle_dispute"]

    def test_nobody_confirms_her_own_proposal_and_no_side_decides(
        self, opened: Dispute, by: Any, approver: Any, staff: Any
    ) -> None:
        alia = side(opened, 0).party
        facts = {"dispute": opened, "kind": "split", "reason": "Letters.", "on": DAY, "awards": [award(alia, 60)]}
        facts["kind"] = "court"
        with pytest.raises(PermissionDenied):
            disputes.propose_outcome(by=approver, **facts)
        outcome = disputes.propose_outcome(by=by, **facts)
        with pytest.raises(PermissionDenied):
            disputes.confirm_outcome(outcome=outcome, by=by, on=DAY)
        by.groups.add(*approver.groups.all())
        fresh = type(by).objects.get(pk=by.pk)
        with pytest.raises(PermissionDenied, match="Another person"):
            disputes.confirm_outcome(outcome=outcome, by=fresh, on=DAY)
        assert ("-", "disputed", 10) in rows(opened.work)

    @pytest.mark.parametrize(
        ("percents", "kind", "reason", "words"),
        [
            ((60, 50), "split", "Letters.", "give at most that"),
            ((60, 40), "nothing", "Letters.", "Choose how"),
            ((60, 40), "split", " ", "on what ground"),
            ((0, 40), "split", "Letters.", "more than 0"),
        ],
    )
    def test_an_outcome_that_makes_no_sense_is_refused(
        self, percents: tuple[int, int], kind: str, reason: str, words: str, opened: Dispute, by: Any
    ) -> None:
        awards = [award(side(opened, place).party, size) for place, size in enumerate(percents)]
        with pytest.raises(ValidationError, match=words):
            disputes.propose_outcome(dispute=opened, kind=kind, awards=awards, reason=reason, by=by, on=DAY)
        assert not DisputeOutcome.objects.exists()

    @pytest.mark.parametrize("kind", ["agreed", "withdrawn", "no_evidence", "split"])
    @pytest.mark.parametrize(
        ("percents", "words"),
        [
            ((), "Alia Rahman: give at least 50"),
            ((60,), "Bilal Hussain: give at least 40"),
            ((49, 50), "Alia Rahman: give at least 50"),
            ((40, 60), "Bilal Hussain: give at least 40.* at most 50"),
        ],
    )
    def test_each_side_keeps_what_nobody_contests_and_gets_at_most_its_claim(
        self, percents: tuple[int, ...], words: str, kind: str, opened: Dispute, by: Any
    ) -> None:
        awards = [award(side(opened, place).party, size) for place, size in enumerate(percents)]
        with pytest.raises(ValidationError, match=words):
            disputes.propose_outcome(dispute=opened, kind=kind, awards=awards, reason="Letters.", by=by, on=DAY)
        assert ("-", "disputed", 10) in rows(opened.work)

    def test_who_confirms_sees_what_each_side_has_now_and_then(self, opened: Dispute, by: Any) -> None:
        alia, bilal = side(opened, 0).party, side(opened, 1).party
        facts = {"dispute": opened, "kind": "court", "reason": "Judgement.", "by": by, "on": DAY}
        outcome = disputes.propose_outcome(awards=[award(alia, 30)], **facts)
        ending = ending_of(outcome, on=DAY)
        assert [(each.party, each.now // PERCENT, each.then // PERCENT) for each in ending.sides] == [
            (alia, 50, 30), (bilal, 40, 0),
        ]  # fmt: skip
        assert ending.ownerless == 70 * PERCENT

    def test_no_side_confirms_the_outcome_of_its_own_dispute(self, opened: Dispute, by: Any, approver: Any) -> None:
        alia, bilal = side(opened, 0).party, side(opened, 1).party
        facts = {"dispute": opened, "kind": "split", "reason": "Letters.", "by": by, "on": DAY}
        outcome = disputes.propose_outcome(awards=[award(alia, 60), award(bilal, 40)], **facts)
        for each in (alia, bilal):
            each.member.user.groups.set(approver.groups.all())
            with pytest.raises(PermissionDenied, match="a side of this dispute"):
                disputes.confirm_outcome(outcome=outcome, by=each.member.user, on=DAY)
            with pytest.raises(PermissionDenied, match="a side of this dispute"):
                disputes.refuse_outcome(outcome=outcome, reason="No.", by=each.member.user, on=DAY)
        assert ("-", "disputed", 10) in rows(opened.work)

    def test_a_court_may_give_a_share_to_somebody_who_was_no_side(
        self, opened: Dispute, by: Any, approver: Any
    ) -> None:
        alia, carim = side(opened, 0).party, party("Carim Shah")
        with pytest.raises(ValidationError, match="no side of this dispute"):
            end(opened, award(alia, 60), award(carim, 40), by=by, approver=approver)
        end(opened, award(alia, 60), award(carim, 40), by=by, approver=approver, kind="court")
        assert rows(opened.work) == [("Alia Rahman", "active", 60), ("Carim Shah", "active", 40)]

    def test_what_is_not_confirmed_goes_on_and_may_be_proposed_anew(
        self, opened: Dispute, by: Any, approver: Any
    ) -> None:
        alia, bilal = side(opened, 0).party, side(opened, 1).party
        facts = {"dispute": opened, "kind": "split", "reason": "Letters.", "by": by, "on": DAY}
        outcome = disputes.propose_outcome(awards=[award(alia, 60), award(bilal, 40)], **facts)
        with pytest.raises(ValidationError, match="stands here already"):
            disputes.propose_outcome(awards=[award(alia, 60)], **facts)
        back = disputes.refuse_outcome(outcome=outcome, reason="Bilal proved 50 %.", by=approver, on=DAY)
        assert back.state == "open"
        with pytest.raises(ValidationError, match="decided on already"):
            disputes.confirm_outcome(outcome=outcome, by=approver, on=DAY)
        end(opened, award(alia, 50), award(bilal, 50), by=by, approver=approver)

    def test_confirmed_twice_it_is_confirmed_once(self, opened: Dispute, by: Any, approver: Any) -> None:
        end(opened, award(side(opened, 0).party, 60), by=by, approver=approver, kind="court")
        version = Dispute.objects.get().version
        disputes.confirm_outcome(outcome=DisputeOutcome.objects.get(), by=approver, on=DAY)
        assert Dispute.objects.get().version == version


@pytest.mark.django_db
class TestDeadlines:
    def rule(self, by: Any, approver: Any, **terms: Any) -> DisputeRule:
        facts = {
            "valid_from": DAY,
            "evidence_days": 60,
            "extension_days": 60,
            "holds": "part",
            "at_deadline": "prepare",
        } | terms
        draft = disputes.draft_rule(source="Board, 1 November 2026", by=by, on=DAY, **facts)
        return disputes.approve_rule(rule=draft, by=approver, on=DAY)

    def test_the_society_s_dated_rule_sets_the_days_and_what_is_held(self, two: Any, by: Any, approver: Any) -> None:
        self.rule(by, approver, evidence_days=90, holds="whole")
        alia, bilal, song = two
        opened = dispute(song, claim(alia.party, 60), claim(bilal.party, 50), by=by)
        assert (opened.deadline, opened.holds) == (DAY + dt.timedelta(days=90), "whole")

    def test_a_rule_is_approved_by_another_person_and_never_backwards(self, by: Any, approver: Any) -> None:
        yesterday = DAY - dt.timedelta(days=1)
        with pytest.raises(ValidationError, match="begin in the past"):
            self.rule(by, approver, valid_from=yesterday)
        self.rule(by, approver)
        with pytest.raises(ValidationError, match="begins on this day already"):
            self.rule(by, approver)
        with pytest.raises(PermissionDenied):
            self.rule(by, by, valid_from=LATE)

    def test_a_rule_from_a_day_that_nobody_can_mean_is_not_drafted(self, by: Any, approver: Any) -> None:
        for day in (dt.date(2020, 1, 1), dt.date(9999, 12, 31), dt.date(2031, 11, 23)):
            with pytest.raises(ValidationError, match=r"begin in the past|Check the year"):
                self.rule(by, approver, valid_from=day)
        assert not DisputeRule.objects.exists()
        assert self.rule(by, approver, valid_from=dt.date(2031, 11, 22)).state == "approved"

    def test_a_draft_is_discarded_by_its_author_or_refused_by_who_could_approve_it(
        self, by: Any, approver: Any, staff: Any
    ) -> None:
        terms = {"evidence_days": 30, "extension_days": 0, "holds": "part", "at_deadline": "prepare", "source": "Board"}
        drafts = [disputes.draft_rule(valid_from=DAY, by=by, on=DAY, **terms) for _each in range(2)]
        with pytest.raises(PermissionDenied):
            disputes.discard_rule(rule=drafts[0], by=staff("documentation"))
        for draft, person in zip(drafts, (by, approver), strict=True):
            for _twice in range(2):
                assert disputes.discard_rule(rule=draft, by=person).state == "withdrawn"
            with pytest.raises(ValidationError, match="Only a draft"):
                disputes.approve_rule(rule=draft, by=approver, on=DAY)
        standing = self.rule(by, approver)
        with pytest.raises(ValidationError, match="approved already"):
            disputes.discard_rule(rule=standing, by=approver)

    def test_the_page_discards_a_draft(self, by: Any, sign_in: Any) -> None:
        client, day = sign_in(by), clock.today()
        terms = {"evidence_days": 30, "extension_days": 0, "holds": "part", "at_deadline": "prepare", "source": "Board"}
        disputes.draft_rule(valid_from=day, by=by, on=day, **terms)
        shown = client.get("/staff/works/disputes/rules/").content.decode()
        action = re.search(r'action="(\S+/discard/)"', shown)
        assert action is not None
        assert "The draft is discarded." in client.post(action[1], follow=True).content.decode()
        assert DisputeRule.objects.get().state == "withdrawn"

    def test_the_job_prepares_and_decides_nothing(self, opened: Dispute) -> None:
        assert disputes.decide_by_deadline(on=opened.deadline) == 0
        assert [disputes.decide_by_deadline(on=LATE) for _twice in range(2)] == [1, 0]
        opened.refresh_from_db()
        assert opened.state == "due"
        assert ("-", "disputed", 10) in rows(opened.work)

    def test_only_the_rule_of_the_society_decides_without_people(self, two: Any, by: Any, approver: Any) -> None:
        self.rule(by, approver, at_deadline="proportion")
        alia, bilal, song = two
        dispute(song, claim(alia.party, 100), claim(bilal.party, 50), by=by)
        disputes.decide_by_deadline(on=LATE)
        ended = Dispute.objects.get()
        assert (ended.state, ended.outcomes.get().decided_by) == ("settled", None)
        assert rows(song) == [("Alia Rahman", "active", 75), ("Bilal Hussain", "active", 25)]
