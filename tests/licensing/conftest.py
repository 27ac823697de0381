"""Each test of licensing begins in English and counts its own requests, whatever other processes do."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def fresh_start(settings: Any) -> Iterator[None]:
    place = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    settings.CACHES = {"default": place}
    with translation.override("en"):
        yield
