"""C15: a member's disputes: who claims what, how much money is held, how long there is time; her answers and proof."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting
from cmo_portal.attachments import attachment
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from cmo_portal.wording import grouped
from members.models import Member
from members.services.documents import size_refusal
from members.uploads import limited_upload, was_too_large
from royalties.access import member_page
from royalties.forms.disputes import (
    AgreementForm,
    AnswerForm,
    BulkAnswerForm,
    EvidenceForm,
    ExtensionAnswerForm,
    ExtensionForm,
    SideMessageForm,
)
from royalties.queries.disputes import WAITING, disputes_of, held_together
from works.models import Claim, Dispute
from works.queries.disputes import (
    asked_extension,
    claims_of,
    days_are_running,
    evidence_name,
    evidence_of,
    extensions_of,
    heard_in,
    latest_deadline,
    sentence_of,
    visible_evidence,
    visible_messages,
)
from works.queries.outcomes import settled_shares
from works.queries.titles import own_titles, title_read
from works.services import disputes as desk

SENT_AGAIN = ("act", "answer", "chosen", "answer-answer", "answer-seen")


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_list(request: HttpRequest, member: Member) -> HttpResponse:
    """C15: the disputes of a member, those that wait for her first to the end; many answered at once."""
    ended = request.GET.get("show") == "ended"
    mine = disputes_of(member.party).prefetch_related(own_titles("work__"))
    rows = mine.exclude(state__in=WAITING) if ended else mine.filter(state__in=WAITING)
    page = keyset_page(rows, order=("-deadline", "pk") if ended else ("deadline", "pk"), query=request.GET, size=30)
    own = {claim.dispute_id: claim for claim in Claim.objects.filter(party=member.party, dispute__in=page.rows)}
    answerable = {f"{own[row.pk].uid}:{row.version}": own[row.pk] for row in page.rows if row.state in ("open", "due")}
    names = [(value, value) for value in answerable]
    form = BulkAnswerForm(request.POST if request.method == "POST" else None, choices=names)
    if request.method == "POST" and form.is_valid():
        if _gives_up_unasked(request, form):
            return _ask_again(request, [answerable[value] for value in form.cleaned_data["chosen"]])
        _answer_many(request, [(answerable[value], value) for value in form.cleaned_data["chosen"]], form)
        return redirect("royalties:member-dispute-list")
    values = {claim.dispute_id: value for value, claim in answerable.items()}
    context = {
        "page": page,
        "rows": [(row, own[row.pk], values.get(row.pk, "")) for row in page.rows],
        "form": form if answerable else None,
        "chosen": request.POST.getlist("chosen"),
        "held": held_together(page.rows),
        "ended": ended,
        "today": clock.today(),
        "empty_text": _("None of your disputes has ended yet.") if ended else _("Nothing of yours is in dispute."),
        "layout": "layouts/member.html",
    }
    return render(request, "royalties/member/dispute_list.html", context)


@limited_upload
@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_detail(request: HttpRequest, member: Member, uid: UUID) -> HttpResponse:
    """One dispute of hers, and what she can do about it."""
    dispute = get_object_or_404(disputes_of(member.party), uid=uid)
    claims = claims_of(dispute)
    own = next(claim for claim in claims if claim.party_id == member.party_id)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    shown = _forms(request, dispute, own, act)
    if request.method == "POST":
        form = shown.get(act)
        if form is None:
            messages.error(request, _("The dispute has moved on meanwhile. Look at it as it stands now."))
            return redirect("royalties:member-dispute-detail", uid=uid)
        if was_too_large(request):
            form.add_error(None, size_refusal())
        elif form.is_valid() and _gives_up_unasked(request, form):
            return _ask_again(request, [own])
        elif form.is_valid() and _do(request, own, act, form):
            return redirect("royalties:member-dispute-detail", uid=uid)
    today = clock.today()
    context = {
        "dispute": dispute,
        "claims": claims,
        "own": own,
        "heard_in": heard_in(dispute),
        "sentence": sentence_of(dispute, claims, on=today, with_files=False),
        "evidence": [(each, evidence_name(each, member.party)) for each in visible_evidence(dispute, member.party)],
        "extensions": extensions_of(dispute),
        "letters": visible_messages(dispute, member.party),
        "shares_since": settled_shares(dispute) if dispute.state == "settled" else [],
        "acts": shown,
        "form": shown.get(act),
        "today": today,
    }
    return render(request, "royalties/member/dispute_detail.html", context)


@member_page
@require_safe
def dispute_evidence(request: HttpRequest, member: Member, uid: UUID) -> HttpResponse:
    """A document that she gave, or that another side chose to show."""
    found = get_object_or_404(evidence_of(member.party), uid=uid)
    try:
        content = desk.open_evidence(evidence=found, by=acting(request))
    except FileNotFoundError as error:
        raise Http404 from error
    return attachment(content, name=evidence_name(found, member.party), content_type=found.content_type)


def _gives_up_unasked(request: HttpRequest, form: forms.Form) -> bool:
    """Whether a claim would be withdrawn before she was asked whether she means it."""
    return form.cleaned_data.get("answer") == "withdrawn" and "meant" not in request.POST


def _ask_again(request: HttpRequest, claims: list[Claim]) -> HttpResponse:
    """What she gives up, to be read once more: what is withdrawn does not come back. What she sent is sent again."""
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name in SENT_AGAIN]
    rows = Claim.objects.filter(pk__in=[claim.pk for claim in claims]).select_related("dispute__work")
    context = {
        "claims": rows.prefetch_related(own_titles("dispute__work__")).order_by("dispute__deadline", "pk"),
        "sent": sent,
        "danger": True,
        "cancel_url": request.path,
        "layout": "layouts/member.html",
    }
    return render(request, "royalties/member/dispute_withdraw.html", context)


def _answer_many(request: HttpRequest, chosen: list[tuple[Claim, str]], form: BulkAnswerForm) -> None:
    claims = [(claim, int(value.rpartition(":")[2])) for claim, value in chosen]
    results = desk.answer_claims(
        claims=claims,
        answer=form.cleaned_data["answer"],
        by=acting(request),
        now=clock.now(),
        on=clock.today(),
    )
    taken = sum(not result.refusal for result in results)
    if taken:
        text = ngettext("%(count)s answer is taken.", "%(count)s answers are taken.", taken)
        messages.success(request, text % {"count": grouped(taken)})
    for result in results:
        if result.refusal:
            facts = {"title": title_read(result.dispute.work), "reason": result.refusal}
            messages.error(request, _("%(title)s: %(reason)s") % facts)


def _forms(request: HttpRequest, dispute: Dispute, own: Claim, act: str) -> dict[str, Any]:
    """What she can do now, each with its form; the one that was sent is bound."""
    makers: dict[str, Callable[..., forms.Form]] = {}
    if dispute.state in ("open", "due") and own.share:
        seen = {"seen": dispute.version}
        makers["answer"] = partial(AnswerForm, initial=seen)
    if dispute.state in ("filed", "open", "due"):
        makers |= {"evidence": EvidenceForm, "show": forms.Form, "agreement": AgreementForm}
    if days_are_running(dispute, on=clock.today()):
        asked = asked_extension(dispute)
        if asked is None:
            makers["extend"] = partial(ExtensionForm, latest=latest_deadline(dispute))
        elif asked.asked_by_id != own.party_id and own.share:
            makers["days"] = ExtensionAnswerForm
    if dispute.state in WAITING:
        makers["message"] = SideMessageForm
    return {
        name: make(request.POST, request.FILES, prefix=name) if name == act else make(prefix=name)
        for name, make in makers.items()
    }


def _do(request: HttpRequest, own: Claim, act: str, form: Any) -> bool:
    """Do one act; False, with the error at the form, where it was refused."""
    try:
        told = _ACTS[act](request, own, form)
    except ValidationError as error:
        for text in error.messages:
            form.add_error(None, text)
        return False
    messages.success(request, told)
    return True


def _answer(request: HttpRequest, own: Claim, form: AnswerForm) -> str:
    claim = desk.answer_claim(claim=own, by=acting(request), now=clock.now(), on=clock.today(), **form.cleaned_data)
    if claim.dispute.state == "proposed":
        return _("Your answer is taken. The claims fit now; the society confirms the outcome.")
    return _("Your answer is taken.")


def _evidence(request: HttpRequest, own: Claim, form: EvidenceForm) -> str:
    facts = {"kind": form.cleaned_data["kind"], "shown": form.cleaned_data["shown"]}
    kept = desk.keep_evidence(claim=own, upload=form.upload(), by=acting(request), now=clock.now(), **facts)
    if kept.quarantined:
        return _("A virus was found in the file. It was locked away; send another file.")
    return _("The document is saved.")


def _show(request: HttpRequest, own: Claim, _form: forms.Form) -> str:
    evidence = get_object_or_404(own.evidence.filter(quarantined=False), uid=_uid(request))
    desk.show_evidence(evidence=evidence, by=acting(request))
    return _("The other sides see this document now.")


def _message(request: HttpRequest, own: Claim, form: SideMessageForm) -> str:
    data = form.cleaned_data
    facts = {"text": data["text"], "to_all": data["to"] == "all", "form_key": data["form_key"]}
    desk.write_message(claim=own, by=acting(request), now=clock.now(), **facts)
    return _("Your message is sent.")


def _agreement(request: HttpRequest, own: Claim, form: AgreementForm) -> str:
    desk.name_agreement(claim=own, by=acting(request), **form.cleaned_data)
    return _("Your claim rests on this agreement now.")


def _extend(request: HttpRequest, own: Claim, form: ExtensionForm) -> str:
    desk.ask_extension(claim=own, by=acting(request), on=clock.today(), **form.cleaned_data)
    return _("The other sides are asked. The days are added when all of them agree.")


def _days(request: HttpRequest, own: Claim, form: ExtensionAnswerForm) -> str:
    agrees = form.cleaned_data["agrees"] == "yes"
    desk.answer_extension(claim=own, agrees=agrees, by=acting(request), now=clock.now(), on=clock.today())
    return _("Your answer is taken.")


def _uid(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("evidence", ""))
    except ValueError as error:
        raise Http404 from error


_ACTS: dict[str, Callable[[HttpRequest, Claim, Any], str]] = {
    "answer": _answer,
    "evidence": _evidence,
    "show": _show,
    "message": _message,
    "agreement": _agreement,
    "extend": _extend,
    "days": _days,
}
