"""On an Urdu page headings and sentences call works and parties by their names in Urdu, where these are known."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from cmo_portal.common import clock
from members.models import Member, Party
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from tests.works.disputing import claim, dispute
from works.models import Dispute, Work
from works.queries.chain_words import sentences
from works.queries.chains import collections_of, resolved
from works.queries.titles import title_read
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.splits import open_first_rounds

OWN = "ہوا سے پہلے"
NAZIA, BILAL = "نازیہ حسن", "بلال حسین"


def named(roman: str, original: str) -> Party:
    return party(roman, original=original)


@pytest.fixture
def sides(db: None) -> tuple[Member, Member]:
    one, two = named("Nazia Hassan", NAZIA), named("Bilal Hussain", BILAL)
    return make_member(party=one), make_member(party=two)


@pytest.fixture
def song(sides: tuple[Member, Member]) -> Work:
    return work("Hawa Se Pehle", (sides[0].party, "CA", 100), original=OWN)


@pytest.fixture
def fought(song: Work, sides: tuple[Member, Member], by: Any) -> Dispute:
    return dispute(song, claim(sides[0].party, 60), claim(sides[1].party, 50), by=by)


def heading(client: Client, address: str) -> str:
    return re.sub(r"<[^>]*>", "", _of(client, address).split("<h1")[1].split("</h1>")[0]).split(">", 1)[1].strip()


def main(client: Client, address: str) -> str:
    return _of(client, address).split("<main")[1].split("</main>")[0]


def _of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def in_urdu(client: Client) -> Client:
    client.post("/language/setlang/", {"language": "ur"})
    return client


def test_a_dispute_is_headed_by_the_title_in_urdu_and_names_its_sides_so(
    fought: Dispute, sides: tuple[Member, Member], by: Any, sign_in: Any
) -> None:
    for client, address in ((sign_in(by), "/staff/works/disputes/"), (sign_in(sides[0].user), "/my/disputes/")):
        page = f"{address}{fought.uid}/"
        assert "Hawa Se Pehle" in heading(client, page)
        in_urdu(client)
        assert heading(client, page) == f"{OWN} کے بارے میں تنازع"
        shown = main(client, address)
        assert NAZIA in shown and BILAL in shown
        assert "Bilal Hussain" not in shown, "the list of disputes says who claims what"


def test_the_pages_of_a_split_are_headed_by_the_title_in_urdu(
    sides: tuple[Member, Member], by: Any, sign_in: Any
) -> None:
    shares = tuple(NewShare(one.party, "CA", right, 50 * PERCENT) for right in ("PR", "MR") for one in sides)
    new = NewWork(title=NewTitle("Hawa Se Pehle"), other_titles=(NewTitle(OWN, "OL", "ur"),), shares=shares)
    first = sides[0]
    song = register_work(new=new, by=first.user, source="member", registered_by=first.party, asks=True)
    opened = open_first_rounds(works=[(song, new.shares)], party=first.party, by=first.user, now=clock.now())
    staff, member = in_urdu(sign_in(by)), in_urdu(sign_in(sides[1].user))
    assert OWN in heading(staff, f"/staff/works/splits/{opened[0].uid}/")
    assert OWN in heading(member, f"/my/works/splits/{opened[0].uid}/")
    assert BILAL in main(staff, "/staff/works/splits/?state=open")
    assert f"”{OWN}“" in main(member, "/my/works/") or f"“{OWN}”" in main(member, "/my/works/")


def test_the_page_of_a_work_is_headed_by_its_title_in_urdu_with_the_roman_one_behind(
    song: Work, client: Client
) -> None:
    address = f"/repertoire/{song.uid}/"
    assert heading(client, address) == "Hawa Se Pehle"
    assert heading(in_urdu(client), address) == f"{OWN} Hawa Se Pehle"


def test_a_claim_is_asked_for_by_the_title_in_urdu(song: Work, sides: tuple[Member, Member], sign_in: Any) -> None:
    assert OWN in heading(in_urdu(sign_in(sides[1].user)), f"/my/works/{song.uid}/claim/")


def test_who_may_collect_is_said_with_the_names_in_urdu(song: Work) -> None:
    answer = resolved([song.pk], right="PR", territory="0586", on=clock.today())
    [collection] = collections_of([answer])
    assert "Nazia Hassan" in sentences(collection)[0]
    with translation.override("ur"):
        assert NAZIA in sentences(collection)[0]


def test_a_title_without_an_urdu_form_stays_roman_and_other_scripts_are_not_taken_for_urdu(db: None) -> None:
    hindi = work("Raat", (party("Noor Jehan"), "CA", 100), original="रात")
    with translation.override("ur"):
        assert title_read(hindi) == "Raat"
        assert title_read(work("Subah", (party("Asha Posley"), "CA", 100))) == "Subah"
