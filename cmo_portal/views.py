"""Pages of nobody's app: the public home, the way to one's own start page, health, and what is said when all fails."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.http import require_safe

from cmo_portal.accounts.models import Audience
from cmo_portal.logs import request_id

START_PAGES = {
    Audience.STAFF: "staff_home",
    Audience.MEMBER: "royalties:member-home",
    Audience.LICENSEE: "licensing:licensee-home",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """P1: three doors."""
    return render(request, "home/home.html")


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: the start page of one's audience."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return redirect(START_PAGES[Audience(request.user.audience)])


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. It touches nothing, so a dead database or Redis cannot take it down."""
    return JsonResponse({"status": "ok", "release": settings.RELEASE})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: the database answers. Redis and workers only degrade and are shown to staff."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})


def server_error(request: HttpRequest) -> HttpResponse:
    """The last word on an error: 503 with Retry-After while PostgreSQL restarts, else 500; an id, never a trace."""
    error = sys.exc_info()[1]
    if not isinstance(error, InterfaceError | OperationalError):
        return defaults.server_error(request)
    response = HttpResponse(render_to_string("503.html", {"request_id": request_id.get()}), status=503)
    response["Retry-After"] = "10"
    return response
