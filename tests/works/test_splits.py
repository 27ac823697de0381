"""Agreement on a split: every side answers to exactly the shares it saw, and nothing pays before all have agreed."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from members.models import Member
from tests.factories.members import make_member, make_party
from tests.factories.works import PERCENT
from tests.works.rounds import NOW, TODAY, answer, halves, registered, states
from works.models import SplitAnswer, Work, WorkShare
from works.rules.agreement import split_digest
from works.rules.splits import Part
from works.services.drafts import decide_submitted
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.shares import replace_shares
from works.services.split_notices import send_split_notices
from works.services.splits import (
    answer_split,
    confirm_split_for,
    open_first_rounds,
    propose_split_again,
    set_split_rule,
)


def test_a_work_of_several_waits_and_pays_when_the_last_side_has_agreed(nazia: Member, bilal: Member) -> None:
    third = make_member("Shah", "Carim")
    proposal = registered(nazia, bilal.party, third.party)
    assert states(proposal.work) == {"unconfirmed"}
    assert answer(proposal, bilal).state == "open"
    assert states(proposal.work) == {"unconfirmed"}
    assert answer(proposal, third).state == "agreed"
    assert states(proposal.work) == {"active"}


def test_a_work_of_one_alone_asks_nobody(nazia: Member) -> None:
    new = NewWork(title=NewTitle("Solo"), shares=halves(nazia.party))
    song = register_work(new=new, by=nazia.user, source="member", registered_by=nazia.party, asks=True)
    assert open_first_rounds(works=[(song, new.shares)], party=nazia.party, by=nazia.user, now=NOW) == []
    assert states(song) == {"active"}


def test_an_answer_to_another_split_than_the_one_shown_is_refused(nazia: Member, bilal: Member) -> None:
    proposal = registered(nazia, bilal.party)
    other = split_digest([Part(bilal.party.pk, "CA", "PR", 100 * PERCENT)])
    with pytest.raises(ValidationError, match="changed or decided"):
        answer(proposal, bilal, digest=other)
    assert states(proposal.work) == {"unconfirmed"}


def test_a_refusal_gives_its_reason_and_ends_the_round(nazia: Member, bilal: Member) -> None:
    proposal = registered(nazia, bilal.party)
    with pytest.raises(ValidationError, match="Say why"):
        answer(proposal, bilal, agrees=False)
    assert answer(proposal, bilal, agrees=False, reason="I wrote all words.").state == "refused"
    assert states(proposal.work) == {"unconfirmed"}


def test_another_split_asks_everybody_again_and_keeps_the_rounds(nazia: Member, bilal: Member) -> None:
    first = registered(nazia, bilal.party)
    shares = [
        NewShare(party, "CA", right, part * PERCENT)
        for right in ("PR", "MR")
        for party, part in ((nazia.party, 40), (bilal.party, 60))
    ]
    second = propose_split_again(
        proposal=first, shares=shares, note="Words count too.", party=bilal.party, by=bilal.user, now=NOW
    )
    first.refresh_from_db()
    assert (first.state, second.state, second.round) == ("replaced", "open", 2)
    assert {(a.party_id, a.state) for a in second.answers.all()} == {
        (bilal.party.pk, "confirmed"),
        (nazia.party.pk, "waiting"),
    }
    with pytest.raises(ValidationError, match="changed or decided"):
        answer(first, nazia)
    assert answer(second, nazia).state == "agreed"
    owned = WorkShare.objects.filter(work=second.work, party=bilal.party, right="PR").get()
    assert (owned.share, owned.state) == (60 * PERCENT, "active")


def test_a_side_that_the_new_split_leaves_out_is_asked_too(nazia: Member, bilal: Member) -> None:
    first = registered(nazia, bilal.party)
    second = propose_split_again(
        proposal=first, shares=halves(nazia.party), note="Mine alone.", party=nazia.party, by=nazia.user, now=NOW
    )
    assert SplitAnswer.objects.get(proposal=second, party=bilal.party).state == "waiting"
    assert states(second.work) == {"unconfirmed"}


def test_neither_a_reason_nor_a_proposal_tells_the_others_how_to_reach_somebody(nazia: Member, bilal: Member) -> None:
    proposal = registered(nazia, bilal.party)
    reach = "call me at +92 300 1234567"
    with pytest.raises(ValidationError, match="Leave out"):
        answer(proposal, bilal, agrees=False, reason=reach)
    with pytest.raises(ValidationError, match="Leave out"):
        propose_split_again(
            proposal=proposal, shares=halves(bilal.party), note=reach, party=bilal.party, by=bilal.user, now=NOW
        )
    assert not SplitAnswer.objects.exclude(reason="").exists()
    assert list(proposal.work.splits.values_list("note", flat=True)) == [""]


def test_the_same_split_and_one_that_is_not_whole_are_no_proposals(nazia: Member, bilal: Member) -> None:
    proposal = registered(nazia, bilal.party)
    again = {"proposal": proposal, "note": "x", "party": bilal.party, "by": bilal.user, "now": NOW}
    with pytest.raises(ValidationError, match="the split that was proposed"):
        propose_split_again(shares=halves(bilal.party, nazia.party), **again)
    with pytest.raises(ValidationError, match="add up to"):
        propose_split_again(shares=halves(bilal.party)[:1] + halves(bilal.party, nazia.party)[2:3], **again)
    with pytest.raises(ValidationError, match="every right"):
        propose_split_again(shares=halves(bilal.party)[:1], **again)


def test_what_belongs_to_nobody_stays_so_in_another_split(nazia: Member, bilal: Member) -> None:
    shares = tuple(
        NewShare(party, role, right, part * PERCENT)
        for right in ("PR", "MR")
        for party, role, part in ((nazia.party, "C", 30), (bilal.party, "AR", 20), (None, "A", 50))
    )
    new = NewWork(title=NewTitle("Kafi"), shares=shares)
    song = register_work(new=new, by=nazia.user, source="member", registered_by=nazia.party, asks=True)
    first = open_first_rounds(works=[(song, shares)], party=nazia.party, by=nazia.user, now=NOW)[0]
    again = {"proposal": first, "note": "x", "party": bilal.party, "by": bilal.user, "now": NOW}
    with pytest.raises(ValidationError, match="add up to"):
        propose_split_again(shares=halves(nazia.party, bilal.party), **again)
    quarters = [NewShare(p, "C", right, 25 * PERCENT) for right in ("PR", "MR") for p in (nazia.party, bilal.party)]
    second = propose_split_again(shares=quarters, **again)
    assert answer(second, nazia).state == "agreed"
    rows = WorkShare.objects.filter(work=song, right="PR").values_list("party_id", "share", "state")
    assert set(rows) == {
        (nazia.party.pk, 25 * PERCENT, "active"),
        (bilal.party.pk, 25 * PERCENT, "active"),
        (None, 50 * PERCENT, "unclaimed"),
    }


def test_nobody_answers_or_proposes_for_another(nazia: Member, bilal: Member) -> None:
    stranger = make_member("Khan", "Asad")
    proposal = registered(nazia, bilal.party)
    with pytest.raises(PermissionDenied):
        answer_split(proposal=proposal, party=bilal.party, digest=b"", agrees=True, reason="", by=nazia.user, now=NOW)
    with pytest.raises(PermissionDenied):
        answer(proposal, stranger)
    with pytest.raises(PermissionDenied):
        propose_split_again(
            proposal=proposal, shares=halves(stranger.party), note="x", party=stranger.party, by=stranger.user, now=NOW
        )


def test_for_a_party_that_is_no_member_the_desk_confirms_on_evidence(nazia: Member, staff: Any) -> None:
    outsider, desk = make_party("Outside", "Writer"), staff("documentation")
    proposal = registered(nazia, outsider)
    shown = {"proposal": proposal, "party": outsider, "digest": bytes(proposal.digest), "now": NOW}
    with pytest.raises(PermissionDenied):
        confirm_split_for(evidence="sheet", by=staff("membership"), **shown)
    with pytest.raises(ValidationError, match="Name the evidence"):
        confirm_split_for(evidence=" ", by=desk, **shown)
    assert confirm_split_for(evidence="Split sheet of 4 May", by=desk, **shown).state == "agreed"
    assert SplitAnswer.objects.get(party=outsider).how == "staff"


def test_the_desk_does_not_speak_for_a_member_who_still_has_time(nazia: Member, bilal: Member, staff: Any) -> None:
    proposal, desk = registered(nazia, bilal.party), staff("documentation")
    shown = {"proposal": proposal, "party": bilal.party, "digest": bytes(proposal.digest), "evidence": "sheet"}
    with pytest.raises(ValidationError, match="has time to answer"):
        confirm_split_for(by=desk, now=NOW, **shown)
    late = NOW + dt.timedelta(days=31)
    assert confirm_split_for(by=desk, now=late, **shown).state == "agreed"


def test_the_society_s_rule_may_let_the_registrant_speak_for_outsiders(nazia: Member, staff: Any) -> None:
    chief = staff("approver")
    rule = {"answer_days": 14, "remind_days": 5, "outsiders": "registrant", "by": chief}
    with pytest.raises(ValidationError, match="today or later"):
        set_split_rule(valid_from=TODAY - dt.timedelta(days=1), today=TODAY, **rule)
    with pytest.raises(PermissionDenied):
        set_split_rule(valid_from=TODAY, today=TODAY, **rule | {"by": staff("documentation")})
    set_split_rule(valid_from=TODAY + dt.timedelta(days=2), today=TODAY, **rule)
    assert registered(nazia, make_party("Early", "One")).state == "open"
    later = registered(nazia, make_party("Late", "One"), now=NOW + dt.timedelta(days=2))
    later.refresh_from_db()
    assert (later.state, states(later.work)) == ("agreed", {"active"})
    assert later.answer_by == TODAY + dt.timedelta(days=16)


def test_the_desk_changes_no_share_on_which_the_sides_are_asked(nazia: Member, bilal: Member, staff: Any) -> None:
    proposal = registered(nazia, bilal.party)
    with pytest.raises(ValidationError, match="being asked"):
        replace_shares(
            work=proposal.work,
            right="PR",
            shares=[NewShare(nazia.party, "CA", "PR", 100 * PERCENT)],
            reason="letter",
            by=staff("documentation"),
        )


def test_a_refused_work_asks_nobody_any_more(nazia: Member, bilal: Member, staff: Any) -> None:
    proposal = registered(nazia, bilal.party)
    Work.objects.filter(pk=proposal.work_id).update(state="submitted")
    decide_submitted(work=proposal.work, accept=False, reason="known", by=staff("documentation"), now=NOW)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_members_are_told_once_and_reminded_once(nazia: Member, bilal: Member) -> None:
    registered(nazia, bilal.party, make_party("Outside", "Writer"))
    assert [send_split_notices(today=TODAY) for _ in range(2)] == [1, 0]
    reminder = TODAY + dt.timedelta(days=10)
    assert [send_split_notices(today=reminder) for _ in range(2)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_notice_names_no_work_and_no_share() -> None:
    registered(make_member("Hassan", "Nazia"), make_member("Hussain", "Bilal").party)
    send_split_notices(today=TODAY)
    (message,) = mail.outbox
    assert "Chandni" not in message.body and "%" not in message.body and "/my/works/" in message.body
