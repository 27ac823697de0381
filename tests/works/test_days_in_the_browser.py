"""The slider beside the days of a work, in a real browser; without it the date field does the same."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from cmo_portal.common import clock
from tests.browser import chromium
from tests.factories.works import party, work
from works.models import Work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_slider_opens_the_page_of_a_day_when_it_is_let_go_or_with_enter(
    live_server: Any, staff: Any, sign_in: Any, superuser_cursor: Any
) -> None:
    song = work("Dil Ki Baat", (party("Alia Rahman"), "CA", 100))
    Work.objects.filter(pk=song.pk).update(created_at=clock.now() - dt.timedelta(days=30))
    cookie = sign_in(staff("documentation")).cookies[settings.SESSION_COOKIE_NAME]
    address = live_server.url + reverse("works:staff-work-detail", args=[song.uid])
    two_days_ago = (clock.today() - dt.timedelta(days=2)).isoformat()
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 360, "height": 800})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(address)
        slider = page.get_by_role("slider", name="As known on")
        expect(slider).to_have_attribute("aria-valuetext", clock.today().isoformat())
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        slider.focus()
        for _step in range(2):
            page.keyboard.press("ArrowLeft")
        expect(slider).to_be_focused()
        expect(slider).to_have_attribute("aria-valuetext", two_days_ago)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**known_on={two_days_ago}**")
        assert "this work was not in the books yet" in page.locator("main").inner_text()
        page.goto(address)
        slider.click(position={"x": 1, "y": 4})
        page.wait_for_url("**known_on=**")
