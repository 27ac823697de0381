"""C11 and C12: a member's works, and registering one in four steps."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmo_portal.accounts.access import acting
from cmo_portal.paging import keyset_page
from members.models import Party
from works.access import member_page
from works.exports import work_list_csv
from works.forms import SearchForm, TitleForm, WriterFormSet
from works.models import WorkDraft
from works.queries.repertoire import look_alikes, works_of
from works.queries.work_pages import own_shares, share_table
from works.services.drafts import save_step, send_draft, start_draft


@member_page
@require_GET
def work_list(request: HttpRequest, party: Party) -> HttpResponse:
    """C11: my works with my shares and their state; the export holds exactly what is seen."""
    chosen = SearchForm(request.GET)
    works = works_of(party)
    if chosen.is_valid() and (wanted := chosen.cleaned_data["q"].strip()):
        works = works.filter(titles__text__icontains=wanted).distinct()
    if request.GET.get("format") == "csv":
        return work_list_csv(works.order_by("title", "pk"), party)
    page = keyset_page(works, order=("title", "pk"), query=request.GET)
    shares = own_shares(page.rows, party)
    context = {
        "page": page,
        "rows": [(work, shares.get(work.pk, {})) for work in page.rows],
        "filter_form": chosen,
        "export_url": f"?{request.GET.urlencode()}&format=csv",
        "empty_text": _("No work is registered with a share of yours. Register your first one: it takes two minutes."),
    }
    return render(request, "works/member/work_list.html", context)


@member_page
@require_GET
def work_detail(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """One of my works: shares, disputes, identifiers, recordings."""
    work = get_object_or_404(works_of(party), uid=uid)
    context = {
        "work": work,
        "party": party,
        "titles": work.titles.order_by("pk"),
        "rights": share_table(work),
        "recordings": work.recordings.order_by("pk"),
        "disputes": work.disputes.prefetch_related("claims__party"),
    }
    return render(request, "works/member/work_detail.html", context)


@member_page
@require_POST
def draft_start(request: HttpRequest, party: Party) -> HttpResponse:
    """Begin a registration."""
    return redirect("works:member-draft-title", uid=start_draft(party=party).uid)


@member_page
@require_http_methods(["GET", "POST"])
def draft_title(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Step 1: the title."""
    draft = get_object_or_404(party.work_drafts.filter(work=None), uid=uid)
    form = TitleForm(request.POST or None, initial=draft.answers.get("title"))
    if request.method == "POST" and form.is_valid():
        save_step(draft=draft, step="title", answers=form.cleaned_data)
        return redirect("works:member-draft-shares", uid=uid)
    return render(request, "works/member/draft_title.html", {"form": form, "draft": draft})


@member_page
@require_http_methods(["GET", "POST"])
def draft_shares(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Step 2: who has which share; each right must make 100 %."""
    draft = get_object_or_404(party.work_drafts.filter(work=None), uid=uid)
    formset = WriterFormSet(request.POST or None, initial=draft.answers.get("shares") or [_own_row(party)])
    if request.method == "POST" and formset.is_valid():
        rows = [form.cleaned_data for form in formset if form.cleaned_data.get("name")]
        kept = [
            {key: str(value) if key in {"performing", "mechanical"} else value for key, value in row.items()}
            for row in rows
        ]
        save_step(draft=draft, step="shares", answers=kept)
        return redirect("works:member-draft-check", uid=uid)
    return render(request, "works/member/draft_shares.html", {"formset": formset, "draft": draft})


@member_page
@require_http_methods(["GET", "POST"])
def draft_check(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Steps 3 and 4: look-alikes and check; send. Sent twice, the same work is shown."""
    draft = get_object_or_404(party.work_drafts, uid=uid)
    faults: list[str] = []
    if request.method == "POST":
        try:
            work = send_draft(draft=draft, by=acting(request))
        except ValidationError as error:
            faults = error.messages
        else:
            messages.success(request, _("The work is registered."))
            return redirect("works:member-work-detail", uid=work.uid)
    elif draft.work:
        return redirect("works:member-work-detail", uid=draft.work.uid)
    return render(request, "works/member/draft_check.html", {"draft": draft, "faults": faults, "alike": _alike(draft)})


def _own_row(party: Party) -> dict[str, str]:
    name = party.names.exclude(ipi_name_number=None).first()
    return {"name": party.display_name, "ipi": name.ipi_name_number or "" if name else "", "role": "CA"}


def _alike(draft: WorkDraft) -> list[object]:
    title = draft.answers.get("title") or {}
    titles = [text for text in (title.get("title"), title.get("title_original")) if text]
    return list(look_alikes(titles, [draft.party_id]))
