"""What came into the sources of a statement, as far as its member may see it.

Of a receipt a member sees the tariff, the day and the amount; never who paid.
"""

import datetime as dt
from dataclasses import dataclass

from royalties.models import PayeeTotal, PoolReceipt, RunPool, Statement


@dataclass(frozen=True, slots=True)
class SourceReceipt:
    """A part of a receipt in a pool: its tariff with its Urdu name, its use category, its day, minor units."""

    tariff: str
    tariff_ur: str
    category: str
    received_on: dt.date
    amount: int


def source_of(statement: Statement, pool_no: int) -> RunPool | None:
    """A source of a statement, with its pool; None where the statement earns nothing."""
    earned = PayeeTotal.objects.filter(run_id=statement.run_id, pool_no=pool_no, payee_id=statement.party_id)
    if not earned.exists():
        return None
    return RunPool.objects.select_related("pool").get(run_id=statement.run_id, pool_no=pool_no)


def receipts_of(source: RunPool) -> list[SourceReceipt]:
    """What came into the pool of a source, by day. A pool stands still once its run has frozen it."""
    tariff = "allocation__invoice__tariff_version__tariff__"
    rows = PoolReceipt.objects.filter(pool_id=source.pool_id).order_by("allocation__receipt__received_on", "pk")
    fields = [f"{tariff}{name}" for name in ("name", "name_ur", "use_category")]
    return [SourceReceipt(*row) for row in rows.values_list(*fields, "allocation__receipt__received_on", "amount")]
