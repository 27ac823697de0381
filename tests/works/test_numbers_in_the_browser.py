"""Texts of others are long and have no blanks: the pages of international numbers stay as wide as the screen."""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from cmo_portal.common import clock
from tests.browser import chromium
from tests.factories.works import party, work
from works.models import NumberRequest
from works.services import numbers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_a_long_title_of_an_answer_breaks_in_lines(
    live_server: Any, staff: Any, sign_in: Any, superuser_cursor: Any
) -> None:
    desk = staff("documentation")
    song = work("W" * 300, (party("Alia Rahman"), "CA", 100))
    request = numbers.request_iswc(work=song, by=desk)
    upload = SimpleUploadedFile(
        "answers.csv",
        f"request,title,iswc\n{request.number},{'X' * 400},T0345246801\n{'R' * 60},,{'T' * 60}\n".encode(),
    )
    file = numbers.receive_answers(upload=upload, filename="answers.csv", system="iswc", by=desk, now=clock.now())
    assert NumberRequest.objects.get().state == "person"
    cookie = sign_in(desk).cookies[settings.SESSION_COOKIE_NAME]
    addresses = [
        f"/staff/numbers/answers/{file.uid}/",
        "/staff/numbers/?state=person",
        f"/staff/numbers/requests/{request.uid}/",
    ]
    with chromium() as browser:
        for width in (1280, 360):
            context = browser.new_context(viewport={"width": width, "height": 800})
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            page = context.new_page()
            for address in addresses:
                response = page.goto(live_server.url + address)
                assert response is not None and response.ok, address
                assert not page.evaluate(TOO_WIDE), (width, address)
