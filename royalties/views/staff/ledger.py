"""T16: the ledger, to be read and exported, never written by hand."""

import csv

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cmo_portal.accounts.access import staff_page
from cmo_portal.common.tables.writing import inert
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import plain_amount
from royalties.forms.pools import LedgerFilter
from royalties.models import Journal, LedgerLine
from royalties.queries.pool_pages import account_balances, ledger_words

LAYOUT = {"layout": "layouts/staff.html"}
MOST_EXPORTED = 100_000


@staff_page("royalties.view_ledger")
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account with its balance; together they are zero."""
    balances = account_balances()
    context = {"balances": balances, "total": sum(row.balance for row in balances)}
    return render(request, "royalties/staff/account_list.html", context)


@staff_page("royalties.view_ledger")
@require_safe
def line_list(request: HttpRequest) -> HttpResponse:
    """Lines by account, party or description; the export holds exactly what is seen."""
    chosen = LedgerFilter(request.GET)
    rows = LedgerLine.objects.select_related("journal", "account", "party", "pool", "run")
    if chosen.is_valid():
        if chosen.cleaned_data["account"]:
            rows = rows.filter(account__code=chosen.cleaned_data["account"])
        if wanted := chosen.cleaned_data["q"].strip():
            rows = rows.filter(ledger_words(wanted))
    if request.GET.get("format") == "csv":
        return _csv(rows)
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("Nothing is posted that matches."),
    }
    return render(request, "royalties/staff/line_list.html", {**context, **LAYOUT})


@staff_page("royalties.view_ledger")
@require_safe
def journal_detail(request: HttpRequest, number: int) -> HttpResponse:
    """One journal with all its lines."""
    journal = get_object_or_404(Journal.objects.select_related("reverses"), number=number)
    lines = journal.lines.select_related("account", "party", "pool", "run")
    context = {
        "journal": journal,
        "page": keyset_page(lines, order=("line_no",), query=request.GET, size=200),
        "chain": bytes(journal.chain).hex(),
        "empty_text": "",
    }
    return render(request, "royalties/staff/journal_detail.html", {**context, **LAYOUT})


def _csv(rows: QuerySet[LedgerLine]) -> HttpResponse:
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="ledger.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow([_("Journal"), _("Date"), _("Account"), _("Party"), _("Amount"), _("Description")])
    for line in rows.order_by("-pk")[:MOST_EXPORTED]:
        party = inert(line.party.display_name) if line.party else ""
        amount = plain_amount(line.amount)
        writer.writerow(
            [
                line.journal.number,
                line.journal.business_date,
                line.account.code,
                party,
                amount,
                inert(line.journal.description),
            ]
        )
    return response
