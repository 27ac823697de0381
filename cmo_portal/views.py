"""Pages of nobody's app: the public home, the way to one's own start page, health."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from cmo_portal.accounts.models import Audience

START_PAGES = {
    Audience.STAFF: "staff_home",
    Audience.MEMBER: "royalties:member-home",
    Audience.LICENSEE: "licensing:licensee-home",
}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """P1: three doors."""
    return render(request, "home/home.html")


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: the start page of one's audience."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return redirect(START_PAGES[Audience(request.user.audience)])


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. It touches nothing, so a dead database or Redis cannot take it down."""
    return JsonResponse({"status": "ok", "release": settings.RELEASE})


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: the database answers. Redis and workers only degrade and are shown to staff."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})
