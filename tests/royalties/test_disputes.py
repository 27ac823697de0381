"""C15 and T10: who claims what, how much money is held; answers, proof and messages; and what a frozen run keeps."""

import datetime as dt
import re
import uuid
from typing import Any

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cmo_portal.common import clock
from royalties.models import RunShare, SuspenseLine
from royalties.queries.disputes import held_together, listed_disputes, with_held
from royalties.queries.frozen_shares import changes_since
from royalties.services import runs
from tests.factories import census as example
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member, make_party, png
from tests.worlds import world
from works.models import Claim, Dispute, DisputeEvidence, DisputeKind, DisputeRule, WorkShare
from works.queries.disputes import evidence_name
from works.services import disputes as desk
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.disputes import Award, NewClaim

pytestmark = pytest.mark.django_db
HELD = 17_100_000


@world
def census(run_jobs):
    """Half of work B is claimed by X1 and X2; the run of the quarter is published."""
    found = example.published(run_jobs)
    with pgtrigger.ignore("works.Dispute:dispute_deadline_as_extended"):
        Dispute.objects.update(deadline=clock.today() + dt.timedelta(days=20))
    return found


@pytest.fixture
def x1(census, sign_in):
    """The client of X1."""
    return sign_in(census.parties["X1"].member.user)


def the_dispute() -> Dispute:
    return Dispute.objects.get()


def claim_of(census, key: str) -> Claim:
    return the_dispute().claims.get(party=census.parties[key])


def detail(dispute: Dispute | None = None, audience: str = "member") -> str:
    return reverse(f"royalties:{audience}-dispute-detail", args=[(dispute or the_dispute()).uid])


def text_of(response: Any) -> str:
    body = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2].partition("</main>")[0])
    return (
        re.sub(r"\s+", " ", body.replace("\N{NO-BREAK SPACE}", " "))
        .replace(" .", ".")
        .replace(" ,", ",")
        .replace(" :", ":")
    )


def answer(client: Any, kind: str, **more: Any) -> Any:
    data = {"act": "answer", "answer-answer": kind, "answer-seen": the_dispute().version, **more}
    return client.post(detail(), data, follow=True)


class TestMoney:
    """What each dispute holds."""

    def test_the_money_of_a_dispute_is_what_published_runs_hold_for_it(self, census):
        (found,) = listed_disputes()
        assert found.held == HELD == held_together([found])

    def test_money_of_a_run_that_is_not_published_is_not_told(self, run_jobs):
        example.finalised(run_jobs)
        assert with_held(Dispute.objects.all()).get().held == 0

    def test_what_was_released_is_not_held_any_more(self, census):
        SuspenseLine.objects.filter(reason="dispute").update(state="released")
        assert with_held(Dispute.objects.all()).get().held == 0

    def test_the_list_is_ordered_by_money_and_by_deadline_page_by_page(self, census, sign_in):
        client, by = sign_in(person("documentation")), person("documentation")
        for number in range(60):
            owners = [make_party(f"Owner {number}"), make_party(f"Claimant {number}")]
            claims = [NewClaim(owner, "CA", 1_000_000) for owner in owners]
            day = clock.today() - dt.timedelta(days=number)
            desk.open_dispute(
                work=make.song(f"Song {number}", (owners[0], 100)), right="PR", claims=claims, by=by, on=day
            )
        address = reverse("royalties:staff-dispute-list")
        first = client.get(address, {"order": "money"}).content.decode()
        assert first.index("Bol Ke Lab") < first.index("Song ")
        following = re.search(r'href="\?([^"]*after=[^"]*)"', first)
        assert following
        second = client.get(f"{address}?{following[1].replace('&amp;', '&')}").content.decode()
        seen = set(re.findall(r"Song \d+", first)), set(re.findall(r"Song \d+", second))
        assert not seen[0] & seen[1] and len(seen[0] | seen[1]) == 60
        nearest = client.get(address).content.decode()
        assert nearest.index("Song 59") < nearest.index("Song 58")


class TestMemberPages:
    """C15."""

    def test_a_side_sees_who_claims_what_the_money_and_the_time_left(self, census, x1):
        listed = text_of(x1.get(reverse("royalties:member-dispute-list")))
        assert "Bol Ke Lab" in listed and "171,000.00" in listed and "20 days left" in listed
        shown = text_of(x1.get(detail()))
        assert "Claimant X1" in shown and "Claimant X2" in shown and "Rs 171,000.00" in shown
        assert "With the 50 % that nobody contests, together 150 %: 50 % more than the whole." in shown
        assert "It is cured when either of them lowers its claim by 50 %" in shown
        Claim.objects.filter(party=census.parties["X2"]).update(reference="a letter that is hers")
        assert "a letter that is hers" not in text_of(x1.get(detail()))

    def test_nobody_else_finds_it(self, census, sign_in):
        m1 = sign_in(census.parties["M1"].member.user)
        assert m1.get(detail()).status_code == 404
        assert "Bol Ke Lab" not in text_of(m1.get(reverse("royalties:member-dispute-list")))

    def test_a_side_lowers_its_claim(self, census, x1):
        shown = text_of(answer(x1, "lowered", **{"answer-share": "30"}))
        assert "Your answer is taken." in shown and claim_of(census, "X1").share == 300_000
        refused = text_of(answer(x1, "lowered", **{"answer-share": "40"}))
        assert "Lower your claim to a share above 0 % and below 30 %." in refused

    def test_a_side_that_withdraws_leaves_an_outcome_to_confirm(self, census, x1, sign_in):
        assert "The claims fit now; the society confirms the outcome." in text_of(answer(x1, "withdrawn", meant="1"))
        dispute = the_dispute()
        assert dispute.state == "proposed"
        approver = sign_in(person("approver"))
        approver.post(detail(audience="staff"), {"act": "confirm"})
        assert WorkShare.objects.get(work=dispute.work, party=census.parties["X2"], right="PR").share == 500_000

    def test_an_answer_to_an_older_page_is_refused_with_words(self, census, x1):
        old = the_dispute().version
        answer(x1, "stands")
        late = text_of(answer(x1, "withdrawn", **{"answer-seen": old, "meant": "1"}))
        assert "Somebody has answered in this dispute since you opened the page" in late
        assert claim_of(census, "X1").share == 500_000

    def test_many_are_answered_at_once(self, census, x1):
        mine = claim_of(census, "X1")
        page = reverse("royalties:member-dispute-list")
        values = [f"{mine.uid}:{the_dispute().version}"]
        assert "Tick the disputes" in text_of(x1.post(page, {"answer": "stands"}))
        done = text_of(x1.post(page, {"answer": "stands", "chosen": values}, follow=True))
        assert "1 answer is taken." in done and claim_of(census, "X1").answer == "stands"
        assert x1.post(page, {"answer": "stands", "chosen": [f"{uuid.uuid4()}:0"]}).status_code == 200

    def test_evidence_is_seen_by_the_other_side_only_when_it_was_shown(self, census, x1, sign_in, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        x2 = sign_in(census.parties["X2"].member.user)
        file = SimpleUploadedFile("manuscript.png", png(3))
        data = {"act": "evidence", "evidence-kind": "manuscript", "evidence-file": file}
        assert "The document is saved." in text_of(x1.post(detail(), data, follow=True))
        kept = DisputeEvidence.objects.get()
        address = reverse("royalties:member-dispute-evidence", args=[kept.uid])
        assert (x1.get(address).status_code, x2.get(address).status_code) == (200, 404)
        assert "manuscript.png" not in text_of(x2.get(detail()))
        x2.post(detail(), {"act": "show", "evidence": str(kept.uid)})
        assert not DisputeEvidence.objects.get().shown
        x1.post(detail(), {"act": "show", "evidence": str(kept.uid)})
        assert x2.get(address).status_code == 200 and "manuscript.png" in text_of(x2.get(detail()))
        assert sign_in(census.parties["M1"].member.user).get(address).status_code == 404

    def test_a_file_name_with_a_telephone_number_is_told_to_its_own_side_only(self, census, x1, sign_in):
        kept = DisputeEvidence.objects.create(
            dispute=the_dispute(), claim=claim_of(census, "X1"), kind="manuscript", sha256=b"x", size=1, shown=True,
            original_name="call 0300-1234567.pdf",
        )  # fmt: skip
        x2 = sign_in(census.parties["X2"].member.user)
        assert "0300" in text_of(x1.get(detail())) and "0300" not in text_of(x2.get(detail()))
        assert evidence_name(kept, census.parties["X2"]) == "Manuscript, score or lyrics.pdf"

    def test_a_file_that_is_no_document_is_refused_at_its_field(self, census, x1):
        file = SimpleUploadedFile("notes.txt", b"mine")
        data = {"act": "evidence", "evidence-kind": "other", "evidence-file": file}
        assert "This is not a PDF, JPEG or PNG file." in text_of(x1.post(detail(), data))

    def test_a_message_goes_to_all_or_to_the_society_alone_and_carries_no_address(self, census, x1, sign_in):
        x2 = sign_in(census.parties["X2"].member.user)

        def write(text: str, to: str) -> str:
            data = {"act": "message", "message-text": text, "message-to": to, "message-form_key": str(uuid.uuid4())}
            return text_of(x1.post(detail(), data, follow=True))

        assert "Your message is sent." in write("We wrote it in 2019.", "all")
        assert "Your message is sent." in write("He copied it.", "society")
        assert "Leave out e-mail addresses" in write("Call me: 0300 1234567", "all")
        shown = text_of(x2.get(detail()))
        assert "We wrote it in 2019." in shown and "He copied it." not in shown
        assert "He copied it." in text_of(sign_in(person("documentation")).get(detail(audience="staff")))

    def test_a_claim_to_a_share_of_others_is_filed_from_the_page_of_a_work(self, census, sign_in):
        claimant = census.parties["M1"].member
        song = make.song("Not hers", (make_member("Holder", number=900).party, 100))
        client = sign_in(claimant.user)
        page = reverse("works:member-claim-new", args=[song.uid])
        assert client.get(reverse("works:public-work-claim", args=[song.uid]))["Location"] == page
        row = WorkShare.objects.get(work=song, right="PR")
        data = {"against": [str(row.uid)], "role": "A", "share": "30", "form_key": str(uuid.uuid4())}
        data |= {"kind": "authorship", "territory": "Pakistan"}
        assert "on what your claim rests" in text_of(client.post(page, data))
        answered = client.post(page, {**data, "grounds": "I wrote the words; my manuscript is of 2019."})
        filed = Dispute.objects.get(state="filed")
        assert answered["Location"] == detail(filed)
        assert "nothing is held until it has accepted the claim" in text_of(client.get(detail(filed)))
        holder = sign_in(row.party.member.user)
        assert "Nothing is held before the claim is accepted." in text_of(holder.get(detail(filed)))
        sign_in(person("documentation")).post(detail(filed, "staff"), {"act": "accept"})
        held = WorkShare.objects.get(work=song, right="PR", state="disputed")
        assert (held.share, held.territory, filed.kind) == (300_000, "0586", "authorship")


class TestStaffPage:
    """T10, one dispute."""

    def test_the_desk_writes_to_all_claimants_once(self, census, sign_in):
        client = sign_in(person("documentation"))
        key = str(uuid.uuid4())
        for _twice in range(2):
            data = {"act": "message", "message-text": "Please send your contracts.", "message-form_key": key}
            client.post(detail(audience="staff"), data)
        assert the_dispute().messages.count() == 1
        x2 = sign_in(census.parties["X2"].member.user)
        assert "Please send your contracts." in text_of(x2.get(detail()))

    def test_the_form_begins_with_what_the_evidence_decides(self, census, sign_in, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        client = sign_in(person("documentation"))
        file = SimpleUploadedFile("letter.png", png(4))
        claim = claim_of(census, "X1")
        data = {"act": "paper", "paper-claim": str(claim.uid), "paper-kind": "other", "paper-file": file}
        assert "The document is kept." in text_of(client.post(detail(audience="staff"), data, follow=True))
        page = client.get(detail(audience="staff")).content.decode()
        field = re.search(rf'<input[^>]*name="propose-share_{claim.pk}"[^>]*>', page)
        assert field and 'value="50"' in field[0]

    def test_a_side_is_added_by_its_number_and_never_by_a_guess(self, census, sign_in):
        client = sign_in(person("documentation"))
        third = make_member("Third", "Side", number=901)
        data = {"act": "join", "join-role": "CA", "join-share": "20", "join-basis": "desk", "join-reference": "Letter"}
        assert "Nobody is found" in text_of(client.post(detail(audience="staff"), {**data, "join-party": "zzzzqqq"}))
        client.post(detail(audience="staff"), {**data, "join-party": third.number})
        assert claim_of_third(third).share == 200_000

    def test_a_side_is_added_by_its_name_where_only_one_party_goes_by_it(self, census, sign_in):
        client = sign_in(person("documentation"))
        named = make_party("Bannuvi", "Nargis")
        for other in ("Bannuvy", "Banuvi"):
            make_party(other, "Nargis")
        data = {"act": "join", "join-role": "CA", "join-share": "20", "join-basis": "desk", "join-reference": "Letter"}
        for _twice in range(2):
            make_party("Khatoon", "Zarina")
        told = client.post(detail(audience="staff"), {**data, "join-party": "Zarina Khatoon"})
        assert "Several parties may be meant" in text_of(told)
        client.post(detail(audience="staff"), {**data, "join-party": "nargis  bannuvi"})
        assert the_dispute().claims.get(party=named).share == 200_000

    def test_documents_are_for_the_desk_and_for_those_who_settle(self, census, sign_in):
        kept = DisputeEvidence.objects.create(
            dispute=the_dispute(), claim=claim_of(census, "X1"), kind="other", sha256=b"x", size=1
        )
        address = reverse("royalties:staff-dispute-evidence", args=[kept.uid])
        assert sign_in(person("auditor")).get(address).status_code == 403
        assert "Evidence is seen by" in text_of(sign_in(person("auditor")).get(detail(audience="staff")))

    def test_the_list_as_a_file_holds_the_money(self, census, sign_in):
        body = sign_in(person("documentation")).get(reverse("royalties:staff-dispute-list"), {"format": "csv"})
        assert "171000.00" in body.content.decode() and "Bol Ke Lab" in body.content.decode()

    def test_the_desk_opens_a_dispute_of_any_kind_for_a_territory(self, sign_in):
        client = sign_in(person("documentation"))
        used = make.song("Used", (make_party("User", "U"), 100))
        for place, kind in enumerate(DisputeKind.values):
            owners = [make_party(f"{name} {place}") for name in ("Holder", "Other")]
            song = make.song(f"Song {place}", (owners[0], 100))
            rows = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}
            for row, (owner, share) in enumerate(zip(owners, ("100", "10"), strict=True)):
                rows |= {f"form-{row}-party": str(owner.uid), f"form-{row}-role": "CA", f"form-{row}-share": share}
            data = {**rows, "kind": kind, "territory": "World − India", "ground": "Letter", "save": "1"}
            page = reverse("works:staff-dispute-open", args=[song.uid, "PR"])
            if kind == "sample":
                assert "Name the work of which a part is used." in text_of(client.post(page, data))
                data["sampled"] = used.number
            client.post(page, data)
            made = Dispute.objects.get(work=song)
            assert (made.kind, made.territory, made.share) == (kind, "2136-0356", 100_000)
            shown = text_of(client.get(detail(made, "staff")))
            assert "Together 110 %: 10 % more than the whole." in shown and "The whole world without India" in shown

    def test_days_are_added_by_the_sides_and_by_the_society(self, census, x1, sign_in):
        until = clock.today() + dt.timedelta(days=40)
        ask = {"act": "extend", "extend-until": until.isoformat(), "extend-reason": "The archive is closed."}
        assert "The other sides are asked." in text_of(x1.post(detail(), ask, follow=True))
        x2 = sign_in(census.parties["X2"].member.user)
        assert "The archive is closed." in text_of(x2.get(detail()))
        assert "Your answer is taken." in text_of(x2.post(detail(), {"act": "days", "days-agrees": "yes"}, follow=True))
        assert the_dispute().deadline == until and "40 days left" in text_of(x1.get(detail()))
        staff = sign_in(person("documentation"))
        far = {"act": "extend", "extend-until": "2099-01-01", "extend-reason": "Strike."}
        assert "evidence is due on" in text_of(staff.post(detail(audience="staff"), far))
        later = {**far, "extend-until": (until + dt.timedelta(days=5)).isoformat()}
        assert "The days for evidence are extended" in text_of(staff.post(detail(audience="staff"), later, follow=True))
        assert "45 days left" in text_of(x1.get(detail()))

    def test_a_claim_names_its_agreement_and_the_others_do_not_read_the_number(self, census, x1, sign_in):
        claim = claim_of(census, "X1")
        terms = Terms(agreement_type="OS", start_date=dt.date(2020, 1, 1))
        sides = (
            NewSide(make_party("Assignor", "A"), "AS", (500_000, 0, 0)),
            NewSide(claim.party, "AC", (500_000, 0, 0)),
        )
        new = NewAgreement(terms, sides, (the_dispute().work,))
        number = record_agreement(new=new, by=person("documentation")).number
        refused = x1.post(detail(), {"act": "agreement", "agreement-number": "A0000000"})
        assert "There is no agreement A0000000 in the register." in text_of(refused)
        named = x1.post(detail(), {"act": "agreement", "agreement-number": number}, follow=True)
        assert "Your claim rests on this agreement now." in text_of(named) and number in text_of(named)
        x2 = sign_in(census.parties["X2"].member.user)
        assert number not in text_of(x2.get(detail()))
        staff = sign_in(person("documentation"))
        assert number in text_of(staff.get(detail(audience="staff")))


def claim_of_third(member) -> Claim:
    return the_dispute().claims.get(party=member.party)


class TestRuns:
    """What a run froze it keeps; what has changed since is named."""

    def run_of(self, *percents: int):
        """A run over one song of a member; the dispute of its right is opened after the freezing."""
        owner = make_member().party
        song = make.song("Song", (owner, 100))
        pool = make.pool(100_00, files=[make.usage(make.Play("q", song))])
        return song, owner, pool

    def test_a_run_holds_for_the_dispute_of_its_own_country(self, run_jobs):
        song, owner, pool = self.run_of()
        here = self.opened(song, owner, holds="whole", territory="0586")
        elsewhere = self.claimed(song, owner, territory="0356")
        runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
        held = {dispute.pk: dispute.held for dispute in with_held(Dispute.objects.all())}
        assert held == {here.pk: 100_00, elsewhere.pk: 0}

    def opened(self, song, owner, territory="2136", **rule):
        if rule:
            DisputeRule.objects.create(
                valid_from=make.NOW.date(), evidence_days=60, source="Board", state="approved",
                proposed_by=person("documentation"), approved_by=person("approver"), **rule,
            )  # fmt: skip
        return self.claimed(song, owner, territory)

    def claimed(self, song, owner, territory):
        claims = [NewClaim(owner, "CA", 600_000), NewClaim(make_party("Claimant", "X"), "CA", 500_000)]
        facts = {"by": person("documentation"), "on": make.NOW.date(), "territory": territory}
        return desk.open_dispute(work=song, right="PR", claims=claims, **facts)

    def test_an_outcome_after_the_freezing_changes_nothing_frozen_and_is_named(self):
        song, owner, pool = self.run_of()
        dispute = self.opened(song, owner)
        run = make.frozen_run(pool)
        frozen = sorted(RunShare.objects.filter(run_id=run.pk).values_list("payee_id", "units"))
        assert changes_since(run).works == frozenset()
        outcome = desk.propose_outcome(
            dispute=dispute, kind="court", reason="Letters.", awards=[Award(owner, "CA", 1_000_000)],
            by=person("documentation"), on=make.NOW.date(),
        )  # fmt: skip
        assert changes_since(run).works == frozenset()
        desk.confirm_outcome(outcome=outcome, by=person("approver"), on=make.NOW.date())
        assert sorted(RunShare.objects.filter(run_id=run.pk).values_list("payee_id", "units")) == frozen
        assert changes_since(run).works == {song.pk}

    def test_only_the_contested_part_is_held_by_a_run_and_held_and_paid_make_all(self, run_jobs):
        song, owner, pool = self.run_of()
        dispute = self.opened(song, owner)
        runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
        held = dict(SuspenseLine.objects.values_list("reason", "amount"))
        assert held["dispute"] == 10_00
        assert sum(held.values()) + 50_00 == 100_00  # the other claimant is no member: her 40 wait for her admission
        assert with_held(Dispute.objects.all()).get(pk=dispute.pk).held == 10_00

    def test_where_the_rule_holds_the_whole_right_nobody_is_paid_of_it(self, run_jobs):
        song, owner, pool = self.run_of()
        dispute = self.opened(song, owner, holds="whole")
        runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
        assert sum(SuspenseLine.objects.filter(reason="dispute").values_list("amount", flat=True)) == 100_00
        assert with_held(Dispute.objects.all()).get(pk=dispute.pk).held == 100_00
