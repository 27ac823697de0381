"""Bank details for staff: those that wait; proposing one, and approving or refusing it by another person."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.access import fresh_sign_in
from members.forms.fields import add_errors
from members.forms.staff import AccountFilter, AccountForm, RefusalForm, RevealForm
from members.models import BankAccount, Member
from members.queries.members import accounts_of, filtered_accounts
from members.services.bank import approve_account, propose_account, refuse_account
from members.services.members import reveal_number

APPROVE, PROPOSE = "members.approve_bank", "members.propose_bank"


@staff_page(APPROVE)
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """Changes of bank details; at first those that wait."""
    query = request.GET.copy()
    query.setdefault("state", "proposed")
    chosen = AccountFilter(query)
    state = chosen.cleaned_data["state"] if chosen.is_valid() else ""
    context = {
        "page": keyset_page(filtered_accounts(state=state), order=("-proposed_at", "-pk"), query=request.GET),
        "filter_form": chosen,
        "now": clock.now(),
        "empty_text": _("No change of bank details waits."),
        "layout": "layouts/staff.html",
    }
    return render(request, "members/staff/account_list.html", context)


@staff_page(APPROVE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One change beside the account in use; approve it, or refuse it with a reason."""
    found = _account(uid)
    form = RefusalForm(request.POST if request.POST.get("act") == "refuse" else None)
    if request.method == "POST":
        answer = _decide(request, found, form)
        if answer is not None:
            return answer
        found = _account(uid)
    context = {
        "account": found,
        "current": next((row for row in accounts_of(found.party_id) if row.state == "approved"), None),
        "documents": found.party.documents.filter(quarantined=False).order_by("-pk"),
        "own": found.proposed_by_id == request.user.pk,
        "cooling": clock.now() < found.cooling_until,
        "form": form,
        "layout": "layouts/staff.html",
    }
    return render(request, "members/staff/account.html", context)


@sensitive_post_parameters("iban")
@staff_page(PROPOSE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def account_propose(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Propose another account for a member who asked by letter or in person."""
    member = get_object_or_404(Member.objects.select_related("party").defer("cnic_sealed"), uid=uid)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            propose_account(party=member.party, by=acting(request), now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The change is noted. Another person must approve it."))
            return redirect("members:staff-member", uid=member.uid)
    context = {
        "member": member,
        "form": form,
        "title": _("Propose other bank details"),
        "submit_label": _("Propose this account"),
        "cancel_url": reverse("members:staff-member", args=[member.uid]),
        "layout": "layouts/staff.html",
    }
    return render(request, "members/staff/member_form.html", context)


@staff_page(APPROVE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def account_reveal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Open the masked IBAN, with a reason."""
    found = _account(uid)
    form, shown = RevealForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            shown = reveal_number(row=found, number="iban", reason=form.cleaned_data["reason"], by=acting(request))
        except ValidationError as error:
            add_errors(form, error)
    back = reverse("members:staff-account", args=[found.uid])
    context = {"form": form, "shown": shown, "number": "iban", "subject": found.party.display_name, "back": back}
    return render(request, "members/staff/reveal.html", {**context, "layout": "layouts/staff.html"})


def _account(uid: UUID) -> BankAccount:
    rows = BankAccount.objects.select_related("party__member", "proposed_by", "approved_by")
    return get_object_or_404(rows, uid=uid)


def _decide(request: HttpRequest, found: BankAccount, form: RefusalForm) -> HttpResponse | None:
    """Do what was asked; None when the page must be shown again with what is wrong."""
    try:
        if request.POST.get("act") == "approve":
            approve_account(account=found, by=acting(request), now=clock.now())
            messages.success(request, _("The account is approved. It counts from the next payment batch on."))
            return redirect("members:staff-account-list")
        if form.is_valid():
            refuse_account(account=found, reason=form.cleaned_data["reason"], by=acting(request))
            messages.success(request, _("The change is refused, and the member is told why."))
            return redirect("members:staff-account-list")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except PermissionDenied as refusal:
        if not str(refusal) or str(refusal) == APPROVE:
            raise
        messages.error(request, str(refusal))
    return None
