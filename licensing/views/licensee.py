"""L4 to L7: the licensee's own pages, all fetched through the person's access."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cmo_portal.common import clock
from cmo_portal.documents import qr_svg, render_pdf
from cmo_portal.paging import keyset_page
from licensing.access import licensee_page, licensees_of
from licensing.models import Invoice, Licence, LicenceApplication, Receipt
from licensing.queries.documents import invoice_data, licence_data
from licensing.queries.money import Balanced, with_balance, with_rest
from licensing.views import cards
from licensing.views.timelines import invoice_timeline, licence_timeline


@licensee_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is to be paid, what is licensed, what is under way."""
    today = clock.today()
    businesses = list(licensees_of(request.user).order_by("name"))
    open_invoices = list(
        with_balance(Invoice.objects.seen_by(request.user).open())
        .select_related("licence__premises")
        .order_by("due_on")
    )
    receipts = with_rest(Receipt.objects.filter(licensee__in=businesses))
    licences = _licences(request)[:10]
    context = {
        "businesses": businesses,
        "open_invoices": open_invoices,
        "licences": [(licence, licence.status_on(today)) for licence in licences],
        "applications": LicenceApplication.objects.filter(licensee__in=businesses)
        .exclude(state__in=["approved", "withdrawn"])
        .order_by("-pk")[:10],
        "figures": _home_figures(open_invoices, sum(receipt.rest for receipt in receipts), today),
        "today": today,
    }
    return render(request, "licensing/licensee/home.html", context)


def _licences(request: HttpRequest) -> Any:
    return (
        Licence.objects.seen_by(request.user)
        .select_related("premises", "tariff_version__tariff", "licensee")
        .order_by("-starts_on", "-pk")
    )


def _home_figures(open_invoices: list[Balanced], credit: int, today: Any) -> list[dict[str, Any]]:
    overdue = [invoice for invoice in open_invoices if invoice.due_on < today]
    url = reverse("licensing:licensee-invoice-list")
    figures: list[dict[str, Any]] = [
        {
            "label": _("To pay"),
            "amount": sum(invoice.outstanding for invoice in open_invoices),
            "url": url,
            "tone": "bad" if overdue else "waiting" if open_invoices else "good",
            "note": _("overdue") if overdue else "",
        }
    ]
    if credit:
        figures.append({"label": _("Your credit with us"), "amount": credit, "tone": "good"})
    return figures


@licensee_page
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """L5: all invoices, the latest first."""
    found = with_balance(Invoice.objects.seen_by(request.user)).select_related("licence__premises", "licensee")
    context = {
        "page": keyset_page(found, order=("-issued_on", "-pk"), query=request.GET),
        "today": clock.today(),
        "empty_text": _("You have no invoice yet. One is issued when an application is approved."),
        "empty_url": reverse("licensing:apply-start"),
        "empty_action": _("Apply for a licence"),
        "layout": "layouts/licensee.html",
    }
    return render(request, "licensing/licensee/invoice_list.html", context)


def _invoice(request: HttpRequest, uid: UUID) -> Balanced:
    found = with_balance(Invoice.objects.seen_by(request.user)).select_related(
        "licence__quote", "licence__premises", "tariff_version__tariff", "licensee"
    )
    return get_object_or_404(found, uid=uid)


@licensee_page
@require_safe
def invoice_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """L5: lines, tax by line, what was paid, the timeline, how to pay."""
    invoice = _invoice(request, uid)
    context = {
        "invoice": invoice,
        "lines": invoice.lines.all(),
        "allocations": invoice.allocations.select_related("receipt").order_by("pk"),
        "credit_notes": invoice.credit_notes.order_by("pk"),
        "events": invoice_timeline(invoice),
        "why": cards.card_of_quote(invoice.licence.quote),
        "figures": [
            {
                "label": _("Still to pay"),
                "amount": invoice.outstanding,
                "tone": "good" if not invoice.outstanding else "bad" if invoice.due_on < clock.today() else "waiting",
            },
            {"label": _("Invoice total"), "amount": invoice.total},
        ],
        "society_bank": settings.SOCIETY.get("bank", ""),
    }
    return render(request, "licensing/licensee/invoice_detail.html", context)


@licensee_page
@require_safe
def invoice_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """L5: the invoice as PDF, in the language of the page."""
    return invoice_file(_invoice(request, uid))


def invoice_file(invoice: Balanced) -> HttpResponse:
    """The invoice as a download."""
    body = render_pdf("licensing/documents/invoice.typ", invoice_data(invoice))
    return pdf_response(body, f"{invoice.number}.pdf")


def pdf_response(body: bytes, name: str) -> HttpResponse:
    """A document as a download with a name of our own."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@licensee_page
@require_safe
def licence_list(request: HttpRequest) -> HttpResponse:
    """All licences, the latest first."""
    found = Licence.objects.seen_by(request.user).select_related("premises", "tariff_version__tariff", "licensee")
    today = clock.today()
    page = keyset_page(found, order=("-starts_on", "-pk"), query=request.GET)
    context = {
        "page": page,
        "rows": [(licence, licence.status_on(today)) for licence in page.rows],
        "empty_text": _("You have no licence yet."),
        "empty_url": reverse("licensing:apply-start"),
        "empty_action": _("Apply for a licence"),
        "layout": "layouts/licensee.html",
    }
    return render(request, "licensing/licensee/licence_list.html", context)


def _licence(request: HttpRequest, uid: UUID) -> Licence:
    found = Licence.objects.seen_by(request.user).select_related(
        "premises__province", "tariff_version__tariff", "licensee", "quote"
    )
    licence: Licence = get_object_or_404(found, uid=uid)
    return licence


@licensee_page
@require_safe
def licence_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """L7: what is licensed, until when, the QR code, the certificate, the timeline."""
    licence = _licence(request, uid)
    context: dict[str, Any] = {
        "licence": licence,
        "status": licence.status_on(clock.today()),
        "events": licence_timeline(licence),
        "invoices": with_balance(licence.invoices.all()),
        "why": cards.card_of_quote(licence.quote),
    }
    if licence.code:
        context["check_url"] = f"{settings.BASE_URL}{reverse('licensing:public-check-code', args=[licence.code])}"
        context["qr_url"] = reverse("licensing:licensee-licence-qr", args=[licence.uid])
    return render(request, "licensing/licensee/licence_detail.html", context)


@licensee_page
@require_safe
def licence_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """L7: the certificate as PDF. There is none before the licence is active."""
    licence = _licence(request, uid)
    if not licence.code:
        raise Http404
    return pdf_response(render_pdf("licensing/documents/licence.typ", licence_data(licence)), f"{licence.number}.pdf")


@licensee_page
@require_safe
def licence_qr(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The QR code alone, as a picture for the licensee's own signs."""
    licence = _licence(request, uid)
    if not licence.code:
        raise Http404
    url = f"{settings.BASE_URL}{reverse('licensing:public-check-code', args=[licence.code])}"
    return HttpResponse(qr_svg(url), content_type="image/svg+xml")
