"""T9: the queue of texts, one decision after the other; each key has a link or button that works without a script."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from royalties.forms.usage import IGNORED, DecisionForm, QueueFilterForm
from royalties.models import UsageFile, UsageText
from royalties.queries.match_queue import Candidate, Item, QueueFilter, candidates, item, queue_page
from royalties.services import matching
from royalties.usage_states import REASONS, STAGES, likeness, reason_text
from works.models import Work
from works.queries.regrouping import standing_work
from works.queries.search import search_works

LAYOUT = {"layout": "layouts/staff.html"}
FILTERS = ("source", "outcome", "words")
DECIDED = {
    "matched": gettext_lazy("Linked to the work. Key u takes it back."),
    "none": gettext_lazy("Noted as none of our works. Key u takes it back."),
    "ignored": gettext_lazy("Noted as not to be paid. Key u takes it back."),
}
CLAIMED = "claimed"
FOUND_WORKS = 9  # as many as there are keys to choose them by


@staff_page("royalties.match_usage")
@require_safe
def match_queue(request: HttpRequest) -> HttpResponse:
    """Left the queue, right the text with its candidates; `at` is the group looked at."""
    chosen = QueueFilterForm(request.GET)
    given = chosen.cleaned_data if chosen.is_valid() else {}
    source, outcome = given.get("source"), given.get("outcome", "")
    wanted = QueueFilter(
        source=source.pk if source else None,
        outcome="" if outcome == CLAIMED else outcome,
        claimed=outcome == CLAIMED,
        words=given.get("words", "").strip(),
    )
    page = queue_page(wanted, _key(request.GET.get("at", "")))
    current = page.current
    found = item(current.file_id, current.text_no, bytes.fromhex(current.key)) if current else None
    home = f"{request.path}?{urlencode({**_filters(request), 'at': current.key if current else ''})}"
    context = {
        "queue": page,
        "filter_form": chosen,
        "filters": urlencode(_filters(request)),
        "kept_filters": list(_filters(request).items()),
        "search_action": reverse("royalties:staff-match-queue"),
        **(
            _panel(request, found, back="queue", after=page.after.key if page.after else "", home=home) if found else {}
        ),
    }
    return render(request, "royalties/staff/match_queue.html", {**context, **LAYOUT})


@staff_page("royalties.match_usage")
@require_safe
def match_text(request: HttpRequest, uid: UUID, text_no: int) -> HttpResponse:
    """One text of a file, decided or not: here a wrong match is put right."""
    text = get_object_or_404(UsageText, file_id=get_object_or_404(UsageFile, uid=uid).pk, text_no=text_no)
    found = item(text.file_id, text.text_no, bytes(text.memory_key))
    if found is None:
        raise Http404
    context = {**_panel(request, found, back="file", after="", home=request.path), "search_action": request.path}
    return render(request, "royalties/staff/match_text.html", {**context, **LAYOUT})


@staff_page("royalties.match_usage")
@require_POST
def match_decide(request: HttpRequest) -> HttpResponse:
    """Take the decision and go to the next text."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a work, or say that none is right."))
        return redirect(_queue_url(request))
    data = form.cleaned_data
    file = get_object_or_404(UsageFile, uid=data["file"])
    outcome = data["act"]
    try:
        matching.decide_text(
            file_id=file.pk,
            text_no=data["text_no"],
            work=Work.objects.filter(uid=data["work"]).first() if outcome == "matched" and data["work"] else None,
            outcome=outcome,
            reason=form.reason_text() if outcome == "ignored" else "",
            apply_to_group=data["apply_to_group"],
            seen=data["seen"],
            by=acting(request),
            now=clock.now(),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _back(request, form, file, stay=True)
    messages.success(request, DECIDED[outcome])
    return _back(request, form, file, stay=False)


@staff_page("royalties.match_usage")
@require_POST
def match_undo(request: HttpRequest) -> HttpResponse:
    """Take back the last decision of this person, and look at its text again."""
    by = acting(request)
    decision = matching.last_decision(by)
    if decision is None:
        messages.info(request, _("There is no decision of yours to take back."))
        return redirect(_queue_url(request))
    key = matching.key_of_decision(decision)
    count = matching.undo_decision(decision=decision, by=by, now=clock.now())
    text = ngettext("Taken back for %(count)d text.", "Taken back for %(count)d texts.", count) % {"count": count}
    messages.success(request, text)
    return redirect(_queue_url(request, at=key))


@staff_page("royalties.match_usage")
@require_POST
def match_again(request: HttpRequest) -> HttpResponse:
    """Compare all open texts with the works of today."""
    files = matching.match_again(by=acting(request), now=clock.now())
    text = ngettext(
        "The open texts of %(count)d file are being compared with the works of today.",
        "The open texts of %(count)d files are being compared with the works of today.",
        files,
    )
    messages.success(request, text % {"count": files})
    return redirect(_queue_url(request))


def _panel(request: HttpRequest, found: Item, *, back: str, after: str, home: str) -> dict[str, Any]:
    """What the right side needs: the text, the works to choose from, the hidden facts of the decision."""
    words = request.GET.get("q", "").strip()[:200]
    works = candidates([{"work": work.pk} for work in search_works(words, limit=FOUND_WORKS)]) if words else None
    if "work" in request.GET and works is None:
        made = Work.objects.filter(number=request.GET["work"][:20], state="registered")[:1]
        works = candidates([{"work": work.pk} for work in made])
    match = found.match
    return {
        "item": found,
        "work_words": words,
        "searched": works is not None,
        "is_chosen": not (words or found.claims),  # what a search finds, or a member claims, is looked at first
        "new_work_url": _new_work_url(found, home) if request.user.has_perm("works.edit_works") else "",
        "choices": [_choice(one, found) for one in (found.candidates if works is None else works)[:FOUND_WORKS]],
        "machine_reason": _reason(found),
        "stage": STAGES.get(match.stage, "") if match else "",
        "hidden": {
            "file": found.text.file_uid,
            "text_no": found.text.text_no,
            "seen": match.revision if match else "",
            "next": after,
            "back": back,
        },
        "reasons": [(code, REASONS[code]) for code in IGNORED],
    }


def _new_work_url(found: Item, home: str) -> str:
    """The registration of a work for this text, with what the text says, and the way back to it."""
    text = found.text
    carried = [("title", text.title), ("iswc", text.iswc), ("isrc", text.isrc), ("performer", text.shown_performers)]
    carried += [("creator", name) for name in text.creators.split("|")]
    query = urlencode([(name, value) for name, value in [*carried, ("next", home)] if value])
    return f"{reverse('works:staff-work-new')}?{query}"


def _choice(one: Candidate, found: Item) -> dict[str, Any]:
    percent = f"{one.score // 100} %" if one.score >= 0 else ""
    doubts = [REASONS[code] for code in one.vetoes if code in REASONS]
    claimed = any(standing_work(claim.work).pk == one.work_id for claim in found.claims)
    return {
        "work": one,
        "percent": percent,
        "likeness": likeness(one.features) if one.features else [],
        "doubts": doubts,
        "claimed": claimed,
    }


def _reason(found: Item) -> str:
    if found.match is None:
        return ""
    return reason_text(found.match.reason or str(found.match.features.get("reason", "")), found.match.outcome)


def _key(text: str) -> bytes:
    """The key of a group from the address; anything else is no key."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return b""
    return key if len(key) == 32 else b""


def _filters(request: HttpRequest) -> dict[str, str]:
    """The filters of the queue for its links, without the place and without the search for a work."""
    return {name: value for name in FILTERS if (value := request.GET.get(name, ""))}


def _queue_url(request: HttpRequest, at: str = "") -> str:
    given = QueryDict(request.POST.get("filters", ""))
    kept = {name: given[name] for name in FILTERS if name in given} | ({"at": at} if _key(at) else {})
    query = urlencode(kept)
    return f"{reverse('royalties:staff-match-queue')}?{query}" if query else reverse("royalties:staff-match-queue")


def _back(request: HttpRequest, form: DecisionForm, file: UsageFile, *, stay: bool) -> HttpResponseRedirect:
    """To the next group of the queue; on an error to the same one; from a file's page back to the text."""
    if form.cleaned_data["back"] == "file":
        return redirect("royalties:staff-match-text", uid=file.uid, text_no=form.cleaned_data["text_no"])
    here = request.POST.get("at", "")
    return redirect(_queue_url(request, at=here if stay else form.cleaned_data["next"]))
