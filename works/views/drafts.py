"""C12: a member registers a work in four steps; each is kept, so that she can stop and come back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmo_portal.accounts.access import acting
from cmo_portal.common import clock
from members.models import Party
from members.models.parties import PartyKind
from works.access import member_page
from works.forms.member import KnownForm, PersonsForm, ShareRows, TitleForm, typed_rows
from works.models import Work, WorkDraft
from works.queries.made_from import sources_of_others
from works.queries.repertoire import has_namesake, look_alikes
from works.queries.work_pages import listed, same_named_parties
from works.services.drafts import discard_draft, next_step, save_step, send_draft, start_draft
from works.services.typed_descriptions import typed_description
from works.views.splits import finder

STARTING_ROWS = 2


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def draft_start(request: HttpRequest, party: Party) -> HttpResponse:
    """Begin a registration. Who opens the address itself finds those begun, and the button, under her works."""
    if request.method != "POST":
        return redirect("works:member-work-list")
    return redirect("works:member-draft-title", uid=start_draft(party=party).uid)


@member_page
@require_POST
def draft_discard(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Throw an unfinished registration away."""
    discard_draft(draft=_draft(party, uid))
    messages.success(request, _("The unfinished registration is gone."))
    return redirect("works:member-work-list")


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def draft_title(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Step 1: the title. Where nothing registered looks like it, step 2 has nothing to ask."""
    draft = _draft(party, uid)
    sent = request.POST if request.method == "POST" else None
    form = TitleForm(sent, initial=draft.answers.get("title"), party=party)
    if request.method == "POST" and form.is_valid():
        draft = save_step(draft=draft, step="title", answers=form.cleaned_data)
        if _alike(draft) and not draft.answers.get("known"):
            return redirect("works:member-draft-known", uid=uid)
        draft = save_step(draft=draft, step="known", answers=draft.answers.get("known") or "nothing alike")
        return redirect("works:member-draft-check" if draft.answers.get("shares") else "works:member-draft-shares", uid)
    return render(request, "works/member/draft_title.html", {"form": form, "draft": draft})


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def draft_known(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Step 2: registered works that look alike, before more is typed."""
    draft = _draft(party, uid)
    form = KnownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        save_step(draft=draft, step="known", answers="another")
        return redirect("works:member-draft-shares", uid=uid)
    context = {"form": form, "draft": draft, "alike": listed(_alike(draft), on=clock.today())}
    return render(request, "works/member/draft_known.html", context)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def draft_shares(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Step 3: who has which share. Two buttons help without a script: one more person, equal shares."""
    draft = _draft(party, uid)
    box = finder(request)
    if request.method == "POST" and {"add", "equal", "find_party", "add_party"} & set(request.POST):
        more, equal = "add" in request.POST, "equal" in request.POST
        rows = typed_rows(request.POST, add=more, equal=equal, found=box.named)
        formset = ShareRows(initial=rows)
    elif request.method == "POST":
        formset = ShareRows(request.POST)
        if formset.is_valid():
            save_step(draft=draft, step="shares", answers=formset.answers())
            return redirect("works:member-draft-check", uid=uid)
    else:
        formset = ShareRows(initial=draft.answers.get("shares") or _first_rows(party))
    context = {"formset": formset, "forms": list(formset), "draft": draft, "party": party, "finder": box}
    return render(request, "works/member/draft_shares.html", context)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def draft_check(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Step 4: read once more, say who is meant, send. Sent twice, the same work is shown."""
    draft = get_object_or_404(party.work_drafts, uid=uid)
    if draft.work:
        return redirect("works:member-work-detail", uid=draft.work.uid)
    if (step := next_step(draft)) != "check":
        return redirect(f"works:member-draft-{step}", uid=uid)
    doubtful = same_named_parties(draft.answers["shares"])
    namesake = has_namesake(_titles(draft))
    form = PersonsForm(request.POST if request.method == "POST" else None, doubtful=doubtful)
    if request.method == "POST" and form.is_valid():
        persons = {place: _chosen(form.cleaned_data[f"person-{place}"]) for place, _name, _parties in doubtful}
        try:
            work = send_draft(draft=draft, by=acting(request), persons=persons, is_doubtful=namesake, now=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _sent(work))
            return redirect("works:member-work-detail", uid=work.uid)
    title, rows = draft.answers["title"], draft.answers["shares"]
    context = {
        "draft": draft,
        "form": form,
        "namesake": namesake,
        "sources": sources_of_others([each.title for each in typed_description(title).sources], party),
        "names_others": any(row.get("name") and not row.get("own") for row in rows),
        "party": party,
    }
    return render(request, "works/member/draft_check.html", context)


def _draft(party: Party, uid: UUID) -> WorkDraft:
    return get_object_or_404(party.work_drafts.filter(work=None), uid=uid)


def _first_rows(party: Party) -> list[dict[str, Any]]:
    role = "CA" if party.kind == PartyKind.PERSON else "E"
    return [{"role": role}, *({} for _place in range(STARTING_ROWS - 1))]


def _titles(draft: WorkDraft) -> list[str]:
    title = draft.answers.get("title") or {}
    return [text for text in (title.get("title"), title.get("title_original")) if text]


def _alike(draft: WorkDraft) -> list[Work]:
    return look_alikes(_titles(draft), [draft.party_id])


def _chosen(value: str) -> UUID | None:
    return None if value == "new" else UUID(value)


def _sent(work: Work) -> str:
    if work.state == "submitted":
        return _("The work was sent. The documentation desk looks at it before it is registered.")
    return _("The work is registered as %(number)s.") % {"number": work.number}
