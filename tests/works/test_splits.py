"""Agreement on a split: every side answers to exactly the shares it saw, and nothing pays before all have agreed."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common import clock
from members.models import Member
from tests.factories.members import make_member, make_party
from tests.factories.works import PERCENT
from tests.works.test_drafts import begin, filled, rows
from works.models import SplitAnswer, SplitProposal, SplitRule, Work, WorkShare
from works.queries.cowriters import cowriters
from works.rules.agreement import split_digest
from works.rules.splits import Part
from works.services.drafts import decide_submitted, equal_parts
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

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


def halves(*parties: Any) -> tuple[NewShare, ...]:
    """Equal parts of both rights."""
    parts = equal_parts(len(parties))
    return tuple(
        NewShare(party, "CA", right, part) for right in ("PR", "MR") for party, part in zip(parties, parts, strict=True)
    )


def registered(owner: Member, *others: Any, now: dt.datetime = NOW) -> SplitProposal:
    """A work that `owner` registered with others, in its first round."""
    new = NewWork(title=NewTitle("Chandni Raat"), shares=halves(owner.party, *others))
    with transaction.atomic():
        song = register_work(new=new, by=owner.user, source="member", registered_by=owner.party, asks=True)
        return open_first_rounds(works=[(song, new.shares)], party=owner.party, by=owner.user, now=now)[0]


def answer(proposal: SplitProposal, member: Member, agrees: bool = True, **more: Any) -> SplitProposal:
    shown = {"digest": bytes(proposal.digest), "reason": "", "now": NOW} | more
    return answer_split(proposal=proposal, party=member.party, agrees=agrees, by=member.user, **shown)


def states(song: Work) -> set[str]:
    return set(WorkShare.objects.filter(work=song).values_list("state", flat=True))


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia")


@pytest.fixture
def bilal(db: None) -> Member:
    return make_member("Hussain", "Bilal")


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


# --- what the database holds -----------------------------------------------------------------------------------------


def run_sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE works_workshare SET state = 'active'", "before every side has agreed"),
        ("UPDATE works_splitproposal SET state = 'agreed', decided_at = now()", "not every side has agreed"),
        ("UPDATE works_splitproposal SET parts = '[]'", "split_stands|Cannot"),
        ("UPDATE works_splitanswer SET state = 'waiting' WHERE state = 'confirmed'", "split_answered_once|Cannot"),
        (
            "UPDATE works_splitanswer SET state = 'confirmed', how = 'party', answered_at = now(), digest = '\\x00'"
            " WHERE state = 'waiting'",
            "changed or decided",
        ),
        ("UPDATE works_splitanswer SET state = 'confirmed' WHERE state = 'waiting'", "changed or decided|is_whole"),
        ("DELETE FROM works_splitanswer WHERE state = 'confirmed'", "Cannot|split_answered_once"),
    ],
)
def test_raw_sql_cannot_make_an_agreement(statement: str, words: str, nazia: Member, bilal: Member) -> None:
    registered(nazia, bilal.party)
    with pytest.raises(Exception, match=words):
        run_sql(statement)


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guards_off_an_unconfirmed_share_becomes_payable(superuser_cursor: Any) -> None:
    proposal = registered(make_member("Hassan", "Nazia"), make_member("Hussain", "Bilal").party)
    superuser_cursor.execute("ALTER TABLE works_workshare DISABLE TRIGGER USER")
    run_sql("UPDATE works_workshare SET state = 'active'")
    assert states(proposal.work) == {"active"}


def both(*acts: Callable[[], Any]) -> list[str]:
    """Two acts at the same moment, each in a session of its own."""
    gate, found = threading.Barrier(2), []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            act()
            found.append("done")
        except (ValidationError, IntegrityError):
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


@pytest.mark.django_db(transaction=True)
def test_two_sides_that_agree_at_once_make_one_agreement() -> None:
    nazia, bilal, third = (make_member(name, name) for name in ("Nazia", "Bilal", "Carim"))
    proposal = registered(nazia, bilal.party, third.party)
    assert both(lambda: answer(proposal, bilal), lambda: answer(proposal, third)) == ["done", "done"]
    proposal.refresh_from_db()
    assert (proposal.state, states(proposal.work)) == ("agreed", {"active"})


@pytest.mark.django_db(transaction=True)
def test_agreeing_while_another_split_is_proposed_is_right_or_refused() -> None:
    nazia, bilal, third = (make_member(name, name) for name in ("Nazia", "Bilal", "Carim"))
    proposal = registered(nazia, bilal.party, third.party)
    answer(proposal, third)

    def propose() -> None:
        propose_split_again(
            proposal=proposal, shares=halves(nazia.party, bilal.party), note="x", party=nazia.party, by=nazia.user,
            now=NOW,
        )  # fmt: skip

    assert both(lambda: answer(proposal, bilal), propose) == ["done", "refused"]
    proposal.refresh_from_db()
    live = SplitProposal.objects.filter(work=proposal.work, state="open").count()
    assert (proposal.state, live, states(proposal.work)) in (
        ("agreed", 0, {"active"}),
        ("replaced", 1, {"unconfirmed"}),
    )


parts = st.lists(
    st.builds(
        Part, st.integers(1, 50), st.sampled_from(["C", "A", "E"]), st.sampled_from(["PR", "MR"]), st.integers(1, 10**6)
    ),
    max_size=12,
)


@given(parts, st.randoms())
def test_the_digest_of_a_split_does_not_know_the_order_it_was_typed_in(split: list[Part], throw: Any) -> None:
    shuffled = split[:]
    throw.shuffle(shuffled)
    assert split_digest(shuffled) == split_digest(split)


@given(parts, parts)
def test_another_split_has_another_digest(one: list[Part], two: list[Part]) -> None:
    def listed(split: list[Part]) -> list[tuple[Any, ...]]:
        return sorted((p.key, p.role, p.right, p.share) for p in split)

    assert (split_digest(one) == split_digest(two)) == (listed(one) == listed(two))


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hers(nazia: Member, sign_in: Any) -> Client:
    client: Client = sign_in(nazia.user)
    return client


@pytest.fixture
def his(bilal: Member, sign_in: Any) -> Client:
    client: Client = sign_in(bilal.user)
    return client


def test_the_registered_work_asks_its_co_writer_on_his_page_and_pays_on_his_word(
    hers: Client, his: Client, nazia: Member, bilal: Member
) -> None:
    draft = filled(hers, ("", "C", "50", ""), ("Bilal Hussain", "A", "50", ""))
    hers.post(f"{draft}check/", {"person-1": str(bilal.party.uid)})
    song = Work.objects.get()
    assert "See who has answered" in hers.get(f"/my/works/{song.uid}/").content.decode()
    assert "Waiting for the co-writers" in hers.get("/my/works/?show=unconfirmed").content.decode()
    page = his.get("/my/works/").content.decode()
    address = f"/my/works/splits/{SplitProposal.objects.get().uid}/"
    assert "Waiting for your answer" in page and address in page and "50" in page
    shown = his.get(address).content.decode()
    assert "Nazia Hassan" in shown and "Do you agree" in shown and "@" not in shown.split("<main")[1].split("</main")[0]
    digest = bytes(SplitProposal.objects.get().digest).hex()
    missing = his.post(address, {"digest": digest, "answer": "no"})
    assert "Say why you do not agree" in missing.content.decode()
    his.post(address, {"digest": digest, "answer": "yes"})
    assert states(song) == {"active"}
    assert "All sides have agreed" in hers.get(address).content.decode()


def test_another_split_is_typed_on_a_page_that_finds_people(
    hers: Client, his: Client, nazia: Member, bilal: Member
) -> None:
    third = make_party("Shah", "Carim", original="کریم شاہ")
    proposal = registered(nazia, bilal.party, now=clock.now())
    address = f"/my/works/splits/{proposal.uid}/propose/"
    typed = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "note": "He wrote a verse."}
    for place, party in enumerate((nazia.party, bilal.party)):
        typed |= {f"form-{place}-party": str(party.uid), f"form-{place}-role": "CA", f"form-{place}-performing": "40"}
    found = his.post(address, typed | {"find": "کریم شاہ", "find_party": "1"}).content.decode()
    assert str(third.uid) in found and "no member" in found
    added = his.post(address, typed | {"add_party": str(third.uid)}).content.decode()
    assert "form-2-party" in added and "He wrote a verse." in added
    typed |= {"form-TOTAL_FORMS": "3", "form-2-party": str(third.uid), "form-2-role": "A"}
    short = his.post(address, typed | {"form-2-performing": "10"}).content.decode()
    assert "is missing" in short
    sent = his.post(address, typed | {"form-2-performing": "20"})
    fresh = SplitProposal.objects.get(state="open")
    assert sent["Location"] == f"/my/works/splits/{fresh.uid}/" and fresh.answers.count() == 3


def test_a_split_that_does_not_name_me_does_not_exist_for_me(nazia: Member, bilal: Member, sign_in: Any) -> None:
    proposal = registered(nazia, bilal.party)
    stranger = sign_in(make_member("Khan", "Asad").user)
    for page in ("", "propose/"):
        assert stranger.get(f"/my/works/splits/{proposal.uid}/{page}").status_code == 404


def test_a_co_writer_found_by_search_is_taken_without_another_question(hers: Client, bilal: Member) -> None:
    draft = begin(hers)
    hers.post(f"{draft}title/", {"title": "Chandni Raat"})
    people = rows(("", "C", "50", ""), ("", "A", "50", ""))
    found = hers.post(f"{draft}shares/", people | {"find": "bilal hussain", "find_party": "1"}).content.decode()
    assert str(bilal.party.uid) in found and bilal.email not in found and bilal.number not in found
    added = hers.post(f"{draft}shares/", people | {"add_party": str(bilal.party.uid)}).content.decode()
    assert 'value="Bilal Hussain"' in added
    people |= {"form-1-name": "Bilal Hussain", "form-1-found": str(bilal.party.uid)}
    assert hers.post(f"{draft}shares/", people).status_code == 302
    hers.post(f"{draft}check/")
    assert SplitAnswer.objects.filter(party=bilal.party, state="waiting").exists()


def test_a_co_writer_is_found_by_number_or_whole_name_in_either_script_and_not_by_a_part(db: None) -> None:
    make_party("Hussain", "Bilal", original="بلال حسین", ipi="00000000395")
    assert [hit.name for hit in cowriters("395000")] == []
    for text in ("00000000395", "Bilal Hussain", "bilal  HUSSAIN", "بلال حسین"):
        assert [hit.name for hit in cowriters(text)] == ["Bilal Hussain"], text
    assert cowriters("Bilal") == cowriters("Hus") == cowriters("") == []


def test_staff_see_what_waits_for_them_and_confirm_on_evidence(nazia: Member, staff: Any, sign_in: Any) -> None:
    outsider = make_party("Outside", "Writer")
    proposal = registered(nazia, outsider, now=clock.now())
    client = sign_in(staff("documentation"))
    page = client.get("/staff/works/splits/").content.decode()
    address = f"/staff/works/splits/{proposal.uid}/"
    assert address in page
    assert b"Outside" in client.get("/staff/works/splits/?state=open&format=csv").content
    form = {"digest": bytes(proposal.digest).hex(), "party": str(outsider.uid), "evidence": "Sheet of 4 May"}
    assert client.post(address, form | {"digest": "zz"}).status_code == 200
    assert client.post(address, form)["Location"] == address
    assert states(proposal.work) == {"active"}
    assert "Sheet of 4 May" in client.get(address).content.decode()


def test_the_rule_is_set_on_its_page(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("approver"))
    day = clock.today() + dt.timedelta(days=1)
    form = {"valid_from": day.isoformat(), "answer_days": "20", "remind_days": "30", "outsiders": "registrant"}
    assert "goes out before" in client.post("/staff/works/splits/rules/", form).content.decode()
    assert client.post("/staff/works/splits/rules/", form | {"remind_days": "7"}).status_code == 302
    assert SplitRule.objects.get().answer_days == 20
