"""Writing and verifying the chain of acts."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import connection, models, transaction

from cmo_portal.audit.models import Act
from cmo_portal.logs import request_id

CHAIN_LOCK = 0x41554449  # one advisory lock for the whole chain: two appends must not share a parent
FIRST = bytes(32)


def record_act(*, by: Any, verb: str, on: models.Model, facts: dict[str, Any]) -> Act:
    """Append one act; call it last inside the act's own transaction. `facts` holds no identity or bank numbers."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record_act belongs inside the transaction of its act.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        cursor.execute("SELECT clock_timestamp()")
        at: dt.datetime = cursor.fetchone()[0]
    last = Act.objects.order_by("-number").values_list("number", "hash").first()
    number, previous = (last[0] + 1, bytes(last[1])) if last else (1, FIRST)
    act = Act(
        number=number,
        at=at,
        actor=by,
        verb=verb,
        object_type=on._meta.label_lower,
        object_id=str(getattr(on, "uid", on.pk)),
        object_name=str(on)[:200],
        facts=json.loads(json.dumps(facts, default=str)),
        request_id=request_id.get(),
        previous_hash=previous,
    )
    act.hash = act_hash(act)
    act.save(force_insert=True)
    return act


def act_hash(act: Act) -> bytes:
    """sha256 over the previous hash and the canonical form of the row."""
    row = {
        "number": act.number,
        "at": act.at.astimezone(dt.UTC).isoformat(),
        "actor": act.actor_id,
        "verb": act.verb,
        "object": [act.object_type, act.object_id, act.object_name],
        "facts": act.facts,
        "request": act.request_id,
    }
    body = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(bytes(act.previous_hash) + body).digest()


def verify_anchor(*, head: str, number: int | None = None) -> list[str]:
    """Faults against a head (hexadecimal) that was noted outside, with the number of acts of that day where it was
    noted too: the record may have grown since, but that act must stand where it stood."""
    found = Act.objects.filter(hash=bytes.fromhex(head)).values_list("number", flat=True).first()
    if found is None:
        last = Act.objects.order_by("-number").values_list("number", flat=True).first() or 0
        noted = f" with act {number}" if number else ""
        return [f"the head that was noted{noted} is not in the record, which ends with act {last}"]
    if number is not None and found != number:
        return [f"the head that was noted with act {number} is that of act {found}"]
    return []


def verify_chain() -> list[str]:
    """Every fault of the chain from its first row to its head, in words; empty when it is whole."""
    faults: list[str] = []
    previous, expected = FIRST, 1
    for act in Act.objects.order_by("number").iterator(chunk_size=2000):
        if act.number != expected:
            faults.append(f"act {expected} is missing: the next one found is {act.number}")
        if bytes(act.previous_hash) != previous:
            faults.append(f"act {act.number} does not follow from the one before it")
        if act_hash(act) != bytes(act.hash):
            faults.append(f"act {act.number} was changed after it was written")
        previous, expected = bytes(act.hash), act.number + 1
    return faults
