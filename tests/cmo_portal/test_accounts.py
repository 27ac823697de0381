"""Signing in: staff need the second factor, invitations work once, roles hold exactly their permissions."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    validate_totp_code,
)
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import get_resolver

from cmo_portal import settings as product
from cmo_portal.accounts import services
from cmo_portal.accounts.models import Audience, Invitation, User
from cmo_portal.accounts.roles import ROLES
from cmo_portal.audit.models import Act
from cmo_portal.checks import safe_to_run
from cmo_portal.common import clock

# Who may do what, written down once more and the other way round: a slip in the table of roles is seen here.
HOLDERS = {
    "accounts.edit_reference": "administrator",
    "accounts.manage_users": "administrator",
    "audit.view_acts": "administrator auditor",
    "jobs.handle_jobs": "administrator distribution",
    "jobs.view_jobs": "administrator auditor distribution",
    "licensing.approve_tariffs": "approver",
    "licensing.edit_tariffs": "licensing",
    "licensing.record_receipts": "finance",
    "licensing.review_applications": "licensing",
    "licensing.view_licensing": "approver auditor distribution finance licensing",
    "members.approve_bank": "approver",
    "members.approve_clients": "approver",
    "members.edit_members": "membership",
    "members.edit_parties": "documentation membership",
    "members.manage_clients": "membership",
    "members.propose_bank": "finance",
    "members.review_applications": "membership",
    "members.view_members": "approver auditor distribution finance membership",
    "members.view_parties": "approver auditor distribution documentation finance membership",
    "royalties.allocate_receipts": "finance",
    "royalties.approve_payments": "approver",
    "royalties.approve_rules": "approver",
    "royalties.approve_runs": "approver",
    "royalties.edit_rules": "distribution",
    "royalties.ingest_usage": "distribution",
    "royalties.make_payments": "finance",
    "royalties.make_runs": "distribution",
    "royalties.match_usage": "distribution documentation",
    "royalties.view_ledger": "approver auditor distribution finance",
    "royalties.view_runs": "approver auditor distribution finance",
    "royalties.view_usage": "auditor distribution documentation",
    "works.confirm_merges": "approver documentation",
    "works.confirm_undos": "approver documentation",
    "works.edit_works": "documentation",
    "works.import_works": "documentation",
    "works.set_split_rules": "approver",
    "works.settle_disputes": "approver",
    "works.view_works": "approver auditor distribution documentation membership",
}


@pytest.mark.django_db
def test_every_permission_is_held_by_exactly_its_roles() -> None:
    held: dict[str, set[str]] = {}
    for role in ROLES:
        rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
        for app, code in rows:
            held.setdefault(f"{app}.{code}", set()).add(role)
    assert held == {permission: set(roles.split()) for permission, roles in HOLDERS.items()}


def test_who_makes_money_move_never_approves_it() -> None:
    for act in ("make_runs", "make_payments", "edit_rules", "allocate_receipts"):
        assert "approver" not in HOLDERS[f"royalties.{act}"].split()
    for act in ("approve_runs", "approve_payments", "approve_rules"):
        assert HOLDERS[f"royalties.{act}"] == "approver"


@pytest.mark.django_db
def test_a_one_time_code_is_printed_in_demo_mode_only(staff: Any, settings: Any) -> None:
    settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("demo_code", staff("finance").email)


@pytest.mark.parametrize(
    ("fault", "testing", "demo", "refused"),
    [
        ("jobs.any:raise:1", False, False, True),
        ("jobs.any:raise:1", True, False, False),
        ("", False, False, False),
    ],
)
def test_fault_injection_is_refused_outside_tests(
    fault: str, testing: bool, demo: bool, refused: bool, settings: Any
) -> None:
    settings.CMO_FAULT, settings.TESTING, settings.DEMO_MODE = fault, testing, demo
    assert [found.id for found in safe_to_run(None)] == (["portal.E001"] if refused else [])


def test_workbooks_are_refused_without_hardened_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openpyxl.DEFUSEDXML", False)
    assert "portal.E002" in [found.id for found in safe_to_run(None)]


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


def link_of(*arguments: str) -> str:
    said = io.StringIO()
    call_command("invite_administrator", *arguments, stdout=said)
    link = said.getvalue().splitlines()[-1]
    assert link.startswith(settings.BASE_URL)
    return link.removeprefix(settings.BASE_URL)


@pytest.mark.django_db
def test_the_first_administrator_is_invited_from_the_server_and_reaches_her_pages() -> None:
    path = link_of("First@Society.example", "--name", "Sana Mirza")
    user = User.objects.get(email="first@society.example")
    assert (str(user), user.audience, user.is_superuser) == ("Sana Mirza", "staff", False)
    assert [group.name for group in user.groups.all()] == ["administrator"]
    assert list(Act.objects.order_by("number").values_list("verb", "actor", "object_id")) == [
        (verb, None, str(user.uid)) for verb in ("make_account", "give_role", "invite")
    ]
    client, secret = Client(), "sitar tabla dholak 9"
    assert client.post(path, {"password": "too short 12", "again": "too short 12"}).status_code == 200
    assert client.post(path, {"password": secret, "again": secret}).status_code == 302
    answer = client.post("/account/login/", {"login": user.email, "password": secret})
    assert (answer.status_code, answer["Location"]) == (302, "/start/"), "the address counts as confirmed"
    assert client.get("/staff/")["Location"] == "/account/2fa/totp/activate/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["taken@society.example"], "exists already"),
        (["TAKEN@society.example"], "exists already"),
        (["no address"], "is not an e-mail address"),
        (["taken@society.example", "--again"], "No administrator"),
        (["nobody@society.example", "--again"], "No administrator"),
    ],
)
def test_inviting_an_administrator_is_refused_in_one_line(arguments: list[str], reason: str, staff: Any) -> None:
    staff("administrator", email="taken@society.example")
    with pytest.raises(CommandError, match=reason) as refused:
        call_command("invite_administrator", *arguments)
    assert "\n" not in str(refused.value)
    assert (User.objects.count(), Invitation.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_an_administrator_without_a_password_gets_a_new_link() -> None:
    first, again = link_of("a@society.example"), link_of("a@society.example", "--again")
    assert first != again
    assert Client().get(again).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["--noinput", "--email", "a@society.example"]])
def test_createsuperuser_is_closed(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a")
    with pytest.raises(CommandError, match="invite_administrator"):
        call_command("createsuperuser", *arguments)
    assert not User.objects.exists()


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_one_time_code_is_good_for_one_step_either_way(
    steps: int, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, now = generate_totp_secret(), 1_800_000_015
    monkeypatch.setattr("time.time", lambda: now)
    code = format_hotp_value(hotp_value(secret, now // 30 + steps))
    assert validate_totp_code(secret, code) is good


@pytest.mark.django_db
def test_the_demo_prints_the_code_alone_and_says_beside_it_how_long_it_is_good(
    staff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, secret, now = staff("finance"), generate_totp_secret(), 1_800_000_012
    TOTP.activate(user, secret)
    monkeypatch.setattr(settings, "DEMO_MODE", True)
    monkeypatch.setattr("time.time", lambda: now)
    said, beside = io.StringIO(), io.StringIO()
    call_command("demo_code", user.email, stdout=said, stderr=beside)
    assert re.fullmatch(r"\d{6}\n", said.getvalue()) and validate_totp_code(secret, said.getvalue().strip())
    assert beside.getvalue() == "good for 48 s, and for one sign-in\n"


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


def test_passwords_are_kept_by_argon2() -> None:
    assert product.PASSWORD_HASHERS[0].endswith(".Argon2PasswordHasher")
    with override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS):
        assert make_password("a long enough password 1").startswith("argon2$argon2id$")
