"""A dispute is opened for one place: each party stands there once, and where shares differ the other places are named."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from members.services.areas import write_area
from tests.factories.works import PERCENT, party, work
from tests.works.disputing import claim, dispute
from works.models import Dispute, Work, WorkShare

INDIA, ELSEWHERE = "0356", "2136-0356"


@pytest.fixture
def song(db: None) -> Work:
    """Alia has all of it in India and half of it elsewhere, where Bilal has the rest."""
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    made = work("Song", (alia, "CA", 100))
    write_area(ELSEWHERE)
    WorkShare.objects.filter(work=made, right="PR").update(territory=INDIA)
    for owner in (alia, bilal):
        WorkShare.objects.create(
            work=made, party=owner, role="CA", right="PR", share=50 * PERCENT, territory=ELSEWHERE, source="test"
        )
    return made


@pytest.fixture
def desk(by: Any, sign_in: Any) -> Client:
    browser: Client = sign_in(by)
    return browser


def legends(page: str) -> list[str]:
    return [part.split("<bdi>")[1].split("</bdi>")[0] for part in page.split("<legend>")[1:] if "<bdi>" in part[:40]]


def test_the_form_names_each_party_once_and_says_for_where(desk: Client, song: Work) -> None:
    address = f"/staff/works/{song.uid}/disputes/PR/"
    page = desk.get(address).content.decode()
    assert legends(page) == ["Alia Rahman"] and 'value="India"' in page
    assert "The shares of this right differ from place to place." in page
    assert f'<a href="?territory={ELSEWHERE}">The whole world without India</a>' in page
    other = desk.get(f"{address}?territory={ELSEWHERE}").content.decode()
    assert sorted(legends(other)) == ["Alia Rahman", "Bilal Hussain"]
    assert 'value="The whole world − India"' in other
    assert '<a href="?territory=0356">India</a>' in other


def test_a_place_that_no_share_is_about_is_not_offered(desk: Client, song: Work) -> None:
    page = desk.get(f"/staff/works/{song.uid}/disputes/PR/?territory=9999").content.decode()
    assert legends(page) == ["Alia Rahman"]


def test_a_party_in_two_roles_is_one_side_with_all_it_holds(desk: Client, song: Work) -> None:
    noor = party("Noor Jehan")
    made = work("Other", (noor, "C", 60), (noor, "A", 30), (party("Asha Posley"), "A", 10))
    page = desk.get(f"/staff/works/{made.uid}/disputes/PR/").content.decode()
    assert legends(page) == ["Noor Jehan", "Asha Posley"] and 'value="90"' in page
    assert "differ from place to place" not in page


def test_a_dispute_about_the_world_is_refused_with_the_places_for_which_it_can_be_opened(song: Work, by: Any) -> None:
    alia, bilal = song.shares.filter(territory=ELSEWHERE, right="PR").order_by("pk")
    with pytest.raises(ValidationError) as refused:
        dispute(song, claim(alia.party, 60), claim(bilal.party, 50), by=by)
    [told] = refused.value.messages
    assert "Open the dispute for one of these: India; The whole world without India." in told
    assert "Correct the days" not in told
    opened = dispute(song, claim(alia.party, 60), claim(bilal.party, 50), by=by, territory=ELSEWHERE)
    assert (Dispute.objects.count(), opened.share) == (1, 10 * PERCENT)
