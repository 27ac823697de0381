"""The key that a form carries: sent twice, it is one act (M21)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _


class KeyReused(ValidationError):
    """The same form key came with other figures: not the same act."""

    def __init__(self) -> None:
        super().__init__(_("This form was sent before with other figures. Open it again."))


def lock_form_key(form_key: UUID) -> None:
    """Two posts of one form wait for each other, so that the second finds what the first has made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(form_key)])


def as_key(text: str) -> UUID | None:
    """The key that a form sent as text; None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def form_key_of(request: HttpRequest) -> UUID | None:
    """The hidden key of a posted form, by which a double click is known; None when there is none or it is no key."""
    return as_key(request.POST.get("form_key", ""))
