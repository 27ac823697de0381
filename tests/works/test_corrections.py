"""Correcting shares: one act with its reason replaces the shares of a right, and the whole stays whole."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.audit.models import Act
from tests.factories.works import PERCENT, party, work
from works.models import Work, WorkShare
from works.queries.work_pages import share_table
from works.services.disputes import NewClaim, open_dispute
from works.services.registration import NewShare
from works.services.shares import replace_shares

DAY = dt.date(2026, 7, 1)


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def owners(db: None) -> list[Any]:
    return [party("Alia Rahman"), party("Bilal Hussain"), party("Carim Shah")]


def shares(*parts: tuple[Any, int]) -> list[NewShare]:
    return [NewShare(owner, "CA", "PR", percent * PERCENT) for owner, percent in parts]


def replace(song: Work, parts: list[NewShare], by: Any, reason: str = "Letter of 4 May", **more: Any) -> None:
    replace_shares(work=song, right="PR", shares=parts, reason=reason, by=by, **more)


def held(song: Work, on: dt.date) -> dict[str, int]:
    table = next(table for table in share_table(song, on=on) if table.right == "PR")
    return {str(row.party or "-"): row.share // PERCENT for row in table.rows}


@pytest.mark.django_db
def test_a_correction_takes_the_place_of_what_was_wrong_all_along(owners: list[Any], by: Any) -> None:
    alia, bilal, carim = owners
    song = work("Song", (alia, "CA", 50), (bilal, "CA", 50))
    replace(song, shares((alia, 50), (carim, 50)), by)
    assert held(song, DAY) == held(song, dt.date(1990, 1, 1)) == {"Alia Rahman": 50, "Carim Shah": 50}
    assert WorkShare.objects.filter(work=song, right="MR", party=bilal).exists()
    act = Act.objects.get(verb="replace_shares")
    assert (act.facts["reason"], len(act.facts["before"]), len(act.facts["after"])) == ("Letter of 4 May", 2, 2)


@pytest.mark.django_db
def test_a_change_of_owner_from_a_day_keeps_what_held_before_it(owners: list[Any], by: Any) -> None:
    alia, bilal, _carim = owners
    song = work("Song", (alia, "CA", 100))
    replace(song, shares((bilal, 100)), by, valid_from=DAY)
    assert held(song, DAY - dt.timedelta(days=1)) == {"Alia Rahman": 100}
    assert held(song, DAY) == {"Bilal Hussain": 100}


@pytest.mark.django_db
def test_a_second_change_of_the_same_day_replaces_the_first(owners: list[Any], by: Any) -> None:
    alia, bilal, carim = owners
    song = work("Song", (alia, "CA", 100))
    replace(song, shares((bilal, 100)), by, valid_from=DAY)
    replace(song, shares((carim, 100)), by, valid_from=DAY)
    assert held(song, DAY) == {"Carim Shah": 100}
    assert WorkShare.objects.filter(work=song, right="PR").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("percents", "words"), [((50, 49), "1\N{NO-BREAK SPACE}% is missing"), ((50, 51), "1\N{NO-BREAK SPACE}% too much")]
)
def test_a_sum_that_misses_the_whole_is_refused_with_the_difference(
    percents: tuple[int, int], words: str, owners: list[Any], by: Any
) -> None:
    alia, bilal, _carim = owners
    song = work("Song", (alia, "CA", 100))
    with pytest.raises(ValidationError) as refusal:
        replace(song, shares(*zip((alia, bilal), percents, strict=True)), by)
    assert words in refusal.value.messages[0]
    assert held(song, DAY) == {"Alia Rahman": 100}


@pytest.mark.django_db
def test_an_unknown_rest_is_a_row_without_a_party(owners: list[Any], by: Any) -> None:
    song = work("Song", (owners[0], "CA", 100))
    replace(song, shares((owners[0], 60), (None, 40)), by)
    assert set(WorkShare.objects.filter(work=song, right="PR").values_list("state", flat=True)) == {
        "active",
        "unclaimed",
    }


@pytest.mark.django_db
def test_contested_parts_stay_and_the_rows_make_up_the_rest(owners: list[Any], by: Any) -> None:
    alia, bilal, carim = owners
    song = work("Song", (alia, "CA", 100))
    claims = [NewClaim(alia, "CA", 100 * PERCENT), NewClaim(bilal, "CA", 40 * PERCENT)]
    open_dispute(work=song, right="PR", claims=claims, by=by, on=DAY)
    with pytest.raises(ValidationError, match="too much"):
        replace(song, shares((carim, 100)), by)
    replace(song, shares((carim, 60)), by)
    assert held(song, DAY) == {"Carim Shah": 60, "-": 40}


@pytest.mark.django_db
@pytest.mark.parametrize("sum_of_new", [60, 100])
def test_days_of_which_a_dispute_holds_a_part_are_corrected_apart_from_the_others(
    owners: list[Any], by: Any, sum_of_new: int
) -> None:
    alia, bilal, carim = owners
    song = work("Song", (alia, "CA", 100))
    replace(song, shares((bilal, 100)), by, valid_from=DAY)
    claims = [NewClaim(bilal, "CA", 100 * PERCENT), NewClaim(carim, "CA", 40 * PERCENT)]
    open_dispute(work=song, right="PR", claims=claims, by=by, on=DAY)
    before, earlier = list(WorkShare.objects.order_by("pk").values()), DAY - dt.timedelta(days=1)
    with pytest.raises(ValidationError, match="A dispute holds a part in some of these days or countries only"):
        replace(song, shares((carim, sum_of_new)), by)
    assert list(WorkShare.objects.order_by("pk").values()) == before
    replace(song, shares((carim, 60)), by, valid_from=DAY)
    replace(song, shares((carim, 100)), by, valid_to=earlier)
    assert (held(song, earlier), held(song, DAY)) == ({"Carim Shah": 100}, {"Carim Shah": 60, "-": 40})


@pytest.mark.django_db
def test_a_correction_without_a_reason_or_with_the_same_row_twice_is_refused(owners: list[Any], by: Any) -> None:
    song = work("Song", (owners[0], "CA", 100))
    with pytest.raises(ValidationError) as refusal:
        replace(song, shares((owners[1], 50), (owners[1], 50)), by, reason=" ")
    assert len(refusal.value.messages) == 2
    with pytest.raises(ValidationError, match="more than 0"):
        replace(song, shares((owners[1], 100), (owners[2], 0)), by)


@pytest.mark.django_db
def test_only_who_may_edit_works_corrects_shares(owners: list[Any], staff: Any) -> None:
    song = work("Song", (owners[0], "CA", 100))
    for role in ("auditor", "membership", "finance", "administrator"):
        with pytest.raises(PermissionDenied):
            replace(song, shares((owners[1], 100)), staff(role))
