"""M05: never more than the whole of a work, whatever two sessions do at once; half-known works are fine."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from members.services.areas import write_areas
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
@pytest.mark.parametrize(
    ("held", "added", "is_taken"),
    [
        ("0586", "2106", False),  # Pakistan is in Asia
        ("0586", "2114", False),
        ("2136", "0586", False),
        ("2136-0586", "0586", True),
        ("2136-0586", "2106", False),
        ("2136-0586+0586", "0586", False),
        ("2106", "2114", False),  # Pakistan is in both
        ("2106-2114", "2114", True),
        ("0356", "0586", True),
    ],
)
def test_shares_are_added_up_in_each_country_of_their_areas(held: str, added: str, is_taken: bool) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    write_areas([held, added])
    WorkShare.objects.filter(work=song).update(territory=held, share=60 * PERCENT)
    try:
        with transaction.atomic():
            add_share(song.pk, bilal.pk, 50 * PERCENT, territory=added)
    except IntegrityError as error:
        assert not is_taken and "M05" in str(error)
    else:
        assert is_taken


@pytest.mark.django_db
def test_a_country_that_joins_a_group_later_is_added_up_from_that_day() -> None:
    """Poland came into the European Union on 1 May 2004; the United Kingdom left it at the end of January 2020."""
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Song", (alia, "CA", 100))
    WorkShare.objects.filter(work=song).update(territory="2123", share=60 * PERCENT)
    add_share(song.pk, bilal.pk, 60 * PERCENT, territory="0826", valid_from="2020-02-01")
    WorkShare.objects.filter(work=song, party=alia).update(valid_to="2004-04-30")
    add_share(song.pk, bilal.pk, 60 * PERCENT, territory="0616", valid_from="1990-01-01")
    with pytest.raises(IntegrityError, match="M05.*from 2004-05-01"), transaction.atomic():
        WorkShare.objects.filter(work=song, party=alia).update(valid_to=None)


@pytest.mark.django_db
def test_the_database_refuses_a_share_of_an_area_that_nobody_wrote_down() -> None:
    alia = party("Alia Rahman")
    song = work("Song")
    with pytest.raises(IntegrityError, match="known_area"), transaction.atomic():
        add_share(song.pk, alia.pk, 1, territory="0586-0356")
        connection.check_constraints()


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
