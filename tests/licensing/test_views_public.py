"""P2, P3, P4, P7: the public pages of licensing."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from cmo_portal.wording import money_text
from licensing.models import Licence
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db


def price_page(client: Client, code: str, **answers: str) -> str:
    query = {"place": "PB", "from": "2026-12-01", **answers}
    return client.get(reverse("licensing:public-price", args=[code]), query).content.decode()


EXAMPLES = [
    (entry["code"], example) for entry in make.SAMPLES["tariffs"] for example in entry["definition"]["examples"]
]


@pytest.mark.parametrize(("code", "example"), EXAMPLES, ids=lambda part: part if isinstance(part, str) else "")
def test_the_calculator_page_gives_what_the_engine_gives(client: Client, code: str, example: dict) -> None:
    make.province()
    version = make.tariff(code)
    answers = {
        name: "on" if value is True else value for name, value in example["answers"].items() if value is not False
    }
    period = example.get("period")
    if period:
        answers |= {"from": period["start"], "to": period["end"]}
    elif "days" in answers:
        answers["to"] = f"2026-12-{int(answers['days']):02d}"
    response = client.get(
        reverse("licensing:public-price", args=[code]), {"place": "PB", "from": "2026-12-01", **answers}
    )
    fee = int(example["fee"].replace(".", ""))
    price, text = response.context["price"], response.content.decode()
    assert (price.fee, price.total) == (fee, fee + (fee * 16 + 50) // 100)
    for amount in (price.fee, price.tax, price.total):
        assert money_text(amount).partition(".")[0] in text
    assert version.tariff.name in text


def test_every_step_and_the_tax_by_province_are_printed(client: Client) -> None:
    make.province()
    make.tariff("CAFE")
    text = price_page(client, "CAFE", seats="12", live_evenings="0")
    assert "At least Rs\u00a012,000.00" in text
    assert "Sales tax on services, Punjab" in text
    assert "16\u00a0%" in text
    assert "CAFE v1" in text


def test_a_shared_link_shows_the_same_price(client: Client) -> None:
    make.province()
    make.tariff("CAFE")
    response = client.get(
        reverse("licensing:public-price", args=["CAFE"]), {"seats": "۴۰", "place": "PB", "from": "2026-12-01"}
    )
    assert response.status_code == 200
    again = client.get(response.context["share_url"].replace("http://testserver", ""))
    assert again.context["price"].total == response.context["price"].total == 2_784_000


@pytest.mark.parametrize("seats", ["", "-3", "0", "1e3", "forty", "2001", "99999999999999999999"])
def test_a_wrong_answer_is_refused_at_its_field(client: Client, seats: str) -> None:
    make.province()
    make.tariff("CAFE")
    response = client.get(
        reverse("licensing:public-price", args=["CAFE"]), {"seats": seats, "place": "PB", "from": "2026-12-01"}
    )
    assert response.status_code == 200
    assert response.context["price"] is None
    assert response.context["form"].errors["seats"]


def test_a_price_without_a_tax_rate_is_refused_and_never_taken_as_untaxed(client: Client) -> None:
    from licensing.services.tariffs import save_province

    save_province(by=make.person("licensing"), code="XX", name="Nowhere", name_ur="", authority="none")
    make.tariff("CAFE")
    text = price_page(client, "CAFE", seats="40", place="XX")
    assert "No sales tax rate is recorded for this place" in text


def test_a_draft_or_merely_approved_tariff_is_not_shown(client: Client) -> None:
    make.draft("CAFE")
    make.approved_tariff("GYM")
    assert client.get(reverse("licensing:public-price", args=["CAFE"])).status_code == 404
    assert client.get(reverse("licensing:public-price", args=["GYM"])).status_code == 404
    assert "GYM" not in client.get(reverse("licensing:public-tariff-list")).content.decode()


def test_a_sample_counts_in_demonstration_mode_only(client: Client, settings) -> None:
    from licensing.services.tariffs import move_version

    settings.DEMO_MODE = True
    make.province()
    version = make.approved_tariff("CAFE")
    move_version(version=version, to="sample", reference="", by=make.person("approver"), on=make.FIRST_DAY)
    assert "sample tariff for demonstration" in price_page(client, "CAFE", seats="40")
    settings.DEMO_MODE = False
    assert client.get(reverse("licensing:public-price", args=["CAFE"])).status_code == 404


def test_tariffs_are_shown_as_of_a_day_and_beside_another_day(client: Client) -> None:
    make.tariff("CAFE")
    dearer = {**make.sample("CAFE")["definition"]}
    dearer["components"] = [{**dearer["components"][0], "rates": "700.00"}, dearer["components"][1]]
    dearer["examples"] = [{"answers": {"seats": "40"}, "fee": "28000.00"}]
    make.tariff("CAFE", valid_from=dt.date(2027, 1, 1), **dearer)
    page = reverse("licensing:public-tariff-detail", args=["CAFE"])
    before = client.get(page, {"on": "2026-12-31"}).content.decode()
    assert "600.00 each" in before and "700.00 each" not in before
    assert "700.00 each" in client.get(page, {"on": "2027-01-01"}).content.decode()
    both = client.get(page, {"on": "2026-12-31", "and": "2027-01-01"}).content.decode()
    assert "600.00 each" in both and "700.00 each" in both
    assert client.get(reverse("licensing:public-tariff-file", args=["CAFE", 2])).json()["version"] == "2"


@pytest.mark.parametrize("path", ["/price/", "/tariffs/", "/check/", "/licence-needed/", "/apply/", "/apply/return/"])
def test_public_pages_open_in_urdu(client: Client, path: str) -> None:
    make.province()
    make.tariff("CAFE")
    text = client.get(path, headers={"Accept-Language": "ur"}).content.decode()
    assert '<html lang="ur" dir="rtl">' in text


def test_the_four_questions_end_in_an_answer_with_tariffs(client: Client) -> None:
    make.tariff("CAFE")
    page = reverse("licensing:public-need")
    answers = {"where": "place", "who": "public", "whose": "any"}
    assert "Question 4" in client.get(page, answers).content.decode()
    text = client.get(page, {**answers, "permission": "no"}).content.decode()
    assert "Yes, you need a licence" in text and "Cafes and restaurants" in text
    assert "You need no licence" in client.get(page, {"where": "home"}).content.decode()


def test_a_licence_is_checked_by_number_and_by_code(client: Client) -> None:
    approval = make.approved()
    page = reverse("licensing:public-check")
    number = approval.licence.number
    assert "not paid yet" in client.get(page, {"number": number}).content.decode()
    make.pay(approval.invoice)
    licence = Licence.objects.get()
    by_code = client.get(reverse("licensing:public-check-code", args=[licence.code])).content.decode()
    assert "signed by us" in by_code and "Cafe Sitar Gulberg, Lahore" in by_code
    for personal in ("Amna", "amna@", "1234567-8", "111 2222", "Private"):
        assert personal not in by_code
    assert "We know no licence" in client.get(page, {"number": "LIC-1999-000001"}).content.decode()


def test_a_changed_code_is_called_not_genuine(client: Client) -> None:
    approval = make.approved()
    make.pay(approval.invoice)
    code = Licence.objects.get().code
    forged = ("A" if code[0] != "A" else "B") + code[1:]
    text = client.get(reverse("licensing:public-check-code", args=[forged])).content.decode()
    assert "not genuine" in text and "LIC-" not in text.partition("<form class")[0]


def test_checks_are_limited_and_a_forged_address_does_not_reset_the_count(client: Client, settings) -> None:
    settings.LICENSING_CHECKS_PER_MINUTE = 3
    page = reverse("licensing:public-check")
    origin = {"REMOTE_ADDR": "198.51.100.7"}
    assert [client.get(page, **origin).status_code for _ in range(3)] == [200, 200, 200]
    answer = client.get(page, headers={"X-Forwarded-For": "203.0.113.9"}, **origin)
    assert answer.status_code == 429 and answer["Retry-After"] == "60"
    assert client.get(page, REMOTE_ADDR="198.51.100.8").status_code == 200


def test_checks_stay_open_when_the_cache_is_away(client: Client, settings) -> None:
    settings.LICENSING_CHECKS_PER_MINUTE = 1
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    page = reverse("licensing:public-check")
    assert [client.get(page).status_code for _ in range(3)] == [200, 200, 200]


def test_what_a_tariff_says_is_shown_as_text_whatever_it_is(client: Client) -> None:
    make.province()
    hostile = '"><svg onload=alert(1)>'
    definition = make.sample("CAFE")["definition"]
    inputs = [{**definition["inputs"][0], "help": hostile, "label": hostile, "unit": hostile}, definition["inputs"][1]]
    make.tariff("CAFE", inputs=inputs)
    pages = [client.get("/price/CAFE/"), client.get("/tariffs/CAFE/")]
    pages.append(client.get("/price/CAFE/", {"seats": "40", "place": "PB", "from": "2026-12-01"}))
    for page in pages:
        assert page.status_code == 200 and "<svg onload" not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1e5", "“1e5”: A number written with an exponent is not accepted. Write it in full, for example 1000."),
        ("-5", "“-5”: A negative amount is not allowed here. Write it without a minus."),
        ("1.234.567,89", "Write it like 1234567.50 or 1,234,567.50."),
    ],
)
def test_a_number_that_cannot_be_read_is_quoted_in_words_for_a_single_field(
    client: Client, typed: str, said: str
) -> None:
    make.tariff("CONCERT")
    shown = client.get("/price/CONCERT/", {"box_office": typed, "from": "2026-12-01", "place": "PB"})
    errors = " ".join(shown.context["form"].errors["box_office"])
    assert said in errors and "column" not in errors


def test_answers_and_examples_are_grouped_as_other_figures_and_the_text_fits_the_rule(client: Client) -> None:
    make.tariff("CONCERT")
    page = client.get("/tariffs/CONCERT/").content.decode()
    assert "5,000,000.00" in page and "5000000.00" not in page and "by capacity" not in page


def test_days_that_cannot_be_priced_come_with_what_to_do(client: Client) -> None:
    make.province()
    make.tariff("CONCERT")
    given = {"box_office": "5000000", "place": "PB"}
    form = client.get("/price/CONCERT/", {**given, "from": "2020-12-01"}).context["form"]
    assert "Choose a later first day" in str(form.errors)
    form = client.get("/price/CONCERT/", {**given, "from": "2026-12-05", "to": "2026-12-01"}).context["form"]
    assert "Choose the first day or a later one" in " ".join(form.errors["to"])
