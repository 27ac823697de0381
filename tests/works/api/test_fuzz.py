"""Whatever a client sends, it is answered: a registration, or a problem that says what is wrong, never a failure."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from tests.works.api.conftest import Asking, song
from works.api.submissions import RegistrationIn
from works.models import ApiRegistration, Work

SLOW = settings(max_examples=examples(50, 200), deadline=None, suppress_health_check=list(HealthCheck))
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30)
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
FIELDS = sorted(RegistrationIn().fields)
DESCRIBED: dict[str, dict[str, Any]] = {
    "sources": {
        "kind": "component", "our_number": "", "title": "Old", "writers": ["X"], "iswc": "", "duration": 9, "part": "5"
    },
    "public_domain": {
        "element": "words", "reason": "died", "author": "X", "author_original": "", "died_in": 1700, "century": 17,
        "note": "",
    },
    "instrumentations": {
        "standard": "", "voices": 2, "instruments": [{"code": "SIT", "players": 1}], "description": ""
    },
    "performers": {"last_name": "X", "first_name": "", "ipi_name_number": ""},
}  # fmt: skip


@st.composite
def broken_songs(draw: Any) -> dict[str, Any]:
    """A good registration with one value exchanged for anything."""
    body: Any = song()
    body |= {name: [dict(row)] for name, row in DESCRIBED.items()}
    kind = draw(st.integers(0, 2))
    if kind == 0:
        body[draw(st.sampled_from(FIELDS))] = draw(ANYTHING)
    elif kind == 1:
        row = body[draw(st.sampled_from(sorted(DESCRIBED)))][0]
        row[draw(st.sampled_from(sorted(row)))] = draw(ANYTHING)
    else:
        row = body["writers"][draw(st.integers(0, 1))]
        row[draw(st.sampled_from(["own", "name", "ipi", "party", "member", "role", "performing", "mechanical"]))] = (
            draw(ANYTHING)
        )
    return body  # type: ignore[no-any-return]


def answered(program: Asking, body: Any) -> None:
    cache.clear()
    before = Work.objects.count()
    answer = program.post("registrations/", body)
    assert answer.status_code in {201, 400, 409, 413}, answer.content
    assert answer.json()
    assert Work.objects.count() - before == (answer.status_code == 201)
    assert Work.objects.count() == ApiRegistration.objects.count()


@pytest.mark.django_db
@SLOW
@given(body=broken_songs())
def test_one_wrong_value_never_breaks_a_registration(program: Asking, body: Any) -> None:
    answered(program, body)


@pytest.mark.django_db
@SLOW
@given(body=ANYTHING)
def test_any_json_is_answered(program: Asking, body: Any) -> None:
    answered(program, json.dumps(body))


@pytest.mark.django_db
@SLOW
@given(body=st.binary(max_size=200))
def test_any_bytes_are_answered(program: Asking, body: bytes) -> None:
    answered(program, body)


@pytest.mark.django_db
@override_settings(API_CLIENT_REQUESTS_PER_MINUTE=10**6, API_ADDRESS_REQUESTS_PER_MINUTE=10**6)
@SLOW
@given(text=st.text(max_size=60), place=st.text(max_size=30))
def test_any_query_is_answered(program: Asking, text: str, place: str) -> None:
    answer = program.http.get("/api/v1/works/", {"q": text, "after": place}, headers=program._headers({}))
    assert answer.status_code in {200, 400}, answer.content
