"""T10, its second list: works whose agreements cannot all be true, the dearest first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from members.models.territories import own_territory, territory_text
from royalties.exports.agreement_faults import agreement_fault_csv
from royalties.forms.agreement_faults import AgreementFaultFilter
from royalties.queries.agreement_faults import FIND, ORDERS, listed_faults, standing_faults
from royalties.queries.sweeps import last_sweep
from royalties.services.agreement_faults import start_sweep
from works.queries.titles import own_titles

VIEW, EDIT = "works.view_works", "works.edit_works"
ROWS = 25  # of a page: each says much


@staff_page(VIEW)
@require_safe
def fault_list(request: HttpRequest) -> HttpResponse:
    """The works and rights as they were last found; those on the page are asked anew, and what is cured is left out."""
    filter_form, today = AgreementFaultFilter(request.GET), clock.today()
    chosen = filter_form.chosen()
    rows = listed_faults(right=chosen["right"], kind=chosen["kind"], text=chosen["q"], agreement=chosen["agreement"])
    order = ORDERS[chosen["order"]]
    if request.GET.get("format") == "csv":
        return agreement_fault_csv(rows.order_by(*order), on=today, kind=chosen["kind"])
    page = keyset_page(rows.prefetch_related(own_titles("fault__work__")), order=order, query=request.GET, size=ROWS)
    standing = standing_faults(page.rows, on=today, kind=chosen["kind"])
    job = last_sweep(FIND)
    context = {
        "page": page,
        "rows": standing,
        "cured": len(page.rows) - len(standing),
        "filter_form": filter_form,
        "export_url": csv_address(request.GET),
        "job": job,
        "is_working": job is not None and job.state in ("pending", "running"),
        "country": territory_text(own_territory()),
        "today": today,
        "empty_text": _("No agreements of this kind contradict each other."),
        "layout": "layouts/staff.html",
    }
    return render(request, "royalties/staff/agreement_fault_list.html", context)


@staff_page(EDIT)
@require_POST
def fault_find(request: HttpRequest) -> HttpResponse:
    """Have the workers look through all agreements."""
    start_sweep(by=acting(request), now=clock.now())
    messages.success(request, _("The workers look through all agreements. This page shows how far they are."))
    return redirect("royalties:staff-agreement-fault-list")
