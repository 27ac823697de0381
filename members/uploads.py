"""How much of an upload is received at all: what is too large is neither written to disk nor held in memory.

The limit must hold before anything reads the request, and the check of the CSRF token reads it. So the page is exempted
from the middleware's check, sets its limit, and makes the same check itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from members.policy import policy

View = Callable[..., HttpResponseBase]
FORM_BYTES = 64 * 1024  # what a form's other fields and the frame of the upload may take


class Ceiling(FileUploadHandler):
    """Stops receiving when all files together pass the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.left = limit
        self.passed = False

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, str], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        """A stated length beyond the limit needs no receiving at all."""
        self.passed = content_length > self.left + FORM_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on to the next handler while they are within the limit."""
        self.left -= len(raw_data)
        if self.passed or self.left < 0:
            self.passed = True
            raise StopUpload
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""


def limited_upload(view: View) -> View:
    """For a page that takes a file; `was_too_large` tells afterwards whether it was cut off at the limit."""

    @csrf_protect
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        ceiling = Ceiling(policy().document_bytes + 1)
        request.upload_handlers.insert(0, ceiling)
        request.upload_ceiling = ceiling  # type: ignore[attr-defined]
        return inner(request, *args, **kwargs)

    return csrf_exempt(guarded)


def was_too_large(request: HttpRequest) -> bool:
    """Whether the upload of this request was cut off at the limit."""
    return bool(request.upload_ceiling.passed)  # type: ignore[attr-defined]
