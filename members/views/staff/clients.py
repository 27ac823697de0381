"""API clients: who has a token for what, proposing one, approving it, making its token, ending it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.access import fresh_sign_in
from members.forms.clients import ClientDecisionForm, ClientFilter, ClientForm, RevocationForm
from members.forms.fields import add_errors
from members.models import ApiClient, Scope
from members.queries.acts import acts_on_record
from members.queries.clients import filtered_clients
from members.services import clients as services

VIEW, MANAGE, APPROVE = "members.view_members", "members.manage_clients", "members.approve_clients"
STAFF = "layouts/staff.html"


@staff_page(VIEW)
@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    """All clients, the newest first."""
    chosen = ClientFilter(request.GET)
    rows = filtered_clients(state=chosen.cleaned_data["state"] if chosen.is_valid() else "")
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "today": clock.today(),
        "empty_text": _("No client of this kind. One is proposed for a program that is to read or register works."),
        "layout": STAFF,
    }
    return render(request, "members/staff/client_list.html", context)


@staff_page(VIEW)
@require_safe
def client(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One client: what it may do and for whom, its token by dates alone, and who decided what."""
    found = _client(uid)
    today = clock.today()
    context = {
        "client": found,
        "scopes": [Scope(scope).label for scope in found.scopes],
        "ended": found.state == "active" and not found.is_open(today),
        "own": found.made_by_id == request.user.pk,
        "may_issue": found.is_open(today) and request.user.has_perm(MANAGE),
        "may_decide": found.state == "proposed" and request.user.has_perm(APPROVE),
        "may_revoke": found.state == "active" and _keeps_clients(request),
        "acts": acts_on_record(found),
        "layout": STAFF,
    }
    return render(request, "members/staff/client.html", context)


@staff_page(MANAGE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    """Propose a client."""
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.propose_client(by=acting(request), today=clock.today(), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The client is proposed. Another person must approve it."))
            return redirect("members:staff-client", uid=made.uid)
    back = reverse("members:staff-client-list")
    context = {"form": form, "submit_label": _("Propose this client"), "cancel_url": back, "layout": STAFF}
    return render(request, "members/staff/client_new.html", context)


@staff_page(APPROVE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def client_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Approve a proposed client, or refuse it with a reason."""
    found = _client(uid)
    if found.state != "proposed":
        return redirect("members:staff-client", uid=uid)
    form = ClientDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = acting(request)
        try:
            if form.cleaned_data["act"] == "approve":
                services.approve_client(client=found, by=by)
            else:
                services.refuse_client(client=found, reason=form.cleaned_data["reason"], by=by)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The decision is noted."))
            return redirect("members:staff-client", uid=uid)
    return _act_page(request, found, form, "client_decide.html", _("Save the decision"))


@staff_page(MANAGE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def client_token(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make the token and show it this once; it is kept nowhere but with the client."""
    found = _client(uid)
    token = ""
    if request.method == "POST":
        now = clock.now()
        try:
            token = services.issue_token(client=found, by=acting(request), now=now, today=clock.business_date(now))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("members:staff-client", uid=uid)
    return _act_page(request, found, None, "client_token.html", _("Make the token"), token=token)


@staff_page(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def client_revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End a client at once."""
    if not _keeps_clients(request):
        raise PermissionDenied
    found = _client(uid)
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.revoke_client(client=found, reason=form.cleaned_data["reason"], by=acting(request))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The client is revoked. Its token opens nothing any more."))
            return redirect("members:staff-client", uid=uid)
    return _act_page(request, found, form, "client_revoke.html", _("Revoke this client"), danger=True)


def _act_page(
    request: HttpRequest, found: ApiClient, form: object, template: str, label: str, **more: object
) -> HttpResponse:
    back = reverse("members:staff-client", args=[found.uid])
    scopes = [Scope(scope).label for scope in found.scopes]
    context = {"client": found, "scopes": scopes, "form": form, "submit_label": label, "cancel_url": back, **more}
    return render(request, f"members/staff/{template}", {**context, "layout": STAFF})


def _client(uid: UUID) -> ApiClient:
    return get_object_or_404(filtered_clients(), uid=uid)


def _keeps_clients(request: HttpRequest) -> bool:
    return request.user.has_perm(MANAGE) or request.user.has_perm(APPROVE)
