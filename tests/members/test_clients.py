"""API clients: two people, a token that is seen once and kept as a hash, and the database's own guards."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_chain
from cmo_portal.common import clock
from members.models import ApiClient, Member, Scope
from members.queries.clients import client_of_token
from members.services import clients
from tests.factories.members import make_member

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture
def maker(staff: Any) -> User:
    user: User = staff("membership")
    return user


@pytest.fixture
def approver(staff: Any) -> User:
    user: User = staff("approver")
    return user


@pytest.fixture
def owner(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


def proposed(maker: User, owner: Member | None = None, **changes: Any) -> ApiClient:
    facts = {
        "name": "Catalogue",
        "scopes": ["works:read", "works:register"] if owner else ["works:read"],
        "party": owner.party if owner else None,
        "purpose": "Sends new works.",
        "expires_on": TODAY + dt.timedelta(days=90),
    }
    return clients.propose_client(**{**facts, **changes}, by=maker, today=TODAY)


def approved(maker: User, approver: User) -> ApiClient:
    return clients.approve_client(client=proposed(maker), by=approver)


def test_m14_whoever_proposed_a_client_does_not_approve_it(staff: Any) -> None:
    both = staff("membership", "approver")
    client = proposed(both)
    with pytest.raises(PermissionDenied):
        clients.approve_client(client=client, by=both)
    assert ApiClient.objects.get().state == "proposed"


def test_a_client_is_proposed_approved_and_gets_its_token(maker: User, approver: User) -> None:
    client = approved(maker, approver)
    token = clients.issue_token(client=client, by=maker, now=NOW, today=TODAY)
    found = client_of_token(token, on=TODAY)
    assert found == client
    assert [act.verb for act in Act.objects.order_by("number")][-3:] == [
        "propose_client",
        "approve_client",
        "issue_token",
    ]
    assert verify_chain() == []


def test_the_token_stands_nowhere_in_the_database(maker: User, approver: User) -> None:
    token = clients.issue_token(client=approved(maker, approver), by=maker, now=NOW, today=TODAY)
    assert re.fullmatch(r"cmo_[\w-]{43}", token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM members_apiclient c UNION ALL"
                       " SELECT row_to_json(e)::text FROM members_apiclientevent e UNION ALL"
                       " SELECT row_to_json(a)::text FROM audit_act a")  # fmt: skip
        kept = " ".join(row for (row,) in cursor.fetchall())
    assert token not in kept
    assert token.removeprefix("cmo_") not in kept


def test_a_new_token_ends_the_earlier_one(maker: User, approver: User) -> None:
    client = approved(maker, approver)
    old, new = (clients.issue_token(client=client, by=maker, now=NOW, today=TODAY) for _time in range(2))
    assert client_of_token(old, on=TODAY) is None
    assert client_of_token(new, on=TODAY) == client


def test_no_token_is_made_before_approval_after_the_end_or_after_revocation(maker: User, approver: User) -> None:
    waiting = proposed(maker)
    ended = approved(maker, approver)
    ApiClient.objects.filter(pk=ended.pk).update(expires_on=TODAY - dt.timedelta(days=1))
    revoked = clients.revoke_client(client=approved(maker, approver), reason="lost", by=approver)
    for client in (waiting, ended, revoked):
        with pytest.raises(ValidationError):
            clients.issue_token(client=client, by=maker, now=NOW, today=TODAY)


def test_a_revoked_client_forgets_its_token_and_never_comes_back(maker: User, approver: User) -> None:
    client = approved(maker, approver)
    token = clients.issue_token(client=client, by=maker, now=NOW, today=TODAY)
    clients.revoke_client(client=client, reason="lost", by=maker)
    assert client_of_token(token, on=TODAY) is None
    with pytest.raises(ValidationError):
        clients.approve_client(client=client, by=approver)


def test_a_refusal_has_its_reason(maker: User, approver: User) -> None:
    client = proposed(maker)
    with pytest.raises(ValidationError):
        clients.refuse_client(client=client, reason=" ", by=approver)
    assert clients.refuse_client(client=client, reason="Nobody knows this firm.", by=approver).state == "refused"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["works:delete"]}, "scopes"),
        ({"scopes": ["works:register"]}, "party"),
        ({"scopes": ["registrations:read"]}, "party"),
        ({"expires_on": TODAY}, "expires_on"),
        ({"expires_on": TODAY + dt.timedelta(days=367)}, "expires_on"),
        ({"name": " "}, "name"),
        ({"purpose": ""}, "purpose"),
    ],
)
def test_a_proposal_that_is_not_whole_is_refused_at_its_field(changes: Any, field: str, maker: User) -> None:
    with pytest.raises(ValidationError) as refused:
        proposed(maker, **changes)
    assert set(refused.value.error_dict) == {field}


@pytest.mark.parametrize("role", ["documentation", "finance", "administrator", "auditor"])
def test_s50_other_roles_neither_propose_nor_decide_nor_end(role: str, staff: Any, maker: User) -> None:
    other, client = staff(role), proposed(maker)
    with pytest.raises(PermissionDenied):
        proposed(other)
    for act in (
        lambda: clients.approve_client(client=client, by=other),
        lambda: clients.refuse_client(client=client, reason="no", by=other),
        lambda: clients.issue_token(client=client, by=other, now=NOW, today=TODAY),
        lambda: clients.revoke_client(client=client, reason="no", by=other),
    ):
        with pytest.raises(PermissionDenied):
            act()


BROKEN = {
    "client_is_approved_by_another": "UPDATE members_apiclient SET approved_by_id = made_by_id, state = 'active'",
    "active_client_was_approved": "UPDATE members_apiclient SET state = 'active'",
    "token_belongs_to_an_active_client": "UPDATE members_apiclient SET token_hash = sha256('x')",
    "client_that_acts_has_an_owner": "UPDATE members_apiclient SET scopes = '{works:register}', party_id = NULL",
    "client_scopes_are_known": "UPDATE members_apiclient SET scopes = '{works:delete}'",
    "Invalid transition": "UPDATE members_apiclient SET state = 'revoked'",
}


@pytest.mark.parametrize("guard", BROKEN)
def test_m14_the_database_refuses_a_client_that_breaks_its_guard(guard: str, maker: User, owner: Member) -> None:
    proposed(maker, owner)
    with pytest.raises(DatabaseError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BROKEN[guard])


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_one_person_alone_could_open_a_client(maker: User, superuser_cursor: Any) -> None:
    client = proposed(maker)
    superuser_cursor.execute("ALTER TABLE members_apiclient DROP CONSTRAINT client_is_approved_by_another")
    ApiClient.objects.filter(pk=client.pk).update(state="active", approved_by=maker)
    assert clients.issue_token(client=client, by=maker, now=NOW, today=TODAY)


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("api_client", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_whoever_runs_the_server_makes_a_client_by_command(owner: Member) -> None:
    token = command("Catalogue", "--scopes", "works:register,registrations:read", "--owner", owner.number)
    found = client_of_token(token, on=clock.today())
    assert found is not None
    assert (found.party, found.scopes) == (owner.party, ["works:register", "registrations:read"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("X", "--scopes", "works:delete"), "Unknown scope works:delete"),
        (("X", "--owner", "M999999"), "Nobody has the number"),
        (("X", "--scopes", "works:register"), "acts for a party"),
        (("X", "--days", "400"), "at most a year"),
    ],
)
def test_the_command_says_in_one_line_why_it_refuses(arguments: tuple[str, ...], told: str, db: None) -> None:
    with pytest.raises(CommandError, match=told):
        command(*arguments)


def just_signed_in(client: Client) -> Client:
    """As after the page that asks for the password again."""
    session = client.session
    methods = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**method, "reauthenticated": True} for method in methods]
    session.save()
    return client


def test_the_pages_lead_from_proposal_to_a_token_that_is_shown_once(
    maker: User, approver: User, owner: Member, sign_in: Any
) -> None:
    desk, second = (just_signed_in(sign_in(user)) for user in (maker, approver))
    sent = {
        "name": "Catalogue",
        "purpose": "Sends new works.",
        "scopes": ["works:read", "works:register"],
        "party": owner.number,
        "expires_on": (clock.today() + dt.timedelta(days=30)).isoformat(),
    }
    page = desk.post("/staff/api-clients/new/", sent)
    address = page["Location"]
    assert "Another person must approve it" in desk.get(address).content.decode()
    assert desk.post(f"{address}decide/", {"act": "approve"}).status_code == 403
    assert desk.post(f"{address}token/").status_code == 302
    assert second.post(f"{address}decide/", {"act": "approve"})["Location"] == address
    shown = desk.post(f"{address}token/").content.decode()
    token = re.search(r"cmo_[\w-]{43}", shown)
    assert token
    assert client_of_token(token[0], on=clock.today()) == ApiClient.objects.get()
    assert token[0] not in desk.get(address).content.decode() + desk.get(f"{address}token/").content.decode()
    assert second.post(f"{address}revoke/", {"reason": "The laptop was lost."})["Location"] == address
    assert client_of_token(token[0], on=clock.today()) is None


def test_s45_proposing_deciding_and_making_a_token_need_a_fresh_sign_in() -> None:
    from members.views.staff import clients as views

    for view in (views.client_new, views.client_decide, views.client_token):
        assert getattr(view, "needs_fresh_sign_in", False), view


def test_scopes_have_words() -> None:
    assert all(str(Scope(scope).label) != scope for scope in Scope.values)
