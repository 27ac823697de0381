"""Why an amount is what it is: for every line of a run the explanation alone gives the amount again."""

import random
from fractions import Fraction

import pytest

from cmo_portal.common.money import allocate
from members.models import Party
from royalties.models import AllocationLine, LineResult, RunPool, RunText, StatedWork, Statement, UsageLine
from royalties.queries.statement_lines import rules_of
from royalties.queries.why import explain
from royalties.rules.explaining import row_working
from royalties.services.pools import Section
from tests.factories import census as example
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

TIMED = {
    "formula": "minutes",
    "use_weights": {"feature": "1", "jingle": "0.25", "theme": "0.7"},
    "default_use": "feature",
    "dayparts": [
        {"code": "prime", "weight": "2.5", "from": "18:00", "to": "01:30"},
        {"code": "off", "weight": "1"},
    ],
    "default_daypart": "off",
    "assumed_seconds": "200",
}
THREE_DEDUCTIONS = {
    "deductions": [
        {"order": "1", "code": "ADMIN", "rate_percent": "13.26", "basis_after_order": "0", "purpose": "administration"},
        {"order": "2", "code": "CULT", "rate_percent": "2.5", "basis_after_order": "0", "purpose": "cultural"},
        {"order": "3", "code": "RES", "rate_percent": "1.07", "basis_after_order": "2", "purpose": "reserve"},
    ]
}


def every_line(run):
    """(statement, explanation of one line, stored amount) for each line of each payee of a run."""
    numbers = dict(StatedWork.objects.filter(run_id=run.pk).values_list("work_id", "number"))
    stored = AllocationLine.objects.filter(run_id=run.pk, payee_id__gt=0)
    for statement in Statement.objects.filter(run=run):
        mine = stored.filter(payee_id=statement.party_id)
        for pool_no, work_id in sorted(set(mine.values_list("pool_no", "work_id"))):
            why = explain(statement, pool_no=pool_no, work=numbers[work_id])
            amounts = dict(mine.filter(pool_no=pool_no, work_id=work_id).values_list("share_id", "amount"))
            assert {line.share_id for line in why.lines} == set(amounts)
            for line in why.lines:
                yield statement, line, amounts[line.share_id]


def awkward_world(seed):
    """Members, works with awkward shares and usage of a random year; three pools, one with sections, two rights."""
    chance = random.Random(seed)
    owners = [make_member(f"Owner {number}").party for number in range(6)]
    works = []
    for number in range(14):
        chosen = chance.sample(owners, chance.randint(1, 4)) + chance.choice([[], [None]])
        parts = allocate(100, [(place, chance.randint(1, 9)) for place in range(len(chosen))])
        works.append(shelf.work(f"Song {number}", *((o, "CA", parts[n]) for n, o in enumerate(chosen) if parts[n])))

    def play(source, section=""):
        work = chance.choice([*works, None])
        return make.Play(
            f"{work.title if work else 'unknown'} {source} {chance.randint(1, 3)}",
            work,
            chance.randint(1, 40),
            chance.choice([0, 31, 180, 247, 360]),
            chance.choice(["feature", "jingle", "theme", ""]),
            chance.choice(["prime", "off", "", ""]),
            chance.choice(["", "19:05", "00:59", "25:10", "09:00"]),
            section,
        )

    radio = make.usage(*(play("radio") for _ in range(120)), name=f"radio-{seed}.csv")
    live = make.usage(*(play("live", chance.choice(["head", "support"])) for _ in range(40)), name=f"live-{seed}.csv")
    discs = make.usage(*(play("discs") for _ in range(50)), name=f"discs-{seed}.csv")
    two = (Section("head", "Headliner", 3), Section("support", "Support", 4))
    return (
        make.pool(chance.randint(1, 10**9), weights=TIMED, deductions=THREE_DEDUCTIONS, files=[radio]),
        make.pool(chance.randint(1, 10**6), weights=TIMED, sections=two, deductions=THREE_DEDUCTIONS, files=[live]),
        make.pool(chance.randint(1, 999), right="MR", weights={"formula": "plays"}, files=[discs]),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_line_of_a_run_is_explained_to_the_paisa(run_jobs, seed):
    run = make.finalised_run(run_jobs, *awkward_world(seed))
    seen = 0
    for _statement, line, amount in every_line(run):
        assert line.recomputed() == line.amount == amount
        assert line.before_rounding + line.rounding == amount
        seen += 1
    assert seen == AllocationLine.objects.filter(run_id=run.pk, payee_id__gt=0).count() > 30


def test_c1_is_explained_with_the_figures_of_the_example(run_jobs):
    census = example.finalised(run_jobs)
    why = explain(census.statement("M2"), pool_no=1, work=census.works["A"].number)
    (line,) = why.lines
    assert (line.gross, line.distributable, line.pool_amount) == (125_000_000, 95_000_000, 95_000_000)
    assert [(term.amount, term.basis) for term in line.deductions] == [
        (25_000_000, 125_000_000),
        (5_000_000, 100_000_000),
    ]
    assert (line.points_sum, line.point_value, line.points) == (100_000, 950, 43_200)
    assert (line.plays, line.lines, line.work_units) == (120, 2, 410_400_000_000)
    assert (line.share.units, line.before_rounding, line.amount) == (250_000, 10_260_000, 10_260_000)
    assert [(owner.share.role, owner.share.units) for owner in why.owners] == [
        ("C", 500_000),
        ("A", 250_000),
        ("E", 250_000),
    ]


def test_nothing_is_explained_that_a_statement_does_not_pay(run_jobs):
    census = example.finalised(run_jobs)
    assert explain(census.statement("M2"), pool_no=1, work=census.works["B"].number) is None
    assert explain(census.statement("M2"), pool_no=7, work=census.works["A"].number) is None


@pytest.mark.parametrize("seed", [4, 5])
def test_every_usage_row_weighs_what_its_working_says(run_jobs, seed):
    run = make.finalised_run(run_jobs, *awkward_world(seed))
    rules = rules_of(Statement.objects.filter(run=run).first())
    scales = dict(RunPool.objects.filter(run=run).values_list("pool_no", "weight_scale"))
    files = {(t.pool_no, t.text_key >> 32): t.file_id for t in RunText.objects.filter(run_id=run.pk)}
    rows = LineResult.objects.filter(run_id=run.pk)
    assert rows.count() == 210
    for result in rows:
        row = UsageLine.objects.get(
            file_id=files[result.pool_no, result.line_key >> 32], row_no=result.line_key & 0xFFFFFFFF
        )
        rule = rules[result.pool_no]
        working = row_working(
            rule,
            plays=row.plays,
            seconds=row.seconds,
            use=row.use_code,
            daypart=row.daypart,
            used_at=row.used_at,
            parts=row.parts,
        )
        assert working.points == Fraction(result.weight, scales[result.pool_no])


def test_the_points_of_a_work_are_those_of_its_rows(run_jobs):
    run = make.finalised_run(run_jobs, *awkward_world(6))
    for _statement, line, _amount in every_line(run):
        keys = [term.text_key for term in line.texts]
        rows = LineResult.objects.filter(run_id=run.pk, pool_no=line.pool_no, text_key__in=keys)
        assert sum(Fraction(row.weight, line.scale) for row in rows) == line.points
        assert sum(row.units for row in rows) == line.work_units
    assert Party.objects.exists()
