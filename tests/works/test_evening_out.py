"""Shares that miss the whole within the tolerance of CWR are brought to it within the ranges of CWR."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.works.export_files import export
from tests.works.formats.cwr_files import WORK, Record, changed, cwr_file
from tests.works.import_files import answers, check, take
from works.models import ImportedTransaction, Work
from works.services.cwr_sums import HALF, STEPS, TOLERATED, evened_out

STEP = 100


@st.composite
def sent_shares(draw: st.DrawFn) -> tuple[list[tuple[int, int]], set[int]]:
    """Writers and publishers whose performing shares pass the edits, in hundredths of a percent."""
    published = draw(st.integers(0, HALF + TOLERATED))
    total = draw(st.integers(STEPS - TOLERATED, STEPS + TOLERATED))
    writers, publishers = _parts(draw, total - published), _parts(draw, published)
    if any(share > HALF for share in publishers):
        publishers = [published // 2, published - published // 2]
    shares = list(enumerate([*writers, *publishers]))
    return shares, set(range(len(writers), len(shares)))


def _parts(draw: st.DrawFn, total: int) -> list[int]:
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=5)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, total], strict=True)]


@given(sent_shares(), st.sampled_from([1, STEP]))
def test_publishers_never_get_more_than_half_of_the_performing_right(case: Any, unit: int) -> None:
    shares, publishers = case
    total = sum(steps for _place, steps in shares)
    kept = evened_out([(place, steps * unit) for place, steps in shares], "PR", publishers=publishers, unit=unit)
    if total == STEPS:
        assert kept == {place: steps * unit for place, steps in shares}
        return
    assert sum(kept.values()) == STEPS * unit
    assert sum(kept[place] for place in publishers) <= HALF * unit
    assert all(abs(kept[place] - steps * unit) <= 2 * TOLERATED * unit for place, steps in shares)


def test_mechanical_shares_are_evened_out_without_a_limit() -> None:
    kept = evened_out([(0, 4_996), (1, 5_000)], "MR", publishers={1}, unit=1)
    assert kept == {0: 4_998, 1: 5_002}


def published(publisher: str, writer: str) -> tuple[Record, ...]:
    shared = changed(WORK, "SPU", pr_ownership=publisher)
    return changed(changed(shared, "SWR", pr_ownership=writer), "SWT", pr_collection=writer)


@pytest.mark.django_db
@pytest.mark.parametrize(("publisher", "writer"), [("05000", "04997"), ("04999", "04996"), ("04998", "04997")])
def test_a_publisher_is_not_lifted_above_half(publisher: str, writer: str, staff: Any) -> None:
    desk = staff("documentation")
    sent = changed(published(publisher, writer), "SPT", pr_collection=publisher)
    file = take(cwr_file(("NWR", [sent])), desk)
    song = Work.objects.get()
    held = dict(song.shares.filter(right="PR").values_list("role", "share"))
    assert held["E"] <= 500_000 and sum(held.values()) == 1_000_000
    (row,) = ImportedTransaction.objects.filter(file=file)
    better = {told["record"]: told["facts"]["better"] for told in row.complaints if told["edit"] == "NWR-T-011"}
    assert better["SWR"] == "50.00" and better.get("SPU", "50.00") == "50.00"
    (answer,) = answers(file)
    assert answer.status == "AC"
    advised = changed(published("05000", "05000"), "NWR", submitter_work_no="ADVISED")
    assert list(check(cwr_file(("NWR", [advised])), desk).transactions.values_list("status", flat=True)) == ["AS"]
    assert export(desk, "2.1").report["sent"] == 1
