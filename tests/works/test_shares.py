"""M05: never more than the whole of a work, whatever two sessions do at once; half-known works are fine."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from tests.factories.works import PERCENT, party, work
from works.models import Work, WorkShare
from works.services.registration import NewShare, NewTitle, NewWork, register_work


def add_share(work_id: int, party_id: int, share: int, **more: Any) -> None:
    WorkShare.objects.create(work_id=work_id, party_id=party_id, role="CA", right="PR", share=share, **more)


@pytest.mark.django_db
def test_a_whole_work_is_registered() -> None:
    song = work(
        "Chandni Raat", (party("Alia Rahman"), "C", 50), (party("Bilal Hussain"), "A", 50), original="چاندنی رات"
    )
    assert song.number == "W0000001" or song.number.startswith("W")
    assert {row.script for row in song.titles.all()} == {"Latn", "Arab"}


@pytest.mark.django_db
def test_a_share_sum_of_100_01_percent_is_refused_with_the_difference() -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    new = NewWork(
        title=NewTitle("Too much"),
        shares=(NewShare(alia, "C", "PR", 500_000), NewShare(bilal, "A", "PR", 500_100)),
    )
    with pytest.raises(ValidationError, match="100.01"):
        register_work(new=new, by=None, source="test")
    assert Work.objects.count() == 0


@pytest.mark.django_db
def test_the_database_refuses_a_share_above_the_whole() -> None:
    alia = party("Alia Rahman")
    song = work("Song", (alia, "CA", 100))
    with pytest.raises(IntegrityError, match="M05"), transaction.atomic():
        add_share(song.pk, alia.pk, 1)


@pytest.mark.django_db
def test_a_world_share_counts_in_every_territory() -> None:
    alia = party("Alia Rahman")
    song = work("Song", (alia, "CA", 100))
    with pytest.raises(IntegrityError, match="M05"), transaction.atomic():
        add_share(song.pk, alia.pk, 1, territory="0586")


@pytest.mark.django_db
@pytest.mark.parametrize(("territory", "is_taken"), [("2106", False), ("2114", False), ("0586", True), ("2136", True)])
def test_a_group_of_countries_cannot_hide_a_share_above_the_whole(territory: str, is_taken: bool) -> None:
    """60 % of Asia and 50 % of Pakistan would be 110 % of Pakistan."""
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    WorkShare.objects.filter(work=song).update(territory="0356", share=50 * PERCENT)
    try:
        with transaction.atomic():
            add_share(song.pk, bilal.pk, 50 * PERCENT, territory=territory)
    except IntegrityError as error:
        assert not is_taken and "share_for_the_world_or_a_country" in str(error)
    else:
        assert is_taken


@pytest.mark.django_db
def test_a_share_that_ended_leaves_room_for_its_successor() -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    WorkShare.objects.filter(work=song, right="PR").update(valid_to="2025-12-31")
    add_share(song.pk, bilal.pk, 100 * PERCENT, valid_from="2026-01-01")
    with pytest.raises(IntegrityError, match="M05"), transaction.atomic():
        WorkShare.objects.filter(work=song, right="PR", party=bilal).update(valid_from="2025-12-31")


def _race(song: Work, parties: list[Any]) -> list[str]:
    gate, outcome = threading.Barrier(2), []

    def session(owner: Any) -> None:
        try:
            with transaction.atomic():
                gate.wait()
                add_share(song.pk, owner.pk, 60 * PERCENT)
            outcome.append("stored")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=session, args=[owner]) for owner in parties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcome)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_adding_60_percent_at_once_do_not_both_pass() -> None:
    parties = [party("Alia Rahman"), party("Bilal Hussain")]
    song = work("Race")
    assert _race(song, parties) == ["refused", "stored"]


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guard_off_two_sessions_make_120_percent(superuser_cursor: Any) -> None:
    parties = [party("Alia Rahman"), party("Bilal Hussain")]
    song = work("Race")
    superuser_cursor.execute("ALTER TABLE works_workshare DISABLE TRIGGER USER")
    assert _race(song, parties) == ["stored", "stored"]
    assert sum(WorkShare.objects.filter(work=song).values_list("share", flat=True)) == 120 * PERCENT
