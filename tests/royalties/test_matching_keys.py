"""T9 by the keyboard alone, in a real browser: choose, accept, none, back and forth, take back, for one or for all."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from royalties.models import OpenText, UsageMatch
from tests.browser import chromium
from tests.factories import usage as make
from tests.factories.licensing import person
from tests.factories.works import party, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: Any, sign_in: Any) -> Iterator[Page]:
    """The queue of three open texts, as the documentation desk sees it."""
    writer = party("Kamran Lodhi")
    for title in ("Yaad", "Yaad", "Judai Ki Raat"):
        work(title, (writer, "CA", 100))
    make.landed(
        make.row("Yaad", composer="", artist="Nobody", plays="9"),
        make.row("Judai Ki Rat", composer="", artist="Somebody Else", plays="5"),
        make.row("Zzz Qqq", composer="", artist="", plays="1"),
    )
    cookie = sign_in(person("documentation")).cookies[settings.SESSION_COOKIE_NAME]
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        opened = context.new_page()
        opened.goto(live_server.url + reverse("royalties:staff-match-queue"))
        yield opened
        if shots := os.environ.get("MATCHING_SHOTS"):
            opened.screenshot(path=f"{shots}/matching.png", full_page=True)


def title(page: Page) -> str:
    """The text that is looked at."""
    return page.locator("#text-title").inner_text()


def press(page: Page, key: str, shows: str) -> None:
    """Press a key and wait for the text that comes up."""
    page.keyboard.press(key)
    expect(page.locator("#text-title")).to_have_text(shows)


def test_the_queue_is_worked_through_without_the_mouse(page: Page) -> None:
    assert title(page) == "Yaad"
    press(page, "j", "Judai Ki Rat")
    press(page, "k", "Yaad")
    second = page.locator('[data-key="2"]')
    page.keyboard.press("2")
    expect(second).to_be_checked()
    chosen = second.input_value()
    press(page, "Enter", "Judai Ki Rat")
    row = UsageMatch.objects.get(stage="person")
    assert str(row.work.uid) == chosen
    press(page, "x", "Zzz Qqq")
    assert UsageMatch.objects.filter(stage="person", outcome="none").count() == 1
    press(page, "u", "Judai Ki Rat")
    assert sorted(OpenText.objects.values_list("text_no", flat=True)) == [2, 3]
    box = page.locator('[data-key="g"]')
    expect(box).to_be_checked()
    page.keyboard.press("g")
    expect(box).not_to_be_checked()


def test_keys_are_letters_while_somebody_types(page: Page) -> None:
    page.keyboard.press("w")
    page.keyboard.type("xju")
    expect(page.locator("#work-words")).to_have_value("xju")
    assert title(page) == "Yaad" and not UsageMatch.objects.filter(stage="person").exists()
    page.keyboard.press("Escape")
    press(page, "j", "Judai Ki Rat")


def test_the_list_of_keys_opens_with_a_question_mark(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    expect(page.locator("#keys")).to_contain_text("None of our works")
