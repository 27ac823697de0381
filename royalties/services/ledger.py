"""Posting to the ledger: a journal with all its lines is one SQL statement, or nothing.

Numbers have no hole and each journal continues the hash chain, so postings queue behind one advisory lock until the
transaction of the act ends. The database works out hashes and repeats every check (royalties.models.ledger).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from cmo_portal.common.faults import faultpoint
from royalties.models import Journal
from royalties.models.ledger import AccountCode

LEDGER_LOCK = 0x4C454447  # one advisory lock for the whole chain: two journals must not follow the same one

LINES = """
    SELECT line_no, a.id AS account_id, amount, party_id, pool_id, run_id, reason, memo
    FROM unnest(%(codes)s::text[], %(amounts)s::bigint[], %(parties)s::bigint[], %(pools)s::bigint[],
        %(runs)s::bigint[], %(reasons)s::text[], %(memos)s::text[])
        WITH ORDINALITY AS l (code, amount, party_id, pool_id, run_id, reason, memo, line_no)
    LEFT JOIN royalties_account a ON a.code = l.code
"""
HASH = """
    SELECT sha256(convert_to(string_agg(royalties_line_text(line_no::int, account_id, amount, party_id, pool_id, run_id,
        reason, memo), E'\\n' ORDER BY line_no), 'UTF8')) AS lines_sha256, count(*)::int AS line_count FROM line
"""
POST = f"""
    WITH line AS MATERIALIZED ({LINES}),
    body AS ({HASH}),
    last AS (SELECT number, chain FROM royalties_journal ORDER BY number DESC LIMIT 1),
    head AS (
        INSERT INTO royalties_journal
            (number, key, kind, business_date, description, line_count, sha256, chain, reverses_id)
        SELECT n.number, %(key)s, %(kind)s, %(date)s, %(description)s, line_count, lines_sha256,
            royalties_journal_chain((SELECT chain FROM last), n.number, %(key)s, %(kind)s, %(date)s::date,
                %(description)s, line_count, lines_sha256, %(reverses)s::bigint), %(reverses)s::bigint
        FROM body, (SELECT coalesce((SELECT number FROM last), 0) + 1 AS number) n
        RETURNING id
    )
    INSERT INTO royalties_ledgerline
        (journal_id, line_no, account_id, amount, party_id, pool_id, run_id, reason, memo)
    SELECT head.id, line_no, account_id, amount, party_id, pool_id, run_id, reason, memo FROM head, line
"""  # noqa: S608 - composed of the constants above


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be posted: debit positive, credit negative, whole minor units, never zero."""

    account: AccountCode
    amount: int
    party_id: int | None = None
    pool_id: int | None = None
    run_id: int | None = None
    reason: str = ""
    memo: str = ""


class KeyConflict(Exception):
    """This key has posted a journal with other lines already (M21)."""


@transaction.atomic
def post_journal(
    *,
    kind: str,
    key: str,
    business_date: dt.date,
    description: str,
    lines: Sequence[Entry],
    reverses: Journal | None = None,
) -> Journal:
    """Post a journal once: the same key with the same lines gives the journal that exists.

    `key` names the business act (`receipt:<uid>`). Raises ValueError for lines that do not sum to zero, KeyConflict for
    a key that posted something else.
    """
    if sum(line.amount for line in lines) != 0 or len(lines) < 2:
        raise ValueError(f"journal {key}: its {len(lines)} lines do not sum to zero")
    values = _columns(lines) | {
        "key": key,
        "kind": kind,
        "date": business_date,
        "description": description[:200],
        "reverses": reverses.pk if reverses else None,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEDGER_LOCK])
        posted = Journal.objects.filter(key=key).first()
        if posted is not None:
            return _same(posted, values, cursor)
        faultpoint("ledger.post.before_write")
        cursor.execute(POST, values)
        faultpoint("ledger.post.after_write")
    return Journal.objects.get(key=key)


@transaction.atomic
def reverse_journal(*, journal: Journal, key: str, business_date: dt.date, description: str) -> Journal:
    """Post the exact negative of a journal, line by line; a journal is reversed once (M20)."""
    columns = ("account__code", "amount", "party_id", "pool_id", "run_id", "reason", "memo")
    lines = [
        Entry(AccountCode(code), -amount, *rest)
        for code, amount, *rest in journal.lines.order_by("line_no").values_list(*columns)
    ]
    return post_journal(
        kind="reversal",
        key=key,
        business_date=business_date,
        description=description,
        lines=lines,
        reverses=journal,
    )


def _columns(lines: Sequence[Entry]) -> dict[str, list[Any]]:
    return {
        "codes": [str(line.account) for line in lines],
        "amounts": [line.amount for line in lines],
        "parties": [line.party_id for line in lines],
        "pools": [line.pool_id for line in lines],
        "runs": [line.run_id for line in lines],
        "reasons": [line.reason for line in lines],
        "memos": [line.memo[:200] for line in lines],
    }


def _same(posted: Journal, values: dict[str, Any], cursor: Any) -> Journal:
    cursor.execute(f"WITH line AS ({LINES}) {HASH}", values)
    if bytes(cursor.fetchone()[0]) != bytes(posted.sha256):
        raise KeyConflict(f"{posted.key} has posted journal {posted.number} with other lines")
    return posted
