"""Pages on accounts: accepting an invitation; staff users and their roles (T21)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts import services
from cmo_portal.accounts.access import staff_page
from cmo_portal.accounts.forms import FirstPasswordForm, InviteStaffForm, RoleForm
from cmo_portal.accounts.models import Audience, User
from cmo_portal.common import clock
from cmo_portal.mail import send_invitation


@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person sets her first password, then signs in with it."""
    user = services.invited_user(token=token, now=clock.now())
    form = FirstPasswordForm(request.POST or None, user=user)
    if user is None:
        return render(request, "account/invitation_invalid.html", status=410)
    if request.method == "POST" and form.is_valid():
        try:
            services.accept_invitation(token=token, password=form.cleaned_data["password"], now=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your password is set. Sign in with it now."))
            return redirect("account_login")
    return render(request, "account/invitation.html", {"form": form, "invited": user})


@staff_page("accounts.manage_users")
@require_http_methods(["GET"])
def user_list(request: HttpRequest) -> HttpResponse:
    """T21: who signs in, with which roles."""
    wanted = request.GET.get("q", "").strip()
    audience = request.GET.get("audience", "")
    users = User.objects.order_by("email").prefetch_related("groups")
    if wanted:
        users = users.filter(email__icontains=wanted) | users.filter(name__icontains=wanted)
    if audience in Audience.values:
        users = users.filter(audience=audience)
    after = request.GET.get("after", "")
    rows = list((users.filter(email__gt=after) if after else users)[:51])
    return render(
        request,
        "accounts/staff/user_list.html",
        {
            "users": rows[:50],
            "next_after": rows[49].email if len(rows) > 50 else "",
            "q": wanted,
            "audience": audience,
            "audiences": Audience.choices,
        },
    )


@staff_page("accounts.manage_users")
@require_http_methods(["GET", "POST"])
def user_invite(request: HttpRequest) -> HttpResponse:
    """Invite a member of staff; the link goes by e-mail and is good for three days."""
    form = InviteStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = services.make_account(
                    **form.cleaned_data, audience=Audience.STAFF, language="en", by=request.user
                )
                token = services.invite(user=user, by=request.user, now=clock.now())
                transaction.on_commit(lambda: send_invitation(user, reverse("accept-invitation", args=[token])))
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("staff-user", uid=user.uid)
    return render(request, "accounts/staff/user_invite.html", {"form": form})


@staff_page("accounts.manage_users")
@require_http_methods(["GET", "POST"])
def user_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One user; roles are given and taken here, never one's own."""
    user = get_object_or_404(User, uid=uid)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = services.give_role if form.cleaned_data["act"] == "give" else services.take_role
        try:
            act(user=user, role=form.cleaned_data["role"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The role was changed."))
            return redirect("staff-user", uid=user.uid)
    return render(request, "accounts/staff/user_detail.html", {"form": form, "person": user})
