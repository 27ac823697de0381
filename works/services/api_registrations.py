"""Registering a work through the API: once for each key of a client, by the same service as everybody else's works."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cmo_portal.audit.services import record_act
from members.models import ApiClient, Scope
from works.models import ApiRegistration
from works.queries.api_registrations import KeyUsedOtherwise, earlier_registration, registration_facts
from works.services.describing import NewDescription
from works.services.drafts import is_made_from_others, typed_work
from works.services.recordings import NewRecording
from works.services.registration import register_work
from works.services.splits import open_first_rounds
from works.services.typed_descriptions import version_of, with_works_of_ours


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client sent, checked: title and shares as the steps of a member's registration keep them. `key` and
    `request_hash` tell a repeated request; `persons` says which known party a name without a number means."""

    key: str
    request_hash: bytes
    title: dict[str, Any]
    shares: Sequence[dict[str, Any]]
    persons: dict[int, UUID | None]
    sent_at: dt.datetime
    recordings: Sequence[NewRecording] = ()
    description: NewDescription = field(default_factory=NewDescription)
    reference: str = ""
    is_doubtful: bool = False


@transaction.atomic
def register_through_api(*, client: ApiClient, submission: Submission) -> ApiRegistration:
    """Register the work for the client's owner and ask the others whom it names. The same key with the same request
    gives the registration that is there; raises KeyUsedOtherwise for another request, ValidationError for what the
    books refuse.

    What the client is told is kept as it was told.
    """
    # The row of the client makes two requests under one key wait for each other.
    rows = ApiClient.objects.select_for_update(no_key=True, of=("self",)).select_related("party")
    client = rows.get(pk=client.pk)
    if client.party is None or Scope.WORKS_REGISTER not in client.scopes or client.state != "active":
        raise PermissionDenied(Scope.WORKS_REGISTER)
    earlier = earlier_registration(client=client, key=submission.key)
    if earlier is not None:
        if bytes(earlier.request_hash) != submission.request_hash:
            raise KeyUsedOtherwise
        return earlier
    new = typed_work(submission.title, list(submission.shares), client.party, None, submission.persons)
    new = replace(
        new,
        recordings=tuple(submission.recordings),
        description=with_works_of_ours(submission.description),
        version_type=version_of(submission.description.facts),
    )
    waits = submission.is_doubtful or is_made_from_others(new, client.party)
    work = register_work(
        new=new,
        by=None,
        source="api",
        registered_by=client.party,
        state="submitted" if waits else "registered",
        asks=True,
    )
    open_first_rounds(works=[(work, new.shares)], party=client.party, by=None, now=submission.sent_at)
    made = ApiRegistration(
        client=client,
        party=client.party,
        idempotency_key=submission.key,
        request_hash=submission.request_hash,
        reference=submission.reference,
        work=work,
        created_at=submission.sent_at,
    )
    made.answer = registration_facts(made)
    made.save(force_insert=True)
    facts = {"client": str(client.uid), "name": client.name, "work": work.number}
    record_act(by=None, verb="register_through_api", on=made, facts=facts)
    return made
