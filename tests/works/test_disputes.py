"""Disputes: only the contested part is held, and nothing is lost on the way."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.works import PERCENT, party, work
from tests.works.disputing import DAY, NOW, claim, dispute, end, rows, side
from works.models import Dispute, WorkShare
from works.queries.disputes import claims_of, sentence_of
from works.queries.rooms import room_of
from works.queries.work_pages import acts_on
from works.services import disputes
from works.services.disputes import Award, NewClaim
from works.services.disputes.rooms import divide_room

GROUNDS = "I wrote the words; the manuscript is of 2019."


@pytest.mark.django_db
class TestOpening:
    def test_of_claims_of_110_percent_the_10_are_held_and_the_rest_pays(self, opened: Dispute) -> None:
        assert rows(opened.work) == [
            ("Alia Rahman", "active", 50), ("Bilal Hussain", "active", 40), ("-", "disputed", 10),
        ]  # fmt: skip
        assert rows(opened.work, "MR") == [("Alia Rahman", "active", 100)]
        assert (opened.share, opened.deadline) == (10 * PERCENT, DAY + dt.timedelta(days=60))

    def test_the_history_of_the_work_tells_it(self, opened: Dispute) -> None:
        assert [act.verb for act in acts_on(opened.work)] == ["open_dispute", "register_work"]
        assert acts_on(opened.work, until=dt.date(2020, 1, 1)) == []

    def test_shares_in_roles_that_nobody_contests_stay_untouched(self, by: Any) -> None:
        alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
        song = work("Song", (alia, "C", 50), (bilal, "A", 50))
        untouched = WorkShare.objects.get(work=song, right="PR", role="C").pk
        dispute(song, claim(bilal, 50, "A"), claim(carim, 50, "A"), by=by)
        assert rows(song) == [("Alia Rahman", "active", 50), ("-", "disputed", 50)]
        assert WorkShare.objects.get(work=song, right="PR", role="C").pk == untouched

    def test_a_claim_of_the_whole_right_counts_against_all_that_the_claimant_holds(self, by: Any) -> None:
        alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
        song = work("Song", (alia, "C", 34), (bilal, "A", 33), (carim, "C", 33))
        opened = dispute(song, claim(alia, 40), claim(bilal, 33, "A"), by=by, takes_open_part=False)
        assert opened.share == 6 * PERCENT
        assert [*rows(song)] == [
            ("Alia Rahman", "active", 34), ("Carim Shah", "active", 33), ("Bilal Hussain", "active", 27),
            ("-", "disputed", 6),
        ]  # fmt: skip
        assert WorkShare.objects.get(work=song, right="PR", party=alia).role == "C", "what is undisputed stays as it is"
        found = claims_of(opened)
        sentence = " ".join(
            words.render(str, lambda figure: str(figure.value))
            for words in sentence_of(opened, found, on=DAY, with_files=True)
        )
        assert "nobody contests, together 106" in sentence

    def test_claims_that_are_the_register_in_other_roles_are_no_dispute(self, by: Any) -> None:
        owners = [party(name) for name in ("Alia Rahman", "Bilal Hussain", "Carim Shah")]
        song = work("Song", *((owner, "CA", share) for owner, share in zip(owners, (34, 33, 33), strict=True)))
        with pytest.raises(ValidationError, match="nothing is contested"):
            dispute(song, *(claim(owner, size, "A") for owner, size in zip(owners, (34, 33, 33), strict=True)), by=by)

    def test_the_part_without_owner_is_contested_too_unless_it_is_left_out(self, by: Any) -> None:
        alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
        song = work("Song", (alia, "CA", 40), (None, "CA", 60))
        dispute(song, claim(bilal, 50), claim(carim, 50), by=by)
        assert rows(song) == [
            ("Alia Rahman", "active", 40), ("-", "disputed", 40), ("Bilal Hussain", "active", 10),
            ("Carim Shah", "active", 10),
        ]  # fmt: skip
        other = work("Other", (alia, "CA", 40), (None, "CA", 60))
        dispute(other, claim(alia, 40), claim(carim, 20), by=by, takes_open_part=False)
        assert rows(other) == [("-", "unclaimed", 60), ("-", "disputed", 20), ("Alia Rahman", "active", 20)] or rows(
            other
        ) == [("-", "unclaimed", 60), ("Alia Rahman", "active", 20), ("-", "disputed", 20)]

    def test_what_nobody_documented_is_part_of_the_room(self, by: Any) -> None:
        bilal, carim = party("Bilal Hussain"), party("Carim Shah")
        song = work("Unknown")
        WorkShare.objects.create(work=song, party=bilal, role="CA", right="PR", share=30 * PERCENT)
        dispute(song, claim(bilal, 80), claim(carim, 50), by=by)
        assert rows(song) == [
            ("Bilal Hussain", "active", 50), ("-", "disputed", 30), ("Carim Shah", "active", 20),
        ]  # fmt: skip

    def test_claims_that_fit_are_no_dispute(self, two: Any, by: Any) -> None:
        alia, bilal, song = two
        with pytest.raises(ValidationError, match="nothing is contested"):
            dispute(song, claim(alia.party, 60), claim(bilal.party, 40), by=by)
        assert rows(song) == [("Alia Rahman", "active", 100)]
        assert not Dispute.objects.exists()

    @pytest.mark.parametrize(
        ("claims", "words"), [([110], "at least two"), ([100, 0], "more than 0"), ([100, 101], "at most 100")]
    )
    def test_a_dispute_that_makes_no_sense_is_refused_with_words(self, claims: list[int], words: str, by: Any) -> None:
        owners = [party("Alia Rahman"), party("Bilal Hussain")]
        song = work("Song", (owners[0], "CA", 100))
        sides = [claim(owner, min(size, 101)) for owner, size in zip(owners, claims, strict=False)]
        if len(claims) == 1:
            sides = [claim(owners[0], 100)]
        with pytest.raises(ValidationError, match=words):
            dispute(song, *sides, by=by)

    def test_a_party_has_one_claim_and_one_dispute_about_a_right(self, opened: Dispute, by: Any) -> None:
        alia = side(opened, 0).party
        with pytest.raises(ValidationError, match="one claim"):
            dispute(opened.work, claim(alia, 40), claim(alia, 40, "A"), by=by)
        with pytest.raises(ValidationError, match="side of a dispute about this right already"):
            dispute(opened.work, claim(alia, 100), claim(party("Carim Shah"), 40), by=by)

    def test_a_third_side_joins_and_what_is_held_grows(self, opened: Dispute, by: Any) -> None:
        disputes.join_dispute(dispute=opened, claim=claim(party("Carim Shah"), 20), by=by, on=DAY)
        assert rows(opened.work) == [
            ("-", "disputed", 50), ("Alia Rahman", "active", 30), ("Bilal Hussain", "active", 20),
        ]  # fmt: skip
        opened.refresh_from_db()
        assert (opened.share, opened.version) == (50 * PERCENT, 1)

    def test_shares_before_and_after_the_days_of_the_dispute_stay(self, by: Any) -> None:
        alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
        song = work("Song")
        since = dt.date(2026, 1, 1)
        place = {"work": song, "right": "PR", "role": "CA"}
        WorkShare.objects.create(party=alia, share=50 * PERCENT, **place)
        WorkShare.objects.create(party=bilal, share=50 * PERCENT, valid_from=since, **place)
        dispute(song, claim(alia, 50), claim(bilal, 50), claim(carim, 10), by=by)
        dated = WorkShare.objects.filter(work=song).order_by("valid_from", "party__display_name")
        assert [(str(row.party or "-"), row.share // PERCENT, row.valid_from, row.valid_to) for row in dated] == [
            ("Alia Rahman", 40, since, None),
            ("Bilal Hussain", 40, since, None),
            ("-", 20, since, None),
            ("Alia Rahman", 50, None, dt.date(2025, 12, 31)),
        ]

    def test_only_who_may_edit_works_opens(self, two: Any, staff: Any) -> None:
        alia, bilal, song = two
        with pytest.raises(PermissionDenied):
            dispute(song, claim(alia.party, 100), claim(bilal.party, 40), by=staff("auditor"))

    def test_row_history_keeps_what_was_before(self, opened: Dispute) -> None:
        history = WorkShare.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
            work=opened.work, right="PR", party=side(opened, 0).party
        )
        assert sorted(history.values_list("share", flat=True)) == [50 * PERCENT, 100 * PERCENT]


@pytest.mark.django_db
def test_the_sides_are_told_that_there_is_news_without_a_title_or_a_share(
    two: Any, by: Any, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    alia, bilal, song = two
    with django_capture_on_commit_callbacks(execute=True):
        opened = dispute(song, claim(alia.party, 60), claim(bilal.party, 50), by=by)
    assert sorted(message.to[0] for message in mailoutbox) == sorted([alia.user.email, bilal.user.email])
    assert all(str(opened.uid) in message.body and "%" not in message.body for message in mailoutbox)
    assert all(song.title not in message.subject + message.body for message in mailoutbox)


@pytest.mark.django_db
class TestCounterClaims:
    def file(self, two: Any, **more: Any) -> Dispute:
        _alia, bilal, song = two
        against = list(WorkShare.objects.filter(work=song, right="PR"))
        facts = {"role": "A", "share": 30 * PERCENT, "grounds": GROUNDS, "form_key": uuid.uuid4()} | more
        return disputes.file_counter_claim(
            work=song, right="PR", against=against, by=bilal.user, on=DAY, now=NOW, **facts
        )

    def test_a_filed_claim_holds_no_money_of_others_before_the_desk_accepts_it(self, two: Any, by: Any) -> None:
        filed = self.file(two)
        assert (filed.state, rows(filed.work)) == ("filed", [("Alia Rahman", "active", 100)])
        accepted = disputes.accept_claim(dispute=filed, by=by, on=DAY)
        assert (accepted.state, rows(filed.work)) == (
            "open", [("Alia Rahman", "active", 70), ("-", "disputed", 30)],
        )  # fmt: skip
        assert disputes.accept_claim(dispute=filed, by=by, on=DAY).version == accepted.version

    def test_against_a_side_of_several_roles_stands_all_that_it_holds(self, two: Any, by: Any) -> None:
        alia, bilal, _song = two
        song = work("Two roles", (alia.party, "C", 60), (alia.party, "A", 40))
        filed = self.file((alia, bilal, song))
        assert filed.claims.get(party=alia.party).share == 100 * PERCENT
        disputes.accept_claim(dispute=filed, by=by, on=DAY)
        kept = WorkShare.objects.filter(work=song, right="PR", state="active").values_list("role", "share")
        assert sorted(kept) == [("A", 10 * PERCENT), ("C", 60 * PERCENT)]

    def test_so_many_claims_of_one_member_wait_at_once(self, two: Any, settings: Any) -> None:
        settings.CLAIMS_WAITING = 1
        alia, bilal, _song = two
        self.file(two)
        with pytest.raises(ValidationError, match="So many claims"):
            self.file((alia, bilal, work("Other", (alia.party, "CA", 100))))

    def test_a_claim_that_is_not_accepted_ends_with_words_and_changes_nothing(self, two: Any, by: Any) -> None:
        filed = self.file(two)
        with pytest.raises(ValidationError, match="Say why"):
            disputes.refuse_claim(dispute=filed, reason=" ", by=by, on=DAY)
        assert disputes.refuse_claim(dispute=filed, reason="It is another work.", by=by, on=DAY).state == "refused"
        assert rows(filed.work) == [("Alia Rahman", "active", 100)]
        with pytest.raises(ValidationError, match="decided on already"):
            disputes.accept_claim(dispute=filed, by=by, on=DAY)

    def test_the_same_form_sent_twice_is_one_claim(self, two: Any) -> None:
        key = uuid.uuid4()
        assert self.file(two, form_key=key) == self.file(two, form_key=key)
        assert Dispute.objects.count() == 1

    def test_it_needs_grounds_and_a_member(self, two: Any, by: Any) -> None:
        with pytest.raises(ValidationError, match="on what your claim rests"):
            self.file(two, grounds="mine")
        alia, _bilal, song = two
        with pytest.raises(PermissionDenied):
            self.file((alia, type("Side", (), {"user": by}), song))


class Unwanted(Exception):
    """Undoes what one example wrote."""


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 1_000_000), min_size=2, max_size=4), st.integers(0, 900_000), st.data())
def test_whatever_is_claimed_the_shares_of_the_work_never_pass_the_whole_and_nothing_is_lost(
    by: Any, approver: Any, sizes: list[int], others: int, data: st.DataObject
) -> None:
    from django.db import transaction

    with pytest.raises(Unwanted), transaction.atomic():
        parties = [party(f"Side {chr(65 + place)}") for place in range(len(sizes))]
        song = work("Song")
        place = {"work": song, "right": "PR", "role": "CA"}
        if others:
            WorkShare.objects.create(party=party("Nobody Else"), share=others, **place)
        room = 1_000_000 - others
        sides = [NewClaim(each, "CA", min(size, 1_000_000)) for each, size in zip(parties, sizes, strict=True)]
        if sum(sizes) > room:
            opened = dispute(song, *sides, by=by)
            shares = WorkShare.objects.filter(work=song)
            assert sum(row.share for row in shares) == 1_000_000
            for new in sides:
                assert sum(row.share for row in shares if row.party_id == new.party.pk) <= new.share
            given_to = data.draw(st.sampled_from(parties))
            end(opened, Award(given_to, "CA", data.draw(st.integers(1, room))), by=by, approver=approver, kind="court")
            assert sum(row.share for row in WorkShare.objects.filter(work=song)) == 1_000_000
            assert not WorkShare.objects.filter(dispute=opened).exists()
        raise Unwanted


@pytest.mark.django_db
def test_a_room_that_shrank_meanwhile_refuses_what_does_not_fit(opened: Dispute) -> None:
    claims = [(each.party_id, each.role) for each in opened.claims.all()]
    room = room_of(opened, claims, on=DAY)
    with pytest.raises(ValidationError, match="changed meanwhile"):
        divide_room(room, opened, shares={claims[0]: room.size + 1}, held=0)
