"""The main job as its people do it, in a real browser on the demo society: creator, licensee, four desks of staff.

Screenshots are kept in `.portal/screenshots`, to be looked at.
"""

import datetime as dt
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from playwright.sync_api import Page

from cmo_portal.common import clock
from royalties import fsck
from royalties.demo.sign_ins import PASSWORD
from royalties.models import Run, UsageFile
from tests.browser import chromium
from tests.house.conftest import demo_database  # noqa: F401 - the demo society as a bed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo_database"),
]
KEPT = Path(__file__).resolve().parents[2] / ".portal" / "screenshots"


class Visitor:
    """One person at a browser of her own."""

    def __init__(self, page: Page, host: str, who: str) -> None:
        self.page, self.host, self.who, self.count = page, host, who, 0

    def sign_in(self) -> None:
        """Through the real form, with the one-time code where it is asked for."""
        self.page.goto(f"{self.host}/account/login/")
        self.page.fill("input[name=login]", self.who)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        if "2fa/authenticate" in self.page.url:
            self.page.fill("input[name=code]", one_time_code(self.who))
            self.page.click("main button[type=submit]")
        assert "/account/" not in self.page.url, self.page.inner_text("main")

    def go(self, address: str) -> None:
        """Open an address and keep a picture."""
        answer = self.page.goto(self.host + address)
        assert answer is not None and answer.status == 200, f"{address}: {answer and answer.status}"
        self.keep()

    def press(self, words: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=re.compile(words)).first.click()
        self.page.wait_for_load_state()
        self.keep()

    def follow(self, words: str) -> None:
        """Follow a link by its words."""
        self.page.get_by_role("link", name=re.compile(words)).first.click()
        self.page.wait_for_load_state()
        self.keep()

    def keep(self) -> None:
        """Keep a picture of the whole page."""
        self.count += 1
        KEPT.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=KEPT / f"{self.who.split('@')[0]}-{self.count:02d}.png", full_page=True)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.inner_text("main")


def one_time_code(email: str) -> str:
    factor = Authenticator.objects.get(user__email=email, type=Authenticator.Type.TOTP)
    return str(format_hotp_value(hotp_value(decrypt(factor.data["secret"]), int(time.time()) // 30)))


@pytest.fixture
def visitors(live_server: Any) -> Iterator[Any]:
    with chromium() as browser:

        def come(who: str, *, width: int = 1280) -> Visitor:
            context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
            visitor = Visitor(context.new_page(), live_server.url, f"{who}@demo.example")
            if who != "public":
                visitor.sign_in()
            return visitor

        yield come


def test_a_creator_walks_from_home_to_the_row_behind_an_amount_in_four_clicks(visitors: Any) -> None:
    creator = visitors("creator", width=360)
    creator.go("/my/")
    creator.follow("Open the statement")
    creator.follow("Why this amount")
    assert "Your amount" in creator.text
    creator.follow("See each row of the usage files")
    assert "row" in creator.text.lower()


def test_a_creator_registers_a_work_with_a_co_writer(visitors: Any) -> None:
    creator = visitors("creator", width=360)
    creator.go("/my/works/")
    creator.press("Register")
    creator.page.fill("input[name=title]", "Browser Ki Barsaat")
    creator.press("continue")
    assert "Browser Ki Barsaat" in creator.page.content() or "shares" in creator.page.url or "known" in creator.page.url


def test_a_licensee_sees_licence_and_invoice_and_anybody_checks_the_licence(visitors: Any) -> None:
    cafe = visitors("cafe", width=360)
    cafe.go("/licensee/")
    cafe.go("/licensee/licences/")
    cafe.page.locator("main table a, main .card a, main li a").first.click()
    cafe.keep()
    cafe.go("/licensee/invoices/")
    stranger = visitors("public", width=360)
    stranger.go("/check/")
    stranger.go("/price/")


def test_the_desks_take_usage_approve_a_run_and_publish_it(visitors: Any, run_jobs: Any) -> None:
    run = Run.objects.get(state="reviewed")
    approver = visitors("approver")
    approver.go(f"/staff/runs/{run.uid}/")
    assert "all green" in approver.text
    approver.press("Approve this run")
    distribution = visitors("distribution")
    distribution.go(f"/staff/runs/{run.uid}/")
    distribution.press("Post to the ledger")
    distribution.press("Publish the statements")
    run.refresh_from_db()
    assert run.state == "published"
    distribution.go("/staff/usage/")
    assert UsageFile.objects.count() >= 4
    finance = visitors("finance")
    finance.go("/staff/payments/new/")
    finance.page.fill("input[name=pay_on]", (clock.today() + dt.timedelta(days=1)).isoformat())
    finance.press("Make the batch")
    address = finance.page.url.removeprefix(finance.host)
    approver.go(address)
    approver.press("Approve this batch")
    finance.go(address)
    with finance.page.expect_download() as download:
        finance.page.get_by_role("button", name=re.compile("Download the bank file")).click()
    assert Path(download.value.path()).read_text().startswith("H,P-")
    assert fsck.findings(fsck.Scope()) == []


def test_a_member_of_staff_without_the_code_sees_nothing(visitors: Any, live_server: Any) -> None:
    stranger = visitors("public")
    stranger.page.goto(f"{live_server.url}/account/login/")
    stranger.page.fill("input[name=login]", "finance@demo.example")
    stranger.page.fill("input[name=password]", PASSWORD)
    stranger.page.click("main button[type=submit]")
    stranger.page.goto(f"{live_server.url}/staff/runs/")
    assert urlsplit(stranger.page.url).path == "/account/2fa/authenticate/"
