"""Every page in a real browser, in both languages: axe, weight, no other host, no console error, no sideways scroll.

The record screens are Django's own pages: of them it is asked that they open, in the right direction, without an error
and without another host.
"""

import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from cmo_portal.accounts.models import User
from tests.browser import chromium, violations
from tests.house.access_table import SIGNED, TABLE
from tests.house.test_access import allowed, own_object, people, place

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo_database"),
]
KILOBYTE = 1024
LIMITS = {"anon": 60, "member": 100, "licensee": 100, "staff": 100}
# Pages of one's own account that lead elsewhere or are not there: without a second factor, and with one.
WITHOUT_FACTOR = {"account_set_password", "mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes"}
WITH_FACTOR = {"account_set_password", "mfa_activate_totp"}
FAILED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
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
    "complaints",
    "evidence",
    "progress",
    "schema",
    "explorer",  # a tool that loads its own scripts of 1.6 MB; tests/works/api/test_explorer.py looks at it
)
NARROW: Any = {"width": 320, "height": 800}
WIDTHS = (768, 1024, 1200)  # from a tablet to a small office screen
LISTS = ("list", "jobs", "acts", "users", "sources", "queue", "texts")
PARTS = 4  # staff have most pages: they are walked in parts


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all pages."""
    with chromium() as started:
        yield started


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


def is_list(name: str) -> bool:
    """Whether a page of staff is a list, which has to fit the screens of an office too."""
    return "staff" in name and name.rsplit("-", 1)[-1].endswith(LISTS)


def all_roles() -> User:
    """A member of staff with every role, to see every staff page."""
    from django.contrib.auth.models import Group

    user = User.objects.create_user("all@society.example", "not used in this test", audience="staff", name="All Roles")
    user.groups.set(Group.objects.all())
    return user


def context_for(
    browser: Browser, user: User | None, language: str, host: str, sign_in: Any, *, factor: bool = True
) -> BrowserContext:
    context = browser.new_context(viewport=NARROW)
    cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": host}]
    if user:
        client = sign_in(user, factor=factor)
        has_given_the_password_just_now(client)
        name = settings.SESSION_COOKIE_NAME
        cookies.append({"name": name, "value": client.cookies[name].value, "url": host})
    context.add_cookies(cookies)
    return context


def has_given_the_password_just_now(client: Client) -> None:
    """As after the page that asks for it again, which stands before every change of the second factor."""
    session = client.session
    methods = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**method, "reauthenticated": True} for method in methods]
    session.save()


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

    def open(self, address: str, language: str) -> list[str]:
        """Open one page; what it should not have asked for, said or answered, and a wrong direction."""
        for seen in (self.requests, self.words, self.answers):
            seen.clear()
        answer = self.page.goto(self.host + address, wait_until="load")
        wrong = []
        if answer is None or answer.status >= 500:
            wrong.append(f"status {answer.status if answer else 'none'}")
        wrong += [f"asks another host: {url}" for url in self.requests if not url.startswith((self.host, "data:"))]
        parts = [part for part in self.answers if part.request != (answer and answer.request)]
        wrong += [f"a part is missing: {part.status} {part.url}" for part in parts if part.status >= 400]
        wrong += [f"console: {text}" for text in self.words if not _is_own_status(text, answer)]
        if self.page.locator("html").get_attribute("dir") != ("rtl" if language == "ur" else "ltr"):
            wrong.append("wrong direction")
        return wrong

    def look(self, address: str, language: str, limit: int) -> list[str]:
        """Open one page of ours and name everything that is wrong with it."""
        wrong = self.open(address, language)
        weight = sum(map(_weight, self.answers))
        if not KILOBYTE < weight <= limit * KILOBYTE:
            wrong.append(f"weighs {weight // KILOBYTE} KB")
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append("scrolls sideways at 320 px")
        # no colour depends on the language (test_design.py), and the letters of Urdu are the larger ones
        for violation in violations(self.page, contrast=language == "en" or "PORTAL_LONG" in os.environ):
            wrong.append(f"axe {violation['id']}: {violation['nodes'][0]['html'][:120]}")
        return wrong

    def widen(self) -> list[str]:
        """Show the open page on wider screens, where tables are tables and not cards; then on the narrow one again."""
        wrong = []
        for width in WIDTHS:
            self.page.set_viewport_size(NARROW | {"width": width})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                wrong.append(f"scrolls sideways: {wide} px of {width}")
        self.page.set_viewport_size(NARROW)
        return wrong

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.words.append(f"{message.text} {message.location['url']}")


def _is_own_status(text: str, answer: Response | None) -> bool:
    """Whether the console only repeats the status of the page itself, such as that of a page that is not there."""
    told = FAILED.match(text)
    return bool(told and answer and answer.status == int(told[1]) and text.endswith(f" {answer.url}"))


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
        found = watcher.look(place(name, row), language, LIMITS[audience])
        found += watcher.widen() if is_list(name) else []
        faults += [f"{name}: {fault}" for fault in found]
    context.close()
    assert faults == []


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize(("audience", "factor"), [("member", False), ("staff", False), ("staff", True)])
def test_every_page_of_ones_own_account_is_accessible_light_and_its_own(
    audience: str, factor: bool, language: str, browser: Browser, live_server: Any, sign_in: Any
) -> None:
    user = all_roles() if audience == "staff" else people()[audience]
    assert user is not None
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    context = context_for(browser, user, language, live_server.url, sign_in, factor=factor)
    if factor:
        RecoveryCodes.activate(user)
    watcher = Watcher(context.new_page(), live_server.url)
    faults, closed = [], set()
    for name in SIGNED:
        if name == "mfa_download_recovery_codes":
            continue  # a file
        faults += [f"{name}: {fault}" for fault in watcher.look(place(name), language, LIMITS[audience])]
        if urlsplit(watcher.page.url).path != place(name) or watcher.answers[0].status == 404:
            closed.add(name)
    context.close()
    assert faults == []
    assert closed == (WITH_FACTOR if factor else WITHOUT_FACTOR)


def record_screens(user: User, *, rows: bool) -> list[str]:
    """The lists of the record screens that a person may open, and with `rows` one row of each."""
    request = RequestFactory().get("/admin/")
    request.user = user
    addresses = [reverse("admin:index")]
    for model, screen in sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label):
        if screen.has_view_permission(request):
            base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            row = screen.get_queryset(request).order_by("pk").first() if rows else None
            addresses.append(reverse(f"{base}_changelist"))
            addresses += [reverse(f"{base}_change", args=[row.pk])] if row else []
    return addresses


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_record_screen_opens_without_an_error(
    language: str, browser: Browser, live_server: Any, sign_in: Any
) -> None:
    user = all_roles()
    context = context_for(browser, user, language, live_server.url, sign_in)
    watcher = Watcher(context.new_page(), live_server.url)
    addresses = record_screens(user, rows=language == "en")
    assert len(addresses) > 20
    faults: list[str] = []
    for address in addresses:
        found = watcher.open(address, language)
        if urlsplit(watcher.page.url).path != address:
            found.append(f"leads to {watcher.page.url}")
        faults += [f"{address}: {fault}" for fault in found]
    context.close()
    assert faults == []
