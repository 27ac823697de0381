"""The outer doors: a wrong host, HEAD, the record screens' own sign-in, and the pages for errors of our own."""

import logging
from typing import Any

import pytest
from django.contrib import admin
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from cmo_portal.accounts.models import User
from cmo_portal.logs import RefusedRequestFilter
from licensing.models import LicenseeAccess
from tests.factories import licensing as licences
from tests.factories import members as people

pytestmark = pytest.mark.django_db


# --- a wrong host


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b"])
def test_a_wrong_host_is_refused_with_our_page_and_is_no_error_of_ours(host: str, caplog: Any) -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"Host": host})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "We could not read this request" in page and host not in page
    assert caplog.records
    for record in caplog.records:
        assert RefusedRequestFilter().filter(record)
        assert record.levelno <= logging.WARNING and record.exc_info is None, record.getMessage()


def test_an_error_of_our_own_keeps_its_trace_in_the_log() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "no", (), (ValueError, ValueError(), None))
    assert RefusedRequestFilter().filter(record)
    assert record.levelno == logging.ERROR and record.exc_info


# --- HEAD


@pytest.mark.parametrize("address", ["/", "/healthz", "/readyz", "/tariffs/", "/check/", "/repertoire/", "/join/"])
def test_head_answers_like_get_without_a_body(address: str) -> None:
    read, asked = Client().get(address), Client().head(address)
    assert (asked.status_code, asked.content) == (read.status_code, b"") == (200, b"")


def test_head_answers_on_a_page_of_each_audience(staff: Any, sign_in: Any) -> None:
    member = people.make_member().user
    licensee = LicenseeAccess.objects.get(licensee=licences.approved().licence.licensee).user
    for user, address in ((staff("auditor"), "/staff/acts/"), (member, "/my/"), (licensee, "/licensee/")):
        assert sign_in(user).head(address).status_code == 200, address


# --- the record screens' own sign-in


def test_s36_the_record_screens_try_no_password_and_lead_to_the_one_sign_in(staff: Any) -> None:
    person = staff("auditor")
    sent = {"username": person.email, "password": "a long enough password 1", "next": "/admin/"}
    for _ in range(3):
        for answer in (Client().post("/admin/login/", sent), Client().get("/admin/login/")):
            assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/admin/")
            assert "_auth_user_id" not in answer.client.session
    inner = Client().get("/admin/works/work/", follow=True)
    assert inner.redirect_chain[-1][0] == "/account/login/?next=/admin/works/work/"
    assert 'name="language"' in inner.content.decode()


def test_who_is_signed_in_already_is_sent_on_or_refused(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("auditor"))
    assert client.get("/admin/login/?next=https://evil.example/")["Location"] == "/admin/"
    assert client.post("/admin/login/", {"username": "x", "password": "y"})["Location"] == "/admin/"
    assert client.get("/admin/password_change/")["Location"] == "/account/password/change/"
    member = User.objects.create_user("m@music.example", audience="member", name="A Member")
    assert sign_in(member).get("/admin/login/").status_code == 403


def test_addresses_and_second_factors_of_people_have_no_record_screen() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    assert not registered & {"account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession"}


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_the_headings_of_the_record_screens_are_urdu_for_urdu_readers(role: str, staff: Any, sign_in: Any) -> None:
    client = sign_in(staff(role))
    client.cookies["django_language"] = "ur"
    page = client.get("/admin/").content.decode()
    assert "کارروائیوں کا ریکارڈ" in page and "پس منظر کے کام" in page
    for word in ("Audit<", "Jobs<", "Accounts<", "Record of acts"):
        assert word not in page


# --- pages for errors of our own


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize(
    ("name", "words"), [("500.html", "Something went wrong on our side"), ("503.html", "We are back in a moment")]
)
def test_an_error_of_our_own_is_told_in_both_languages_without_a_request(
    name: str, words: str, language: str, django_assert_num_queries: Any
) -> None:
    with translation.override("ur"):
        urdu = translation.gettext(words)
    with translation.override(language), django_assert_num_queries(0):
        page = render_to_string(name)
    assert words in page and urdu in page and urdu != words
    assert f'<html lang="{language}"' in page
    assert '<section lang="ur" dir="rtl">' in page if language == "en" else '<section lang="en" dir="ltr">' in page
    assert "<form" not in page and "<script" not in page
