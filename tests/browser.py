"""The browser that the launcher has found, and the connections that go with it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from cmo_portal.launcher.browser import ABSENT

# side by side with other tests, compiling scripts in further threads takes more of the machine than it gives
ARGUMENTS = ["--no-sandbox", "--js-flags=--single-threaded"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium; its absence is a failure.

    While it runs, the thread has an event loop, and Django keeps connections of their own for it. Neither these nor
    those of before may outlive the block: the database of a test is made anew between two tests, and a connection that
    nobody saw end would fail in whatever test takes it up next.
    """
    path = os.environ.get("CHROME_PATH")
    assert path, ABSENT
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as play:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()


def violations(page: Page, *, contrast: bool = True) -> list[dict[str, Any]]:
    """The rules of axe that a page breaks, each with its nodes; without `contrast`, all but that of colours, which takes
    two thirds of the time. What axe keeps stays in the browser: to hand that over would take a third again."""
    page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        """contrast => axe.run({resultTypes: ['violations'], rules: {'color-contrast': {enabled: contrast}}})
            .then(results => results.violations)""",
        contrast,
    )
    return found
