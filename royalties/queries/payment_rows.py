"""The rows of a payment batch as they lie in the table."""

from royalties.models import PaymentBatch
from royalties.rules.payment_batch import PaymentRow, batch_digest


def digest_of_stored(batch: PaymentBatch) -> bytes:
    """The digest that two people agree on, worked out anew from the payments."""
    names = PaymentRow.__dataclass_fields__
    rows = [PaymentRow(*row) for row in batch.payments.order_by("line_no").values_list(*names)]
    return batch_digest(batch.number, batch.pay_on.isoformat(), rows)
