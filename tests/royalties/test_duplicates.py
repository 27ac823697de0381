"""The comparison of works as a job: by the button and by itself once a night, and the money that hangs on each pair."""

import datetime as dt

import pytest

from cmo_portal.jobs.models import Job
from royalties.models import DuplicateStake
from royalties.queries.duplicates import FIND
from royalties.services import duplicates
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from works.models import SweptWork

pytestmark = pytest.mark.django_db
EVENING = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)  # 22:00 at the society's place
SMALL_HOURS = dt.datetime(2026, 11, 22, 20, 30, tzinfo=dt.UTC)  # 01:30 of the next day there
NIGHT = dt.datetime(2026, 11, 22, 21, 30, tzinfo=dt.UTC)  # 02:30


def sweeps() -> int:
    return Job.objects.filter(kind=FIND).count()


def test_once_a_night_the_works_are_compared_without_anybody_asking(run_jobs) -> None:
    alia = make_member("Alia").party
    make.song("Chandni Raat", (alia, 100))
    make.song("Chandni Rat", (alia, 100))
    for round_of_the_reaper in (EVENING, EVENING, SMALL_HOURS):
        duplicates.sweep_each_night(now=round_of_the_reaper)
        run_jobs()
    assert sweeps() == 1 and DuplicateStake.objects.count() == 1
    duplicates.sweep_each_night(now=NIGHT)
    run_jobs()
    assert sweeps() == 2
    job = Job.objects.get(kind=FIND, key="duplicates:2026-11-23")
    assert (job.state, job.progress_done) == ("done", 0), "nothing had changed since"


def test_the_hour_is_a_setting(settings) -> None:
    settings.SWEEP_HOUR = 4
    duplicates.sweep_each_night(now=NIGHT)
    assert Job.objects.get(kind=FIND).key == "duplicates:2026-11-22"


def test_a_comparison_that_is_under_way_is_not_doubled(run_jobs) -> None:
    duplicates.start_sweep(by=person("documentation"), now=NIGHT)
    duplicates.sweep_each_night(now=NIGHT)
    assert sweeps() == 1
    run_jobs()
    duplicates.sweep_each_night(now=NIGHT)
    assert sweeps() == 2


def test_money_that_is_held_counts_as_much_as_money_that_is_expected(run_jobs) -> None:
    alia = make_member("Alia").party
    known, unknown = make.song("Chandni Raat", (alia, 100)), make.song("Chandni Rat")
    played = [make.Play("chandni raat", known), make.Play("chandni rat", unknown)]
    make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(*played)]))
    make.pool(40_00, files=[make.usage(make.Play("chandni raat again", known))])
    duplicates.sweep_each_night(now=NIGHT)
    run_jobs()
    stake = DuplicateStake.objects.get()
    assert (stake.held, stake.usage, stake.at_stake) == (50_00, 40_00, 90_00)


def test_the_money_on_pairs_is_counted_in_parts(monkeypatch, run_jobs) -> None:
    monkeypatch.setattr(duplicates, "PAIRS_AT_ONCE", 2)
    alia = make_member("Alia").party
    for title in ("Chandni Raat", "Chandni Rat", "Chaandni Raat"):
        make.song(title, (alia, 100))
    duplicates.sweep_each_night(now=NIGHT)
    run_jobs()
    assert DuplicateStake.objects.count() == 3
    assert not SweptWork.objects.filter(is_stale=True).exists()


def test_the_list_begins_with_the_pair_on_which_most_money_hangs_and_so_does_its_file(run_jobs, sign_in) -> None:
    alia = make_member("Alia").party
    for title, amount in (("Chandni Raat", 10_00), ("Dil Ki Baat", 90_00), ("Sitara", 40_00)):
        one = make.song(title, (alia, 100))
        make.song(title, (alia, 100))
        make.pool(amount, files=[make.usage(make.Play(title.lower(), one))])
    duplicates.sweep_each_night(now=NIGHT)
    run_jobs()
    desk = sign_in(person("documentation"))
    expected = ["Dil Ki Baat", "Sitara", "Chandni Raat"]
    shown = desk.get("/staff/duplicates/")
    assert [row.pair.first.title for row, _told in shown.context["rows"]] == expected
    file = desk.get("/staff/duplicates/?format=csv")
    lines = b"".join(file).decode("utf-8-sig").splitlines()[1:]
    assert [next(title for title in expected if title in line) for line in lines] == expected
