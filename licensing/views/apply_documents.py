"""The documents of an application: added one by one, removed while it is not sent."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmo_portal.common.words import in_language
from licensing.access import application_page
from licensing.forms.apply import DocumentForm
from licensing.models import LicenceApplication
from licensing.queries.applications import OPEN_STATES, kept_documents, needed_document
from licensing.services import documents as services
from licensing.views import cards
from members.services.documents import size_refusal
from members.uploads import limited_upload, was_too_large


@limited_upload
@require_http_methods(["GET", "HEAD", "POST"])
@application_page
def documents(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """What was added, and the form for one more."""
    if application.state not in OPEN_STATES:
        return redirect("licensing:apply-tasks", application.reference)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and was_too_large(request):
        form.errors.pop("file", None)
        form.add_error("file", size_refusal())
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.add_document(application=application, kind=form.cleaned_data["kind"], upload=form.upload())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if kept.quarantined:
                messages.error(request, _("A virus was found in the file. It was locked away; send another file."))
            else:
                messages.success(request, _("The document is saved."))
            return redirect("licensing:apply-documents", application.reference)
    context = {
        "form": form,
        "application": application,
        "documents": kept_documents(application),
        "needed": in_language(needed_document(application), cards.language()),
        "cancel_url": reverse("licensing:apply-tasks", args=[application.reference]),
    }
    return render(request, "licensing/apply/documents.html", context)


@require_POST
@application_page
def document_remove(request: HttpRequest, application: LicenceApplication, uid: UUID) -> HttpResponse:
    """Take a document back."""
    if not kept_documents(application).filter(uid=uid).exists():
        raise Http404
    try:
        services.remove_document(application=application, uid=uid)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The document is removed."))
    return redirect("licensing:apply-documents", application.reference)
