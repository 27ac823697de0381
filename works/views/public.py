"""P5 and P6: the public repertoire, and reporting what is wrong in it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.models import Audience, User
from cmo_portal.common import clock
from cmo_portal.limits import origin_of, searched, within_limit
from cmo_portal.paging import Page
from works.forms.public import ReportForm
from works.forms.search import SearchForm
from works.models import ReportKind, Work
from works.queries.descriptions import work_description
from works.queries.public_works import is_confirmed, public_rights, waits_for_cowriters
from works.queries.recordings import recordings_of
from works.queries.regrouping import standing_work
from works.queries.search import MOST_FOUND, found_page, number_asked
from works.queries.work_pages import listed
from works.services.reports import report_work
from works.views.moved import moved_to

PAGE = 20
RECORDINGS_SHOWN = 50
REPORTS_AN_HOUR = 20


@require_safe
@searched("repertoire")
def repertoire_search(request: HttpRequest) -> HttpResponse:
    """P5: search by title, writer, performer, ISWC or ISRC, in Urdu or Roman letters."""
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = found_page(wanted, after=_place(request, "after"), before=_place(request, "before"), size=PAGE)
    context = {
        "form": form,
        "wanted": wanted,
        "found": found,
        "rows": listed(found.works, on=clock.today()) if found.works else [],
        "last": found.first + len(found.works) - 1,
        "most": MOST_FOUND,
        "number": number_asked(wanted),
        "page": Page(found.works, _beside(request, "after", found.after), _beside(request, "before", found.before)),
    }
    return render(request, "works/public/repertoire_search.html", context)


@require_safe
def work_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """P6: titles, writers, shares, identifiers, recordings, what is open or contested, what can be licensed."""
    work = _public_work(uid)
    if work.merged_into:
        return moved_to("works:public-work-detail", work.merged_into)
    described = work_description(work, on=clock.today())
    rights = public_rights(work, on=clock.today())
    context = {
        "work": work,
        "titles": described.titles,
        "described": described,
        "rights": rights,
        "confirmed": is_confirmed(rights),
        "waiting": waits_for_cowriters(rights),
        "identifiers": work.identifiers.filter(validity="valid").order_by("issuer", "value"),
        "recordings": recordings_of(work, limit=RECORDINGS_SHOWN),
    }
    return render(request, "works/public/work_detail.html", context)


@login_required
@require_safe
def work_claim(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whoever says that a work is hers says it signed in, so that the desk knows whom to ask: a member claims a share
    that others have on record, everybody else writes to the desk."""
    work = _public_work(uid)
    is_member = isinstance(request.user, User) and request.user.audience == Audience.MEMBER
    if is_member and work.state == "registered" and work.shares.filter(state="active").exists():
        return redirect("works:member-claim-new", uid=uid)
    return redirect(f"{reverse('works:public-work-report', args=[work.uid])}?about=mine")


@require_http_methods(["GET", "HEAD", "POST"])
def work_report(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what is wrong about a work. Sent twice, it is one report and the same thanks. What is said about a merged
    work is said about the one that stands for it."""
    work = standing_work(_public_work(uid))
    by = request.user if isinstance(request.user, User) else None
    about = request.GET.get("about", "")
    initial = {"kind": about} if about in ReportKind.values else None
    form = ReportForm(request.POST if request.method == "POST" else None, known=by is not None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if not within_limit("report", origin_of(request), limit=REPORTS_AN_HOUR, seconds=3600):
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


def _place(request: HttpRequest, name: str) -> UUID | None:
    """The work beside which a page begins; a damaged one gives the first page."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _beside(request: HttpRequest, name: str, place: UUID | None) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[name] = str(place)
    return query.urlencode() if place else ""
