"""Agreement on splits for the documentation desk: what waits, confirming on evidence, and the society's rule."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from members.models import Party
from members.queries.reading import name_read
from works.exports import split_list_csv
from works.forms.search import SplitFilter
from works.forms.splits import EvidenceForm, SplitRuleForm
from works.models import SplitProposal, SplitRule
from works.queries.splits import Side, agreement_rule, filtered_splits, rounds_of, sides_of, sides_of_rounds
from works.queries.titles import own_titles
from works.services.splits import confirm_split_for, set_split_rule
from works.views.staff.works import EDIT, STAFF, VIEW


@staff_page(VIEW)
@require_safe
def split_list(request: HttpRequest) -> HttpResponse:
    """Rounds by the day on which the answer is due, the nearest first; the same rows as a file."""
    chosen = SplitFilter(request.GET)
    state = chosen.cleaned_data["state"] or "desk" if chosen.is_valid() else "desk"
    rows = filtered_splits(state, on=clock.today())
    if request.GET.get("format") == "csv":
        return split_list_csv(rows.order_by("answer_by", "pk"))
    page = keyset_page(rows, order=("answer_by", "pk"), query=request.GET)
    context = {
        "page": page,
        "rows": list(zip(page.rows, sides_of_rounds(page.rows), strict=True)),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No split waits here."),
        "today": clock.today(),
        "layout": STAFF,
    }
    return render(request, "works/staff/split_list.html", context)


@staff_page(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def split_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One round: its sides and their answers; the desk confirms on evidence for a side that cannot."""
    rounds = SplitProposal.objects.select_related("work", "proposed_by").prefetch_related(own_titles("work__"))
    proposal = get_object_or_404(rounds, uid=uid)
    form = EvidenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        party = get_object_or_404(Party, uid=form.cleaned_data["party"], split_answers__proposal=proposal)
        try:
            confirm_split_for(
                proposal=proposal,
                party=party,
                digest=bytes.fromhex(form.cleaned_data["digest"]),
                evidence=form.cleaned_data["evidence"],
                by=acting(request),
                now=clock.now(),
            )
        except ValueError:
            form.add_error(None, _("The split was changed or decided since you saw it. Look at it again."))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Confirmed for %(name)s.") % {"name": name_read(party)})
            return redirect("works:staff-split-detail", uid=uid)
    sides = sides_of(proposal)
    context = {
        "proposal": proposal,
        "work": proposal.work,
        "sides": sides,
        "mute": _mute(request, proposal, sides),
        "rounds": [each for each in rounds_of(proposal.work) if each[0].pk != proposal.pk],
        "form": form,
        "today": clock.today(),
        "layout": STAFF,
        "staff": True,
    }
    return render(request, "works/staff/split_detail.html", context)


@staff_page("works.set_split_rules")
@require_http_methods(["GET", "HEAD", "POST"])
def split_rules(request: HttpRequest) -> HttpResponse:
    """The society's rules by their first day, and a new one."""
    today = clock.today()
    rule = agreement_rule(today)
    begun = {"answer_days": rule.answer_days, "remind_days": rule.remind_days, "valid_from": today}
    begun["outsiders"] = "registrant" if rule.registrant_speaks else "evidence"
    form = SplitRuleForm(request.POST if request.method == "POST" else None, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            set_split_rule(by=acting(request), today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The rule is set."))
            return redirect("works:staff-split-rules")
    context = {"form": form, "rules": SplitRule.objects.order_by("-valid_from"), "rule": rule, "layout": STAFF}
    return render(request, "works/staff/split_rules.html", context)


def _mute(request: HttpRequest, proposal: SplitProposal, sides: list[Side]) -> list[tuple[Side, EvidenceForm]]:
    """The sides for which this person may confirm, each with its form."""
    if proposal.state != "open" or not acting(request).has_perm(EDIT):
        return []
    late = proposal.answer_by < clock.today()
    waiting = [side for side in sides if side.answer and side.answer.state == "waiting"]
    return [(side, _evidence_form(proposal, side)) for side in waiting if late or not side.is_member]


def _evidence_form(proposal: SplitProposal, side: Side) -> EvidenceForm:
    shown = {"digest": bytes(proposal.digest).hex(), "party": side.party.uid}
    return EvidenceForm(initial=shown, auto_id=f"id_{side.party.pk}_%s")
