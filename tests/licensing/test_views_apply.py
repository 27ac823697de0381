"""L1 to L4: applying for a licence in the browser, without an account, saved and resumed."""

import re
import uuid

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from licensing.models import LicenceApplication, Quote
from tests.factories import licensing as make
from tests.factories.members import png

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
    client.post(f"/apply/{application.reference}/check/")
    return client.post(f"/apply/{application.reference}/declare/", {"expected_total": str(total), "declared": "on"})


def states(client: Client, application: LicenceApplication) -> dict[str, str]:
    tasks = client.get(f"/apply/{application.reference}/").context["tasks"]
    return {task["title"]: task["state"] for task in tasks}


def give(client: Client, application: LicenceApplication, name: str, content: bytes, kind: str = "premises"):
    file = SimpleUploadedFile(name, content)
    return client.post(f"/apply/{application.reference}/documents/", {"kind": kind, "file": file})


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
    for path in ("", "business/", "premises/", "use/", "events/", "documents/", "check/", "declare/"):
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


def test_the_list_has_every_task_and_what_cannot_start_yet_has_no_link(client: Client) -> None:
    application = start(client)
    assert states(client, application) == {
        "Your business": "not_started",
        "Premises, channel or event": "not_started",
        "Music use and dates": "not_started",
        "Documents": "not_started",
        "Check your answers": "cannot_start",
        "Declare and send": "cannot_start",
    }
    tasks = client.get(f"/apply/{application.reference}/").context["tasks"]
    assert [task["title"] for task in tasks if not task["url"]] == ["Check your answers", "Declare and send"]
    fill(client, application)
    assert states(client, application)["Check your answers"] == "not_started"
    assert client.get(f"/apply/{application.reference}/declare/").status_code == 302
    client.post(f"/apply/{application.reference}/check/")
    assert states(client, application)["Check your answers"] == "done"
    assert states(client, application)["Declare and send"] == "not_started"


def test_a_change_after_the_check_has_to_be_checked_again(client: Client) -> None:
    application = start(client)
    fill(client, application)
    client.post(f"/apply/{application.reference}/check/")
    client.post(f"/apply/{application.reference}/business/", {**make.BUSINESS, "name": "Cafe Tabla"})
    assert states(client, application)["Declare and send"] == "cannot_start"


def test_the_days_of_an_event_are_a_task_of_their_own(client: Client) -> None:
    make.tariff("CONCERT")
    application = start(client)
    base = f"/apply/{application.reference}"
    assert client.get(f"{base}/events/").url == f"{base}/use/"
    client.post(f"{base}/premises/", make.PREMISES)
    form = client.get(f"{base}/use/?tariff=CONCERT").context["form"]
    assert "from" not in form.fields
    response = client.post(f"{base}/use/?tariff=CONCERT", {"box_office": "5,000,000", "free_tickets": "0"})
    assert response.status_code == 302, response.context["form"].errors
    assert states(client, application)["The event"] == "not_started"
    wrong = client.post(f"{base}/events/", {"from": "2026-12-05", "to": "2026-12-01"})
    assert wrong.status_code == 200 and wrong.context["form"].errors["to"]
    assert client.post(f"{base}/events/", {"from": "2026-12-05", "about": "Qawwali"}).status_code == 302
    client.post(f"{base}/business/", make.BUSINESS)
    page = client.get(f"{base}/check/").content.decode()
    assert "5 December 2026" in page and "Qawwali" in page and "150,000.00" in page
    assert send(client, application, total=17_400_000).status_code == 302
    assert Quote.objects.get().inputs["starts_on"] == "2026-12-05"


def test_the_days_of_a_function_agree_with_the_days_that_are_paid(client: Client) -> None:
    make.tariff("FUNCTION")
    application = start(client)
    base = f"/apply/{application.reference}"
    client.post(f"{base}/premises/", make.PREMISES)
    response = client.post(f"{base}/use/?tariff=FUNCTION", {"days": "3", "performers": "recorded"})
    assert response.status_code == 302, response.context["form"].errors
    wrong = client.post(f"{base}/events/", {"from": "2026-12-05", "to": "2027-12-04"})
    assert wrong.status_code == 200 and "365 days, and you count 3" in str(wrong.context["form"].errors["to"])
    assert client.post(f"{base}/events/", {"from": "2026-12-05", "to": "2026-12-07"}).status_code == 302
    assert states(client, application)["The event"] == "done"


def test_a_price_carried_on_brings_the_days_of_its_event(client: Client) -> None:
    make.tariff("CONCERT")
    use = {"box_office": "5,000,000", "free_tickets": "0", "from": "2026-12-05", "place": "PB"}
    shown = client.get("/price/CONCERT/", use)
    application = start(client, "?" + shown.context["apply_url"].partition("?")[2])
    assert states(client, application)["The event"] == "done"


def test_documents_are_added_and_seen_by_staff_as_attachments(client: Client, sign_in) -> None:
    application = start(client)
    fill(client, application)
    assert give(client, application, "plan.png", png()).status_code == 302
    give(client, application, "again.png", png())
    kept = application.documents.get()
    staff = sign_in(make.person("licensing"))
    assert staff.get(f"/staff/licensing/documents/{kept.uid}/").status_code == 404, "a draft is its applicant's own"
    assert states(client, application)["Documents"] == "done"
    assert "plan.png" in client.get(f"/apply/{application.reference}/check/").content.decode()
    stranger = Client().post(f"/apply/{application.reference}/documents/{kept.uid}/remove/")
    assert stranger.status_code == 404 and application.documents.exists()
    send(client, application)
    client.post(f"/apply/{application.reference}/documents/{kept.uid}/remove/")
    assert application.documents.exists(), "what was sent stays"
    with pytest.raises(DatabaseError, match="is kept"), transaction.atomic():
        application.documents.all().delete()
    page = staff.get(f"/staff/licensing/applications/{application.uid}/").content.decode()
    assert f'<img src="/staff/licensing/documents/{kept.uid}/"' in page
    served = staff.get(f"/staff/licensing/documents/{kept.uid}/")
    assert served["Content-Disposition"].startswith("attachment") and "sandbox" in served["Content-Security-Policy"]


def test_a_document_can_be_taken_back_while_nothing_was_sent(client: Client) -> None:
    application = start(client)
    give(client, application, "plan.png", png())
    uid = application.documents.get().uid
    assert client.post(f"/apply/{application.reference}/documents/{uid}/remove/").status_code == 302
    assert not application.documents.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.exe", b"MZ\x90", "not a PDF, JPEG or PNG"),
        ("plan.pdf", png(), "does not fit what is inside"),
        ("plan.png", b"", "The file is empty"),
        ("plan.png", b"\x89PNG" + b"0" * (8 * 1024 * 1024 + 70_000), "larger than 8 megabytes"),
    ],
)
def test_a_document_that_cannot_be_taken_is_refused_at_its_field(
    client: Client, name: str, content: bytes, said: str
) -> None:
    application = start(client)
    response = give(client, application, name, content)
    assert said in " ".join(response.context["form"].errors["file"])
    assert not application.documents.exists()


def test_a_virus_is_locked_away_and_does_not_count(client: Client) -> None:
    application = start(client)
    eicar = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    give(client, application, "plan.png", eicar)
    assert application.documents.get().quarantined
    assert states(client, application)["Documents"] == "not_started"


def test_a_document_that_the_tariff_wants_is_needed_to_send(client: Client) -> None:
    wanted = {"en": "Floor plan", "ur": "نقشہ"}
    make.tariff("LOUNGE", document=wanted)
    application = start(client)
    fill(client, application)
    response = client.post(f"/apply/{application.reference}/use/?tariff=LOUNGE", {"area": "250", "from": "2026-12-01"})
    assert response.status_code == 302, response.context["form"].errors
    tasks = client.get(f"/apply/{application.reference}/").context["tasks"]
    assert [task["hint"] for task in tasks if task["title"] == "Documents"] == ["Floor plan"]
    assert states(client, application)["Check your answers"] == "cannot_start"
    give(client, application, "plan.png", png())
    assert states(client, application)["Check your answers"] == "not_started"


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
    client.post(f"/apply/{application.reference}/check/")
    for path in ("", "business/", "premises/", "use/", "documents/", "check/", "declare/"):
        text = client.get(f"/apply/{application.reference}/{path}").content.decode()
        assert '<html lang="ur" dir="rtl">' in text
    assert reverse("licensing:apply-start") == "/apply/"
