"""Disputes: only the contested part is held, nothing is lost on the way, and a settlement makes the part up exactly."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.audit.models import Act
from tests.factories.works import PERCENT, party, work
from works.models import Dispute, Work, WorkShare
from works.services.disputes import NewClaim, close_dispute, open_dispute

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def rows(song: Work, right: str = "PR") -> list[tuple[str, str, int]]:
    """Owner, state and percent of each share of a right."""
    found = WorkShare.objects.filter(work=song, right=right).order_by("-share", "pk")
    return [(str(row.party or "-"), row.state, row.share // PERCENT) for row in found]


def claim(owner: Any, percent: int, role: str = "CA") -> NewClaim:
    return NewClaim(owner, role, percent * PERCENT)


def dispute(song: Work, percent: int, *claims: NewClaim, by: Any, **more: Any) -> Dispute:
    return open_dispute(work=song, right="PR", share=percent * PERCENT, claims=claims, by=by, on=DAY, **more)


@pytest.mark.django_db
def test_only_the_contested_part_is_held_and_the_rest_stays_payable(by: Any) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    opened = dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=by)
    assert rows(song) == [("Alia Rahman", "active", 60), ("-", "disputed", 40)]
    assert rows(song, "MR") == [("Alia Rahman", "active", 100)]
    assert opened.deadline == DAY + dt.timedelta(days=60)


@pytest.mark.django_db
def test_the_share_in_the_claimed_role_gives_way_before_other_shares(by: Any) -> None:
    alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
    song = work("Song", (alia, "C", 50), (bilal, "A", 50))
    dispute(song, 50, claim(bilal, 50, "A"), claim(carim, 50, "A"), claim(alia, 10, "A"), by=by)
    assert rows(song) == [("Alia Rahman", "active", 50), ("-", "disputed", 50)]


@pytest.mark.django_db
def test_the_part_without_owner_gives_way_to_claimants_who_hold_nothing(by: Any) -> None:
    alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
    song = work("Song", (alia, "CA", 40), (None, "CA", 60))
    dispute(song, 50, claim(bilal, 50), claim(carim, 50), by=by)
    assert rows(song) == [("-", "disputed", 50), ("Alia Rahman", "active", 40), ("-", "unclaimed", 10)]


@pytest.mark.django_db
def test_what_nobody_documented_is_contested_last(by: Any) -> None:
    bilal, carim = party("Bilal Hussain"), party("Carim Shah")
    song = work("Unknown")
    WorkShare.objects.create(work=song, party=bilal, role="CA", right="PR", share=30 * PERCENT)
    dispute(song, 50, claim(bilal, 50), claim(carim, 50), by=by)
    assert rows(song) == [("-", "disputed", 50)]


@pytest.mark.django_db
def test_the_desk_can_say_whose_share_is_contested(by: Any) -> None:
    alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
    song = work("Song", (alia, "CA", 60), (bilal, "CA", 40))
    mine = WorkShare.objects.get(work=song, right="PR", party=bilal)
    dispute(song, 20, claim(alia, 20), claim(carim, 20), by=by, taken_from=[mine])
    assert rows(song) == [
        ("Alia Rahman", "active", 60),
        ("Bilal Hussain", "active", 20),
        ("-", "disputed", 20),
    ]


@pytest.mark.django_db
def test_a_part_larger_than_the_sides_hold_is_refused_and_nothing_changes(by: Any) -> None:
    alia, bilal, carim = party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")
    song = work("Song", (alia, "CA", 60), (bilal, "CA", 40))
    with pytest.raises(ValidationError, match="hold only 40"):
        dispute(song, 50, claim(bilal, 50), claim(carim, 50), by=by)
    assert rows(song) == [("Alia Rahman", "active", 60), ("Bilal Hussain", "active", 40)]
    assert not Dispute.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("percent", "claims", "words"),
    [
        (40, [40], "at least two claims"),
        (0, [10, 10], "more than 0"),
        (101, [10, 10], "at most 100"),
        (40, [40, 41], "at most the part in dispute"),
        (40, [40, 0], "more than 0"),
    ],
)
def test_a_dispute_that_makes_no_sense_is_refused_with_words(
    percent: int, claims: list[int], words: str, by: Any
) -> None:
    owners = [party("Alia Rahman"), party("Bilal Hussain")]
    song = work("Song", (owners[0], "CA", 100))
    sides = [claim(owner, size) for owner, size in zip(owners, claims, strict=False)]
    with pytest.raises(ValidationError, match=words):
        dispute(song, percent, *sides, by=by)


@pytest.mark.django_db
def test_a_party_has_one_claim_in_a_dispute(by: Any) -> None:
    alia = party("Alia Rahman")
    song = work("Song", (alia, "CA", 100))
    with pytest.raises(ValidationError, match="one claim"):
        dispute(song, 40, claim(alia, 40), claim(alia, 40, "A"), by=by)


@pytest.mark.django_db
def test_a_settlement_gives_the_held_part_to_the_awarded(by: Any) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    opened = dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=by)
    close_dispute(dispute=opened, awarded=[claim(alia, 15), claim(bilal, 25)], outcome="They agreed.", by=by, on=DAY)
    assert rows(song) == [("Alia Rahman", "active", 75), ("Bilal Hussain", "active", 25)]
    opened.refresh_from_db()
    assert (opened.closed_on, opened.outcome) == (DAY, "They agreed.")
    assert list(Act.objects.order_by("number").values_list("verb", flat=True))[-2:] == ["open_dispute", "close_dispute"]


@pytest.mark.django_db
@pytest.mark.parametrize("awarded", [(40, 1), (39, 0), (20, 19)])
def test_awards_that_miss_the_part_are_refused_and_it_stays_held(awarded: tuple[int, int], by: Any) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    opened = dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=by)
    sides = [claim(owner, size) for owner, size in zip((alia, bilal), awarded, strict=True)]
    with pytest.raises(ValidationError, match="exactly the contested part"):
        close_dispute(dispute=opened, awarded=sides, outcome="They agreed.", by=by, on=DAY)
    assert ("-", "disputed", 40) in rows(song)


@pytest.mark.django_db
def test_a_settlement_needs_its_words_and_happens_once(by: Any) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    opened = dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=by)
    with pytest.raises(ValidationError, match="how the dispute was settled"):
        close_dispute(dispute=opened, awarded=[claim(alia, 40)], outcome=" ", by=by, on=DAY)
    close_dispute(dispute=opened, awarded=[claim(alia, 40)], outcome="Withdrawn.", by=by, on=DAY)
    with pytest.raises(ValidationError, match="settled already"):
        close_dispute(dispute=opened, awarded=[claim(alia, 40)], outcome="Withdrawn.", by=by, on=DAY)
    assert rows(song) == [("Alia Rahman", "active", 100)]


@pytest.mark.django_db
def test_only_who_may_edit_works_opens_and_settles(staff: Any, by: Any) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    with pytest.raises(PermissionDenied):
        dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=staff("auditor"))
    opened = dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=by)
    with pytest.raises(PermissionDenied):
        close_dispute(dispute=opened, awarded=[claim(alia, 40)], outcome="x", by=staff("finance"), on=DAY)


@pytest.mark.django_db
def test_row_history_keeps_what_was_before_the_dispute(by: Any) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    dispute(song, 40, claim(alia, 40), claim(bilal, 40), by=by)
    history = WorkShare.pgh_event_model.objects.filter(work=song, right="PR", party=alia)  # type: ignore[attr-defined]
    assert sorted(history.values_list("share", flat=True)) == [60 * PERCENT, 100 * PERCENT]
