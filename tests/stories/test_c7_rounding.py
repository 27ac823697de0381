"""Worked example C7 through whole runs: what does not divide is placed by largest remainder, and a reversal undoes it."""

import pytest
from django.db.models import Sum

from royalties import fsck
from royalties.models import Journal, LedgerLine, PayeeTotal
from royalties.services.runs import reverse_run
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


def shared(run_jobs, total, weights):
    """A run over a pool of `total` minor units, shared by works of these weights, each of a member of her own."""
    owners = [make_member(f"Owner {number}").party for number in range(len(weights))]
    works = [shelf.work(f"Work {number}", (owner, "CA", 100)) for number, owner in enumerate(owners)]
    plays = [
        make.Play(f"text {n}", work, seconds=weight)
        for n, (work, weight) in enumerate(zip(works, weights, strict=True))
    ]
    run = make.finalised_run(run_jobs, make.pool(total, files=[make.usage(*plays)]))
    found = dict(PayeeTotal.objects.filter(run_id=run.pk).values_list("payee_id", "amount"))
    return run, [found.get(owner.pk, 0) for owner in owners]


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (10_000, (1, 1, 1), [3_334, 3_333, 3_333]),
        (1, (1, 1, 1), [1, 0, 0]),
        (100_001, (50, 25, 25), [50_001, 25_000, 25_000]),
    ],
)
def test_a_run_places_every_paisa_by_largest_remainder(run_jobs, total, weights, expected):
    _run, amounts = shared(run_jobs, total, weights)
    assert amounts == expected
    assert sum(amounts) == total
    assert fsck.findings(fsck.Scope()) == []


def test_a_reversal_is_the_exact_negative_of_every_rounded_line(run_jobs):
    run, _amounts = shared(run_jobs, 10_000, (1, 1, 1))
    posted = Journal.objects.get(key=f"run:{run.uid}:finalise")
    reverse_run(run=run, reason="Reported twice", by=make.approver(), now=make.NOW)
    lines = LedgerLine.objects.filter(account__code="2500")
    assert sorted(lines.filter(journal=posted).values_list("amount", flat=True)) == [-3_334, -3_333, -3_333]
    assert sorted(lines.filter(journal=posted.reversed_by).values_list("amount", flat=True)) == [3_333, 3_333, 3_334]
    assert lines.aggregate(sum=Sum("amount"))["sum"] == 0
    assert fsck.findings(fsck.Scope()) == []
