"""The bank's answers: what was paid is posted, what was rejected goes back to its payee, once.

A bank may answer over several days: each file answers some lines, and the batch closes with the last of them.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.tables.errors import RowError
from royalties.formats.bank_files import BankAnswer, read_bank_answers
from royalties.models import Payment, PaymentBatch
from royalties.models.ledger import AccountCode
from royalties.services.ledger import Entry, post_journal

TAKEN = _("This answer was taken before. Nothing was changed.")


@transaction.atomic
def load_bank_answers(*, batch: PaymentBatch, data: bytes, filename: str, by: User, now: dt.datetime) -> list[RowError]:
    """Take the bank's answer to some or all lines of a batch. Returns the complaints; with any, nothing is taken.

    Raises ValidationError when the batch is not with the bank, or when all of this was taken before.
    """
    require(by, "royalties.make_payments")
    batch = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
    digest = hashlib.sha256(data).digest()
    if batch.payments.filter(answer_sha256=digest).exists():
        raise ValidationError(TAKEN)
    if batch.state != "exported":
        raise ValidationError(_("This batch is not waiting for an answer of the bank."))
    payments = {payment.line_no: payment for payment in batch.payments.select_related("party")}
    answers, errors = read_bank_answers(
        data, filename=filename, batch=batch.number, lines=payments, taken=_taken(payments)
    )
    if errors:
        return errors
    if not answers:
        raise ValidationError(TAKEN)
    faultpoint("pay.answer.before_write")
    _settle(payments, answers, digest, now)
    faultpoint("pay.answer.after_rows_write")
    post_journal(
        kind="payment_settle",
        key=f"payment:{batch.uid}:settle:{digest.hex()[:16]}",
        business_date=business_date(now),
        description=f"Answered by the bank: {batch.number}",
        lines=_entries(payments, answers),
    )
    waiting = sum(payment.state == "reserved" for payment in payments.values())
    batch.state = "exported" if waiting else "closed"
    batch.save(update_fields=["state"])
    faultpoint("pay.answer.after_write")
    rejected = sum(not answer.is_paid for answer in answers)
    facts = {"paid": len(answers) - rejected, "rejected": rejected, "waiting": waiting}
    record_act(by=by, verb="settle_payment_batch", on=batch, facts=facts)
    return []


def _taken(payments: dict[int, Payment]) -> dict[int, BankAnswer]:
    """What earlier files said, by line."""
    return {
        line_no: BankAnswer(line_no, payment.state == "paid", payment.bank_reference, payment.bank_reason)
        for line_no, payment in payments.items()
        if payment.state in ("paid", "rejected")
    }


def _settle(payments: dict[int, Payment], answers: Sequence[BankAnswer], digest: bytes, now: dt.datetime) -> None:
    for answer in answers:
        payment = payments[answer.line_no]
        payment.state = "paid" if answer.is_paid else "rejected"
        payment.bank_reference, payment.bank_reason = answer.reference, answer.reason
        payment.answer_sha256, payment.settled_at = digest, now
    Payment.objects.bulk_update(
        [payments[answer.line_no] for answer in answers],
        ["state", "bank_reference", "bank_reason", "answer_sha256", "settled_at"],
        batch_size=500,
    )


def _entries(payments: dict[int, Payment], answers: Sequence[BankAnswer]) -> list[Entry]:
    lines: list[Entry] = []
    for answer in answers:
        payment = payments[answer.line_no]
        party = payment.party_id
        lines.append(Entry(AccountCode.IN_TRANSIT, payment.gross, party_id=party))
        if not answer.is_paid:
            lines.append(Entry(AccountCode.PAYABLE, -payment.gross, party_id=party, reason="returned"))
            continue
        lines.append(Entry(AccountCode.BANK, -payment.net, party_id=party, memo=answer.reference))
        if payment.withheld:
            lines.append(Entry(AccountCode.WITHHOLDING, -payment.withheld, party_id=party))
    return lines
