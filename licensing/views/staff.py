"""Applications for licences (as T6), licences and licensees (T4)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.documents import render_pdf
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import words_text
from licensing.exports import csv_response
from licensing.forms.staff import ApplicationFilter, LicenceFilter, SearchForm, TextForm
from licensing.mail import send_welcome
from licensing.models import Licence, LicenceApplication, Licensee
from licensing.queries.applications import last_quote, price_of
from licensing.queries.documents import licence_data
from licensing.queries.money import with_balance, with_rest
from licensing.services import applications, approval, licences
from licensing.views import cards
from licensing.views.apply_answers import answer_groups
from licensing.views.licensee import pdf_response
from licensing.views.timelines import STAFF_PAGE, application_timeline, licence_timeline

LAYOUT = {"layout": "layouts/staff.html"}


def wants_csv(request: HttpRequest) -> bool:
    """Whether the list is asked for as a file."""
    return request.GET.get("format") == "csv"


# --- applications ----------------------------------------------------------------------------------------------------


def _applications(form: ApplicationFilter) -> QuerySet[LicenceApplication]:
    found = LicenceApplication.objects.exclude(state="draft")
    if not form.is_valid():
        return found
    if text := form.cleaned_data["q"].strip():
        found = LicenceApplication.objects.filter(
            Q(reference__iexact=text) | Q(email__icontains=text) | Q(answers__business__name__icontains=text)
        )
    if form.cleaned_data["state"]:
        found = LicenceApplication.objects.filter(pk__in=found) if text else LicenceApplication.objects.all()
        found = found.filter(state=form.cleaned_data["state"])
    return found


@staff_page("licensing.view_licensing")
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """Applications by state; drafts are listed only when asked for, because they were not sent."""
    form = ApplicationFilter(request.GET)
    found = _applications(form)
    if wants_csv(request):
        heads = [_("Reference"), _("Business"), _("State"), _("Begun"), _("Sent"), _("Tariff")]
        return csv_response("applications.csv", heads, (_application_cells(row) for row in found.order_by("-pk")))
    context = {
        "page": keyset_page(found, order=("-pk",), query=request.GET),
        "filter_form": form,
        "export_url": csv_address(request.GET),
        "empty_text": _("No application matches."),
        "waiting": LicenceApplication.objects.filter(state="submitted").count(),
    }
    return render(request, "licensing/staff/application_list.html", {**context, **LAYOUT})


def _application_cells(row: LicenceApplication) -> list[Any]:
    return [
        row.reference,
        (row.answers.get("business") or {}).get("name", ""),
        row.get_state_display(),
        row.created_at.date().isoformat(),
        row.submitted_at.date().isoformat() if row.submitted_at else "",
        (row.answers.get("use") or {}).get("tariff", ""),
    ]


@staff_page("licensing.view_licensing")
@require_safe
def application_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The answers beside the price and its working; what can be done stands below."""
    application = get_object_or_404(LicenceApplication.objects.select_related("licensee"), uid=uid)
    return _application_page(request, application)


def _application_page(
    request: HttpRequest, application: LicenceApplication, form: TextForm | None = None, status: int = 200
) -> HttpResponse:
    quote = last_quote(application)
    price, complaints = price_of(application, on=clock.today())
    context = {
        "application": application,
        "groups": [group for group in answer_groups(application, price) if group["name"] != "documents"],
        "documents": application.documents.order_by("pk"),
        "quote": quote,
        "why": cards.card_of_quote(quote) if quote else None,
        "figures": cards.price_figures(quote.fee, quote.tax, quote.total) if quote else [],
        "stale": _stale(quote, price, complaints) if application.state == "submitted" else "",
        "events": application_timeline(application, STAFF_PAGE),
        "licence": Licence.objects.filter(application=application).first(),
        "form": form or TextForm(label=_("Question or reason")),
        "may_decide": request.user.has_perm("licensing.review_applications"),
    }
    return render(request, "licensing/staff/application_detail.html", context, status=status)


def _stale(quote: Any, price: Any, complaints: Any) -> str:
    """Why the accepted price cannot be approved as it stands; empty when it can."""
    if price is None:
        return " ".join(words_text(complaint.words) for complaint in complaints)
    if quote is None or clock.today() > quote.valid_until or not price.same_as(quote):
        return _("The price has changed or the quote has ended. Ask the applicant to look at it and send again.")
    return ""


@staff_page("licensing.review_applications")
@require_POST
def application_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Approve: licensee, sign-in, licence and invoice at once. A second click finds what the first has made."""
    application = get_object_or_404(LicenceApplication, uid=uid)
    try:
        with transaction.atomic():
            made = approval.approve_application(application=application, by=acting(request), now=clock.now())
            if made.user is not None and made.token:
                send_welcome(made.user, made.token)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("licensing:staff-application-detail", application.uid)
    messages.success(request, _("Approved. Invoice %(number)s is issued.") % {"number": made.invoice.number})
    return redirect("licensing:staff-invoice-detail", made.invoice.uid)


@staff_page("licensing.review_applications")
@require_POST
def application_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask the applicant, or refuse with a reason: the same text box, two buttons."""
    application = get_object_or_404(LicenceApplication, uid=uid)
    form = TextForm(request.POST, label=_("Question or reason"))
    if not form.is_valid():
        return _application_page(request, application, form, status=422)
    text, refuse = form.cleaned_data["text"], request.POST.get("act") == "refuse"
    try:
        if refuse:
            applications.refuse_application(application=application, reason=text, by=acting(request), now=clock.now())
        else:
            applications.ask_applicant(application=application, question=text, by=acting(request))
    except ValidationError as error:
        form.add_error(None, error)
        return _application_page(request, application, form, status=422)
    messages.success(request, _("The application is refused.") if refuse else _("The question is on its way."))
    return redirect("licensing:staff-application-detail", application.uid)


# --- licences --------------------------------------------------------------------------------------------------------


@staff_page("licensing.view_licensing")
@require_safe
def licence_list(request: HttpRequest) -> HttpResponse:
    """Licences with their state today."""
    form = LicenceFilter(request.GET)
    found: QuerySet[Licence] = Licence.objects.select_related("licensee", "premises", "tariff_version__tariff")
    if form.is_valid():
        if text := form.cleaned_data["q"].strip():
            found = found.filter(
                Q(number__iexact=text) | Q(licensee__name__icontains=text) | Q(premises__name__icontains=text)
            )
        if form.cleaned_data["state"]:
            found = found.filter(state=form.cleaned_data["state"])
    today = clock.today()
    if wants_csv(request):
        heads = [_("Number"), _("Licensee"), _("Premises"), _("Tariff"), _("From"), _("To"), _("State")]
        rows = found.order_by("-pk")
        return csv_response("licences.csv", heads, (_licence_cells(row) for row in rows))
    page = keyset_page(found, order=("-pk",), query=request.GET)
    context = {
        "page": page,
        "rows": [(licence, licence.status_on(today)) for licence in page.rows],
        "filter_form": form,
        "export_url": csv_address(request.GET),
        "empty_text": _("No licence matches."),
    }
    return render(request, "licensing/staff/licence_list.html", {**context, **LAYOUT})


def _licence_cells(row: Licence) -> list[Any]:
    days = [row.starts_on.isoformat(), row.ends_on.isoformat()]
    names = [row.licensee.name, str(row.premises), str(row.tariff_version)]
    return [row.number, *names, *days, row.get_state_display()]


@staff_page("licensing.view_licensing")
@require_safe
def licence_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One licence with its money and its timeline."""
    return _licence_page(request, _licence(uid))


def _licence(uid: UUID) -> Licence:
    found = Licence.objects.select_related(
        "licensee", "premises__province", "tariff_version__tariff", "quote", "application"
    )
    return get_object_or_404(found, uid=uid)


def _licence_page(request: HttpRequest, licence: Licence, form: TextForm | None = None) -> HttpResponse:
    context = {
        "licence": licence,
        "status": licence.status_on(clock.today()),
        "invoices": with_balance(licence.invoices.all()),
        "events": licence_timeline(licence, STAFF_PAGE),
        "why": cards.card_of_quote(licence.quote),
        "form": form or TextForm(label=_("Why the licence is cancelled")),
        "may_cancel": request.user.has_perm("licensing.review_applications") and licence.state != "cancelled",
    }
    return render(request, "licensing/staff/licence_detail.html", context, status=422 if form else 200)


@staff_page("licensing.view_licensing")
@require_safe
def licence_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The certificate as the licensee gets it."""
    licence = _licence(uid)
    if not licence.code:
        messages.error(request, _("The licence is not active yet: there is no certificate."))
        return redirect("licensing:staff-licence-detail", licence.uid)
    return pdf_response(render_pdf("licensing/documents/licence.typ", licence_data(licence)), f"{licence.number}.pdf")


@staff_page("licensing.review_applications")
@require_POST
def licence_cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End a licence early, with its reason."""
    licence = _licence(uid)
    form = TextForm(request.POST, label=_("Why the licence is cancelled"))
    if not form.is_valid():
        return _licence_page(request, licence, form)
    reason = form.cleaned_data["text"][:300]
    licences.cancel_licence(licence=licence, reason=reason, by=acting(request), now=clock.now())
    messages.success(request, _("The licence is cancelled. A check of it says so from now on."))
    return redirect("licensing:staff-licence-detail", licence.uid)


# --- licensees -------------------------------------------------------------------------------------------------------


@staff_page("licensing.view_licensing")
@require_safe
def licensee_list(request: HttpRequest) -> HttpResponse:
    """All licensees."""
    form = SearchForm(request.GET)
    found = Licensee.objects.all()
    if form.is_valid() and (text := form.cleaned_data["q"].strip()):
        found = found.filter(
            Q(number__iexact=text) | Q(name__icontains=text) | Q(name_ur__icontains=text) | Q(email__icontains=text)
        )
    if wants_csv(request):
        heads = [_("Number"), _("Name"), _("Name in Urdu"), _("City"), _("E-mail")]
        rows = ([row.number, row.name, row.name_ur, row.city, row.email] for row in found.order_by("pk"))
        return csv_response("licensees.csv", heads, rows)
    context = {
        "page": keyset_page(found, order=("name", "pk"), query=request.GET),
        "filter_form": form,
        "export_url": csv_address(request.GET),
        "empty_text": _("No licensee matches."),
    }
    return render(request, "licensing/staff/licensee_list.html", {**context, **LAYOUT})


@staff_page("licensing.view_licensing")
@require_http_methods(["GET", "HEAD", "POST"])
def licensee_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """T4: one business with premises, licences, invoices, receipts, people. A post sends the invitation again."""
    licensee = get_object_or_404(Licensee, uid=uid)
    if request.method == "POST":
        with transaction.atomic():
            invited = approval.invite_again(licensee=licensee, by=acting(request), now=clock.now())
            if invited is not None:
                send_welcome(*invited)
        text = _("The invitation is on its way.") if invited else _("Everybody here has set a password already.")
        messages.success(request, text)
        return redirect("licensing:staff-licensee-detail", licensee.uid)
    today = clock.today()
    invoices = list(with_balance(licensee.invoices.all()).order_by("-issued_on", "-pk")[:50])
    receipts = list(with_rest(licensee.receipts.all()).order_by("-received_on", "-pk")[:50])
    found = licensee.licences.select_related("premises", "tariff_version__tariff").order_by("-starts_on")[:50]
    context = {
        "licensee": licensee,
        "premises": licensee.premises.select_related("province").order_by("name"),
        "licences": [(licence, licence.status_on(today)) for licence in found],
        "invoices": invoices,
        "receipts": receipts,
        "people": licensee.access.select_related("user").order_by("pk"),
        "figures": [
            {"label": _("Outstanding"), "amount": sum(invoice.outstanding for invoice in invoices)},
            {"label": _("Credit not yet allocated"), "amount": sum(receipt.rest for receipt in receipts)},
        ],
        "today": today,
        "may_invite": request.user.has_perm("licensing.review_applications"),
    }
    return render(request, "licensing/staff/licensee_detail.html", context)
