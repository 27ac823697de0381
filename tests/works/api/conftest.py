"""A client of the API with a token, and how it asks."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cmo_portal.common import clock
from members.models import ApiClient, Member, Scope
from members.services.clients import place_client
from tests.factories.members import make_member


class Asking:
    """A program with a token."""

    def __init__(self, client: ApiClient, token: str) -> None:
        self.client, self.token, self.http = client, token, Client(raise_request_exception=False)

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = self._headers({"Idempotency-Key": key or uuid.uuid4().hex, **headers})
        return self.http.post(f"/api/v1/{path}", text, content_type="application/json", headers=sent)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token}", **named}


@pytest.fixture(autouse=True)
def forgotten_counters() -> None:
    """Limits begin anew with each test."""
    cache.clear()


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


@pytest.fixture
def asking(nazia: Member) -> Callable[..., Asking]:
    """`asking("works:read")` gives a program with a token of these scopes, by default all; `member` owns it."""

    def make(*scopes: str, member: Member | None = None, days: int = 30) -> Asking:
        today = clock.today()
        client, token = place_client(
            name="Catalogue program",
            scopes=scopes or Scope.values,
            party=(member or nazia).party,
            purpose="test",
            expires_on=today + dt.timedelta(days=days),
            now=clock.now(),
            today=today,
        )
        return Asking(client, token)

    return make


@pytest.fixture
def program(asking: Callable[..., Asking]) -> Asking:
    return asking()


def song(title: str = "Mehfil Ki Raat", **changes: Any) -> dict[str, Any]:
    """A work that may be sent."""
    return {
        "title": title,
        "writers": [
            {"own": True, "role": "C", "performing": "50"},
            {"name": "Zoheb Hassan", "role": "A", "performing": "50"},
        ],
        **changes,
    }
