"""The key that a form carries: sent twice, it is one act (M21)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _


class KeyReused(ValidationError):
    """The same form key came with other figures: not the same act."""

    def __init__(self) -> None:
        super().__init__(_("This form was sent before with other figures. Open it again."))


def lock_form_key(form_key: UUID) -> None:
    """Two posts of one form wait for each other, so that the second finds what the first has made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(form_key)])
