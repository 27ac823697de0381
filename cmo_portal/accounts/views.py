"""Pages on accounts: accepting an invitation; staff users and their roles (T21)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts import services
from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.accounts.forms import (
    ROLE_WORDS,
    FirstPasswordForm,
    InviteStaffForm,
    RoleForm,
    UserFilter,
    role_name,
)
from cmo_portal.accounts.models import Audience, User
from cmo_portal.common import clock
from cmo_portal.mail import send_invitation
from cmo_portal.paging import keyset_page


@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person sets her first password, then signs in with it."""
    user = services.invited_user(token=token, now=clock.now())
    form = FirstPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if user is None:
        return render(request, "accounts/public/invitation_invalid.html", status=410)
    if request.method == "POST" and form.is_valid():
        try:
            services.accept_invitation(token=token, password=form.cleaned_data["password"], now=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your password is set. Sign in with it now."))
            return redirect("account_login")
    return render(request, "accounts/public/invitation_accept.html", {"form": form, "invited": user})


@staff_page("accounts.manage_users")
@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    """T21: who signs in, with which roles."""
    chosen = UserFilter(request.GET)
    users = User.objects.prefetch_related("groups")
    if chosen.is_valid():
        wanted, audience = chosen.cleaned_data["q"].strip(), chosen.cleaned_data["audience"]
        if wanted:
            users = users.filter(Q(email__icontains=wanted) | Q(name__icontains=wanted))
        if audience:
            users = users.filter(audience=audience)
        if role := chosen.cleaned_data["role"]:
            users = users.filter(groups__name=role)
    page = keyset_page(users, order=("email",), query=request.GET)
    context = {
        "page": page,
        "rows": [(person, [role_name(group.name) for group in person.groups.all()]) for person in page.rows],
        "filter_form": chosen,
        "empty_text": _("No user matches. Try a shorter word."),
        "layout": "layouts/staff.html",
    }
    return render(request, "accounts/staff/user_list.html", context)


@staff_page("accounts.manage_users")
@require_http_methods(["GET", "HEAD", "POST"])
def user_invite(request: HttpRequest) -> HttpResponse:
    """Invite a member of staff; the link goes by e-mail and is good for three days."""
    form = InviteStaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = services.make_account(
                    **form.cleaned_data, audience=Audience.STAFF, language="en", by=acting(request)
                )
                _send_invitation(user, acting(request))
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("staff-user", uid=user.uid)
    return render(request, "accounts/staff/user_invite.html", {"form": form, "layout": "layouts/staff.html"})


@staff_page("accounts.manage_users")
@require_http_methods(["GET", "HEAD", "POST"])
def user_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One user; roles are given and taken here, never one's own; a first invitation that ran out is sent again."""
    user = get_object_or_404(User, uid=uid)
    if request.method == "POST" and "invite" in request.POST and user.last_login is None:
        with transaction.atomic():
            _send_invitation(user, acting(request))
        messages.success(request, _("The invitation is on its way."))
        return redirect("staff-user", uid=user.uid)
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = services.give_role if form.cleaned_data["act"] == "give" else services.take_role
        try:
            act(user=user, role=form.cleaned_data["role"], by=acting(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The role was changed."))
            return redirect("staff-user", uid=user.uid)
    held = set(user.groups.values_list("name", flat=True))
    roles = [{"code": role, "name": name, "may": may, "held": role in held} for role, (name, may) in ROLE_WORDS.items()]
    is_staff = user.audience == Audience.STAFF
    context = {"form": form, "person": user, "roles": roles if is_staff else []}
    return render(request, "accounts/staff/user_detail.html", context)


def _send_invitation(user: User, by: User) -> None:
    """Make the link in this transaction and send it once the transaction stands."""
    token = services.invite(user=user, by=by, now=clock.now())
    transaction.on_commit(lambda: send_invitation(user, reverse("accept-invitation", args=[token])))
