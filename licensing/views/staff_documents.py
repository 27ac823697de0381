"""An applicant's documents for staff: files as attachments only, and the first page of a PDF as a picture."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.attachments import attachment
from licensing.models import ApplicationDocument
from members.services.documents import first_page, open_document


@staff_page("licensing.review_applications")
@require_safe
def document(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A document as a file; who opened it is noted."""
    found = _document(uid)
    content = open_document(document=found, by=acting(request))
    return attachment(content, name=found.original_name, content_type=found.content_type)


@staff_page("licensing.review_applications")
@require_safe
def document_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The first page of a PDF as a picture of our own drawing, to stand beside the application."""
    picture = first_page(document=_document(uid), by=acting(request))
    if not picture:
        raise Http404
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "no-store"})


def _document(uid: UUID) -> ApplicationDocument:
    """A document of an application that was sent: a draft is its applicant's own, and what is in quarantine is served
    to nobody."""
    rows = ApplicationDocument.objects.filter(quarantined=False).exclude(application__state="draft")
    return get_object_or_404(rows, uid=uid)
