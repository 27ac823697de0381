"""The bank file: made when it is needed, the same bytes each time, each download counted."""

import datetime as dt
import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from members.services.bank import ibans_for_payment
from royalties.formats.bank_files import BankLine, write_bank_file
from royalties.fsck import require_clean
from royalties.models import PaymentBatch
from royalties.queries.payment_rows import batch_digest_of_stored


@transaction.atomic
def export_batch(*, batch: PaymentBatch, by: User, now: dt.datetime) -> bytes:
    """The file of an approved batch. Made again it must be byte-identical; otherwise it is not given out."""
    require(by, "royalties.make_payments")
    batch = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in {"approved", "exported"}:
        raise ValidationError(_("Only an approved batch goes to the bank."))
    require_clean()
    if bytes(batch.approved_digest or b"") != batch_digest_of_stored(batch):
        raise ValidationError(_("The payments are not those that were approved. The file is not given out."))
    data = _file(batch, by)
    digest = hashlib.sha256(data).digest()
    if batch.file_sha256 is not None and bytes(batch.file_sha256) != digest:
        raise ValidationError(_("The bank file would differ from the one given out before. It is not given out."))
    faultpoint("pay.export.before_write")
    if batch.state == "approved":
        batch.state, batch.file_sha256, batch.exported_at = "exported", digest, now
    batch.downloads += 1
    batch.save(update_fields=["state", "file_sha256", "exported_at", "downloads"])
    faultpoint("pay.export.after_write")
    record_act(
        by=by, verb="export_payment_batch", on=batch, facts={"sha256": digest.hex(), "download": batch.downloads}
    )
    return data


def _file(batch: PaymentBatch, by: User) -> bytes:
    payments = list(batch.payments.order_by("line_no"))
    ibans = ibans_for_payment(account_ids=[payment.account_id for payment in payments], by=by, batch=batch)
    return write_bank_file(
        batch=batch.number,
        pay_on=batch.pay_on,
        currency=settings.CURRENCY["code"],
        decimals=settings.CURRENCY["decimals"],
        lines=[
            BankLine(payment.line_no, ibans[payment.account_id], payment.payee_name, payment.net)
            for payment in payments
        ],
    )
