"""Wherever a work stands in a list, its title in its own script stands beside the Roman one."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmo_portal.common import clock
from members.models import Member
from tests.factories.members import make_member
from tests.factories.works import PERCENT
from works.models import SplitProposal
from works.services.recordings import NewRecording, link_recordings
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.splits import open_first_rounds

OWN = "چاندنی رات"
SPLITS = "/staff/works/splits/"


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia")


@pytest.fixture
def bilal(db: None) -> Member:
    return make_member("Hussain", "Bilal")


@pytest.fixture
def proposal(nazia: Member, bilal: Member) -> SplitProposal:
    """A song in Urdu that Nazia registered and Bilal is asked about."""
    new = NewWork(
        title=NewTitle("Chandni Raat", "OT", "ur"),
        other_titles=(NewTitle("Moonlit Night", "AT", "en"), NewTitle(OWN, "OL", "ur")),
        shares=tuple(
            NewShare(member.party, "CA", right, 50 * PERCENT) for right in ("PR", "MR") for member in (nazia, bilal)
        ),
    )
    with transaction.atomic():
        song = register_work(new=new, by=nazia.user, source="member", registered_by=nazia.party, asks=True)
        link_recordings([(song, NewRecording("PKABC2600001"))])
        return open_first_rounds(works=[(song, new.shares)], party=nazia.party, by=nazia.user, now=clock.now())[0]


def main_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().split("<main")[1]


def test_lists_of_a_member_show_titles_in_their_own_script(
    proposal: SplitProposal, nazia: Member, bilal: Member, sign_in: Any
) -> None:
    hers, his = sign_in(nazia.user), sign_in(bilal.user)
    for page in ("works/", "recordings/", f"works/splits/{proposal.uid}/"):
        assert f'lang="ur">{OWN}</bdi>' in main_of(hers, f"/my/{page}"), page
    asked = main_of(his, "/my/works/").split('id="waiting"')[1].split("</section>")[0]
    assert "Chandni Raat" in asked and OWN in asked
    assert OWN in main_of(his, f"/my/works/splits/{proposal.uid}/propose/")


def test_lists_of_staff_show_titles_in_their_own_script(proposal: SplitProposal, staff: Any, sign_in: Any) -> None:
    desk = sign_in(staff("documentation"))
    for page in (f"{SPLITS}?state=open", f"{SPLITS}{proposal.uid}/", "/staff/recordings/", "/staff/works/"):
        assert f'lang="ur">{OWN}</bdi>' in main_of(desk, page), page


def test_a_list_of_rounds_asks_the_database_as_often_for_many_as_for_one(
    proposal: SplitProposal, nazia: Member, bilal: Member, staff: Any, sign_in: Any
) -> None:
    desk = sign_in(staff("documentation"))
    with CaptureQueriesContext(connection) as one:
        main_of(desk, f"{SPLITS}?state=open")
    for number in range(4):
        shares = tuple(NewShare(each.party, "CA", "PR", 50 * PERCENT) for each in (nazia, bilal))
        new = NewWork(title=NewTitle(f"Song {number}"), shares=shares)
        song = register_work(new=new, by=nazia.user, source="member", registered_by=nazia.party, asks=True)
        open_first_rounds(works=[(song, shares)], party=nazia.party, by=nazia.user, now=clock.now())
    with CaptureQueriesContext(connection) as many:
        main_of(desk, f"{SPLITS}?state=open")
    assert len(many) <= len(one)
