"""The usage and the money of a work, as Work 360 leads to them."""

import re
from typing import Any

import pytest
from django.db.models import Q, Sum

from royalties.models import AllocationLine
from royalties.queries.work_money import work_money
from tests.factories import royalties as make
from tests.factories.members import make_member, make_party
from works.models import Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def songs() -> tuple[Work, Work]:
    half_known = make.song("Half known", (make_member().party, 30), (make_party("Far Away"), 70))
    return half_known, make.song("Whole", (make_member().party, 60), (make_member().party, 40))


def test_a_work_tells_its_plays_and_its_money_by_distribution_and_pool(songs: Any, run_jobs: Any) -> None:
    song, other = songs
    assert work_money(song).runs == ()
    file = make.usage(make.Play("a", song, plays=3), make.Play("b", other, plays=5))
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    [told] = work_money(song).runs
    [earned] = told.pools
    lines = AllocationLine.objects.filter(run_id=run.pk, work_id=song.pk)
    kept = lines.aggregate(paid=Sum("amount", filter=Q(payee_id__gt=0)), held=Sum("amount", filter=Q(payee_id__lt=0)))
    assert (told.run, earned.plays, earned.right) == (run, 3, "PR")
    assert {"paid": earned.paid, "held": earned.held} == kept and earned.paid > 0 and earned.held > 0
    assert work_money(song).stake.held == earned.held
    assert work_money(other).held == 0


def test_the_money_of_a_merged_work_stands_with_the_work_that_stands_for_it(songs: Any, run_jobs: Any) -> None:
    song, other = songs
    file = make.usage(make.Play("a", song, plays=3), make.Play("b", other, plays=5))
    make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    alone = work_money(song), work_money(other)
    Work.objects.filter(pk=other.pk).update(state="merged", merged_into=song)
    together = work_money(song)
    assert together.paid == alone[0].paid + alone[1].paid
    assert together.stake.plays == 8


def test_the_queries_are_as_many_for_many_distributions(
    songs: Any, run_jobs: Any, django_assert_max_num_queries: Any
) -> None:
    song, _other = songs
    for number in range(3):
        make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play(f"a{number}", song))]))
    with django_assert_max_num_queries(5):
        assert len(work_money(song).runs) == 3


def test_the_page_leads_from_the_work_to_its_money(songs: Any, run_jobs: Any, staff: Any, sign_in: Any) -> None:
    song, _other = songs
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("a", song))]))
    client = sign_in(staff("documentation"))
    address = f"/staff/works/{song.uid}/money/"
    assert address in client.get(f"/staff/works/{song.uid}/").content.decode()
    shown = re.sub("<[^>]*>", "", client.get(address).content.decode())
    assert run.number in shown and "Rs" in shown
