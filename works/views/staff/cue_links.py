"""Which work a cue is: suggestions, a search, and the next cue that has none."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from works.forms.cue_sheets import FindWorkForm
from works.models import Cue, Work
from works.queries.cue_sheets import next_open_cue, suggestions_for, type_name
from works.queries.search import search_works
from works.queries.titles import led_titles
from works.queries.work_pages import listed
from works.services.cue_sheets import link_cue
from works.views.staff.works import EDIT

FOUND = 10


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def cue_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One cue with the works that it may be; a choice goes on to the next cue without a work."""
    rows = Cue.objects.select_related("sheet__episode__production", "cue_type", "work__merged_into")
    cue = get_object_or_404(rows.prefetch_related(*led_titles("work__")), uid=uid)
    following = next_open_cue(cue.sheet, after=cue.sequence)
    if request.method == "POST":
        return _linked(request, cue, following)
    form = FindWorkForm(request.GET)
    wanted = form.cleaned_data["find"] if form.is_valid() else ""
    found = search_works(wanted, limit=FOUND) if wanted else suggestions_for(cue)
    context = {
        "cue": cue,
        "type_name": type_name(cue.cue_type),
        "find_form": form,
        "searched": bool(wanted),
        "rows": listed([work for work in found if work.pk != cue.work_id], on=clock.today()),
        "following": following if following and following.pk != cue.pk else None,
    }
    return render(request, "works/staff/cue_detail.html", context)


def _linked(request: HttpRequest, cue: Cue, following: Cue | None) -> HttpResponse:
    chosen = request.POST.get("work", "")
    work = get_object_or_404(Work, number=chosen) if chosen else None
    try:
        link_cue(cue=cue, work=work, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("works:staff-cue-detail", uid=cue.uid)
    if work is None:
        messages.success(request, _("The cue has no work now."))
        return redirect("works:staff-cue-detail", uid=cue.uid)
    messages.success(request, _("The cue is linked to %(work)s.") % {"work": work})
    if following is not None and following.pk != cue.pk:
        return redirect("works:staff-cue-detail", uid=following.uid)
    return redirect("works:staff-episode-detail", uid=cue.sheet.episode.uid)
