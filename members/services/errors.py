"""How a service refuses an answer: the same refusal of a rule, tied to the field that a form shows."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from django.core.exceptions import ValidationError

from cmo_portal.common.tables.errors import FileRefused, ValueRefused

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
