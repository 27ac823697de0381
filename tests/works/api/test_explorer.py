"""The page on which staff read and try the API: its scripts come from us, and the policy of the portal holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser

from tests.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_shows_every_endpoint_asks_no_other_host_and_breaks_no_rule_of_the_policy(
    browser: Browser, live_server: Any, staff: Any, sign_in: Any
) -> None:
    client: Client = sign_in(staff("membership"))
    context = browser.new_context(viewport={"width": 320, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/staff/api-clients/description/")
    page.wait_for_selector("#operations-works-search_works, [id$=search_works]", timeout=30_000)
    shown = page.locator("#api-explorer").inner_text()
    for address in ("/api/v1/works/", "/api/v1/works/{uid}/", "/api/v1/registrations/", "/api/v1/client/"):
        assert address in shown.replace("\u200b", ""), address
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert said == []
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    context.close()
