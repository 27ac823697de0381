"""L1 to L4: applying for a licence in the browser, without an account, saved and resumed."""

import re
import uuid

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from licensing.models import LicenceApplication, Quote
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db

USE = {"seats": "40", "live_evenings": "0", "from": "2026-12-01"}


@pytest.fixture(autouse=True)
def offer(monkeypatch: pytest.MonkeyPatch) -> None:
    make.province()
    make.tariff("CAFE")
    monkeypatch.setattr("cmo_portal.common.clock.now", lambda: make.NOW)


def start(client: Client, query: str = "", **given: str) -> LicenceApplication:
    data = {"email": "amna@cafe.example", "form_key": str(uuid.uuid4()), **given}
    response = client.post(f"/apply/{query}", data)
    assert response.status_code == 302, response.content.decode()[:2000]
    return LicenceApplication.objects.get(reference=response.url.strip("/").split("/")[1])


def fill(client: Client, application: LicenceApplication) -> None:
    base = f"/apply/{application.reference}"
    for section, answers in (("business", make.BUSINESS), ("premises", make.PREMISES)):
        response = client.post(f"{base}/{section}/", answers)
        assert response.status_code == 302, response.context["form"].errors
    response = client.post(f"{base}/use/?tariff=CAFE", USE)
    assert response.status_code == 302, response.context["form"].errors


def send(client: Client, application: LicenceApplication, total: int = 2_784_000):
    return client.post(f"/apply/{application.reference}/check/", {"expected_total": str(total), "declared": "on"})


def bare(response) -> str:
    """The page without what differs from one answer to the next."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())


def link_in_mail() -> str:
    found = re.search(r"/apply/\S+/link/\S+", mail.outbox[-1].body)
    assert found
    return found[0]


def test_a_stranger_applies_and_sends_with_the_price_accepted(
    client: Client, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        application = start(client)
    assert application.reference in mail.outbox[-1].subject
    assert "Cannot start yet" in client.get(f"/apply/{application.reference}/").content.decode()
    fill(client, application)
    page = client.get(f"/apply/{application.reference}/check/").content.decode()
    assert "27,840" in page and "Cafe Sitar Gulberg" in page and "Change" in page
    assert send(client, application).status_code == 302
    application.refresh_from_db()
    assert application.state == "submitted"
    quote = Quote.objects.get()
    assert (quote.fee, quote.tax, quote.total) == (2_400_000, 384_000, 2_784_000)
    assert quote.number in client.get(f"/apply/{application.reference}/").content.decode()


def test_the_calculated_price_is_carried_into_the_application(client: Client) -> None:
    shown = client.get("/price/CAFE/", {**USE, "place": "PB"})
    application = start(client, "?" + shown.context["apply_url"].partition("?")[2])
    assert application.answers["use"]["answers"]["seats"] == "40"
    assert application.answers["premises"] == {"province": "PB"}


def test_answers_survive_a_closed_browser_by_the_link_in_the_mail(
    client: Client, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        application = start(client)
    client.post(f"/apply/{application.reference}/business/", make.BUSINESS)
    other = Client()
    assert other.get(f"/apply/{application.reference}/").url == "/apply/return/"
    assert other.get(link_in_mail()).url == f"/apply/{application.reference}/"
    assert "Cafe Sitar" in other.get(f"/apply/{application.reference}/business/").content.decode()


def test_a_new_link_ends_the_old_one_and_the_answer_never_tells_what_exists(
    client: Client, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        application = start(client)
    old = link_in_mail()
    other = Client()
    with django_capture_on_commit_callbacks(execute=True):
        right = other.post("/apply/return/", {"reference": application.reference.lower(), "email": application.email})
    assert len(mail.outbox) == 2
    wrong = other.post("/apply/return/", {"reference": "AAAA-AAAA", "email": "nobody@x.example"})
    assert bare(right) == bare(wrong) and len(mail.outbox) == 2
    assert other.get(old).status_code == 410
    assert other.get(link_in_mail()).status_code == 302


def test_a_stranger_reaches_no_page_of_an_application(client: Client) -> None:
    application = start(client)
    stranger = Client()
    for path in ("", "business/", "premises/", "use/", "check/"):
        response = stranger.get(f"/apply/{application.reference}/{path}")
        missing = stranger.get(f"/apply/AAAA-AAAA/{path}")
        assert (response.status_code, response.url) == (missing.status_code, missing.url) == (302, "/apply/return/")
    assert stranger.post(f"/apply/{application.reference}/business/", make.BUSINESS).status_code == 404
    assert stranger.post(f"/apply/{application.reference}/withdraw/").status_code == 404
    guessed = f"/apply/{application.reference}/link/{'A' * 43}/"
    assert stranger.get(guessed).status_code == 410


def test_a_double_click_starts_one_application_and_sends_it_once(client: Client) -> None:
    key = str(uuid.uuid4())
    first = start(client, form_key=key)
    assert start(client, form_key=key) == first
    fill(client, first)
    assert send(client, first).status_code == send(client, first).status_code == 302
    assert (LicenceApplication.objects.count(), Quote.objects.count()) == (1, 1)


def test_a_price_that_changed_since_it_was_shown_is_refused(client: Client) -> None:
    application = start(client)
    fill(client, application)
    response = send(client, application, total=1)
    assert response.status_code == 200
    assert "The price has changed since you saw it" in response.content.decode()
    application.refresh_from_db()
    assert application.state == "draft"


@pytest.mark.parametrize(
    ("section", "changes", "field"),
    [
        ("business", {"telephone": "call me"}, "telephone"),
        ("business", {"ntn": "12"}, "ntn"),
        ("business", {"name": ""}, "name"),
        ("premises", {"province": "ZZ"}, "province"),
        ("premises", {"kind": "spaceship"}, "kind"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field_and_nothing_is_saved(
    client: Client, section: str, changes: dict, field: str
) -> None:
    application = start(client)
    answers = {**(make.BUSINESS if section == "business" else make.PREMISES), **changes}
    response = client.post(f"/apply/{application.reference}/{section}/", answers)
    assert response.status_code == 200 and response.context["form"].errors[field]
    application.refresh_from_db()
    assert section not in application.answers


def test_a_sent_application_can_no_longer_be_changed(client: Client) -> None:
    application = start(client)
    fill(client, application)
    send(client, application)
    changed = client.post(f"/apply/{application.reference}/business/", {**make.BUSINESS, "name": "Other"})
    assert changed.status_code == 302
    application.refresh_from_db()
    assert application.answers["business"]["name"] == make.BUSINESS["name"]


def test_a_withdrawn_application_stays_withdrawn(client: Client) -> None:
    application = start(client)
    client.post(f"/apply/{application.reference}/withdraw/")
    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert client.get(f"/apply/{application.reference}/check/").url == f"/apply/{application.reference}/"


def test_links_are_limited_by_the_hour(client: Client) -> None:
    codes = [
        client.post("/apply/return/", {"reference": "AAAA-AAAA", "email": "one@x.example"}).status_code
        for _ in range(7)
    ]
    assert codes[:5] == [200] * 5 and codes[5:] == [429, 429]


def test_the_whole_way_reads_in_urdu(client: Client) -> None:
    client.cookies["django_language"] = "ur"
    application = start(client)
    fill(client, application)
    for path in ("", "business/", "premises/", "use/", "check/"):
        text = client.get(f"/apply/{application.reference}/{path}").content.decode()
        assert '<html lang="ur" dir="rtl">' in text
    assert reverse("licensing:apply-start") == "/apply/"
