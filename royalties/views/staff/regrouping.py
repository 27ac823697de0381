"""Merging two works and splitting one: proposed with its effect in rupees, confirmed by a second person, undone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.form_keys import as_key, form_key_of
from cmo_portal.leading import leads_on
from cmo_portal.paging import keyset_page
from royalties.forms.regrouping import MergeForm, OtherWorkForm, RegroupingFilter, SeenForm, SplitForm, WhyForm
from royalties.queries.regrouped_usage import paid_since, texts_of_work
from royalties.queries.regrouping_effect import effect_of
from royalties.queries.stakes import stakes_of
from royalties.services import regrouping as money
from works.models import Regrouping, Work
from works.queries.regrouping import LIVE, field_choices, filtered_regroupings, right_choices, works_digest
from works.queries.regrouping_words import change_words, chosen_words
from works.queries.search import search_works
from works.queries.standing import standing_here
from works.queries.titles import read_own_titles
from works.services import regrouping as works

VIEW, EDIT, CONFIRM = "works.view_works", "works.edit_works", "works.confirm_merges"
LAYOUT = {"layout": "layouts/staff.html"}
MOST_FOUND = 10


@staff_page(VIEW)
@require_safe
def regrouping_list(request: HttpRequest) -> HttpResponse:
    """All merges and splits, the newest first."""
    chosen = RegroupingFilter(request.GET)
    rows = filtered_regroupings(chosen.cleaned_data["state"] if chosen.is_valid() else "")
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("No merge or split of this kind. One is proposed from a pair of like works, or from a work."),
        **LAYOUT,
    }
    return render(request, "royalties/staff/regrouping_list.html", context)


def _registered(uid: UUID) -> Work:
    work = standing_here(get_object_or_404(Work.objects.select_related("merged_into"), uid=uid))
    if work.state != "registered":
        raise Http404
    return work


def _choose_other(request: HttpRequest, work: Work) -> HttpResponse:
    """Which work is to be merged with this one."""
    form = OtherWorkForm(request.GET if "find" in request.GET else None)
    found = search_works(form.cleaned_data["find"], limit=MOST_FOUND, everything=True) if form.is_valid() else []
    found = [other for other in found if other.pk != work.pk and other.state in LIVE]
    read_own_titles(found)
    context = {"work": work, "form": form, "found": found, "looked": form.is_valid()}
    return render(request, "royalties/staff/merge_choose.html", context)


@staff_page(EDIT)
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def merge_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """This work and `?other=` side by side: what survives; the effect in rupees before anything is proposed."""
    work = _registered(uid)
    if made := _made(request):
        return redirect("royalties:staff-regrouping-detail", uid=made.uid)
    wanted = as_key(request.GET.get("other", ""))
    if wanted is None:
        return _choose_other(request, work)
    goes = get_object_or_404(Work.objects.exclude(pk=work.pk), uid=wanted, state__in=LIVE)
    fields, rights = field_choices(work, goes), right_choices(work, goes)
    looks = request.POST.get("act") == "look"
    form = MergeForm(request.POST or None, work=work, other=goes, fields=fields, rights=rights, looks=looks)
    effect = None
    if request.method == "POST" and form.is_valid():
        if looks:
            faults = works.merge_faults(work, goes, form.choices())
            if faults:
                form.add_error(None, ValidationError(faults))
            else:
                effect = effect_of(Regrouping(kind="merge", work=work, other=goes, choices=form.choices()))
        elif answer := _proposed(request, form, works.propose_merge, work=work, other=goes):
            return answer
    stakes = stakes_of([work.pk, goes.pk])
    read_own_titles([work, goes])
    context = {
        "work": work,
        "other": goes,
        "sides": [(one, stakes[one.pk]) for one in (work, goes)],
        "fields": fields,
        "rights": rights,
        "form": form,
        "effect": effect,
    }
    return render(request, "royalties/staff/merge_new.html", context)


@staff_page(EDIT)
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def split_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One work that is two: what goes to the new one."""
    work = _registered(uid)
    if made := _made(request):
        return redirect("royalties:staff-regrouping-detail", uid=made.uid)
    looks = request.POST.get("act") == "look"
    form = SplitForm(request.POST or None, work=work, texts=texts_of_work(work), looks=looks)
    effect = None
    if request.method == "POST" and form.is_valid():
        if looks:
            faults = works.split_faults(work, form.choices())
            if faults:
                form.add_error(None, ValidationError(faults))
            else:
                effect = effect_of(Regrouping(kind="split", work=work, choices=form.choices()))
        elif answer := _proposed(request, form, works.propose_split, work=work):
            return answer
    context = {"work": work, "form": form, "effect": effect}
    return render(request, "royalties/staff/split_new.html", context)


@staff_page(VIEW)
@require_safe
def regrouping_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One merge or split: what was chosen, what it would have meant in rupees, who confirms, what it changed."""
    found = Regrouping.objects.select_related(
        "work", "other", "proposed_by", "confirmed_by", "undo_asked_by", "undone_by"
    )
    one = get_object_or_404(found, uid=uid)
    waits = one.state == "proposed"
    objections = works.objections(one) if one.state == "done" else []
    if numbers := paid_since(one):
        objections = [money.paid_words(numbers), *objections]
    ids = works.parties_to(one)
    stakes = stakes_of(ids)
    sides = [work for work in (one.work, one.other) if work is not None]
    read_own_titles(sides)
    context = {
        "regrouping": one,
        "sides": [(work, stakes[work.pk]) for work in sides],
        "rights": right_choices(one.work, one.other) if waits and one.other else [],
        "chosen": chosen_words(one),
        "effect": effect_of(one) if waits else None,
        "seen": works_digest(ids) if waits else "",
        "faults": works.faults_of(one) if waits else [],
        "changes": change_words(one) if not waits else [],
        "objections": objections,
        "form": WhyForm(),
        "is_own": request.user.pk == one.proposed_by_id,
        "is_own_undo": request.user.pk == one.undo_asked_by_id,
    }
    return render(request, "royalties/staff/regrouping_detail.html", context)


@staff_page(CONFIRM)
@require_POST
def regrouping_confirm(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The second person: do it or refuse it, undo it or leave it."""
    one, by, now = get_object_or_404(Regrouping, uid=uid), acting(request), clock.now()
    form = SeenForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    merge = works.merge_works if one.kind == "merge" else money.split_work
    told = _("The two works are one now. It can be undone.")
    if one.kind != "merge":
        told = _("The part is a work of its own now. It can be undone.")
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "confirm": (lambda: merge(regrouping=one, seen=seen, by=by, now=now), told),
        "refuse": (lambda: works.withdraw_regrouping(regrouping=one, by=by), _("The proposal is refused.")),
        "undo": (
            lambda: money.undo_regrouping(regrouping=one, by=by, now=now),
            _("Undone. Both works are what they were."),
        ),
        "keep": (lambda: works.keep_regrouping(regrouping=one, by=by), _("It stays as it is.")),
    }
    return _act(request, one, acts)


@staff_page(EDIT)
@require_POST
def regrouping_ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The first person: withdraw a proposal, ask for an undoing, or take that back."""
    one, by, now = get_object_or_404(Regrouping, uid=uid), acting(request), clock.now()
    form = WhyForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "withdraw": (lambda: works.withdraw_regrouping(regrouping=one, by=by), _("The proposal is withdrawn.")),
        "ask": (
            lambda: money.ask_undo(regrouping=one, reason=reason, by=by, now=now),
            _("A second person must undo it now."),
        ),
        "keep": (lambda: works.keep_regrouping(regrouping=one, by=by), _("It stays as it is.")),
    }
    return _act(request, one, acts)


def _act(request: HttpRequest, one: Regrouping, acts: dict[str, tuple[Callable[[], Any], str]]) -> HttpResponse:
    wanted = acts.get(request.POST.get("act", ""))
    if wanted is None:
        messages.error(request, _("Choose what is to be done."))
    else:
        try:
            wanted[0]()
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
        else:
            messages.success(request, wanted[1])
    return redirect("royalties:staff-regrouping-detail", uid=one.uid)


def _made(request: HttpRequest) -> Regrouping | None:
    """What this very form has proposed before: a double click shows the same page."""
    key = form_key_of(request)
    return Regrouping.objects.filter(form_key=key).first() if key else None


def _proposed(request: HttpRequest, form: Any, propose: Callable[..., Regrouping], **what: Work) -> HttpResponse | None:
    """The page of what was proposed; None when it was refused, with the faults on the form."""
    data = form.cleaned_data
    given = {"choices": form.choices(), "reason": data["reason"], "form_key": data["form_key"]}
    try:
        made = propose(**what, **given, by=acting(request), now=clock.now())
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, _("Proposed. A second person looks at it and confirms."))
    return redirect("royalties:staff-regrouping-detail", uid=made.uid)
