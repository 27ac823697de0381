"""Small words on the pages of disputes and merges that would mislead."""

import re
import uuid
from typing import Any

import pytest

from royalties.queries.regrouping_effect import effect_of
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.royalties.test_disputes import text_of
from works.models import Dispute
from works.services import disputes as desk
from works.services import regrouping as works
from works.services.disputes import Award, NewClaim

pytestmark = pytest.mark.django_db


@pytest.fixture
def fought(run_jobs: Any) -> Dispute:
    """A disputed song for which a published run holds money."""
    alia, bilal = make_member("Rahman", "Alia", number=901).party, make_member("Hussain", "Bilal", number=902).party
    song = make.song("Song", (alia, 100))
    pool = make.pool(100_00, files=[make.usage(make.Play("q", song))])
    claims = [NewClaim(alia, "CA", 600_000), NewClaim(bilal, "CA", 500_000)]
    dispute = desk.open_dispute(work=song, right="PR", claims=claims, by=person("documentation"), on=make.NOW.date())
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    return dispute


def test_money_that_a_settled_dispute_still_holds_is_said_to_wait(fought: Dispute, sign_in: Any) -> None:
    clerk = sign_in(person("documentation"))
    page = f"/staff/works/disputes/{fought.uid}/"
    assert "It still waits" not in text_of(clerk.get(page))
    awards = [
        Award(claim.party, claim.role, share)
        for claim, share in zip(fought.claims.order_by("pk"), (500_000,) * 2, strict=True)
    ]
    outcome = desk.propose_outcome(
        dispute=fought, kind="split", reason="Letters.", awards=awards, by=person("documentation"), on=make.NOW.date()
    )
    desk.confirm_outcome(outcome=outcome, by=person("approver"), on=make.NOW.date())
    shown = text_of(clerk.get(page))
    assert "Rs 10.00" in shown and "It still waits to be shared out by the outcome" in shown


def test_the_letter_of_an_added_side_is_not_called_optional(fought: Dispute, sign_in: Any) -> None:
    page = sign_in(person("documentation")).get(f"/staff/works/disputes/{fought.uid}/").content.decode()
    [label] = re.findall(r'<label for="id_join-reference">(.*?)</label>', page)
    assert "optional" not in label and "Needed unless an agreement of the register is named." in page
    [agreement] = re.findall(r'<label for="id_join-agreement">(.*?)</label>', page)
    assert "optional" in agreement


def test_the_effect_of_a_merge_does_not_call_an_unknown_owner_a_person(run_jobs: Any) -> None:
    one, other = make.song("Song", (make_member("Noor").party, 100)), make.song("Song again", (None, 100))
    make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("a", one), make.Play("b", other))]))
    made = works.propose_merge(
        work=one, other=other, choices={"rights": {"PR": "work", "MR": "work"}}, reason="same",
        by=person("documentation"), now=make.NOW, form_key=uuid.uuid4(),
    )  # fmt: skip
    names = [str(row.name) for run in effect_of(made).runs for row in run.rows]
    assert "Held: owner not known, or not a member yet" in names
