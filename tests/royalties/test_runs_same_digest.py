"""The same frozen inputs give the same digest: with any number of slices, in any order of rows, in any time zone (M10)."""

import random

import pytest
from django.utils import timezone, translation

from royalties.models import AllocationLine, LineResult, PayeeTotal, Run
from royalties.queries.frozen import feeds_of, pools_of, shares_of, texts_for_kernel, texts_of
from royalties.queries.frozen_lines import lines_of
from royalties.queries.usage_lines import stored_lines
from royalties.rules.digest import digest_of
from royalties.rules.kernel import calculate
from royalties.rules.kernel_tables import Lines
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def awkward():
    """Thirds, ties, long tails and equal weights, in two pools of two rights and three files."""
    seed = random.Random(7)
    owners = [make_member(f"Owner{number}").party for number in range(5)]
    songs = [
        make.song(f"Song {n}", *((owner, 33 if n % 2 else 20) for owner in seed.sample(owners, 3 if n % 2 else 5)))
        for n in range(12)
    ]
    plays = [
        make.Play(f"text {n}", None if n % 11 == 0 else seed.choice(songs), seed.choice((1, 1, 1, 7)), 60)
        for n in range(90)
    ]
    files = [make.usage(*plays[part::3], *plays[part : part + 20], shuffle=part) for part in range(3)]
    return [make.pool(999_983, files=files, right="PR"), make.pool(31_337, files=files[:2], right="MR")]


def calculate_again(run_jobs, pools, slices: int) -> str:
    """Calculate from scratch, throw it away, and give the digest."""
    run = make.calculated_run(run_jobs, *pools, slices=slices)
    digest = bytes(run.digest).hex()
    runs.cancel_run(run=run, reason="again", by=make.maker(), now=make.NOW)
    run_jobs()
    return digest


def test_the_number_of_slices_changes_nothing(awkward, run_jobs):
    assert len({calculate_again(run_jobs, awkward, slices) for slices in (1, 2, 4, 7)}) == 1


def test_the_input_digest_is_the_same_for_the_same_inputs(awkward, run_jobs):
    first = make.frozen_run(*awkward)
    digest = bytes(first.input_digest)
    runs.cancel_run(run=first, reason="again", by=make.maker(), now=make.NOW)
    assert bytes(make.frozen_run(*awkward).input_digest) == digest


def test_time_zone_and_language_change_nothing(awkward, run_jobs):
    plain = calculate_again(run_jobs, awkward, 2)
    with timezone.override("Pacific/Kiritimati"), translation.override("ur"):
        assert calculate_again(run_jobs, awkward, 3) == plain


def test_the_tables_hold_what_the_kernel_gives_in_one_piece(awkward, run_jobs):
    run = make.calculated_run(run_jobs, *awkward, slices=3)
    whole = Run.objects.get(pk=run.pk)
    whole.slices = 1
    lines = Lines.join(list(lines_of(whole, 0)))
    result = calculate(pools_of(run), lines, texts_for_kernel(texts_of(run)), shares_of(run))
    assert digest_of(result) == bytes(run.digest).hex()
    assert LineResult.objects.filter(run_id=run.pk).count() == len(result.line_units)
    assert AllocationLine.objects.filter(run_id=run.pk).count() == len(result.statements)
    assert PayeeTotal.objects.filter(run_id=run.pk).count() == len(result.payees)


def test_rows_stored_in_another_order_give_the_same_digest(run_jobs):
    owner, other = make_member("One").party, make_member("Two").party
    song, third = make.song("Song", (owner, 33), (other, 33)), make.song("Third", (other, 100))
    plays = [make.Play(f"t{n % 17}", (song, third, None)[n % 17 % 3], plays=n % 3 + 1) for n in range(100)]
    digests = set()
    for order in (None, 1, 2):
        file = make.usage(*plays, name=f"order {order}", shuffle=order)
        assert [len(part.lines) for part in stored_lines(file.pk)] == [100]
        digests.add(calculate_again(run_jobs, [make.pool(100_03, files=[file])], 3))
    assert len(digests) == 1


def test_the_lines_of_all_slices_are_the_lines_of_the_file(awkward):
    run = make.frozen_run(*awkward)
    for feed in feeds_of(run):
        (stored,) = stored_lines(feed.file_id)
        whole, parts = stored.lines.row_no, [stored.of_slice(4, number).lines.row_no for number in range(4)]
        assert sorted(whole.tolist()) == sorted(row for part in parts for row in part.tolist())
