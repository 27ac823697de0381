"""Sentences for people that are made deep inside and translated only when somebody reads them.

Rules and formats stay free of Django: they import `_` and `say` from here. A sentence made in a worker is then shown in
the reader's language, not in the worker's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    Text: TypeAlias = "str | StrPromise"
else:
    Text = str  # what annotations such as `Text | None` are evaluated with

__all__ = ["Text", "_", "say"]


def say(template: Text, **values: object) -> Text:
    """A translatable sentence with `{name}` places filled; stays lazy until it is shown.

    Braces inside the values are harmless: they are filled in, never read as places.
    """
    return format_lazy(template, **values)
