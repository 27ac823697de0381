"""The payment desk: batches are reserved, approved by a second person, sent to the bank, and answered line by line."""

from royalties.services.payments.answers import load_bank_answers
from royalties.services.payments.batches import approve_batch, cancel_batch, make_batch
from royalties.services.payments.export import export_batch

__all__ = ["approve_batch", "cancel_batch", "export_batch", "load_bank_answers", "make_batch"]
