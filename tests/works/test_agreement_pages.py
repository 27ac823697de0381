"""The agreement editor, and who may collect on the page of a work, today and as known before."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cmo_portal.common import clock
from members.models import Party
from tests.factories.works import PERCENT, party, work
from works.models import Agreement, Work, WorkShare
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement

pytestmark = pytest.mark.django_db
NEW = reverse("works:staff-agreement-new")


@pytest.fixture
def desk(staff: Any, sign_in: Any) -> Client:
    client: Client = sign_in(staff("documentation"))
    return client


@pytest.fixture
def firms() -> tuple[Party, Party]:
    return party("Indus Publishing"), party("London Music")


def rows(*sides: tuple[Party, str, str]) -> dict[str, str]:
    data = {"form-TOTAL_FORMS": str(len(sides)), "form-INITIAL_FORMS": "0"}
    for place, (owner, role, share) in enumerate(sides):
        data |= {f"form-{place}-party": str(owner.uid), f"form-{place}-role": role}
        data |= {f"form-{place}-{right}": share for right in ("pr", "mr", "sr")}
    return data


TERMS = {
    "agreement_type": "PG",
    "territory": "World − India",
    "start_date": "2020-01-01",
    "prior_royalties": "N",
    "post_term": "N",
    "numbers": "",
}


def text(response: Any) -> str:
    """The page without the marks that keep names and shares apart from the sentence around them."""
    body: str = response.content.decode()
    return body.replace("\N{FIRST STRONG ISOLATE}", "").replace("\N{POP DIRECTIONAL ISOLATE}", "")


def test_an_agreement_is_entered_from_the_search_of_its_parties_to_the_books(desk: Client, firms: Any) -> None:
    indus, london = firms
    found = text(desk.post(NEW, {**TERMS, **rows(), "find": "indus publishing", "find_party": "1"}))
    assert str(indus.uid) in found and "World − India" in found
    added = text(desk.post(NEW, {**TERMS, **rows((indus, "AS", "0")), "add": str(london.uid)}))
    assert "London Music" in added and Agreement.objects.count() == 0
    sent = {**TERMS, **rows((indus, "AS", "25"), (london, "AC", "75")), "save": "1"}
    page = desk.post(NEW, sent, follow=True)
    agreement = Agreement.objects.get()
    assert agreement.territory == "2136-0356" and agreement.number in text(page)
    assert [side.pr_share for side in agreement.parties.order_by("pk")] == [25 * PERCENT, 75 * PERCENT]
    listed = text(desk.get(reverse("works:staff-agreement-list"), {"q": "london"}))
    assert agreement.number in listed and "The whole world without India" in listed
    assert agreement.number not in text(desk.get(reverse("works:staff-agreement-list"), {"q": "bombay"}))
    exported = desk.get(reverse("works:staff-agreement-list"), {"format": "csv"}).content.decode()
    assert "Indus Publishing,London Music,2136-0356" in exported


def test_everything_that_is_wrong_stands_on_the_page_and_nothing_is_kept(desk: Client, firms: Any) -> None:
    indus, london = firms
    sent = {**TERMS, **rows((indus, "AS", "110")), "territory": "Atlantis", "numbers": "W9999999", "save": "1"}
    told = text(desk.post(NEW, sent))
    for fault in ("Atlantis", "W9999999", "110"):
        assert fault in told
    sent = {**TERMS, **rows((indus, "AS", "90")), "agreement_type": "PS", "end_date": "2019-01-01", "save": "1"}
    told = text(desk.post(NEW, sent))
    for fault in ("ends before it begins", "one assignor and one acquirer", "names at least one work", "add up to"):
        assert fault in told
    sent = {**TERMS, **rows((indus, "AS", "50"), (london, "AC", "60")), "numbers": "W9999999", "save": "1"}
    told = text(desk.post(NEW, sent))
    assert "W9999999" in told and "add up to" in told
    assert Agreement.objects.count() == 0


@pytest.mark.parametrize("uid", ["-" * 36, "0", "\N{ARABIC-INDIC DIGIT ONE}" * 32])
def test_a_hidden_field_that_names_nobody_breaks_no_page(desk: Client, firms: Any, uid: str) -> None:
    sent = {**TERMS, **rows((firms[0], "AS", "25"), (firms[1], "AC", "75")), "form-1-party": uid, "save": "1"}
    assert desk.post(NEW, sent).status_code == 200 and Agreement.objects.count() == 0
    song = work("Song", (firms[0], "E", 100))
    share = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-party": uid, "form-0-role": "E"}
    page = reverse("works:staff-share-edit", args=[song.uid, "PR"])
    answer = desk.post(page, {**share, "form-0-share": "100", "territory": "World", "reason": "x"})
    assert "The register has no such party" in answer.content.decode()
    assert song.shares.get(right="PR").party == firms[0]


def test_a_merged_work_that_is_named_stands_for_the_work_it_became(desk: Client, signed: Any) -> None:
    agreement, song = signed
    twin = work("Song", (party("Bilal Hussain"), "CA", 100))
    Work.objects.filter(pk=twin.pk).update(state="merged", merged_into=song)
    agreement.listed.all().delete()
    address = reverse("works:staff-agreement-works", args=[agreement.uid])
    desk.post(address, {"numbers": f"{twin.number} {song.number}", "reason": "Schedule 2", "act": "name"})
    assert [row.work_id for row in agreement.listed.all()] == [song.pk]


@pytest.fixture
def signed(staff: Any, firms: Any) -> tuple[Agreement, Work]:
    """A publisher's half of a song goes to a sub-publisher."""
    indus, london = firms
    song = work("Song", (party("Alia Rahman"), "CA", 50), (indus, "E", 50))
    sides = (NewSide(indus, "AS", (0, 0, 0)), NewSide(london, "AC", (100 * PERCENT,) * 3))
    new = NewAgreement(Terms("PS", dt.date(2020, 1, 1)), sides, (song,))
    return record_agreement(new=new, by=staff("documentation")), song


def test_terms_are_corrected_with_a_reason(desk: Client, signed: Any) -> None:
    agreement, _song = signed
    address = reverse("works:staff-agreement-edit", args=[agreement.uid])
    assert "The whole world" in text(desk.get(address))
    sent = {**TERMS, "agreement_type": "PS", "end_date": "2025-12-31", "territory": "2136"}
    assert "why the agreement changes" in text(desk.post(address, sent))
    desk.post(address, {**sent, "reason": "Letter of 4 May"})
    agreement.refresh_from_db()
    assert agreement.end_date == dt.date(2025, 12, 31)


def test_works_are_put_on_the_list_and_taken_off(desk: Client, signed: Any) -> None:
    agreement, song = signed
    other = work("Other", (party("Bilal Hussain"), "CA", 100))
    address = reverse("works:staff-agreement-works", args=[agreement.uid])
    desk.post(address, {"numbers": other.number, "reason": "Schedule 2", "act": "name"})
    assert {row.work_id for row in agreement.listed.all()} == {song.pk, other.pk}
    desk.post(address, {"numbers": song.number, "reason": "Not in the schedule", "act": "drop"})
    assert {row.work_id for row in agreement.listed.all()} == {other.pk}
    told = text(desk.post(address, {"numbers": "W9999999", "reason": "?", "act": "name"}, follow=True))
    assert "W9999999" in told


def test_a_withdrawn_agreement_moves_nothing(desk: Client, signed: Any) -> None:
    agreement, song = signed
    page = reverse("works:staff-work-detail", args=[song.uid])
    assert "London Music collects 50" in text(desk.get(page)).replace("\N{NO-BREAK SPACE}", " ")
    address = reverse("works:staff-agreement-withdraw", args=[agreement.uid])
    assert "why" in text(desk.post(address, {"reason": " "}, follow=True))
    desk.post(address, {"reason": "Forged"})
    told = text(desk.get(page)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Indus Publishing owns and collects 50" in told and "London Music" not in told


def test_the_page_draws_the_chain_and_says_it(desk: Client, signed: Any) -> None:
    agreement, song = signed
    told = text(desk.get(reverse("works:staff-work-detail", args=[song.uid])))
    assert told.count("chain__name") == 2 * 3 and told.count("chain__line") == 2
    assert f"({agreement.number})" in told and "In Pakistan" in told
    assert "Name one country" in text(desk.get(f"{reverse('works:staff-work-detail', args=[song.uid])}?country=Europe"))


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_a_day_as_it_was_known(desk: Client, signed: Any, superuser_cursor: Any) -> None:
    """Yesterday the whole work was Alia's, and its title was another."""
    _agreement, song = signed
    for table in ("work", "worktitle", "workshare", "agreement", "agreementparty", "agreementwork"):
        superuser_cursor.execute(f"UPDATE works_{table}event SET pgh_created_at = now() - interval '3 days'")
    Work.objects.filter(pk=song.pk).update(title="Song of the river")
    WorkShare.objects.filter(work=song, role="E").delete()
    page = reverse("works:staff-work-detail", args=[song.uid])
    yesterday = (clock.today() - dt.timedelta(days=1)).isoformat()
    now, then = text(desk.get(page)), text(desk.get(page, {"known_on": yesterday}))
    assert "London Music collects" not in now and "What was known" not in now
    known = then[then.index("What was known") :].replace("\N{NO-BREAK SPACE}", " ")
    assert "<bdi>Song</bdi>" in known and "Indus Publishing" in known and "London Music collects 50" in known
    for today_alone in ("Correct these shares", "Correct the titles", "Usage and money</a>", "Merge another work"):
        assert today_alone in now and today_alone not in then, today_alone
    before = text(desk.get(page, {"known_on": "2020-01-01"}))
    assert "not in the books yet" in before


def test_names_and_shares_of_the_chain_keep_their_order_in_an_urdu_sentence(desk: Client, signed: Any) -> None:
    _, song = signed
    desk.cookies["django_language"] = "ur"
    page = desk.get(reverse("works:staff-work-detail", args=[song.uid])).content.decode()
    assert "\N{FIRST STRONG ISOLATE}London Music\N{POP DIRECTIONAL ISOLATE}" in page


def test_a_day_to_come_is_refused_as_a_day_of_knowledge(desk: Client, signed: Any) -> None:
    _, song = signed
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    page = text(desk.get(reverse("works:staff-work-detail", args=[song.uid]), {"known_on": tomorrow}))
    assert "Nobody knows yet what will be known then" in page
