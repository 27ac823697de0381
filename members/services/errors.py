"""How a service refuses an answer: the same refusal of a rule, tied to the field that a form shows."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmo_portal.common.tables.errors import FileRefused, ValueRefused
from members.rules.texts import read_text

Value = TypeVar("Value")


def refuse_field(field: str, message: str) -> NoReturn:
    """Raise the refusal of one field."""
    raise ValidationError({field: [message]})


def read_field(field: str, reader: Callable[..., Value], *arguments: object, **options: object) -> Value:
    """What the reader makes of an answer; its refusal becomes one of this field. Raises ValidationError."""
    try:
        return reader(*arguments, **options)
    except (ValueRefused, FileRefused) as refusal:
        raise ValidationError({field: [ValidationError(str(refusal), code=refusal.code)]}) from refusal


def read_reason(text: str, *, limit: int = 500) -> str:
    """The reason of an act, which nobody may leave out. Raises ValidationError."""
    reason = read_field("reason", read_text, text, limit=limit)
    if not reason:
        refuse_field("reason", _("Say why."))
    return reason
