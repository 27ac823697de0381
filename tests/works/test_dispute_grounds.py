"""What a claim is about and rests on: the kinds of conflict, where it holds, the agreement of the register it names."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.common.words import Words
from members.rules.territories import area_written
from members.services.areas import write_area
from tests.factories.members import make_member, make_party
from tests.factories.works import PERCENT, party, work
from tests.works.disputing import DAY, NOW, award, claim, dispute, end
from works.models import Agreement, Claim, Dispute, DisputeKind, Work, WorkShare
from works.queries.disputes import claims_of, sentence_of
from works.services import disputes
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement, withdraw_agreement
from works.services.disputes import NewClaim

pytestmark = pytest.mark.django_db
WORLD, PAKISTAN, INDIA = "2136", "0586", "0356"
GROUNDS = "I wrote the words; the manuscript is of 2019."


def placed(song: Work) -> list[tuple[str, str, str, int]]:
    """Owner, state, territory and percent of each performing share."""
    rows = WorkShare.objects.filter(work=song, right="PR").order_by("territory", "-share", "party__display_name")
    return [(str(row.party or "-"), row.state, row.territory, row.share // PERCENT) for row in rows]


def filed(song: Work, by: Any, percent: int = 30, **more: Any) -> Dispute:
    facts = {"right": "PR", "role": "CA", "share": percent * PERCENT, "grounds": GROUNDS, "form_key": uuid.uuid4()}
    against = list(WorkShare.objects.filter(work=song, right="PR"))
    return disputes.file_counter_claim(work=song, against=against, by=by, on=DAY, now=NOW, **facts, **more)


def agreement(by: Any, kind: str, *sides: tuple[Any, str], works: tuple[Work, ...] = (), **terms: Any) -> Agreement:
    facts = Terms(agreement_type=kind, start_date=dt.date(2020, 1, 1), **terms)
    parts = tuple(NewSide(each, role, (500_000, 0, 0)) for each, role in sides)
    return record_agreement(new=NewAgreement(facts, parts, works), by=by)


def told(found: list[Words]) -> str:
    return " ".join(words.render(str, lambda figure: str(figure.value)) for words in found)


class TestWhere:
    def test_a_claim_for_one_country_leaves_the_rest_of_the_world_as_it_was(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        opened = dispute(song, claim(alia.party, 100), claim(bilal.party, 30), by=by, territory=PAKISTAN)
        assert placed(song) == [
            ("Alia Rahman", "active", PAKISTAN, 70), ("-", "disputed", PAKISTAN, 30),
            ("Alia Rahman", "active", "2136-0586", 100),
        ]  # fmt: skip
        assert opened.share == 30 * PERCENT

    def test_its_outcome_is_written_for_that_country_only(self, two: Any, by: Any, approver: Any) -> None:
        alia, bilal, song = two
        opened = dispute(song, claim(alia.party, 100), claim(bilal.party, 30), by=by, territory=PAKISTAN)
        end(opened, award(alia.party, 80), award(bilal.party, 20), by=by, approver=approver)
        assert placed(song) == [
            ("Alia Rahman", "active", PAKISTAN, 80), ("Bilal Hussain", "active", PAKISTAN, 20),
            ("Alia Rahman", "active", "2136-0586", 100),
        ]  # fmt: skip

    def test_a_share_that_holds_elsewhere_is_no_part_of_the_room(self, by: Any) -> None:
        alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
        song = work("Song", (alia, "CA", 60), (None, "CA", 40))
        WorkShare.objects.filter(work=song, state="unclaimed").delete()
        WorkShare.objects.create(
            work=song, party=bilal, role="CA", right="PR", share=40 * PERCENT, territory=write_area(INDIA)
        )
        dispute(song, claim(alia, 60), claim(bilal, 60), by=by, territory=PAKISTAN)
        assert ("Bilal Hussain", "active", INDIA, 40) in placed(song)

    def test_two_disputes_of_a_party_about_one_country_are_one(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        dispute(song, claim(alia.party, 100), claim(bilal.party, 30), by=by, territory=PAKISTAN)
        with pytest.raises(ValidationError, match="side of a dispute about this right already"):
            dispute(song, claim(alia.party, 100), claim(bilal.party, 30), by=by)
        assert dispute(song, claim(alia.party, 100), claim(bilal.party, 30), by=by, territory=INDIA)

    def test_a_member_claims_for_a_territory(self, two: Any, by: Any) -> None:
        _alia, bilal, song = two
        made = filed(song, bilal.user, territory=PAKISTAN)
        disputes.accept_claim(dispute=made, by=by, on=DAY)
        assert ("-", "disputed", PAKISTAN, 30) in placed(song)
        assert {each.territory for each in made.claims.all()} == {PAKISTAN}

    def test_a_member_is_told_which_shares_do_not_hold_there(self, two: Any) -> None:
        alia, bilal, _song = two
        song = work("Abroad")
        WorkShare.objects.create(
            work=song, party=alia.party, role="CA", right="PR", share=PERCENT, territory=write_area(INDIA)
        )
        with pytest.raises(ValidationError, match="Alia Rahman: India"):
            filed(song, bilal.user, territory=PAKISTAN)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from([PAKISTAN, "0586+0356", "2136-0586", "2120", WORLD]), st.integers(1, 100))
    def test_every_country_keeps_its_whole_whatever_is_claimed_where(
        self, two: Any, by: Any, area: str, percent: int
    ) -> None:
        alia, bilal, song = two
        with transaction.atomic():
            dispute(song, claim(alia.party, 100), claim(bilal.party, percent), by=by, territory=area)
            rows = list(WorkShare.objects.filter(work=song, right="PR"))
            for country in (PAKISTAN, INDIA, "0826", "0250"):
                here = [row.share for row in rows if area_written(country) & area_written(row.territory)]
                assert sum(here) == 100 * PERCENT
            transaction.set_rollback(True)


class TestKinds:
    def test_every_kind_is_filed_by_a_member_and_opened_by_the_desk(self, by: Any) -> None:
        for place, kind in enumerate(DisputeKind.values):
            holder, other = (make_member(party=party(f"{name} {place}")) for name in ("Holder", "Other"))
            used = work(f"Used {place}", (other.party, "CA", 100)) if kind == "sample" else None
            song, second = (work(f"{name} {place}", (holder.party, "CA", 100)) for name in ("Song", "Second"))
            assert filed(song, other.user, kind=kind, sampled=used).kind == kind
            claims = claim(holder.party, 100), claim(other.party, 10)
            assert dispute(second, *claims, by=by, kind=kind, sampled=used).kind == kind

    def test_a_sample_names_a_work_in_which_the_member_has_a_share(self, two: Any) -> None:
        _alia, bilal, song = two
        with pytest.raises(ValidationError, match="names the work of which a part is used"):
            filed(song, bilal.user, kind="sample")
        with pytest.raises(ValidationError, match="You hold no share of Stranger"):
            filed(song, bilal.user, kind="sample", sampled=work("Stranger"))
        with pytest.raises(ValidationError, match="names the work of which a part is used"):
            filed(song, bilal.user, kind="counter", sampled=work("Mine", (bilal.party, "CA", 100)))

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("over_claim", "Together 130: 30 more than the whole. It is cured when either of them lowers"),
            ("counter", "whose share on record is wrong"),
            ("authorship", "a manuscript, a score or an early recording"),
            ("sample", "the part of “Used” that is used"),
            ("agreement", "which of them holds for this work"),
        ],
    )
    def test_the_sentence_says_which_claims_make_more_and_what_cures_it(
        self, two: Any, by: Any, kind: str, words: str
    ) -> None:
        alia, bilal, song = two
        used = work("Used", (bilal.party, "CA", 100)) if kind == "sample" else None
        claims = claim(alia.party, 100), claim(bilal.party, 30)
        opened = dispute(song, *claims, by=by, kind=kind, sampled=used)
        found = told(sentence_of(opened, claims_of(opened), on=DAY, with_files=True))
        assert "Alia Rahman claims 100" in found and "Together 130: 30 more than the whole." in found
        assert words in found

    def test_in_urdu_the_sentence_names_people_in_their_script(self, by: Any) -> None:
        parvez, bilal = make_party("Sukhervi", "Parvez", original="پرویز سکھروی"), party("Bilal Hussain")
        song = work("Raat", (parvez, "CA", 50), (bilal, "CA", 50))
        opened = dispute(song, claim(parvez, 60), claim(bilal, 60), by=by)
        with translation.override("ur"):
            found = told(sentence_of(opened, claims_of(opened), on=DAY, with_files=True))
        assert "پرویز سکھروی" in found and "Parvez" not in found and "Bilal Hussain" in found


class TestAgreements:
    def test_a_claim_rests_on_an_agreement_of_the_register(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        made = agreement(by, "OS", (alia.party, "AS"), (bilal.party, "AC"), works=(song,))
        own = filed(song, bilal.user, agreement=made.number.lower()).claims.get(party=bilal.party)
        assert (own.basis, own.agreement, own.valid_from) == ("agreement", made, made.start_date)
        found = sentence_of(own.dispute, claims_of(own.dispute), on=DAY, with_files=True)
        assert f"(agreement {made.number})" in told(found)
        others = told(sentence_of(own.dispute, claims_of(own.dispute), on=DAY, with_files=False))
        assert made.number not in others and "(by agreement)" in others

    def test_an_agreement_that_does_not_concern_the_claim_is_refused_with_words(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        stranger, other = party("Some Stranger"), work("Other", (alia.party, "CA", 100))
        not_hers = agreement(by, "OS", (alia.party, "AS"), (stranger, "AC"), works=(song,))
        elsewhere = agreement(by, "OS", (alia.party, "AS"), (bilal.party, "AC"), works=(other,))
        left_out = agreement(by, "OG", (alia.party, "AS"), (bilal.party, "AC"), works=(song,))
        of_nothing = agreement(by, "OG", (party("Nobody Here"), "AS"), (bilal.party, "AC"))
        for number, words in (
            ("A9999999", "no agreement A9999999 in the register"),
            (not_hers.number, "Bilal Hussain is no side"),
            (elsewhere.number, "does not concern Song"),
            (left_out.number, "does not concern Song"),
            (of_nothing.number, "does not concern Song"),
        ):
            with pytest.raises(ValidationError, match=words):
                filed(song, bilal.user, agreement=number)

    def test_a_general_agreement_reaches_the_work_by_a_chain(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        house = party("First House")
        agreement(by, "OG", (alia.party, "AS"), (house, "AC"))
        onward = agreement(by, "PG", (house, "AS"), (bilal.party, "AC"))
        assert filed(song, bilal.user, agreement=onward.number)

    def test_the_desk_names_it_later_and_a_withdrawn_one_never(self, opened: Dispute, by: Any) -> None:
        first, second = opened.claims.order_by("pk")
        made = agreement(by, "OG", (first.party, "AS"), (second.party, "AC"))
        disputes.name_agreement(claim=second, number=made.number, by=by)
        assert Claim.objects.get(pk=second.pk).agreement == made
        withdraw_agreement(agreement=made, reason="Never signed.", by=by)
        with pytest.raises(ValidationError, match="no agreement"):
            disputes.name_agreement(claim=first, number=made.number, by=by)

    def test_an_agreement_that_has_ended_is_named_as_the_cure(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        made = agreement(by, "OG", (alia.party, "AS"), (bilal.party, "AC"), end_date=dt.date(2024, 12, 31))
        new = NewClaim(bilal.party, "CA", 10 * PERCENT, "agreement", agreement=made)
        opened = dispute(song, claim(alia.party, 100), new, by=by, kind="agreement")
        found = told(sentence_of(opened, claims_of(opened), on=DAY, with_files=True))
        assert "the agreement of Bilal Hussain ended on 2024-12-31" in found
