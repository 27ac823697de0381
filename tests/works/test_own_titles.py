"""Wherever a work stands in a list, its title in its own script stands beside the Roman one."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmo_portal.common import clock
from members.models import Member
from royalties.models import DuplicateStake
from tests.factories.members import make_member
from tests.factories.works import PERCENT, work
from works.models import CueType, DuplicatePair, LinkRequest, Recording, Regrouping, SplitProposal
from works.services import cue_sheets
from works.services.cue_sheets import CueEntry, EpisodeEntry, ProductionEntry
from works.services.recordings import NewRecording, link_recordings
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.splits import open_first_rounds

OWN = "چاندنی رات"
SPLITS = "/staff/works/splits/"
LINKS = "/staff/recordings/waiting/"


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


def test_the_page_of_a_work_and_of_its_money_are_headed_by_its_title_in_its_own_script(
    proposal: SplitProposal, staff: Any, sign_in: Any
) -> None:
    desk, song = sign_in(staff("documentation")), proposal.work
    for page in (f"{song.uid}/", f"{song.uid}/?known_on={clock.today()}", f"{song.uid}/money/"):
        heading = main_of(desk, f"/staff/works/{page}").split("<h1>")[1].split("</h1>")[0]
        assert "Chandni Raat" in heading and f'lang="ur">{OWN}</bdi>' in heading, page


def test_links_that_wait_show_titles_in_their_own_script(
    proposal: SplitProposal, nazia: Member, staff: Any, sign_in: Any
) -> None:
    other = work("Other", (nazia.party, "CA", 100), isrc="PKABC2600002")
    for song, isrc in ((other, "PKABC2600001"), (proposal.work, "PKABC2600002")):
        recording = Recording.objects.get(isrc=isrc)
        LinkRequest.objects.create(recording=recording, work=song, asked_by=nazia.party, source="member", reason="x")
    desk = sign_in(staff("documentation"))
    assert f'lang="ur">{OWN}</bdi>' in main_of(desk, f"{LINKS}")
    for asked in LinkRequest.objects.all():
        assert f'lang="ur">{OWN}</bdi>' in main_of(desk, f"{LINKS}{asked.uid}/")


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


def test_cues_show_the_title_of_their_work_in_its_own_script(proposal: SplitProposal, staff: Any, sign_in: Any) -> None:
    by = staff("documentation")
    film = cue_sheets.save_production(entry=ProductionEntry("Aangan", "film"), by=by)
    episode = cue_sheets.save_episode(production=film, entry=EpisodeEntry(duration=100), by=by)
    sheet = cue_sheets.open_sheet(episode=episode, source="producer", by=by)
    entry = CueEntry(1, CueType.objects.get(code="BI"), 60, "Raat")
    cue = cue_sheets.save_cue(sheet=sheet, entry=entry, by=by)
    cue_sheets.link_cue(cue=cue, work=proposal.work, by=by)
    for page in (f"episodes/{episode.uid}/", f"cues/{cue.uid}/"):
        assert f'lang="ur">{OWN}</bdi>' in main_of(sign_in(by), f"/staff/cue-sheets/{page}"), page


def test_like_works_and_merges_show_titles_in_their_own_script(
    proposal: SplitProposal, staff: Any, sign_in: Any
) -> None:
    song, twin = proposal.work, work("Chandni Raat", (None, "CA", 100))
    pair = DuplicatePair.objects.create(first=song, second=twin, score=9_000, evidence=[["title", 10_000, []]])
    DuplicateStake.objects.create(pair=pair, counted_at=clock.now())
    facts = {"choices": {}, "reason": "one song", "form_key": uuid4(), "proposed_at": clock.now()}
    Regrouping.objects.create(kind="merge", work=twin, other=song, proposed_by=staff("documentation"), **facts)
    desk = sign_in(staff("documentation"))
    for page in ("duplicates/", f"duplicates/{pair.uid}/", "merges/", f"works/{twin.uid}/merge/?find=chandni"):
        assert f'lang="ur">{OWN}</bdi>' in main_of(desk, f"/staff/{page}"), page
