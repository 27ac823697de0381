"""The rows of payment batches as they lie in the table."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from royalties.models import Payment, PaymentBatch
from royalties.rules.payment_batch import PaymentRow, batch_digest

COLUMNS = tuple(PaymentRow.__dataclass_fields__)


def batch_digest_of_stored(batch: PaymentBatch) -> bytes:
    """The digest that two people agree on, worked out anew from the payments."""
    return batch_digests_of_stored([batch])[batch.pk]


def batch_digests_of_stored(batches: Iterable[PaymentBatch]) -> dict[int, bytes]:
    """The same for many batches, by their ids, in one query."""
    wanted = {batch.pk: batch for batch in batches}
    digests = {pk: _digest(batch, []) for pk, batch in wanted.items()}
    rows = Payment.objects.filter(batch__in=wanted).order_by("batch_id", "line_no").values_list("batch_id", *COLUMNS)
    for pk, group in groupby(rows.iterator(), itemgetter(0)):
        digests[pk] = _digest(wanted[pk], (PaymentRow(*row) for _batch, *row in group))
    return digests


def _digest(batch: PaymentBatch, rows: Iterable[PaymentRow]) -> bytes:
    return batch_digest(batch.number, batch.pay_on.isoformat(), rows)
