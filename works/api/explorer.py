"""The description of the API for staff: a page to read and try it, with scripts that we serve ourselves."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cmo_portal.accounts.access import staff_page
from works.api.schema import description

VIEW = "members.view_members"


@staff_page(VIEW)
@require_safe
def api_explorer(request: HttpRequest) -> HttpResponse:
    """Every endpoint with its fields and answers; a token typed here goes to the API alone and is kept nowhere."""
    return render(request, "works/staff/api_explorer.html")


@staff_page(VIEW)
@require_safe
def api_schema(request: HttpRequest) -> JsonResponse:
    """The description as a file, also for handing on to the owner of a program."""
    response = JsonResponse(description())
    response["Content-Disposition"] = 'inline; filename="api-v1.json"'
    return response
