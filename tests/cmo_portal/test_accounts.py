"""Signing in: staff need the second factor, invitations work once, roles hold exactly their permissions."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import get_resolver

from cmo_portal.accounts import services
from cmo_portal.accounts.models import Audience, User
from cmo_portal.accounts.roles import ROLES
from cmo_portal.common import clock


@pytest.mark.django_db
def test_every_role_holds_exactly_its_permissions() -> None:
    for role, wanted in ROLES.items():
        held = {
            f"{app}.{code}"
            for app, code in Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
        }
        assert held == set(wanted), role


@pytest.mark.django_db
def test_s35_a_password_alone_opens_no_staff_page(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff(*ROLES), factor=False)
    addresses = [
        f"/{route}"
        for route in _routes()
        if route.startswith(("staff/", "admin/")) and "<" not in route and "(" not in route
    ]
    assert len(addresses) > 5
    for address in addresses:
        response = client.get(address)
        assert (response.status_code, response.headers.get("Location")) == (302, "/account/2fa/totp/activate/"), address


@pytest.mark.django_db
def test_with_the_factor_the_staff_home_opens(staff: Any, sign_in: Any) -> None:
    assert sign_in(staff("finance")).get("/staff/").status_code == 200


@pytest.mark.django_db
def test_an_invitation_sets_a_password_once() -> None:
    now = clock.now()
    user = services.make_account(email="a@example.org", name="A", audience=Audience.MEMBER, language="ur", by=None)
    token = services.invite(user=user, by=None, now=now)
    client = Client()
    page = client.get(f"/account/invitation/{token}/")
    assert page.status_code == 200
    secret = "sitar tabla dholak 9"
    assert client.post(f"/account/invitation/{token}/", {"password": secret, "again": secret}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(secret)
    assert client.get(f"/account/invitation/{token}/").status_code == 410


@pytest.mark.django_db
def test_an_expired_invitation_is_refused() -> None:
    now = clock.now()
    user = services.make_account(email="a@example.org", name="A", audience=Audience.MEMBER, language="en", by=None)
    token = services.invite(user=user, by=None, now=now - dt.timedelta(days=4))
    with pytest.raises(ValidationError):
        services.accept_invitation(token=token, password="sitar tabla dholak 9", now=now)


@pytest.mark.django_db
def test_nobody_changes_her_own_roles(staff: Any) -> None:
    admin = staff("administrator")
    with pytest.raises(ValidationError):
        services.give_role(user=admin, role="finance", by=admin)


@pytest.mark.django_db
def test_only_an_administrator_gives_roles(staff: Any) -> None:
    with pytest.raises(PermissionDenied):
        services.give_role(user=staff(email="n@society.example"), role="finance", by=staff("finance"))


@pytest.mark.django_db
def test_a_superuser_is_always_staff() -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("x@example.org", audience="member", is_superuser=True)


def _routes() -> list[str]:
    found: list[str] = []

    def walk(patterns: Any, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, route)
            else:
                found.append(route)

    walk(get_resolver().url_patterns, "")
    return found
