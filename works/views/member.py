"""C11: a member's works, what they lack, and one of them in full."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page, ranked_page
from members.models import Party
from works.access import member_page
from works.exports import work_list_csv
from works.forms.search import MyWorksFilter
from works.models import Work
from works.queries.agreements import agreements_of_party
from works.queries.descriptions import work_description
from works.queries.disputes import told_disputes
from works.queries.distributable import status_of_work, statuses
from works.queries.recordings import recordings_of
from works.queries.repertoire import in_order, likest_works, my_works, ranked, works_of
from works.queries.splits import waiting_answers
from works.queries.titles import own_titles
from works.queries.work_pages import own_shares, share_table
from works.services.drafts import next_step
from works.views.moved import moved_to

WAITING_SHOWN = 20


@member_page
@require_safe
def work_list(request: HttpRequest, party: Party) -> HttpResponse:
    """C11: my works with my shares, their state and what they lack; unfinished registrations first. What is looked for
    comes as the public search ranks it."""
    chosen = MyWorksFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    text = wanted.get("q", "")
    likest = likest_works(text)
    works = my_works(party, text=text, show=wanted.get("show", ""), likest=likest)
    ids = ranked(works, text, likest) if text else None
    if request.GET.get("format") == "csv":
        return work_list_csv(works.order_by("title", "pk") if ids is None else in_order(works, ids), party)
    works = works.prefetch_related(own_titles())
    page = (
        keyset_page(works, order=("title", "pk"), query=request.GET)
        if ids is None
        else ranked_page(works, ranked=ids, query=request.GET)
    )
    shares = own_shares(page.rows, party)
    found = statuses([work.pk for work in page.rows], right="PR", on=clock.today())
    filtered = bool(wanted.get("q") or wanted.get("show"))
    context = {
        "page": page,
        "waiting": list(waiting_answers(party)[:WAITING_SHOWN]),
        "today": clock.today(),
        "rows": [(work, shares.get(work.pk, {}), found[work.pk]) for work in page.rows],
        "drafts": [(draft, next_step(draft)) for draft in party.work_drafts.filter(work=None).order_by("-pk")[:20]],
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("None of your works fits. Show all of them, or try another word.")
        if filtered
        else _("No work is registered with a share of yours. Register your first one: it takes two minutes."),
    }
    return render(request, "works/member/work_list.html", context)


@member_page
@require_safe
def agreement_list(request: HttpRequest, party: Party) -> HttpResponse:
    """My agreements that are in the books: with whom, over what, and their parts."""
    context = {
        "page": keyset_page(agreements_of_party(party), order=("number", "pk"), query=request.GET),
        "empty_text": _("No agreement in our books names you."),
    }
    return render(request, "works/member/agreement_list.html", context)


@member_page
@require_safe
def work_detail(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """One of my works: shares, disputes, identifiers, recordings."""
    gone = Work.objects.filter(uid=uid, merged_into__isnull=False).select_related("merged_into").first()
    if gone and gone.merged_into and works_of(party).filter(pk=gone.merged_into.pk).exists():
        return moved_to("works:member-work-detail", gone.merged_into)
    work = get_object_or_404(works_of(party), uid=uid)
    described = work_description(work, on=clock.today())
    context = {
        "work": work,
        "party": party,
        "split": work.splits.order_by("-round").first(),
        "titles": described.titles,
        "described": described,
        "rights": share_table(work, on=clock.today()),
        "statuses": status_of_work(work, on=clock.today()),
        "recordings": recordings_of(work),
        "disputes": told_disputes(work, on=clock.today(), with_files=False),
        "own_disputes": set(party.claims.filter(dispute__work=work).values_list("dispute__uid", flat=True)),
        "today": clock.today(),
    }
    return render(request, "works/member/work_detail.html", context)
