"""C12: the agreement on a split: a member reads it, agrees, refuses with a reason, or proposes another one."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting
from cmo_portal.common import clock
from cmo_portal.limits import within_limit
from members.models import Party
from works.access import member_page
from works.forms.splits import (
    AnswerForm,
    BaseSplitRows,
    FindCowriterForm,
    NoteForm,
    SplitRows,
    rows_of_sides,
    typed_split_rows,
)
from works.models import SplitProposal
from works.queries.cowriters import Cowriter, cowriter, cowriters
from works.queries.splits import LIVE, rights_of, rounds_of, sides_of, splits_of, unowned_parts
from works.services.splits import answer_split, propose_split_again

SEARCHES_AN_HOUR = 120


@dataclass(frozen=True, slots=True)
class Finder:
    """The box that looks for a co-writer, what it found, and whom a button of it names."""

    form: FindCowriterForm
    hits: list[Cowriter]
    looked_for: str
    named: Cowriter | None


def finder(request: HttpRequest) -> Finder:
    """The finder as the request left it; so many searches an hour, because names are not for browsing."""
    looks = "find_party" in request.POST
    form = FindCowriterForm(request.POST if looks else None)
    text = form.cleaned_data["find"].strip() if looks and form.is_valid() else ""
    if text and not within_limit("cowriters", str(acting(request).pk), limit=SEARCHES_AN_HOUR, seconds=3600):
        form.add_error("find", _("You searched very often. Wait an hour, or type the name into a row."))
        text = ""
    named = _uid(request.POST.get("add_party", ""))
    return Finder(form, cowriters(text) if text else [], text, cowriter(named) if named else None)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def split_detail(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Who would have which share, what each side said, and my answer; earlier rounds below."""
    proposal = get_object_or_404(splits_of(party), uid=uid)
    sides = sides_of(proposal)
    mine = next((side for side in sides if side.party.pk == party.pk), None)
    asked = proposal.state == "open" and mine and mine.answer and mine.answer.state == "waiting"
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"digest": proposal.digest.hex()})
    if request.method == "POST" and form.is_valid():
        agrees = form.cleaned_data["answer"] == "yes"
        try:
            proposal = answer_split(
                proposal=proposal,
                party=party,
                digest=_bytes(form.cleaned_data["digest"]),
                agrees=agrees,
                reason=form.cleaned_data["reason"],
                by=acting(request),
                now=clock.now(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _answered(proposal, agrees))
            return redirect("works:member-split-detail", uid=uid)
    context = {
        "proposal": proposal,
        "work": proposal.work,
        "sides": sides,
        "rounds": [each for each in rounds_of(proposal.work) if each[0].pk != proposal.pk],
        "form": form if asked or form.errors else None,
        "may_propose": mine is not None and proposal.state in LIVE,
        "party": party,
        "today": clock.today(),
        "submit_label": _("Send my answer"),
    }
    return render(request, "works/member/split_detail.html", context)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def split_propose(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Propose another split: everybody is asked again."""
    proposal = get_object_or_404(splits_of(party).filter(state__in=LIVE, answers__party=party).distinct(), uid=uid)
    box = finder(request)
    edits = bool({"find_party", "add_party"} & set(request.POST))
    rows = _rows(request, proposal, box, edits=edits)
    sent = request.POST if request.method == "POST" and not edits else None
    note = NoteForm(sent, initial={"note": request.POST.get("note", "")[:500]})
    if sent is not None and all([note.is_valid(), rows.is_valid()]):
        try:
            fresh = propose_split_again(
                proposal=proposal,
                shares=rows.shares(),
                note=note.cleaned_data["note"],
                party=party,
                by=acting(request),
                now=clock.now(),
            )
        except ValidationError as error:
            note.add_error(None, error)
        else:
            messages.success(request, _("Your proposal is sent. Everybody is asked again."))
            return redirect("works:member-split-detail", uid=fresh.uid)
    rows.name_owners()
    context = {
        "proposal": proposal,
        "work": proposal.work,
        "formset": rows,
        "unowned": max(rows.unowned.values(), default=0),
        "rows": list(rows),
        "note": note,
        "forms": [note, *rows],
        "finder": box,
        "party": party,
    }
    return render(request, "works/member/split_propose.html", context)


def _rows(request: HttpRequest, proposal: SplitProposal, box: Finder, *, edits: bool) -> BaseSplitRows:
    if request.method != "POST":
        rows = SplitRows(initial=rows_of_sides(sides_of(proposal)))
    else:
        rows = SplitRows(initial=typed_split_rows(request.POST, box.named)) if edits else SplitRows(request.POST)
    rows.unowned, rows.names_sync = unowned_parts(proposal), "SR" in rights_of(proposal)
    return rows


def _answered(proposal: SplitProposal, agrees: bool) -> str:
    if proposal.state == "agreed":
        return _("Thank you. All sides have agreed: the work pays from now on.")
    if agrees:
        return _("Thank you. As soon as the others have agreed, the work pays.")
    return _("Your refusal is kept. Propose the split that you think is right, or wait for the others.")


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
