"""The documentation desk's agreements: the register, one of them, entering, correcting, naming works, withdrawing."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.opened import Opened
from cmo_portal.paging import csv_address, keyset_page
from members.queries import party_search
from works.exports import agreement_list_csv
from works.forms.agreements import (
    AgreementFilter,
    BaseSides,
    EntryForm,
    ReasonForm,
    Sides,
    TermsForm,
    WorksForm,
    terms_of,
    typed_sides,
)
from works.forms.staff import FindPartyForm
from works.models import Agreement, AgreementWork
from works.queries.agreement_faults import works_at_fault
from works.queries.agreements import found_agreements
from works.queries.work_pages import acts_on
from works.services.agreements import (
    Contradicts,
    NewAgreement,
    Warned,
    check_agreement,
    correct_terms,
    drop_works,
    name_works,
    record_agreement,
    withdraw_agreement,
)
from works.views.staff.works import EDIT, STAFF, VIEW

MOST_WORKS_SHOWN = 100


@staff_page(VIEW)
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """Agreements in force today, or others."""
    chosen = AgreementFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows = found_agreements(text=wanted.get("q", ""), state=wanted.get("state", ""), on=clock.today())
    if request.GET.get("format") == "csv":
        return agreement_list_csv(rows.order_by("number"))
    context = {
        "page": keyset_page(rows, order=("number", "pk"), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No agreement matches. Try another name, or another state."),
        "layout": STAFF,
    }
    return render(request, "works/staff/agreement_list.html", context)


@staff_page(VIEW)
@require_safe
def agreement_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One agreement: terms, sides, the works it names, what was done."""
    return _detail(request, get_object_or_404(Agreement, uid=uid), WorksForm(), ReasonForm())


def _detail(
    request: HttpRequest,
    agreement: Agreement,
    works_form: WorksForm,
    reason_form: ReasonForm,
    contradicts: Contradicts | None = None,
) -> HttpResponse:
    listed = AgreementWork.objects.filter(agreement=agreement).select_related("work").order_by("work__number")
    context = {
        "agreement": agreement,
        "sides": agreement.parties.select_related("party").order_by("-role", "pk"),
        "listed": listed[:MOST_WORKS_SHOWN],
        "count": listed.count(),
        "at_fault": works_at_fault(agreement),
        "works_form": works_form,
        "reason_form": reason_form,
        "contradicts": contradicts,
        "forms": [works_form, reason_form],
        "events": acts_on(agreement),
    }
    return render(request, "works/staff/agreement_detail.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Enter an agreement on one page; parties are looked for and added without a script."""
    editing = request.method == "POST" and bool({"find_party", "add"} & set(request.POST))
    sent = request.POST if request.method == "POST" and not editing else None
    initial = request.POST.dict() if editing else None
    form, works, entry = (
        TermsForm(sent, initial=initial),
        WorksForm(sent, initial=initial),
        EntryForm(sent, initial=initial),
    )
    sides = Sides(sent, initial=typed_sides(request.POST) if editing else [])
    sides.name_owners()
    find_form = FindPartyForm(request.POST if "find_party" in request.POST else None)
    looked_for = find_form.cleaned_data["find"].strip() if find_form.is_bound and find_form.is_valid() else ""
    contradicts = None
    if sent is not None:
        try:
            if kept := _recorded(request, form, sides, works, entry):
                messages.success(request, _("The agreement is in the books as %(number)s.") % {"number": kept.number})
                return redirect("works:staff-agreement-detail", uid=kept.uid)
        except Contradicts as error:
            form.add_error(None, error)
            contradicts = error
    context = {
        "entry_form": entry,
        "contradicts": contradicts,
        "form": form,
        "works_form": works,
        "sides": sides,
        "find_form": find_form,
        "hits": party_search(looked_for, limit=10) if looked_for else [],
        "looked_for": looked_for,
        "forms": [form, *sides, works],
        "cancel_url": reverse("works:staff-agreement-list"),
    }
    return render(request, "works/staff/agreement_new.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct the terms, for instance the end, with the reason."""
    agreement = get_object_or_404(Agreement, uid=uid)
    sent = request.POST if request.method == "POST" else None
    form, reason = TermsForm(sent, initial=terms_of(agreement)), ReasonForm(sent)
    opened = Opened(request, lambda: [TermsForm(initial=terms_of(Agreement.objects.get(pk=agreement.pk)))])
    contradicts = None
    if sent is not None and all([form.is_valid(), reason.is_valid()]):
        why, by, warned = reason.cleaned_data["reason"], acting(request), _warned(request)
        try:
            with opened.unchanged(agreement, [form]):
                correct_terms(agreement=agreement, terms=form.terms(agreement), by=by, reason=why, warned=warned)
        except ValidationError as error:
            _show(error, form)
            contradicts = error if isinstance(error, Contradicts) else None
        else:
            messages.success(request, _("The terms are corrected."))
            return redirect("works:staff-agreement-detail", uid=uid)
    context = {
        "agreement": agreement,
        "form": form,
        "reason_form": reason,
        "opened": opened,
        "contradicts": contradicts,
        "forms": [form, reason],
        "submit_label": _("Keep these terms"),
        "cancel_url": reverse("works:staff-agreement-detail", args=[uid]),
        "layout": STAFF,
    }
    return render(request, "works/staff/agreement_edit.html", context)


@staff_page(EDIT)
@require_POST
def agreement_works(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Name works, or drop them from the list."""
    form, reason = WorksForm(request.POST), ReasonForm(request.POST)
    if not form.is_valid() or not reason.is_valid() or not form.cleaned_data["numbers"]:
        faults = [*form.errors.get("numbers", []), *reason.errors.get("reason", [])]
        messages.error(request, " ".join(faults) or _("Write at least one work number."))
        return redirect("works:staff-agreement-detail", uid=uid)
    act = drop_works if request.POST.get("act") == "drop" else name_works
    given = {"works": form.cleaned_data["numbers"], "reason": reason.cleaned_data["reason"], "warned": _warned(request)}
    try:
        return _do(request, uid, _("The list of works is changed."), act, **given)
    except Contradicts as error:
        form.add_error(None, error)
        return _detail(request, get_object_or_404(Agreement, uid=uid), form, reason, error)


@staff_page(EDIT)
@require_POST
def agreement_withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take an agreement out of the books that never was."""
    return _do(
        request,
        uid,
        _("The agreement is withdrawn."),
        withdraw_agreement,
        reason=typed_text(request, "reason", 500),
    )


def _warned(request: HttpRequest) -> Warned:
    """Who saves here is warned; the tick that accepts carries the mark of what they were told."""
    return Warned(clock.today(), request.POST.get("accept", ""))


def _recorded(
    request: HttpRequest, form: TermsForm, sides: BaseSides, works: WorksForm, entry: EntryForm
) -> Agreement | None:
    """The agreement, or None with every fault at its form: also those of the sums when a work number is wrong. Raises
    Contradicts."""
    key = entry.cleaned_data["form_key"] if entry.is_valid() else None
    readable = [form.is_valid(), sides.is_valid()]
    listed = works.is_valid()
    if not all(readable):
        return None
    named = tuple(works.cleaned_data["numbers"]) if listed else ()
    new = NewAgreement(form.terms(), sides.sides(), named)
    try:
        if listed:
            return record_agreement(new=new, by=acting(request), form_key=key, warned=_warned(request))
        check_agreement(new)
    except Contradicts:
        raise
    except ValidationError as error:
        _show(error, form, told=() if listed else ("works",))
    return None


def _do(request: HttpRequest, uid: UUID, done: str, act: Callable[..., Any], **given: Any) -> HttpResponse:
    try:
        act(agreement=get_object_or_404(Agreement, uid=uid), by=acting(request), **given)
    except Contradicts:
        raise
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("works:staff-agreement-detail", uid=uid)


def _show(error: ValidationError, form: TermsForm, told: Collection[str] = ()) -> None:
    """Faults at the fields of the terms; those of parties and works above the form. `told` are shown elsewhere."""
    for name, faults in getattr(error, "message_dict", {"": error.messages}).items():
        if name not in told:
            form.add_error(name if name in form.fields else None, faults)
