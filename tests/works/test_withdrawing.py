"""A member who withdraws claims reads once more what she gives up; a claim that is heard elsewhere leads there."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories.members import make_member
from tests.factories.works import party, work
from tests.works.disputing import DAY, claim, dispute
from tests.works.test_claims_beside import filed
from works.models import Claim, Dispute, Work
from works.services import disputes

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def alia(two: tuple[Any, Any, Work], sign_in: Any) -> Client:
    browser: Client = sign_in(two[0].user)
    return browser


def sent_again(page: str) -> dict[str, list[str]]:
    """What the page of confirmation sends, as a browser does."""
    data: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page.split("<main")[1].split("</main>")[0]):
        data.setdefault(name, []).append(value)
    return data


@pytest.mark.django_db
def test_one_click_withdraws_nothing_and_says_what_would_be_given_up(alia: Client, opened: Dispute) -> None:
    address = f"/my/disputes/{opened.uid}/"
    page = alia.post(address, {"act": "answer", "answer-answer": "withdrawn", "answer-seen": opened.version})
    shown = page.content.decode()
    assert "A withdrawn claim does not come back." in shown and "60\N{NO-BREAK SPACE}%" in shown
    assert f'href="{address}"' in shown, "a way back"
    assert Claim.objects.filter(answer="withdrawn").count() == 0
    alia.post(address, sent_again(shown))
    assert Claim.objects.get(answer="withdrawn").party == opened.claims.order_by("pk")[0].party


@pytest.mark.django_db
def test_many_claims_are_withdrawn_after_the_same_question(
    alia: Client, opened: Dispute, two: tuple[Any, Any, Work], by: Any
) -> None:
    owner, other, _song = two
    second = dispute(work("Other", (owner.party, "CA", 100)), claim(owner.party, 70), claim(other.party, 80), by=by)
    chosen = [f"{each.claims.get(party=owner.party).uid}:{each.version}" for each in (opened, second)]
    shown = alia.post("/my/disputes/", {"answer": "withdrawn", "chosen": chosen}).content.decode()
    assert "Withdraw 2 claims?" in shown and "70\N{NO-BREAK SPACE}%" in shown
    assert Claim.objects.filter(answer="withdrawn").count() == 0
    alia.post("/my/disputes/", sent_again(shown))
    assert Claim.objects.filter(answer="withdrawn", party=owner.party).count() == 2


@pytest.mark.django_db
def test_other_answers_are_taken_at_once(alia: Client, opened: Dispute) -> None:
    data = {"act": "answer", "answer-answer": "stands", "answer-seen": opened.version}
    assert alia.post(f"/my/disputes/{opened.uid}/", data).status_code == 302
    assert Claim.objects.filter(answer="stands").count() == 1


@pytest.mark.django_db
def test_a_claim_that_is_heard_in_another_dispute_leads_to_it(
    two: tuple[Any, Any, Work], by: Any, sign_in: Any
) -> None:
    _alia, bilal, song = two
    carim = make_member(party=party("Carim Shah"))
    first, second = filed(song, bilal, 30), filed(song, carim, 20)
    disputes.accept_claim(dispute=first, by=by, on=DAY)
    disputes.accept_claim(dispute=second, by=by, on=DAY)
    for client, folder in ((sign_in(by), "/staff/works/disputes/"), (sign_in(carim.user), "/my/disputes/")):
        shown = client.get(f"{folder}{second.uid}/").content.decode()
        assert f'<a href="{folder}{first.uid}/">See that dispute</a>' in shown
        assert client.get(f"{folder}{first.uid}/").status_code == 200
        assert "See that dispute" not in client.get(f"{folder}{first.uid}/").content.decode()
