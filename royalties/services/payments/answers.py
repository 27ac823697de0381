"""The bank's answers: what was paid is posted, what was rejected goes back to its payee, once."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

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


@transaction.atomic
def load_bank_answers(*, batch: PaymentBatch, data: bytes, filename: str, by: User, now: dt.datetime) -> list[RowError]:
    """Take the bank's answer to a whole batch. Returns the complaints; with any, nothing is taken.

    Raises ValidationError when the batch is not with the bank, or this very file was taken before.
    """
    require(by, "royalties.make_payments")
    batch = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
    digest = hashlib.sha256(data).digest()
    if PaymentBatch.objects.filter(response_sha256=digest).exists():
        raise ValidationError(_("This answer was taken before. Nothing was changed."))
    if batch.state != "exported":
        raise ValidationError(_("This batch is not waiting for an answer of the bank."))
    payments = {payment.line_no: payment for payment in batch.payments.select_related("party")}
    answers, errors = read_bank_answers(data, filename=filename, batch=batch.number, lines=payments)
    errors += _unanswered(filename, payments, answers)
    if errors:
        return errors
    faultpoint("pay.answer.before_write")
    _settle(payments, answers, now)
    faultpoint("pay.answer.after_rows_write")
    post_journal(
        kind="payment_settle",
        key=f"payment:{batch.uid}:settle",
        business_date=business_date(now),
        description=f"Answered by the bank: {batch.number}",
        lines=_entries(payments, answers),
    )
    batch.state, batch.response_sha256 = "closed", digest
    batch.save(update_fields=["state", "response_sha256"])
    faultpoint("pay.answer.after_write")
    rejected = sum(not answer.is_paid for answer in answers)
    record_act(
        by=by, verb="settle_payment_batch", on=batch, facts={"paid": len(answers) - rejected, "rejected": rejected}
    )
    return []


def _unanswered(filename: str, payments: dict[int, Payment], answers: Sequence[BankAnswer]) -> list[RowError]:
    missing = sorted(set(payments) - {answer.line_no for answer in answers})
    return [
        RowError(
            file=filename,
            row=0,
            column="line",
            value=str(line_no),
            message=_("The bank's answer says nothing about this line."),
            remedy=_("Ask the bank for the complete answer."),
        )
        for line_no in missing
    ]


def _settle(payments: dict[int, Payment], answers: Sequence[BankAnswer], now: dt.datetime) -> None:
    for answer in answers:
        payment = payments[answer.line_no]
        payment.state = "paid" if answer.is_paid else "rejected"
        payment.bank_reference, payment.bank_reason, payment.settled_at = answer.reference, answer.reason, now
    Payment.objects.bulk_update(
        list(payments.values()), ["state", "bank_reference", "bank_reason", "settled_at"], batch_size=500
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
