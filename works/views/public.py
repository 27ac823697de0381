"""P5 and P6: the public repertoire, and reporting what is wrong in it."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from cmo_portal.limits import within_limit
from works.forms.public import ReportForm
from works.forms.search import SearchForm
from works.models import ReportKind, Work
from works.queries.descriptions import work_description
from works.queries.repertoire import search_works
from works.queries.work_pages import listed, share_table
from works.services.reports import report_work

MOST_FOUND = 50
REPORTS_AN_HOUR = 20


@require_safe
def repertoire_search(request: HttpRequest) -> HttpResponse:
    """P5: search by title, writer, ISWC or ISRC, in Urdu or Roman letters."""
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    works = search_works(wanted, limit=MOST_FOUND + 1)
    context = {
        "form": form,
        "wanted": wanted,
        "rows": listed(works[:MOST_FOUND], on=clock.today()) if works else [],
        "more": len(works) > MOST_FOUND,
        "most": MOST_FOUND,
    }
    return render(request, "works/public/repertoire_search.html", context)


@require_safe
def work_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """P6: titles, writers, shares, identifiers, recordings and what is unclaimed."""
    work = _public_work(uid)
    if work.merged_into:
        return redirect("works:public-work-detail", uid=work.merged_into.uid)
    described = work_description(work, on=clock.today())
    context = {
        "work": work,
        "titles": described.titles,
        "described": described,
        "rights": share_table(work, on=clock.today()),
        "recordings": work.recordings.order_by("pk"),
    }
    return render(request, "works/public/work_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def work_report(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what is wrong about a work. Sent twice, it is one report and the same thanks."""
    work = _public_work(uid)
    by = request.user if isinstance(request.user, User) else None
    about = request.GET.get("about", "")
    initial = {"kind": about} if about in ReportKind.values else None
    form = ReportForm(request.POST if request.method == "POST" else None, known=by is not None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if not within_limit("report", get_adapter(request).get_client_ip(request), limit=REPORTS_AN_HOUR, seconds=3600):
            form.add_error(None, _("Too many reports came from your connection. Wait an hour, or write us an e-mail."))
        else:
            sent = form.cleaned_data
            report_work(
                work=work,
                kind=sent["kind"],
                message=sent["message"],
                name=by.name if by else sent["name"],
                email=by.email if by else sent["email"],
                form_key=sent["form_key"],
                by=by,
            )
            return redirect("works:public-work-reported", uid=uid)
    context = {"form": form, "work": work, "submit_label": _("Send the report")}
    return render(request, "works/public/work_report.html", context, status=429 if form.non_field_errors() else 200)


@require_safe
def work_reported(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Thanks, and what happens next."""
    return render(request, "works/public/work_reported.html", {"work": _public_work(uid)})


def _public_work(uid: UUID) -> Work:
    return get_object_or_404(Work.objects.filter(state__in=["registered", "merged"]), uid=uid)
