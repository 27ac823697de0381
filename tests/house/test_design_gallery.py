"""Every component on one page, in a real browser: accessible, calm under the policy, and never wider than the screen.

The gallery is rendered by the portal's own engine and answered to the browser without a server, with the headers of
the settings. `GALLERY_SHOTS=folder` keeps pictures of every variant for the eye.
"""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page, Route

from cmo_portal.common import words
from cmo_portal.context import Society, languages
from cmo_portal.states import register_states
from tests.browser import chromium, violations

pytestmark = pytest.mark.browser
HERE = Path(__file__).resolve().parent
STATIC = HERE.parents[1] / "cmo_portal" / "static"
ORIGIN = "http://portal.test"
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}
DAY = datetime.date(2026, 7, 1)
NOW = datetime.datetime(2026, 11, 22, 9, 5, tzinfo=datetime.UTC)


class GalleryForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card", max_length=20)
    mail = forms.EmailField(label="Mail", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")])
    role = forms.ChoiceField(label="Role", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    rights = forms.MultipleChoiceField(
        label="Rights", required=False, choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    paper = forms.FileField(label="Paper", required=False)
    paper_two = forms.FileField(label="Second paper", required=False)
    agreed = forms.BooleanField(label="I agree")


class GalleryFilter(forms.Form):
    q = forms.CharField(label="Title", required=False)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All"), ("a", "A")])
    mine = forms.BooleanField(label="Mine", required=False)


class TwoPages:
    next_query, previous_query = "after=x", "before=y"


def content() -> dict[str, Any]:
    register_states(
        "gallery",
        {
            "good": ("filled", "good", "Good"),
            "waiting": ("half", "waiting", "Waiting"),
            "bad": ("triangle", "bad", "Bad"),
            "plain": ("empty", "plain", "Plain"),
        },
    )
    return {
        "start": DAY,
        "end": datetime.date(2026, 9, 30),
        "now": NOW,
        "words": words.say("%(seats)s seats × %(rate)s", seats=words.count(120), rate=words.money(150_00)),
        "tones": ["good", "waiting", "bad", "plain"],
        "figures": [
            {"label": "Paid", "amount": 123456789, "url": "/p", "note": "On 22 November 2026"},
            {"label": "Waiting", "amount": 315000, "url": "/w", "tone": "waiting"},
            {"label": "Works", "text": "36"},
        ],
        "lines": [
            ("Dil Dil Pakistan", "T-034.524.680-1", 38250, "good"),
            ("یہ وطن تمہارا ہے", "T-034.524.681-2", -1205, "bad"),
            ("A rather long title of a song that goes on and on", "T-034.524.682-3", 123456701, "waiting"),
        ],
        "page": TwoPages(),
        "why": {
            "amount": 38250,
            "steps": [
                {"text": "Radio paid for Jan–Mar 2026", "amount": 120000000, "url": "/a"},
                {"text": "15 % costs", "operator": "−", "amount": 18000000, "note": "Rule of 1 July 2025"},
                {"text": "36 plays of 4:10", "operator": "×", "value": "9,000 s"},
                {"text": "Your share 50 %", "operator": "=", "amount": 38250},
            ],
        },
        "tasks": [
            {"title": "Business", "url": "/t", "state": "done"},
            {"title": "Premises", "url": "/t", "state": "in_progress", "hint": "2 of 3"},
            {"title": "Declare", "state": "cannot_start"},
        ],
        "answers": [{"label": "Name", "value": "Bushra", "change_url": "/n"}, {"label": "IBAN", "change_url": "/i"}],
        "events": [
            {"at": DAY, "title": "Received", "tone": "good", "text": "It came in.", "who": "You"},
            {"at": NOW, "title": "Question", "tone": "waiting", "url": "/q"},
            {"at": NOW, "title": "Refused", "tone": "bad"},
        ],
        "bars": [("Radio", 120000000, "/r"), ("A television network with a long name", 80050000), ("Back", -5000000)],
        "progress": {"label": "Calculating", "done": 40, "total": 100, "since": NOW, "finished": False},
        "errors": [
            {"file": "f.csv", "row": 12, "column": "c", "value": "4m10", "message": "No.", "remedy": "Write 4:10."}
        ],
        "form": GalleryForm({"mail": "x"}),
        "filter_form": GalleryFilter(),
    }


def render(language: str, layout: str) -> str:
    request = RequestFactory().get("/gallery/")
    request.user = AnonymousUser()
    with translation.override(language):
        frame = {"request": request, "society": Society(settings.SOCIETY), "portal_languages": languages()}
        context = Context({**frame, "layout": f"layouts/{layout}.html", **content()})
        return Template((HERE / "gallery.html").read_text(encoding="utf-8")).render(context)


def policy() -> str:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(map(str, values))}" for name, values in directives.items())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def open_gallery(browser: Browser, *, language: str, layout: str, scheme: str, width: int) -> tuple[Page, list[str]]:
    html, complaints = render(language, layout), []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("#")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": policy()})

    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: complaints.append(request.url) if ORIGIN not in request.url else None)
    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/gallery/")
    return page, complaints


def keep_picture(page: Page, name: str) -> None:
    folder = os.environ.get("GALLERY_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("layout", ["member", "staff"])
def test_the_gallery_is_accessible_and_keeps_to_the_policy(
    browser: Browser, layout: str, language: str, scheme: str
) -> None:
    for width in (320, 1280):
        page, complaints = open_gallery(browser, language=language, layout=layout, scheme=scheme, width=width)
        found = violations(page, contrast=language == "en")  # no colour depends on the language
        keep_picture(page, f"{layout}-{language}-{scheme}-{width}")
        widest = page.evaluate("document.documentElement.scrollWidth")
        page.close()
        assert [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found] == []
        assert complaints == []
        assert widest <= width


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_part_of_a_value_stands_beside_its_label_in_a_card(browser: Browser, language: str) -> None:
    page, _ = open_gallery(browser, language=language, layout="member", scheme="light", width=320)
    slipped = page.evaluate(
        """() => [...document.querySelectorAll('.table td[data-label]:not(.long)')].filter(cell => {
            const room = cell.getBoundingClientRect(), value = document.createRange()
            value.selectNodeContents(cell)
            const parts = [...value.getClientRects()].filter(part => part.width)
            const beside = part => document.dir === 'rtl' ? room.right - part.right : part.left - room.left
            return parts.some(part => beside(part) < 104) || parts[0].top - room.top > 16
        }).map(cell => cell.outerHTML.slice(0, 120))"""
    )
    page.close()
    assert slipped == []


def test_targets_are_large_enough_for_a_thumb(browser: Browser) -> None:
    page, _ = open_gallery(browser, language="en", layout="member", scheme="light", width=360)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select, textarea, summary,'
            + ' .nav a, .menu a, .choice')].filter(item => item.checkVisibility())
            .filter(item => !item.closest('.choice, fieldset') || item.matches('.choice'))
            .map(item => [item.outerHTML.slice(0, 80), Math.round(item.getBoundingClientRect().height)])
            .filter(([_, height]) => height < 44)"""
    )
    page.close()
    assert small == []


def test_the_error_summary_takes_the_focus_and_the_skip_link_comes_first(browser: Browser) -> None:
    page, _ = open_gallery(browser, language="en", layout="member", scheme="light", width=360)
    assert "error-summary" in (page.evaluate("document.activeElement.className"))
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges(); window.scrollTo(0, 0)")
    first = page.evaluate("document.querySelector('a, button, input').className")
    page.close()
    assert first == "skip"


def test_a_question_mark_opens_the_list_of_keys_on_staff_screens(browser: Browser) -> None:
    page, _ = open_gallery(browser, language="en", layout="staff", scheme="light", width=1280)
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("#keys").get_attribute("open") is not None
    page.keyboard.press("?")
    assert page.locator("#keys").get_attribute("open") is None
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("?")
    assert page.locator("#keys").get_attribute("open") is None
    page.close()
