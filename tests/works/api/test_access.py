"""Which token opens what: each scope at each endpoint with each method, and everything that is no token."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from cmo_portal.common import clock
from members.models import ApiClient, Member, Scope
from members.services.clients import revoke_client
from tests.factories.members import make_member
from tests.factories.works import party, work
from tests.works.api.conftest import Asking, song
from works.api.urls import urlpatterns

# Endpoint → method → the scope that opens it; blank where any token does.
ENDPOINTS: dict[str, dict[str, str]] = {
    "api-work-list": {"GET": "works:read"},
    "api-work-detail": {"GET": "works:read"},
    "api-registration-list": {"GET": "registrations:read", "POST": "works:register"},
    "api-registration-detail": {"GET": "registrations:read"},
    "api-client": {"GET": ""},
    "api-schema": {"GET": ""},
    "api-unknown": {"GET": "", "POST": ""},
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def test_s47_every_endpoint_is_in_the_table() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(ENDPOINTS)


@pytest.fixture
def places(nazia: Member) -> dict[str, str]:
    """An address of each endpoint that shows something to the owner of the token."""
    from tests.works.api.test_registering import registration_of

    known = work("Disco Deewane", (nazia.party, "C", 100))
    made = registration_of(nazia)
    return {
        "api-work-list": "works/",
        "api-work-detail": f"works/{known.uid}/",
        "api-registration-list": "registrations/",
        "api-registration-detail": f"registrations/{made.uid}/",
        "api-client": "client/",
        "api-schema": "schema/",
        "api-unknown": "nothing/here/",
    }


@pytest.mark.parametrize("scope", Scope.values)
def test_s47_each_scope_opens_its_endpoints_and_no_other(
    scope: str, asking: Callable[..., Asking], places: dict[str, str]
) -> None:
    program = asking(scope)
    wrong = []
    for name, place in places.items():
        for method in METHODS:
            wanted = ENDPOINTS[name].get("GET" if method == "HEAD" else method)
            answer = program.http.generic(method, f"/api/v1/{place}", headers=program._headers({}))
            if wanted is None:
                fine = answer.status_code == 405
            elif wanted and wanted != scope:
                fine = answer.status_code == 403
            elif name == "api-unknown":
                fine = answer.status_code == 404
            else:
                fine = answer.status_code == (400 if method == "POST" else 200)  # a POST without its key and body
            if not fine:
                wrong.append(f"{method} {name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_s36_a_session_opens_nothing_however_strong_it_is(
    method: str, sign_in: Any, staff: Any, places: dict[str, str], nazia: Member
) -> None:
    for user in (staff("documentation", "administrator"), nazia.user):
        client = sign_in(user)
        for name, place in places.items():
            if method in ENDPOINTS[name]:
                answer = client.generic(method, f"/api/v1/{place}")
                assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer"), name
                assert answer["Content-Type"] == "application/problem+json"


def test_whoever_is_refused_writes_nothing(places: dict[str, str], asking: Callable[..., Asking]) -> None:
    reader = asking("works:read")
    reader.get("works/")  # the use of the token is noted once a minute
    with CaptureQueriesContext(connection) as asked:
        reader.post("registrations/", song())
        Client().post("/api/v1/registrations/", song(), content_type="application/json")
    assert [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {}", "Token {}", "Bearer {}x", "Bearer {} {}"])
def test_what_is_no_token_opens_nothing(header: str, program: Asking) -> None:
    sent = header.format(program.token, program.token) if "{}" in header else header
    answer = Client().get("/api/v1/client/", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401
    assert program.token not in answer.content.decode()


def test_a_token_in_the_address_or_a_cookie_opens_nothing(program: Asking) -> None:
    client = Client()
    client.cookies["token"] = program.token
    assert client.get(f"/api/v1/client/?token={program.token}").status_code == 401


def test_s44_a_revoked_token_opens_nothing_at_once(program: Asking, staff: Any) -> None:
    assert program.get("client/").status_code == 200
    revoke_client(client=program.client, reason="lost", by=staff("membership"))
    assert program.get("client/").status_code == 401


def test_s44_the_tokens_of_a_member_who_may_not_sign_in_any_more_open_nothing(program: Asking, nazia: Member) -> None:
    assert nazia.user
    nazia.user.is_active = False
    nazia.user.save()
    assert program.get("client/").status_code == 401


def test_a_token_opens_through_its_last_day_and_not_the_day_after(program: Asking) -> None:
    for days, status in ((0, 200), (-1, 401)):
        ApiClient.objects.update(expires_on=clock.today() + dt.timedelta(days=days))
        assert program.get("client/").status_code == status


def test_the_last_use_of_a_token_is_kept_to_the_minute(program: Asking) -> None:
    program.get("client/")
    first = ApiClient.objects.get().last_used_at
    assert first is not None
    program.get("client/")
    assert ApiClient.objects.get().last_used_at == first
    ApiClient.objects.update(last_used_at=first - dt.timedelta(minutes=2))
    program.get("client/")
    assert ApiClient.objects.get().last_used_at == first


def test_no_answer_sets_a_cookie_or_allows_another_origin(program: Asking) -> None:
    for answer in (program.get("works/", Origin="https://elsewhere.example"), program.post("registrations/", song())):
        assert not answer.cookies
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        assert "default-src 'none'" in answer["Content-Security-Policy"]


@override_settings(API_CLIENT_REQUESTS_PER_MINUTE=2)
def test_s15_a_client_that_asks_too_often_waits_and_another_does_not(asking: Callable[..., Asking]) -> None:
    hasty, other = asking(), asking()
    assert [hasty.get("client/").status_code for _time in range(3)] == [200, 200, 429]
    answer = hasty.get("client/")
    assert (answer["Retry-After"], answer.json()["type"]) == ("60", "urn:cmo-portal:problem:too-many-requests")
    assert other.get("client/").status_code == 200


@override_settings(API_ADDRESS_REQUESTS_PER_MINUTE=2)
def test_s15_an_address_that_tries_tokens_waits_and_a_forged_header_does_not_help(db: None) -> None:
    answers = [
        Client().get(
            "/api/v1/client/",
            headers={"Authorization": f"Bearer cmo_{uuid.uuid4().hex}", "X-Forwarded-For": f"10.0.0.{number}"},
        )
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_s48_registrations_of_another_party_answer_like_those_that_do_not_exist(
    program: Asking, asking: Callable[..., Asking]
) -> None:
    other = make_member("Akhtar", "Waheed", party=party("Waheed Akhtar"), number=78)
    theirs = asking(member=other).post("registrations/", song()).json()["uid"]
    mine, nothing = program.get(f"registrations/{theirs}/"), program.get(f"registrations/{uuid.uuid4()}/")
    assert mine.status_code == nothing.status_code == 404
    assert {**mine.json(), "instance": ""} == {**nothing.json(), "instance": ""}
    assert program.get("registrations/").json()["results"] == []
