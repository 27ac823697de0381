"""T5: the usage and the money of a work."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cmo_portal.accounts.access import staff_page
from royalties.queries.work_money import work_money
from works.models import Work
from works.queries.titles import own_titles


@staff_page("works.view_works")
@require_safe
def work_money_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a work was played and earned, distribution by distribution."""
    work = get_object_or_404(Work.objects.select_related("merged_into").prefetch_related(own_titles()), uid=uid)
    return render(request, "royalties/staff/work_money_detail.html", {"work": work, "money": work_money(work)})
