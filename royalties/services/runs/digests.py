"""The hash of what a run has frozen: same frozen state, same digest, on any machine."""

import hashlib
import json
from typing import Any

from django.db import connection

from royalties.models import Run, RunDeduction, RunPool, UsageClaim

TEXTS = "SELECT pool_no, text_key, work_id FROM royalties_runtext WHERE run_id = %s ORDER BY pool_no, text_key"
SHARES = (
    'SELECT "right", work_id, share_id, payee_id, coalesce(party_id, 0), role, units, holders, agreements'
    ' FROM royalties_runshare WHERE run_id = %s ORDER BY "right", work_id, share_id'
)


class _Hash:
    """A file that only adds what is written to it to a sha256."""

    def __init__(self) -> None:
        self.sum = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self.sum.update(data)
        return len(data)


def input_digest(run: Run) -> bytes:
    """sha256 over pools, deductions, rules, files, texts with their works, and shares with their payees."""
    body = _Hash()
    body.write(json.dumps(_header(run), sort_keys=True, default=str, ensure_ascii=False).encode())
    with connection.cursor() as cursor:
        for query in (TEXTS, SHARES):
            statement = cursor.cursor.mogrify(query, [run.pk]).decode()
            cursor.cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)", body)
    return body.sum.digest()


def _header(run: Run) -> dict[str, Any]:
    pools = RunPool.objects.filter(run=run).select_related("pool", "rule_version__rule").order_by("pool_no")
    deductions = RunDeduction.objects.filter(run=run).select_related("pool", "rule_version__rule")
    claims = UsageClaim.objects.filter(run=run).select_related("file").order_by("position", "right")
    return {
        "period": [run.period_start, run.period_end],
        "pools": [
            [
                p.pool_no,
                p.pool.code,
                p.section,
                p.right,
                p.territory,
                p.gross,
                p.deducted,
                p.amount,
                p.weight_scale,
                _rule(p),
            ]
            for p in pools
        ],
        "deductions": [
            [d.pool.code, d.order, d.code, d.basis, d.rate_percent, d.amount, _rule(d)]
            for d in deductions.order_by("pool__code", "order")
        ],
        "files": [
            [c.position, c.right, bytes(c.file.sha256).hex(), c.file.reader_version, c.file.mapping, c.file.line_count]
            for c in claims
        ],
    }


def _rule(row: RunPool | RunDeduction) -> list[Any]:
    version = row.rule_version
    return [version.rule.code, version.version, version.parameters]
