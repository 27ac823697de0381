"""The works of one interested party, for its page in the register."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cmo_portal.accounts.access import staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.models import Party
from works.exports import staff_list_csv
from works.queries.repertoire import works_of
from works.queries.work_pages import listed


@staff_page("works.view_works")
@require_safe
def party_works(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every work in which the party holds or claims a share, or that it registered; the same rows as a file."""
    party = get_object_or_404(Party, uid=uid)
    works = works_of(party)
    if request.GET.get("format") == "csv":
        return staff_list_csv(works.order_by("number", "pk"))
    page = keyset_page(works, order=("number",), query=request.GET)
    context = {
        "party": party,
        "page": page,
        "rows": listed(page.rows, on=clock.today()),
        "export_url": "?format=csv",
        "empty_text": _("This party has no work."),
        "layout": "layouts/staff.html",
    }
    return render(request, "works/staff/party_works.html", context)
