"""P5 and P6: the public repertoire."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from works.forms import SearchForm
from works.models import Work
from works.queries.repertoire import search_works
from works.queries.work_pages import share_table


@require_GET
def repertoire_search(request: HttpRequest) -> HttpResponse:
    """P5: search by title, writer, ISWC or ISRC, in Urdu or Roman letters."""
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    works = search_works(wanted) if wanted else []
    return render(request, "works/public/repertoire_search.html", {"form": form, "wanted": wanted, "works": works})


@require_GET
def work_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """P6: titles, writers, shares, identifiers, recordings and what is unclaimed."""
    work = get_object_or_404(Work.objects.filter(state__in=["registered", "merged"]), uid=uid)
    if work.merged_into:
        return redirect("works:public-work-detail", uid=work.merged_into.uid)
    context = {
        "work": work,
        "titles": work.titles.order_by("pk"),
        "rights": share_table(work),
        "recordings": work.recordings.order_by("pk"),
    }
    return render(request, "works/public/work_detail.html", context)
