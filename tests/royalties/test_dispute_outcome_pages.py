"""The end of a dispute on its pages: what is proposed, what the confirmer reads, what the sides read."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from cmo_portal.common import clock
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.royalties.test_disputes import text_of
from works.models import Dispute, DisputeOutcome, WorkShare
from works.services import disputes as desk
from works.services.disputes import NewClaim

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened() -> Dispute:
    """Alia claims 60 %, Bilal 50 %: 110 %."""
    alia, bilal = make_member("Rahman", "Alia", number=901).party, make_member("Hussain", "Bilal", number=902).party
    claims = [NewClaim(alia, "CA", 600_000), NewClaim(bilal, "CA", 500_000)]
    facts = {"by": person("documentation"), "on": clock.today() - dt.timedelta(days=3)}
    return desk.open_dispute(work=make.song("Song", (alia, 100)), right="PR", claims=claims, **facts)


def page(dispute: Dispute, audience: str = "staff") -> str:
    return reverse(f"royalties:{audience}-dispute-detail", args=[dispute.uid])


def proposing(dispute: Dispute, kind: str, *shares: str) -> dict[str, Any]:
    claims = dispute.claims.order_by("pk")
    given = {f"propose-share_{claim.pk}": share for claim, share in zip(claims, shares, strict=True)}
    return {"act": "propose", "propose-kind": kind, "propose-reason": "Letters.", **given}


def test_a_share_left_blank_is_refused_with_words_and_proposes_nothing(opened: Dispute, sign_in: Any) -> None:
    client = sign_in(person("documentation"))
    for kind in ("split", "court"):
        refused = text_of(client.post(page(opened), proposing(opened, kind, "", "")))
        assert "0 for a side that has nothing in the end" in refused
    assert not DisputeOutcome.objects.exists()
    refused = text_of(client.post(page(opened), proposing(opened, "split", "0", "0")))
    assert "give at least 50 %, which nobody contests, and at most 60 %, which it claims" in refused


def test_who_confirms_reads_what_each_side_has_then_and_what_has_no_owner(opened: Dispute, sign_in: Any) -> None:
    sign_in(person("documentation")).post(page(opened), proposing(opened, "court", "30", "0"))
    approver = sign_in(person("approver"))
    shown = text_of(approver.get(page(opened)))
    assert "Rahman 50 % 30 %" in shown and "Hussain 40 % 0 %" in shown
    assert "70 % of the right has no owner then; its money waits until one is known." in shown
    done = text_of(approver.post(page(opened), {"act": "confirm"}, follow=True))
    assert "The dispute is settled. 70 % of the right has no owner now" in done


def test_a_second_click_on_confirm_tells_that_it_is_done(opened: Dispute, sign_in: Any) -> None:
    sign_in(person("documentation")).post(page(opened), proposing(opened, "split", "60", "40"))
    approver = sign_in(person("approver"))
    first = text_of(approver.post(page(opened), {"act": "confirm"}, follow=True))
    assert "The part pays again from the next distribution." in first
    second = text_of(approver.post(page(opened), {"act": "confirm"}, follow=True))
    assert "The dispute is settled as you confirmed it." in second and "moved on" not in second
    other = sign_in(person("documentation"))
    assert "moved on" in text_of(other.post(page(opened), {"act": "confirm"}, follow=True))


def test_the_sides_read_what_each_has_since_the_end(opened: Dispute, sign_in: Any) -> None:
    sign_in(person("documentation")).post(page(opened), proposing(opened, "split", "55", "40"))
    bilal = sign_in(opened.claims.order_by("pk")[1].party.member.user)
    assert "What each side has since then" not in text_of(bilal.get(page(opened, "member")))
    sign_in(person("approver")).post(page(opened), {"act": "confirm"})
    shown = text_of(bilal.get(page(opened, "member")))
    assert "What each side has since then" in shown and "· 55 %" in shown and "(you) · 40 %" in shown
    assert WorkShare.objects.get(work=opened.work, right="PR", state="unclaimed").share == 50_000
