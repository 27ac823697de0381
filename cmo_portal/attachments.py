"""A stranger's file on its way out: never shown as a page of ours, whatever is inside (S16, S30)."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

SANDBOX = "default-src 'none'; sandbox"


def attachment(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """The bytes as a download of this name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "no-store"
    return response
