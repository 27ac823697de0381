"""Every page in a real browser, in both languages: axe, weight, no other host, no console error, no sideways scroll."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from cmo_portal.accounts.models import User
from tests.house.access_table import TABLE
from tests.house.test_access import allowed, own_object, people, place

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo_database"),
]
KILOBYTE = 1024
LIMITS = {"anon": 60, "member": 100, "licensee": 100, "staff": 100}
# Addresses that answer with a file, a redirect or a fragment, not with a page.
NOT_PAGES = (
    "withdraw",
    "original",
    "refused",
    "pdf",
    "qr",
    "file",
    "key",
    "csv",
    "document",
    "download",
    "poll",
    "answer",
    "reveal",
    "progress",
)
WIDTHS = (768, 1024, 1200)  # from a tablet to a small office screen: tables are tables there, not cards
LISTS = ("list", "jobs", "acts", "users", "sources", "queue", "texts")
PARTS = 4  # staff have most pages: they are walked in parts


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the launcher found it; its absence is a failure."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = os.environ.get("CHROME_PATH")
    assert path, "no browser was found: run through ./portal test"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def names_for(user: User | None, audience: str, part: int) -> list[str]:
    """The pages of an audience; public pages belong to strangers."""
    found = []
    for name, rule in sorted(TABLE.items()):
        if rule.post_only or not allowed(rule, user) or name.rsplit("-", 1)[-1] in NOT_PAGES:
            continue
        mine = rule.who == "public" if audience == "anon" else rule.who not in {"public", "signed"}
        if mine and name not in {"start", "healthz", "readyz", "brand_css", "account_logout", "set_language"}:
            found.append(name)
    return [name for place_no, name in enumerate(found) if audience != "staff" or place_no % PARTS == part]


def all_roles() -> User:
    """A member of staff with every role, to see every staff page."""
    from django.contrib.auth.models import Group

    user = User.objects.create_user("all@society.example", "not used in this test", audience="staff", name="All Roles")
    user.groups.set(Group.objects.all())
    return user


def context_for(browser: Browser, user: User | None, language: str, host: str, sign_in: Any) -> BrowserContext:
    context = browser.new_context(viewport={"width": 320, "height": 800})
    cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": host}]
    if user:
        client = sign_in(user)
        name = settings.SESSION_COOKIE_NAME
        cookies.append({"name": name, "value": client.cookies[name].value, "url": host})
    context.add_cookies(cookies)
    return context


class Watcher:
    """One tab that goes from page to page and remembers what each asked for, said and weighed."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host = page, host
        self.requests: list[str] = []
        self.words: list[str] = []
        self.answers: list[Response] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.words.append(str(error)))
        page.on("response", lambda response: self.answers.append(response))

    def look(self, address: str, limit: int) -> list[str]:
        """Open one page and name everything that is wrong with it."""
        for seen in (self.requests, self.words, self.answers):
            seen.clear()
        answer = self.page.goto(self.host + address, wait_until="load")
        wrong = []
        if answer is None or answer.status >= 500:
            wrong.append(f"status {answer.status if answer else 'none'}")
        wrong += [f"asks another host: {url}" for url in self.requests if not url.startswith((self.host, "data:"))]
        wrong += [f"console: {text}" for text in self.words if "404" not in text and "410" not in text]
        weight = sum(map(_weight, self.answers))
        if not KILOBYTE < weight <= limit * KILOBYTE:
            wrong.append(f"weighs {weight // KILOBYTE} KB")
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append("scrolls sideways at 320 px")
        for violation in Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]:
            wrong.append(f"axe {violation['id']}: {violation['nodes'][0]['html'][:120]}")
        return wrong

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.words.append(message.text)


def _weight(response: Response) -> int:
    try:
        return len(response.body())
    except Exception:
        return 0


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize(
    ("audience", "part"), [("anon", 0), ("member", 0), ("licensee", 0), *[("staff", part) for part in range(PARTS)]]
)
def test_every_page_is_accessible_light_and_its_own(
    audience: str, part: int, language: str, browser: Browser, live_server: Any, sign_in: Any
) -> None:
    user = all_roles() if audience == "staff" else people()[audience]
    context = context_for(browser, user, language, live_server.url, sign_in)
    watcher = Watcher(context.new_page(), live_server.url)
    faults: list[str] = []
    for name in names_for(user, audience, part):
        row = own_object(TABLE[name], user)
        found = watcher.look(place(name, row), LIMITS[audience])
        if watcher.page.locator("html").get_attribute("dir") != ("rtl" if language == "ur" else "ltr"):
            found.append("wrong direction")
        faults += [f"{name}: {fault}" for fault in found]
    context.close()
    assert faults == []


@pytest.mark.parametrize("language", ["en", "ur"])
def test_no_staff_list_scrolls_sideways_on_a_wider_screen(
    language: str, browser: Browser, live_server: Any, sign_in: Any
) -> None:
    user = all_roles()
    context = context_for(browser, user, language, live_server.url, sign_in)
    page = context.new_page()
    faults = []
    for name, rule in sorted(TABLE.items()):
        if rule.post_only or not name.rsplit("-", 1)[-1].endswith(LISTS) or "staff" not in name:
            continue
        page.goto(live_server.url + place(name, own_object(rule, user)), wait_until="load")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                faults.append(f"{name}: {wide} px of {width}")
    context.close()
    assert faults == []
