"""T9 in the browser: the queue by money at stake, candidates with reasons, one decision after the other."""

import html
import re
from typing import Any

import pytest
from django.urls import reverse

from royalties.models import OpenText, UsageFile, UsageMatch
from tests.factories import royalties as money
from tests.factories import usage as make
from tests.factories.licensing import person
from tests.factories.works import party, work

pytestmark = pytest.mark.django_db
QUEUE = "royalties:staff-match-queue"


@pytest.fixture
def desk(sign_in: Any) -> Any:
    """A client signed in at the documentation desk."""
    return sign_in(person("documentation"))


@pytest.fixture
def file() -> UsageFile:
    """A file with three open texts: Yaad (two works fit), Judai (one is near), and one that nothing is near to."""
    writer = party("Kamran Lodhi")
    for title in ("Yaad", "Yaad", "Judai Ki Raat"):
        work(title, (writer, "CA", 100))
    return make.landed(
        make.row("Yaad", composer="", artist="Nobody", plays="9"),
        make.row("Judai Ki Rat", composer="", artist="Somebody Else", plays="5"),
        make.row("Zzz Qqq", composer="", artist="", plays="1"),
    )


def words(answer: Any) -> str:
    """The words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())))


def open_texts() -> list[int]:
    """The numbers of the open texts."""
    return sorted(OpenText.objects.values_list("text_no", flat=True))


def form_of(page: Any, **changed: Any) -> dict[str, Any]:
    """What the decision form of a page would send, with the first candidate chosen."""
    context = page.context
    values = {**context["hidden"], "at": context["queue"].current.key, "filters": context["filters"]}
    choices = context["choices"]
    chosen = {"work": choices[0]["work"].uid} if choices else {}
    return {**values, **chosen, "act": "matched", "apply_to_group": "on", **changed}


def test_the_queue_shows_the_heaviest_text_with_its_candidates_and_why(desk: Any, file: UsageFile) -> None:
    page = desk.get(reverse(QUEUE))
    assert [group.title for group in page.context["queue"].groups] == ["Yaad", "Judai Ki Rat", "Zzz Qqq"]
    shown = words(page)
    assert "3 texts to decide" in shown and "Same title" in shown and "Other people" in shown
    assert page.content.decode().count('type="radio"') == len(page.context["choices"]) >= 2


def test_money_at_stake_comes_before_plays(desk: Any, file: UsageFile) -> None:
    rich = make.landed(make.row("Rich Song", composer="", artist="", plays="1"), of=make.source("RICH"))
    money.pool(5_000_00, files=[rich])
    page = desk.get(reverse(QUEUE))
    first = page.context["queue"].groups[0]
    assert (first.title, first.at_stake) == ("Rich Song", 5_000_00)
    assert "5,000" in words(page)


def test_choosing_a_work_goes_on_to_the_next_text(desk: Any, file: UsageFile) -> None:
    page = desk.get(reverse(QUEUE))
    chosen = page.context["choices"][1]["work"]
    answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page, work=chosen.uid))
    assert answer.status_code == 302
    following = desk.get(answer["Location"])
    assert following.context["queue"].current.title == "Judai Ki Rat"
    row = UsageMatch.objects.filter(file=file, text_no=1).order_by("-revision").first()
    assert row is not None and (row.work_id, row.stage) == (chosen.work_id, "person")


def test_the_last_text_leads_back_to_the_top_and_then_to_an_empty_queue(desk: Any, file: UsageFile) -> None:
    address = reverse(QUEUE)
    for _text in range(3):
        page = desk.get(address)
        answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page, act="none"))
        address = answer["Location"]
    assert "Nothing waits for a decision" in words(desk.get(address))
    assert open_texts() == []


def test_taking_back_shows_the_text_again(desk: Any, file: UsageFile) -> None:
    desk.post(reverse("royalties:staff-match-decide"), form_of(desk.get(reverse(QUEUE)), act="none"))
    answer = desk.post(reverse("royalties:staff-match-undo"), follow=True)
    assert answer.context["queue"].current.title == "Yaad" and "Taken back for 1 text." in words(answer)
    assert open_texts() == [1, 2, 3]
    answer = desk.post(reverse("royalties:staff-match-undo"), follow=True)
    assert "no decision of yours" in words(answer)


def test_not_to_be_paid_needs_a_reason_of_the_list_or_in_words(desk: Any, file: UsageFile) -> None:
    page = desk.get(reverse(QUEUE))
    answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page, act="ignored"), follow=True)
    assert "Say why this usage is not to be paid." in words(answer)
    assert answer.context["queue"].current.title == "Yaad"
    desk.post(reverse("royalties:staff-match-decide"), form_of(page, act="ignored", reason="jingle"))
    second = desk.get(reverse(QUEUE))
    given = form_of(second, act="ignored", reason="other", other_reason="A bell of the hour")
    desk.post(reverse("royalties:staff-match-decide"), given)
    reasons = UsageMatch.objects.filter(outcome="ignored").order_by("text_no").values_list("reason", flat=True)
    assert list(reasons) == ["jingle", "A bell of the hour"]


def test_another_work_is_found_by_its_words_and_chosen(desk: Any, file: UsageFile) -> None:
    wanted = work("Bilkul Aur", (party("Rukhsana Butt"), "CA", 100))
    page = desk.get(reverse(QUEUE), {"q": "bilkul"})
    assert [choice["work"].uid for choice in page.context["choices"]] == [str(wanted.uid)]
    desk.post(reverse("royalties:staff-match-decide"), form_of(page))
    assert UsageMatch.objects.filter(work=wanted, stage="person").count() == 1
    assert "No work is found" in words(desk.get(reverse(QUEUE), {"q": "nothing like it"}))


def chosen(page: Any) -> int:
    """How many works the page has chosen beforehand."""
    return len(re.findall(r'type="radio"[^>]* checked', page.content.decode()))


def test_a_free_search_chooses_nothing_beforehand(desk: Any, file: UsageFile) -> None:
    assert chosen(desk.get(reverse(QUEUE))) == 1
    page = desk.get(reverse(QUEUE), {"q": "yaad"})
    assert len(page.context["choices"]) == 2 and chosen(page) == 0
    answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page, work=""), follow=True)
    assert "Choose a work" in words(answer)
    assert not UsageMatch.objects.filter(stage="person").exists()


def test_each_decision_is_confirmed_in_a_sentence(desk: Any, file: UsageFile) -> None:
    for act, said in (("matched", "Linked to the work."), ("none", "Noted as none of our works.")):
        given = form_of(desk.get(reverse(QUEUE)), act=act)
        assert said in words(desk.post(reverse("royalties:staff-match-decide"), given, follow=True))


def test_a_new_work_is_registered_for_the_text_and_waits_to_be_chosen(desk: Any, sign_in: Any) -> None:
    make.landed(make.row("Naya Geet", composer="Rukhsana Butt", artist="Abida", plays="9"))
    page = desk.get(reverse(QUEUE))
    address = page.context["new_work_url"]
    assert 'data-key="n"' in page.content.decode() and "Register a new work for this text" in words(page)
    blank = desk.get(address)
    assert blank.context["form"]["title"].value() == "Naya Geet"
    carried = blank.context["rows"][0]
    assert (carried["name"].value(), carried["performing"].value()) == ("Rukhsana Butt", "100")
    short = {"title": "Naya Geet", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "Rukhsana Butt"}
    wrong = desk.post(address, {**short, "form-0-role": "CA", "form-0-performing": "50"})
    assert wrong.status_code == 200 and "50 % is missing" in words(wrong)
    answer = desk.post(address, {**short, "form-0-role": "CA", "form-0-performing": "100"})
    assert answer.status_code == 302, words(answer)
    back = desk.get(answer["Location"])
    assert [choice["work"].titles[0] for choice in back.context["choices"]] == ["Naya Geet"] and chosen(back) == 1
    assert back.context["queue"].current.title == "Naya Geet"


def test_who_may_not_register_works_is_offered_no_new_work(file: UsageFile, sign_in: Any) -> None:
    page = sign_in(person("distribution")).get(reverse(QUEUE))
    assert page.status_code == 200 and 'data-key="n"' not in page.content.decode()


def test_a_decision_made_in_the_meantime_is_told_and_not_overwritten(desk: Any, file: UsageFile, sign_in: Any) -> None:
    page = desk.get(reverse(QUEUE))
    other = sign_in(make.clerk())
    other.post(reverse("royalties:staff-match-decide"), form_of(other.get(reverse(QUEUE)), act="none"))
    answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page), follow=True)
    assert "decided in the meantime by distribution" in words(answer)
    assert UsageMatch.objects.filter(stage="person").count() == 1


def test_a_double_click_on_a_decision_decides_once(desk: Any, file: UsageFile) -> None:
    given = form_of(desk.get(reverse(QUEUE)))
    for _click in range(2):
        desk.post(reverse("royalties:staff-match-decide"), given)
    assert UsageMatch.objects.filter(stage="person").count() == 1


def test_the_queue_is_filtered_and_stays_so_after_a_decision(desk: Any, file: UsageFile) -> None:
    make.landed(make.row("Elsewhere", composer="", artist=""), of=make.source("ELSE"))
    page = desk.get(reverse(QUEUE), {"source": make.source("ELSE").pk})
    assert [group.title for group in page.context["queue"].groups] == ["Elsewhere"]
    page = desk.get(reverse(QUEUE), {"words": "zzz"})
    assert [group.title for group in page.context["queue"].groups] == ["Zzz Qqq"]
    page = desk.get(reverse(QUEUE), {"outcome": "queue"})
    assert "Zzz Qqq" not in [group.title for group in page.context["queue"].groups]
    answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page, act="none"))
    assert "outcome=queue" in answer["Location"]
    hostile = desk.post(reverse("royalties:staff-match-undo"), {"filters": "a=1&next=//evil&source=x%0d%0aX: y"})
    assert hostile["Location"].startswith("/staff/matching/") and "evil" not in hostile["Location"]


@pytest.mark.parametrize("at", ["", "zz", "00" * 32, "ab", "%00"])
def test_a_damaged_place_gives_the_top_of_the_queue(desk: Any, file: UsageFile, at: str) -> None:
    assert desk.get(reverse(QUEUE), {"at": at}).context["queue"].current.title == "Yaad"


def test_a_frozen_text_can_be_decided_and_says_that_the_run_stands(desk: Any, file: UsageFile) -> None:
    run = money.frozen_run(money.pool(1_000_00, files=[file]))
    page = desk.get(reverse(QUEUE))
    assert f"Run {run.number} has frozen this usage" in words(page)
    answer = desk.post(reverse("royalties:staff-match-decide"), form_of(page, act="none"))
    assert answer.status_code == 302 and open_texts() == [2, 3]


def test_one_text_of_a_file_is_put_right_on_its_own_page(desk: Any, file: UsageFile) -> None:
    address = reverse("royalties:staff-match-text", args=[file.uid, 2])
    page = desk.get(address)
    assert page.context["item"].text.title == "Judai Ki Rat"
    context = page.context
    given = {**context["hidden"], "work": context["choices"][0]["work"].uid, "act": "matched", "apply_to_group": "on"}
    answer = desk.post(reverse("royalties:staff-match-decide"), given)
    assert answer["Location"] == address
    assert "Matched" in words(desk.get(address)) and open_texts() == [1, 3]
    assert desk.get(reverse("royalties:staff-match-text", args=[file.uid, 99])).status_code == 404


def test_what_a_stranger_typed_is_shown_as_text(desk: Any) -> None:
    make.landed(make.row('"<img src=x onerror=alert(1)>"', composer="", artist="{{ 7*7 }}"))
    page = desk.get(reverse(QUEUE)).content.decode()
    assert "<img src=x" not in page and "&lt;img src=x" in page and "{{ 7*7 }}" in page


def test_matching_again_from_the_queue_hands_the_work_to_workers(desk: Any, file: UsageFile, run_jobs: Any) -> None:
    run_jobs()
    answer = desk.post(reverse("royalties:staff-match-again"), follow=True)
    assert "The open texts of 1 file are being compared" in words(answer)
    assert run_jobs() == 1


def test_a_text_linked_by_likeness_says_so_on_its_page_and_in_the_table(desk: Any) -> None:
    """The machine keeps the code "score" for a text that it linked by its score and for one that was not close enough."""
    file = make.landed(make.row("Judai Ki Rat", composer="", artist="Somebody Else"))
    for revision, (outcome, matched) in enumerate(
        (("matched", work("Judai", (party("A B"), "CA", 100))), ("queue", None)), 5
    ):
        UsageMatch.objects.create(
            file=file, text_no=1, revision=revision, outcome=outcome, work=matched, stage="score", score=9_500,
            features={"reason": "score"},
        )  # fmt: skip
        page = words(desk.get(reverse("royalties:staff-match-text", args=[file.uid, 1])))
        table = desk.get(reverse("royalties:staff-usage-texts", args=[file.uid]), {"format": "csv"}).content.decode()
        for shown in (page, table):
            assert ("alike enough, and no other work comes near" in shown) == (outcome == "matched")
            assert ("not close enough to be linked" in shown) == (outcome == "queue")
