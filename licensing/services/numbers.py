"""Numbers of documents without holes, and references that are hard to guess."""

import secrets

from django.db import transaction
from django.db.models import F

from licensing.models import NumberSeries

# Letters and digits that are not mistaken for one another when read aloud or copied by hand.
CLEAR = "ACDEFHJKLMNPQRTUVWXY34679"


def next_number(series: str, *, width: int = 6) -> str:
    """The next number of a series, `INV-2026` giving `INV-2026-000001`. Belongs inside the transaction of the document:
    the row stays locked until it ends, so an abandoned act leaves no hole."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is taken inside the transaction of its document")
    NumberSeries.objects.get_or_create(name=series)
    row = NumberSeries.objects.select_for_update().get(name=series)
    NumberSeries.objects.filter(pk=row.pk).update(last=F("last") + 1)
    return f"{series}-{row.last + 1:0{width}d}"


def new_reference() -> str:
    """Eight clear characters, such as K7MQ-3XRT."""
    signs = "".join(secrets.choice(CLEAR) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
