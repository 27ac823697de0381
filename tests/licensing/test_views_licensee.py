"""The licensee's own pages: everything of her own, nothing of anybody else."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from licensing.models import Licence
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db
CANARY = "Canary Hall"


def url(name: str, *args: object) -> str:
    return reverse(f"licensing:licensee-{name}", args=args)


@pytest.fixture
def own():
    approval = make.approved()
    make.pay(approval.invoice)
    return approval


@pytest.fixture
def other():
    approval = make.approved(email="other@hall.example", name=CANARY)
    make.pay(approval.invoice)
    return approval


@pytest.fixture
def amna(own, sign_in) -> Client:
    return sign_in(own.user)


def bare(response, page: str) -> str:
    text = response.content.decode().replace(page, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)


def pages(approval) -> list[str]:
    return [
        url("invoice-detail", approval.invoice.uid),
        url("invoice-pdf", approval.invoice.uid),
        url("licence-detail", approval.licence.uid),
        url("licence-pdf", approval.licence.uid),
        url("licence-qr", approval.licence.uid),
    ]


def test_she_sees_her_invoice_her_licence_and_their_documents(amna: Client, own) -> None:
    home = amna.get(url("home")).content.decode()
    assert own.licence.number in home and "Cafe Sitar" in home
    for page in [url("invoice-list"), url("licence-list"), *pages(own)]:
        assert amna.get(page).status_code == 200
    pdf = amna.get(url("licence-pdf", own.licence.uid))
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"] == f'attachment; filename="{own.licence.number}.pdf"'


def test_the_records_of_others_are_not_there(amna: Client, own, other) -> None:
    for page in pages(other):
        nothing = page.replace(str(other.invoice.uid), str(uuid.uuid4())).replace(
            str(other.licence.uid), str(uuid.uuid4())
        )
        foreign, missing = amna.get(page), amna.get(nothing)
        assert foreign.status_code == missing.status_code == 404
        assert bare(foreign, page) == bare(missing, nothing)
    for page in [url("home"), url("invoice-list"), url("licence-list")]:
        text = amna.get(page).content.decode()
        assert CANARY not in text and other.licence.number not in text and other.invoice.number not in text


def test_an_ended_access_closes_everything_at_once(amna: Client, own) -> None:
    own.user.licensee_access.update(ended_at=make.NOW)
    for page in pages(own):
        assert amna.get(page).status_code == 404
    assert own.licence.number not in amna.get(url("home")).content.decode()


@pytest.mark.parametrize("audience", ["member", "staff"])
def test_people_of_other_audiences_stay_outside(audience: str, own, sign_in) -> None:
    from cmo_portal.accounts.models import User

    person = User.objects.create_user(f"{audience}@x.example", None, audience=audience)
    client = sign_in(person)
    for page in [url("home"), *pages(own)]:
        assert client.get(page).status_code == 403


def test_there_is_no_certificate_before_the_money_is_in(sign_in) -> None:
    approval = make.approved()
    client = sign_in(approval.user)
    assert client.get(url("licence-pdf", approval.licence.uid)).status_code == 404
    assert client.get(url("licence-qr", approval.licence.uid)).status_code == 404
    assert (
        "begins to count when its invoice is paid"
        in client.get(url("licence-detail", approval.licence.uid)).content.decode()
    )


def test_a_part_payment_and_the_rest_are_shown(sign_in) -> None:
    approval = make.approved()
    make.pay(approval.invoice, 1_000_000)
    text = sign_in(approval.user).get(url("invoice-detail", approval.invoice.uid)).content.decode()
    assert "Partly paid" in text and "17,840" in text
    assert Licence.objects.get().state == "awaiting_payment"


def test_she_applies_for_a_second_place_with_her_business_filled_in(amna: Client, own, monkeypatch) -> None:
    monkeypatch.setattr("cmo_portal.common.clock.now", lambda: make.NOW)
    response = amna.post("/apply/", {"email": own.user.email, "form_key": str(uuid.uuid4())})
    reference = response.url.strip("/").split("/")[1]
    assert "Cafe Sitar (Private) Limited" in amna.get(f"/apply/{reference}/business/").content.decode()
    assert reference in amna.get(url("home")).content.decode()


def test_her_pages_open_in_urdu(amna: Client, own) -> None:
    amna.cookies["django_language"] = "ur"
    for page in [url("home"), url("invoice-list"), url("licence-list"), pages(own)[0], pages(own)[2]]:
        text = amna.get(page).content.decode()
        assert ('<html lang="ur" dir="rtl">' in text and "کیفے ستار" in text) or page == url("invoice-list")
