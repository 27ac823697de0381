"""Fields of requests: those of the forms, so that the API says what a page says (S10), and every message translated."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from cmo_portal.common.cleaning import clean_lines

MESSAGES = {
    "required": _("This is missing."),
    "null": _("This may be left out, but it is not null."),
    "invalid": _("This has the wrong type. Look at the description of the API."),
    "blank": _("Nothing is written here."),
    "max_length": _("This is longer than {max_length} characters."),
    "max_value": _("This is more than {max_value}."),
    "min_value": _("This is less than {min_value}."),
    "max_string_length": _("This number is too long."),
    "invalid_choice": _("“{input}” is none of the values that are known here."),
    "not_a_list": _("A list is expected here."),
    "not_a_dict": _("An object is expected here."),
    "empty": _("The list is empty."),
}


class _Spoken:
    """Fields whose complaints are ours, in English and Urdu."""

    default_error_messages = MESSAGES


class Text(_Spoken, serializers.CharField):  # type: ignore[misc]
    """A short text, cleaned of what nobody sees; one of invisible signs alone is blank."""

    def run_validation(self, data: Any = empty) -> Any:
        """The cleaned text."""
        is_typed = isinstance(data, str) and "\x00" not in data  # which nobody types: the validators refuse it
        return super().run_validation(clean_lines(data) if is_typed else data)


class Whole(_Spoken, serializers.IntegerField):  # type: ignore[misc]
    """A whole number."""


class Flag(_Spoken, serializers.BooleanField):  # type: ignore[misc]
    """True or false."""


class Choice(_Spoken, serializers.ChoiceField):  # type: ignore[misc]
    """One of several codes."""


class Identity(_Spoken, serializers.UUIDField):  # type: ignore[misc]
    """The uid of something."""


class Several(_Spoken, serializers.ListField):  # type: ignore[misc]
    """A list of values."""

    default_error_messages = {
        "max_length": _("The list has more than {max_length} entries."),
    }


class Checked(Text):
    """A text that the field of a form reads: the same verdict as on the page."""

    def __init__(self, check: forms.Field, **kwargs: Any) -> None:
        self.check = check
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """What the form's field makes of the text."""
        text = super().to_internal_value(data)
        try:
            return self.check.clean(text)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class Strict(serializers.Serializer):  # type: ignore[misc]
    """An object that has the named members and no other: a misspelt name is an error, not a value that gets lost."""

    default_error_messages = {"invalid": _("An object is expected here.")}

    def to_internal_value(self, data: Any) -> Any:
        """The values; every fault of every member at once."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        faults = {str(name)[:60]: [_("This name is not known here.")] for name in sorted(unknown)}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **faults}) from error
        if faults:
            raise serializers.ValidationError(faults)
        return value


class SpokenList(serializers.ListSerializer):  # type: ignore[misc]
    """A list of objects whose complaints are ours."""

    default_error_messages = {
        "not_a_list": MESSAGES["not_a_list"],
        "empty": MESSAGES["empty"],
        "max_length": Several.default_error_messages["max_length"],
    }
