"""The pages of agreement on splits: of the sides and of the documentation desk."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from cmo_portal.common import clock
from members.models import Member
from tests.factories.members import make_member, make_party
from tests.works.rounds import registered, states
from tests.works.test_drafts import begin, filled, rows
from works.models import SplitAnswer, SplitProposal, SplitRule, Work
from works.queries.cowriters import cowriters


@pytest.fixture
def hers(nazia: Member, sign_in: Any) -> Client:
    client: Client = sign_in(nazia.user)
    return client


@pytest.fixture
def his(bilal: Member, sign_in: Any) -> Client:
    client: Client = sign_in(bilal.user)
    return client


def test_the_registered_work_asks_its_co_writer_on_his_page_and_pays_on_his_word(
    hers: Client, his: Client, nazia: Member, bilal: Member
) -> None:
    draft = filled(hers, ("", "C", "50", ""), ("Bilal Hussain", "A", "50", ""))
    hers.post(f"{draft}check/", {"person-1": str(bilal.party.uid)})
    song = Work.objects.get()
    assert "See who has answered" in hers.get(f"/my/works/{song.uid}/").content.decode()
    assert "Waiting for the co-writers" in hers.get("/my/works/?show=unconfirmed").content.decode()
    page = his.get("/my/works/").content.decode()
    address = f"/my/works/splits/{SplitProposal.objects.get().uid}/"
    assert "Waiting for your answer" in page and address in page and "50" in page
    shown = his.get(address).content.decode()
    assert "Nazia Hassan" in shown and "Do you agree" in shown and "@" not in shown.split("<main")[1].split("</main")[0]
    digest = bytes(SplitProposal.objects.get().digest).hex()
    missing = his.post(address, {"digest": digest, "answer": "no"})
    assert "Say why you do not agree" in missing.content.decode()
    his.post(address, {"digest": digest, "answer": "yes"})
    assert states(song) == {"active"}
    assert "All sides have agreed" in hers.get(address).content.decode()


def test_another_split_is_typed_on_a_page_that_finds_people(
    hers: Client, his: Client, nazia: Member, bilal: Member
) -> None:
    third = make_party("Shah", "Carim", original="کریم شاہ")
    proposal = registered(nazia, bilal.party, now=clock.now())
    address = f"/my/works/splits/{proposal.uid}/propose/"
    typed = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "note": "He wrote a verse."}
    for place, party in enumerate((nazia.party, bilal.party)):
        typed |= {f"form-{place}-party": str(party.uid), f"form-{place}-role": "CA", f"form-{place}-performing": "40"}
    found = his.post(address, typed | {"find": "کریم شاہ", "find_party": "1"}).content.decode()
    assert str(third.uid) in found and "no member" in found
    added = his.post(address, typed | {"add_party": str(third.uid)}).content.decode()
    assert "form-2-party" in added and "He wrote a verse." in added
    typed |= {"form-TOTAL_FORMS": "3", "form-2-party": str(third.uid), "form-2-role": "A"}
    short = his.post(address, typed | {"form-2-performing": "10"}).content.decode()
    assert "is missing" in short
    sent = his.post(address, typed | {"form-2-performing": "20"})
    fresh = SplitProposal.objects.get(state="open")
    assert sent["Location"] == f"/my/works/splits/{fresh.uid}/" and fresh.answers.count() == 3


def test_a_split_that_does_not_name_me_does_not_exist_for_me(nazia: Member, bilal: Member, sign_in: Any) -> None:
    proposal = registered(nazia, bilal.party)
    stranger = sign_in(make_member("Khan", "Asad").user)
    for page in ("", "propose/"):
        assert stranger.get(f"/my/works/splits/{proposal.uid}/{page}").status_code == 404


def test_a_co_writer_found_by_search_is_taken_without_another_question(hers: Client, bilal: Member) -> None:
    draft = begin(hers)
    hers.post(f"{draft}title/", {"title": "Chandni Raat"})
    people = rows(("", "C", "50", ""), ("", "A", "50", ""))
    found = hers.post(f"{draft}shares/", people | {"find": "bilal hussain", "find_party": "1"}).content.decode()
    assert str(bilal.party.uid) in found and bilal.email not in found and bilal.number not in found
    added = hers.post(f"{draft}shares/", people | {"add_party": str(bilal.party.uid)}).content.decode()
    assert 'value="Bilal Hussain"' in added
    people |= {"form-1-name": "Bilal Hussain", "form-1-found": str(bilal.party.uid)}
    assert hers.post(f"{draft}shares/", people).status_code == 302
    hers.post(f"{draft}check/")
    assert SplitAnswer.objects.filter(party=bilal.party, state="waiting").exists()


def test_a_co_writer_is_found_by_number_or_whole_name_in_either_script_and_not_by_a_part(db: None) -> None:
    make_party("Hussain", "Bilal", original="بلال حسین", ipi="00000000395")
    assert [hit.name for hit in cowriters("395000")] == []
    for text in ("00000000395", "Bilal Hussain", "bilal  HUSSAIN", "بلال حسین"):
        assert [hit.name for hit in cowriters(text)] == ["Bilal Hussain"], text
    assert cowriters("Bilal") == cowriters("Hus") == cowriters("") == []


def test_staff_see_what_waits_for_them_and_confirm_on_evidence(nazia: Member, staff: Any, sign_in: Any) -> None:
    outsider = make_party("Outside", "Writer")
    proposal = registered(nazia, outsider, now=clock.now())
    client = sign_in(staff("documentation"))
    page = client.get("/staff/works/splits/").content.decode()
    address = f"/staff/works/splits/{proposal.uid}/"
    assert address in page
    assert b"Outside" in client.get("/staff/works/splits/?state=open&format=csv").content
    form = {"digest": bytes(proposal.digest).hex(), "party": str(outsider.uid), "evidence": "Sheet of 4 May"}
    assert client.post(address, form | {"digest": "zz"}).status_code == 200
    assert client.post(address, form)["Location"] == address
    assert states(proposal.work) == {"active"}
    assert "Sheet of 4 May" in client.get(address).content.decode()


def test_the_rule_is_set_on_its_page(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("approver"))
    day = clock.today() + dt.timedelta(days=1)
    form = {"valid_from": day.isoformat(), "answer_days": "20", "remind_days": "30", "outsiders": "registrant"}
    assert "goes out before" in client.post("/staff/works/splits/rules/", form).content.decode()
    assert client.post("/staff/works/splits/rules/", form | {"remind_days": "7"}).status_code == 302
    assert SplitRule.objects.get().answer_days == 20
