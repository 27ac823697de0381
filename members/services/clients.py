"""API clients: proposed by one, approved by another, their token made and shown once, ended at once.

Whoever holds a token reads or registers in somebody's name, so giving one is a grant of a role: two people (M14).
"""

import datetime as dt
import secrets
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import ApiClient, Party, Scope
from members.models.clients import OWN_SCOPES
from members.queries.clients import TOKEN_MARK, token_digest
from members.rules.texts import read_text
from members.services.errors import read_field, read_reason, refuse_field

MANAGE, APPROVE = "members.manage_clients", "members.approve_clients"
LONGEST_LIFE = dt.timedelta(days=366)
USE_NOTED_EVERY = dt.timedelta(minutes=1)  # a write for each request would cost more than the answer


@transaction.atomic
def propose_client(
    *,
    name: str,
    scopes: Sequence[str],
    party: Party | None,
    purpose: str,
    expires_on: dt.date,
    by: User,
    today: dt.date,
) -> ApiClient:
    """Propose a client; it opens nothing until another person approves it. Raises ValidationError by field."""
    require(by, MANAGE)
    client = _new_client(name=name, scopes=scopes, party=party, purpose=purpose, expires_on=expires_on, today=today)
    client.made_by = by
    client.save(force_insert=True)
    record_act(by=by, verb="propose_client", on=client, facts=_facts(client))
    return client


@transaction.atomic
def place_client(
    *, name: str, scopes: Sequence[str], party: Party | None, purpose: str, expires_on: dt.date, now: dt.datetime,
    today: dt.date,
) -> tuple[ApiClient, str]:  # fmt: skip
    """Make a client from the server itself, for whoever runs it: the client and its token."""
    client = _new_client(name=name, scopes=scopes, party=party, purpose=purpose, expires_on=expires_on, today=today)
    client.state = "active"
    token = _give_token(client, now)
    client.save(force_insert=True)
    record_act(by=None, verb="place_client", on=client, facts={**_facts(client), "at": "server"})
    return client, token


@transaction.atomic
def approve_client(*, client: ApiClient, by: User) -> ApiClient:
    """Open a proposed client. Raises PermissionDenied for the one who proposed it; a second click changes nothing."""
    require(by, APPROVE)
    locked = _locked(client)
    if locked.state == "active":
        return locked
    _must_wait(locked)
    if locked.made_by_id == by.pk:
        raise PermissionDenied(_("Another person must approve what you proposed."))
    locked.state, locked.approved_by = "active", by
    locked.save(update_fields=["state", "approved_by"])
    record_act(by=by, verb="approve_client", on=locked, facts=_facts(locked))
    return locked


@transaction.atomic
def refuse_client(*, client: ApiClient, reason: str, by: User) -> ApiClient:
    """Refuse a proposed client, with the reason."""
    require(by, APPROVE)
    locked = _locked(client)
    if locked.state == "refused":
        return locked
    _must_wait(locked)
    locked.state, locked.decision = "refused", read_reason(reason, limit=300)
    locked.save(update_fields=["state", "decision"])
    record_act(by=by, verb="refuse_client", on=locked, facts={"reason": locked.decision})
    return locked


@transaction.atomic
def issue_token(*, client: ApiClient, by: User, now: dt.datetime, today: dt.date) -> str:
    """Make the token of an approved client and return it: this is the only time it is seen. An earlier one ends."""
    require(by, MANAGE)
    locked = _locked(client)
    if not locked.is_open(today):
        raise ValidationError(_("Only a client that was approved and has not ended gets a token."))
    again = locked.token_hash is not None
    token = _give_token(locked, now)
    locked.save(update_fields=["token_hash", "token_made_at"])
    record_act(by=by, verb="issue_token", on=locked, facts={"replaces_earlier": again})
    return token


@transaction.atomic
def revoke_client(*, client: ApiClient, reason: str, by: User) -> ApiClient:
    """End a client at once; its token is forgotten. One person is enough to close a door."""
    if not (by.is_active and (by.has_perm(MANAGE) or by.has_perm(APPROVE))):
        raise PermissionDenied(MANAGE)
    locked = _locked(client)
    if locked.state == "revoked":
        return locked
    if locked.state != "active":
        raise ValidationError(_("Only an active client can be revoked."))
    locked.state, locked.decision, locked.token_hash = "revoked", read_reason(reason, limit=300), None
    locked.save(update_fields=["state", "decision", "token_hash"])
    record_act(by=by, verb="revoke_client", on=locked, facts={"reason": locked.decision})
    return locked


def note_client_use(*, client: ApiClient, now: dt.datetime) -> None:
    """Remember when the token was last used, to the minute. No act: it changes nothing that anybody decided."""
    if client.last_used_at is None or now - client.last_used_at >= USE_NOTED_EVERY:
        ApiClient.objects.filter(pk=client.pk).update(last_used_at=now)


def _new_client(
    *, name: str, scopes: Sequence[str], party: Party | None, purpose: str, expires_on: dt.date, today: dt.date
) -> ApiClient:
    chosen = [scope for scope in Scope.values if scope in scopes]
    if not chosen:
        refuse_field("scopes", _("Choose what the client may do."))
    if party is None and set(chosen) & {scope.value for scope in OWN_SCOPES}:
        refuse_field("party", _("A client that registers works, or follows registrations, acts for a party: name it."))
    if not today < expires_on <= today + LONGEST_LIFE:
        refuse_field("expires_on", _("Choose a day from tomorrow on, at most a year ahead."))
    label = read_field("name", read_text, name, limit=100)
    if not label:
        refuse_field("name", _("Name the client."))
    why = read_field("purpose", read_text, purpose, limit=300)
    if not why:
        refuse_field("purpose", _("Say what the client is for: the person who approves reads it."))
    return ApiClient(name=label, scopes=chosen, party=party, purpose=why, expires_on=expires_on)


def _locked(client: ApiClient) -> ApiClient:
    return ApiClient.objects.select_for_update(no_key=True).get(pk=client.pk)


def _must_wait(client: ApiClient) -> None:
    if client.state != "proposed":
        raise ValidationError(_("This client was decided already."))


def _give_token(client: ApiClient, now: dt.datetime) -> str:
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    client.token_hash, client.token_made_at = token_digest(token), now
    return token


def _facts(client: ApiClient) -> dict[str, object]:
    owner = str(client.party.uid) if client.party else ""
    return {"scopes": client.scopes, "party": owner, "expires_on": client.expires_on.isoformat()}
