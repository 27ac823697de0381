"""Forms of royalties, by desk."""

from uuid import UUID

from django.http import HttpRequest


def form_key_of(request: HttpRequest) -> UUID | None:
    """The hidden key of a posted form, by which a double click is known; None when there is none or it is no key."""
    try:
        return UUID(request.POST.get("form_key", ""))
    except ValueError:
        return None
