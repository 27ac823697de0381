"""T10: the disputes by deadline or by money held, and one of them with everything that the desk does about it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.attachments import attachment
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import share_text
from members.models import Party
from members.queries import party_named, party_search
from members.services.documents import size_refusal
from members.uploads import limited_upload, was_too_large
from royalties.exports.disputes import dispute_list_csv
from royalties.forms.disputes import (
    DisputeFilter,
    ExtensionForm,
    JoinForm,
    MessageForm,
    NotedAgreementForm,
    NotedAnswerForm,
    NotedExtensionAnswerForm,
    OutcomeForm,
    PaperForm,
    ReasonForm,
)
from royalties.queries.disputes import listed_disputes, with_held
from royalties.queries.why_words import ROLES, role_text
from works.models import Claim, Dispute
from works.queries.disputes import (
    asked_extension,
    claims_of,
    days_are_running,
    evidence_of,
    extensions_of,
    heard_in,
    latest_deadline,
    room_size,
    sentence_of,
    visible_evidence,
    visible_messages,
    what_evidence_decides,
)
from works.queries.outcomes import ending_of
from works.queries.titles import own_titles
from works.queries.work_pages import acts_on
from works.rules.conflicts import divide
from works.services import disputes as desk

VIEW, EDIT, SETTLE = "works.view_works", "works.edit_works", "works.settle_disputes"
Form = Any


@staff_page(VIEW)
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """T10: who claims more than the whole, how much money that holds, until when."""
    filter_form = DisputeFilter(request.GET)
    chosen = filter_form.chosen()
    rows = listed_disputes(state=chosen["state"], kind=chosen["kind"], right=chosen["right"])
    order = ("-held", "pk") if chosen["order"] == "money" else ("deadline", "pk")
    if request.GET.get("format") == "csv":
        return dispute_list_csv(rows.order_by(*order))
    context = {
        "page": keyset_page(rows.prefetch_related(own_titles("work__")), order=order, query=request.GET),
        "filter_form": filter_form,
        "export_url": csv_address(request.GET),
        "today": clock.today(),
        "empty_text": _("No dispute of this kind. One is opened from the page of its work."),
        "layout": "layouts/staff.html",
    }
    return render(request, "royalties/staff/dispute_list.html", context)


@limited_upload
@staff_page(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One dispute: who claims what and why, the money, what was said and proven; each act has its form."""
    dispute = get_object_or_404(with_held(Dispute.objects.select_related("work", "sampled")), uid=uid)
    claims = claims_of(dispute)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    shown = _forms(request, dispute, claims, act)
    if request.method == "POST":
        form = shown.get(act)
        if form is None:
            if done := _done_before(request, dispute, act):
                messages.success(request, done)
            else:
                messages.error(request, _("The dispute has moved on meanwhile. Look at it as it stands now."))
            return redirect("royalties:staff-dispute-detail", uid=uid)
        if was_too_large(request):
            form.add_error(None, size_refusal())
        elif form.is_valid() and _do(request, dispute, claims, act, form):
            return redirect("royalties:staff-dispute-detail", uid=uid)
    return render(request, "royalties/staff/dispute_detail.html", _context(request, dispute, claims, shown, act))


@staff_page(VIEW)
@require_safe
def dispute_evidence(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A document of a side, as a file; who opened it is noted."""
    if not _may_open(request):
        raise PermissionDenied
    found = get_object_or_404(evidence_of(None), uid=uid)
    try:
        content = desk.open_evidence(evidence=found, by=acting(request))
    except FileNotFoundError as error:
        raise Http404 from error
    return attachment(content, name=found.original_name, content_type=found.content_type)


def _context(
    request: HttpRequest, dispute: Dispute, claims: list[Claim], shown: dict[str, Form], act: str
) -> dict[str, Any]:
    today = clock.today()
    bound = shown.get(act)
    outcome = dispute.outcomes.select_related("proposed_by", "decided_by").order_by("-pk").first()
    return {
        "dispute": dispute,
        "claims": claims,
        "heard_in": heard_in(dispute),
        "sentence": sentence_of(dispute, claims, on=today, with_files=True),
        "evidence": visible_evidence(dispute) if _may_open(request) else [],
        "may_open": _may_open(request),
        "extensions": extensions_of(dispute),
        "letters": visible_messages(dispute),
        "outcome": outcome,
        "ending": ending_of(outcome, on=today) if outcome and outcome.state == "proposed" else None,
        "outcome_shares": outcome.shares.select_related("party").order_by("pk") if outcome else [],
        "acts": shown,
        "form": bound,
        "events": acts_on(dispute),
        "today": today,
    }


def _may_open(request: HttpRequest) -> bool:
    return request.user.has_perm(EDIT) or request.user.has_perm(SETTLE)  # type: ignore[union-attr]


def _forms(request: HttpRequest, dispute: Dispute, claims: list[Claim], act: str) -> dict[str, Form]:
    """The acts that this person may do now, each with its form; the one that was sent is bound."""
    makers: dict[str, Callable[..., forms.Form]] = {}
    user = acting(request)
    if user.has_perm(EDIT) and dispute.state in ("filed", "open", "due", "proposed"):
        makers |= {"message": MessageForm}
        if dispute.state in ("open", "due"):
            initial = _prepared(dispute, claims)
            away = _away(dispute)
            makers["propose"] = partial(OutcomeForm, claims=claims, initial=initial)
            makers["join"] = partial(JoinForm, roles=_roles())
            if away:
                seen = {"seen": dispute.version}
                makers["answer"] = partial(NotedAnswerForm, claims=away, initial=seen)
        if dispute.state != "proposed":
            everybody = dispute.claims.select_related("party").order_by("pk")
            makers["paper"] = partial(PaperForm, claims=everybody)
            makers["agreement"] = partial(NotedAgreementForm, claims=everybody)
        makers |= _days_forms(dispute)
    if user.has_perm(EDIT) and dispute.state == "filed":
        makers |= {"accept": forms.Form, "refuse": ReasonForm}
    outcome = dispute.outcomes.filter(state="proposed").first()
    if outcome and user.has_perm(SETTLE) and outcome.proposed_by_id != user.pk:
        makers |= {"confirm": forms.Form, "return": ReasonForm}
    return {
        name: make(request.POST, request.FILES, prefix=name) if name == act else make(prefix=name)
        for name, make in makers.items()
    }


def _away(dispute: Dispute) -> QuerySet[Claim]:
    """The sides that have no account here and answer by letter."""
    rows = dispute.claims.exclude(party__member__user__is_active=True)
    return rows.select_related("party").order_by("pk")


def _days_forms(dispute: Dispute) -> dict[str, Callable[..., forms.Form]]:
    """More days for evidence: given by the society, or agreed to by a side without an account."""
    if not days_are_running(dispute, on=clock.today()):
        return {}
    makers: dict[str, Callable[..., forms.Form]] = {"extend": partial(ExtensionForm, latest=latest_deadline(dispute))}
    asked = asked_extension(dispute)
    if asked and (away := _away(dispute).exclude(party=asked.asked_by).filter(share__gt=0)):
        makers["days"] = partial(NotedExtensionAnswerForm, claims=away)
    return makers


def _roles() -> list[tuple[str, str]]:
    return [(code, role_text(code)) for code in ROLES]


def _prepared(dispute: Dispute, claims: list[Claim]) -> dict[str, Any]:
    """What the evidence given so far would decide; otherwise what each side has undisputed."""
    room = room_size(dispute, claims, on=clock.today())
    decided = what_evidence_decides(dispute, room)
    shares = decided or divide({claim.pk: claim.share for claim in claims}, room).paid
    initial: dict[str, Any] = {f"share_{pk}": share for pk, share in shares.items()}
    return initial | ({"kind": "no_evidence"} if decided and dispute.state == "due" else {})


def _do(request: HttpRequest, dispute: Dispute, claims: list[Claim], act: str, form: Form) -> bool:
    """Do one act; False, with the error at the form, where it was refused."""
    try:
        told = _ACTS[act](request, dispute, claims, form.cleaned_data)
    except ValidationError as error:
        for text in error.messages:
            form.add_error(None, text)
        return False
    except PermissionDenied as error:
        if not str(error):
            raise
        form.add_error(None, str(error))
        return False
    messages.success(request, told)
    return True


def _done_before(request: HttpRequest, dispute: Dispute, act: str) -> str:
    """What a second click on an act is told that this person has done already."""
    by = acting(request)
    if act == "confirm" and dispute.outcomes.filter(state="confirmed", decided_by=by).exists():
        return _("The dispute is settled as you confirmed it.")
    accepted = any(done.verb == "accept_claim" and done.actor_id == by.pk for done in acts_on(dispute))
    if act == "accept" and accepted and dispute.state in ("open", "joined"):
        return _taken_up(is_heard_there=dispute.state == "joined")
    return ""


def _message(request: HttpRequest, dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    desk.write_to_claimants(dispute=dispute, by=acting(request), now=clock.now(), **data)
    return _("Your message is with all sides.")


def _propose(request: HttpRequest, dispute: Dispute, claims: list[Claim], data: dict[str, Any]) -> str:
    shares = [(claim, data[f"share_{claim.pk}"]) for claim in claims]
    awards = [desk.Award(claim.party, claim.role, share) for claim, share in shares if share]
    facts = {"kind": data["kind"], "reason": data["reason"], "awards": awards}
    desk.propose_outcome(dispute=dispute, by=acting(request), on=clock.today(), **facts)
    return _("The outcome is proposed. Another person must confirm it.")


def _join(request: HttpRequest, dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    party = party_named(data["party"])
    found = [] if party else party_search(data["party"], limit=6)
    if party is None and len(found) != 1:
        names = "; ".join(f"{hit.name} {hit.ipi_name_number or hit.member_number or ''}".strip() for hit in found)
        raise ValidationError(
            _("Several parties may be meant: %(names)s. Give the number.") % {"names": names}
            if found
            else _("Nobody is found by this name or number.")
        )
    party = party or Party.objects.get(pk=found[0].party_id)
    facts = {name: data[name] for name in ("role", "share", "basis", "reference", "valid_from", "valid_to")}
    if data["agreement"]:
        facts["agreement"] = desk.named_agreement(number=data["agreement"], work=dispute.work, party=party)
    today = clock.today()
    desk.join_dispute(
        dispute=dispute, claim=desk.NewClaim(party, stated_on=today, **facts), by=acting(request), on=today
    )
    return _("The side is added, and what all of them contest is held.")


def _answer(request: HttpRequest, _dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    desk.answer_claim(by=acting(request), now=clock.now(), on=clock.today(), **data)
    return _("The answer is noted.")


def _paper(request: HttpRequest, _dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    form = PaperForm(claims=Claim.objects.none())
    form.cleaned_data = data
    facts = {"claim": data["claim"], "kind": data["kind"], "shown": data["shown"]}
    kept = desk.keep_evidence(upload=form.upload(), by=acting(request), now=clock.now(), **facts)
    if kept.quarantined:
        return _("A virus was found in the file. It was locked away; ask for another file.")
    return _("The document is kept.")


def _agreement(request: HttpRequest, _dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    desk.name_agreement(by=acting(request), **data)
    return _("The claim rests on this agreement now.")


def _extend(request: HttpRequest, dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    desk.extend_deadline(dispute=dispute, by=acting(request), on=clock.today(), **data)
    return _("The days for evidence are extended; the sides are told.")


def _days(request: HttpRequest, _dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    agrees = data["agrees"] == "yes"
    desk.answer_extension(claim=data["claim"], agrees=agrees, by=acting(request), now=clock.now(), on=clock.today())
    return _("The answer is noted.")


def _accept(request: HttpRequest, dispute: Dispute, _claims: list[Claim], _data: dict[str, Any]) -> str:
    accepted = desk.accept_claim(dispute=dispute, by=acting(request), on=clock.today())
    return _taken_up(is_heard_there=accepted.pk != dispute.pk)


def _taken_up(*, is_heard_there: bool) -> str:
    if is_heard_there:
        return _("The claim is heard in the dispute that is open about this right. What all of them contest is held.")
    return _("The dispute is open and its part is held.")


def _refuse(request: HttpRequest, dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    desk.refuse_claim(dispute=dispute, by=acting(request), on=clock.today(), **data)
    return _("The claim is not accepted; the member reads why.")


def _confirm(request: HttpRequest, dispute: Dispute, _claims: list[Claim], _data: dict[str, Any]) -> str:
    outcome, today = dispute.outcomes.get(state="proposed"), clock.today()
    ownerless = ending_of(outcome, on=today).ownerless
    desk.confirm_outcome(outcome=outcome, by=acting(request), on=today)
    if not ownerless:
        return _("The dispute is settled. The part pays again from the next distribution.")
    return _("The dispute is settled. %(share)s of the right has no owner now; its money waits until one is known.") % {
        "share": share_text(ownerless)
    }


def _return(request: HttpRequest, dispute: Dispute, _claims: list[Claim], data: dict[str, Any]) -> str:
    outcome = dispute.outcomes.get(state="proposed")
    desk.refuse_outcome(outcome=outcome, by=acting(request), on=clock.today(), **data)
    return _("The outcome is not confirmed; the dispute goes on.")


_ACTS: dict[str, Callable[[HttpRequest, Dispute, list[Claim], dict[str, Any]], str]] = {
    "message": _message,
    "propose": _propose,
    "join": _join,
    "answer": _answer,
    "paper": _paper,
    "agreement": _agreement,
    "extend": _extend,
    "days": _days,
    "accept": _accept,
    "refuse": _refuse,
    "confirm": _confirm,
    "return": _return,
}
