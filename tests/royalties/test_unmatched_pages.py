"""P8 and C16 in the browser: what everybody sees of unmatched usage, a member's claim, and the desk that decides it."""

import datetime as dt
import html
import re
from typing import Any

import pgtrigger
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmo_portal import limits
from members.models import Member
from royalties.models import SuspenseLine, TextClaim, UnmatchedText
from royalties.queries.unmatched import Bands, unmatched_pot
from royalties.services import runs, unmatched
from tests.factories import royalties as money
from tests.factories import usage as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.factories.works import party, work
from works.models import Work

pytestmark = pytest.mark.django_db
LIST, MINE, CLAIMS = "/unmatched/", "/my/unmatched/", "/my/unmatched/claims/"


def words(answer: Any) -> str:
    """The words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())))


def listed() -> None:
    unmatched.list_unmatched(now=make.NOW)


@pytest.fixture
def tahira() -> Member:
    return make_member("Naz", "Tahira", number=901)


@pytest.fixture
def song(tahira: Member) -> Work:
    return work("Elsewhere", (tahira.party, "CA", 100))


@pytest.fixture
def herself(tahira: Member, sign_in: Any) -> Any:
    """A client signed in as the member."""
    return sign_in(tahira.user)


@pytest.fixture
def text() -> UnmatchedText:
    """A listed text that names the member."""
    make.landed(make.row("Chaand Raat", plays="9876"))
    listed()
    return UnmatchedText.objects.get()


# --- P8 --------------------------------------------------------------------------------------------------------------


def test_everybody_sees_titles_people_and_relative_use_and_no_figure_of_a_licensee(text: UnmatchedText) -> None:
    answer = Client().get(LIST)
    shown = words(answer)
    assert "Chaand Raat" in shown and "Tahira Naz, Kamran Lodhi" in shown and "5 of 5" in shown
    assert "Not distributed yet" in shown and "This is mine" in shown
    for secret in ("9876", "9,876", "FM100", "FM 100", "july.csv", "3:30"):
        assert secret not in shown
    assert len(answer.content) < 60_000


def test_the_list_is_a_file_too_and_says_no_more_than_the_page(text: UnmatchedText, herself: Any) -> None:
    UnmatchedText.objects.update(held=432_100)
    cache.clear()
    page = Client().get(f"{LIST}?q=chand")
    assert page.context["export_url"] == "?q=chand&format=csv"
    for answer in (Client().get(LIST + page.context["export_url"]), herself.get(f"{MINE}?format=csv")):
        head, line = answer.content.decode("utf-8-sig").splitlines()
        assert head.startswith("Title,Performers and writers,Use,First day,Last day,Usage meter,Money kept")
        assert line.startswith('Chaand Raat,"Tahira Naz, Kamran Lodhi",') and ",5," in line
        assert "432" not in line and "4321" not in line and "9876" not in line
    nothing = Client().get(f"{LIST}?q=nothing+like+it&format=csv")
    assert len(nothing.content.decode("utf-8-sig").splitlines()) == 1


def test_a_file_of_the_list_counts_like_a_search(text: UnmatchedText, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(limits, "SEARCHES_AN_HOUR", 1)
    assert [Client().get(f"{LIST}?format=csv").status_code for _turn in range(2)] == [200, 429]
    assert Client().get(LIST).status_code == 200


def test_the_page_of_a_list_says_nothing_of_figures_in_its_addresses(text: UnmatchedText) -> None:
    make.landed(*make.rows([f"Song {number}" for number in range(30)]), filename="b.csv", of=make.source("FM2"))
    listed()
    first = Client().get(LIST)
    following = Client().get(f"{LIST}?{first.context['page'].next_query}")
    titles = [text.title for page in (first, following) for text, _band in page.context["rows"]]
    assert len(titles) == len(set(titles)) == 31 and titles[0] == "Chaand Raat"
    assert len(first.content) < 60_000


def test_the_money_of_a_text_is_a_band_and_the_whole_pot_a_sum(run_jobs: Any) -> None:
    money.rule("bands", {"up_to": ["100.00", "5000.00"]})
    plays = [money.Play(f"unknown {number}", plays=number + 1) for number in range(5)]
    run = money.finalised_run(run_jobs, money.pool(1_500_00, files=[money.usage(*plays)]))
    runs.publish_run(run=run, by=money.maker(), now=make.NOW)
    listed()
    shown = words(Client().get(LIST))
    assert "1,500 .00" in shown and "30 June 2030" in shown
    assert "up to ₨ 100" in shown.replace("\xa0", " ") or "up to Rs 100" in shown.replace("\xa0", " ")
    assert "300.00" not in shown and "500.00 " not in shown.replace("1,500 .00", "")
    assert "The rule of these bands" in shown


def test_the_list_is_found_in_urdu_and_says_when_nothing_fits(text: UnmatchedText) -> None:
    assert "Chaand Raat" in words(Client().get(LIST, {"q": "چاند رات"}))
    assert "No usage without a known work fits" in words(Client().get(LIST, {"q": "Sitara"}))
    assert Client().get(LIST, {"q": "x" * 300, "since": "x", "kind": "x", "after": "x"}).status_code == 200


def test_a_day_that_is_none_is_told_at_its_field_and_the_other_fields_still_choose(text: UnmatchedText) -> None:
    shown = words(Client().get(LIST, {"since": "2026-13-01"}))
    assert "This is not a date" in shown and "Chaand Raat" in shown
    assert "Chaand Raat" not in words(Client().get(LIST, {"since": "2026-13-01", "q": "Sitara"}))


def test_very_many_searches_from_one_address_have_to_wait(text: UnmatchedText, monkeypatch: Any) -> None:
    cache.clear()
    monkeypatch.setattr(limits, "SEARCHES_AN_HOUR", 2)
    for address in (LIST, "/repertoire/"):
        assert [Client().get(address, {"q": "chand"}).status_code for _time in range(3)] == [200, 200, 429]
        assert Client().get(address).status_code == 200
        forged = Client().get(address, {"q": "chand"}, headers={"x-forwarded-for": "203.0.113.9"})
        assert forged.status_code == 429 and "Very many searches" in words(forged)


def test_the_page_costs_the_same_for_one_text_and_for_a_page_of_them(
    text: UnmatchedText, django_assert_max_num_queries: Any
) -> None:
    make.landed(*make.rows([f"Song {number}" for number in range(30)]), filename="b.csv", of=make.source("FM2"))
    listed()
    with django_assert_max_num_queries(6):
        Client().get(LIST)


# --- C16 -------------------------------------------------------------------------------------------------------------


def test_this_is_mine_leads_to_the_sign_in_and_back(text: UnmatchedText) -> None:
    address = reverse("royalties:member-unmatched-claim", args=[text.uid])
    assert address in Client().get(LIST).content.decode()
    answer = Client().get(address)
    assert answer.status_code == 302 and answer["Location"] == f"/account/login/?next={address}"


def test_a_member_sees_why_a_text_is_suggested_and_how_much_it_is_used(text: UnmatchedText, herself: Any) -> None:
    shown = words(herself.get(MINE))
    assert "It names you" in shown and "5 of 5" in shown and "9876" not in shown


def test_from_a_suggestion_to_an_accepted_claim(text: UnmatchedText, herself: Any, song: Work, sign_in: Any) -> None:
    page = herself.get(reverse("royalties:member-unmatched-claim", args=[text.uid]))
    form = {"work": song.uid, "reason": "I sang it.", "form_key": page.context["form"]["form_key"].value()}
    for _click in range(2):
        answer = herself.post(page.request["PATH_INFO"], form, follow=True)
        assert "Your claim is with the matching desk" in words(answer)
    assert TextClaim.objects.count() == 1 and "Chaand Raat" not in words(herself.get(MINE))
    desk = sign_in(person("documentation"))
    queue = desk.get("/staff/matching/", {"outcome": "claimed"})
    shown = words(queue)
    assert "Tahira Naz claims this usage since" in shown and "I sang it." in shown
    first = queue.context["choices"][0]
    assert first["work"].uid == str(song.uid) and first["claimed"] and not first["likeness"]
    assert " checked>" not in queue.content.decode().split("Which work is it?")[1].split("</fieldset>")[0]
    given = {**queue.context["hidden"], "work": song.uid, "act": "matched", "apply_to_group": "on"}
    desk.post("/staff/matching/decide/", given)
    assert "Nothing waits for a decision" in words(desk.get("/staff/matching/", {"outcome": "claimed"}))
    shown = words(herself.get(CLAIMS))
    assert "Accepted" in shown and "The usage was matched to your work." in shown
    assert "Chaand Raat" not in words(Client().get(LIST))


def test_a_claim_without_work_or_reason_is_said_at_its_fields(text: UnmatchedText, herself: Any, song: Work) -> None:
    address = reverse("royalties:member-unmatched-claim", args=[text.uid])
    shown = words(herself.post(address, {}))
    assert "Choose one of your works" in shown and "how you know that this is your work" in shown
    foreign = work("Foreign", (party("Somebody Else"), "CA", 100))
    shown = words(herself.post(address, {"work": foreign.uid, "reason": "x", "form_key": song.uid}))
    assert "Choose one of your works" in shown and not TextClaim.objects.exists()


def test_a_member_looks_for_another_work_of_hers_only(text: UnmatchedText, herself: Any, song: Work) -> None:
    work("Elsewhere Too", (party("Somebody Else"), "CA", 100))
    address = reverse("royalties:member-unmatched-claim", args=[text.uid])
    page = herself.get(address, {"q": "elsewhere"})
    assert [value for value, _label in page.context["form"].fields["work"].choices] == [song.uid]
    assert "None of your works fits" in words(herself.get(address, {"q": "zzz"}))


def test_not_mine_is_remembered_and_can_be_taken_back(text: UnmatchedText, herself: Any) -> None:
    aside = reverse("royalties:member-unmatched-aside", args=[text.uid])
    assert "Remembered" in words(herself.post(aside, follow=True))
    assert "Chaand Raat" not in words(herself.get(MINE))
    assert "Chaand Raat" in words(herself.get(MINE, {"show": "aside"}))
    herself.post(aside, {"act": "back"})
    assert "Chaand Raat" in words(herself.get(MINE))


def test_a_claim_is_withdrawn_by_its_member_and_is_nobody_elses(
    text: UnmatchedText, herself: Any, song: Work, tahira: Member, sign_in: Any
) -> None:
    made = unmatched.claim_text(
        text=text, work=song, member=tahira, reason="I sang it.", form_key=song.uid, by=tahira.user, now=make.NOW
    )
    stranger = sign_in(make_member("Butt", "Rukhsana", number=902).user)
    address = reverse("royalties:member-text-claim-withdraw", args=[made.uid])
    assert stranger.post(address).status_code == 404 and "Chaand" not in words(stranger.get(CLAIMS))
    assert "Your claim is withdrawn." in words(herself.post(address, follow=True))


def test_the_pages_speak_urdu(text: UnmatchedText, herself: Any, song: Work) -> None:
    herself.cookies["django_language"] = "ur"
    for address in (LIST, MINE, CLAIMS, reverse("royalties:member-unmatched-claim", args=[text.uid])):
        shown = herself.get(address).content.decode()
        assert 'dir="rtl"' in shown


def test_the_sum_of_the_pot_is_told_unless_it_would_tell_the_one_part_that_is_hidden(run_jobs: Any) -> None:
    """Five texts until one day are told in sum. A single text until another day is hidden, and so is the whole beside
    it: the difference would tell it. Two hidden days keep each other's secret."""
    plays = [money.Play(f"unknown {number}", plays=number + 1) for number in range(7)]
    run = money.finalised_run(run_jobs, money.pool(2_800_00, files=[money.usage(*plays)]))
    runs.publish_run(run=run, by=money.maker(), now=make.NOW)
    lines = list(SuspenseLine.objects.filter(reason="unidentified").order_by("amount"))

    def told(moved: int) -> tuple[int | None, list[int | None]]:
        with pgtrigger.ignore("royalties.SuspenseLine:held_stands"):
            for line in lines[:moved]:
                line.prescribes_on += dt.timedelta(days=moved)
                line.save(update_fields=["prescribes_on"])
        pot = unmatched_pot(Bands(make.NOW.date()))
        return pot.amount, [part.amount for part in pot.parts]

    assert told(0) == (2_800_00, [2_800_00])
    assert told(1) == (None, [2_700_00, None])
    assert told(2) == (2_800_00, [2_500_00, None, None])
