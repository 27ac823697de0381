"""Reading the body of a request: JSON of a limited size, refused in time when it is none."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework import exceptions
from rest_framework.parsers import JSONParser


class TooLarge(exceptions.APIException):
    """The body is larger than the API takes."""

    status_code = 413


class LimitedJSONParser(JSONParser):  # type: ignore[misc]
    """JSON objects up to API_LARGEST_BODY bytes. NaN and Infinity are no JSON; nesting without end is refused."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The object in the body. Raises TooLarge or ParseError."""
        largest = settings.API_LARGEST_BODY
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > largest:
            raise TooLarge
        try:
            found = super().parse(stream, media_type, parser_context)
            json.dumps(found, ensure_ascii=False).encode()  # halves of surrogate pairs are no text that can be kept
        except (RecursionError, UnicodeEncodeError) as error:
            raise exceptions.ParseError from error
        if not isinstance(found, Mapping):
            raise exceptions.ParseError
        return found
