"""Where the society's rule holds a whole disputed right, no sentence says that anybody collects it meanwhile."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from cmo_portal.common import clock
from tests.works.disputing import award, claim, end
from works.models import Dispute, DisputeRule, Work
from works.queries.chain_words import sentences
from works.queries.chains import Collection, collection_of
from works.queries.distributable import status_of_work
from works.queries.status_words import REASONS
from works.services.disputes import open_dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(two: tuple[Any, Any, Work], by: Any, approver: Any) -> Dispute:
    """Alia claims 60 %, Bilal 50 %; the rule of the day holds the whole right."""
    alia, bilal, song = two
    DisputeRule.objects.create(
        valid_from=clock.today(), evidence_days=60, source="Board", state="approved", holds="whole",
        proposed_by=by, approved_by=approver,
    )  # fmt: skip
    claims = [claim(alia.party, 60), claim(bilal.party, 50)]
    return open_dispute(work=song, right="PR", claims=claims, by=by, on=clock.today())


def asked(song: Work, right: str = "PR", territory: str = "0586") -> Collection:
    return collection_of(work_id=song.pk, right=right, territory=territory, on=clock.today())


def test_who_may_collect_says_that_nobody_is_paid(held: Dispute) -> None:
    said = sentences(asked(held.work), mark=str)
    assert said[0].startswith("A dispute holds the whole right: until it is closed nobody is paid")
    assert not [line for line in said if "collects" in line], said
    assert "Alia Rahman owns 50\N{NO-BREAK SPACE}%; it is held." in said


def test_another_right_of_the_work_is_told_as_before(held: Dispute) -> None:
    assert "owns and collects" in sentences(asked(held.work, "MR"))[0]


def test_effective_shares_say_that_the_right_is_held(held: Dispute) -> None:
    for right, is_held in (("PR", True), ("MR", False)):
        out = io.StringIO()
        options = {"work": held.work.number, "right": right, "territory": "2136", "on": str(clock.today())}
        call_command("effective_shares", json=True, stdout=out, **options)
        told = json.loads(out.getvalue())
        assert told["held_whole"] is is_held
        assert any("owns and collects" in line for line in told["words"]) is not is_held


def test_the_status_says_so_and_the_cure_promises_the_member_no_money(held: Dispute, sign_in: Any) -> None:
    status = next(one.status for one in status_of_work(held.work, on=clock.today()) if one.right == "PR")
    assert (status.pays, [part.reason for part in status.held]) == (0, ["disputed_whole"])
    side = held.claims.order_by("pk")[0].party.member
    page = sign_in(side.user).get(f"/my/works/{held.work.uid}/").content.decode()
    assert "Nothing of this right pays before it is closed." in page
    assert str(REASONS["disputed"].member) not in page, "what is agreed does not pay here"


def test_when_the_dispute_ends_the_parts_are_collected_again(
    held: Dispute, two: tuple[Any, Any, Work], by: Any, approver: Any
) -> None:
    alia, bilal, song = two
    end(held, award(alia.party, 50), award(bilal.party, 50), by=by, approver=approver)
    assert not asked(song).is_held
    assert "owns and collects" in sentences(asked(song))[0]


def test_a_part_that_is_held_alone_leaves_the_rest_to_be_collected(opened: Dispute) -> None:
    assert not asked(opened.work).is_held
    assert REASONS["disputed"].member in [REASONS[p.reason].member for p in _held_parts(opened.work)]


def _held_parts(song: Work) -> Any:
    return next(one.status.held for one in status_of_work(song, on=clock.today()) if one.right == "PR")
