"""Batches: what is owed is reserved for the bank, and a second person agrees to exactly these rows."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.money import decimal_text
from cmo_portal.form_keys import KeyReused, lock_form_key
from licensing.services.numbers import next_number
from members.models import Party
from royalties.fsck import require_clean
from royalties.models import Journal, Payment, PaymentBatch
from royalties.models.ledger import AccountCode
from royalties.queries.payable import Due, PaymentRules, due_on, payment_rules
from royalties.queries.payment_rows import batch_digest_of_stored
from royalties.rules.payment_batch import PaymentRow, batch_digest
from royalties.services.ledger import Entry, post_journal, reverse_journal


@transaction.atomic
def make_batch(*, form_key: UUID, pay_on: dt.date, by: User, now: dt.datetime) -> PaymentBatch:
    """Reserve everything that may be paid on `pay_on`. The same form key again gives the batch that exists.

    Raises ValidationError when nobody can be paid or a rule is missing, KeyReused for the same key with another day.
    """
    require(by, "royalties.make_payments")
    lock_form_key(form_key)
    if existing := PaymentBatch.objects.filter(form_key=form_key).first():
        if existing.pay_on != pay_on:
            raise KeyReused
        return existing
    if pay_on < business_date(now):
        raise ValidationError({"pay_on": _("This day has passed. Choose today or a later day.")})
    rules = payment_rules(pay_on)
    found = [due for due in due_on(pay_on, rules=rules, frozen_at=now) if due.withholding is not None]
    # The parties are locked in order of their ids, then looked at again: another batch may have been quicker.
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=[due.party_id for due in found]).order_by("pk"))
    found = [due for due in due_on(pay_on, rules=rules, frozen_at=now) if due.withholding is not None]
    if not found:
        raise ValidationError(_("Nobody can be paid on this date. The list says what each payee waits for."))
    number = next_number(f"P-{business_date(now).year}", width=3)
    rows = [_row(place, due) for place, due in enumerate(found, start=1)]
    faultpoint("pay.reserve.before_write")
    batch = PaymentBatch.objects.create(
        number=number,
        form_key=form_key,
        pay_on=pay_on,
        maker=by,
        frozen_at=now,
        digest=batch_digest(number, pay_on.isoformat(), rows),
        count=len(rows),
        control_total=sum(row.net for row in rows),
    )
    Payment.objects.bulk_create(_payment(batch, row, rules) for row in rows)
    faultpoint("pay.reserve.after_rows_write")
    post_journal(
        kind="payment_reserve",
        key=f"payment:{batch.uid}:reserve",
        business_date=business_date(now),
        description=f"Reserved for {number}",
        lines=[
            entry
            for row in rows
            for entry in (
                Entry(AccountCode.PAYABLE, row.gross, party_id=row.party_id),
                Entry(AccountCode.IN_TRANSIT, -row.gross, party_id=row.party_id),
            )
        ],
    )
    faultpoint("pay.reserve.after_write")
    record_act(by=by, verb="make_payment_batch", on=batch, facts={"count": batch.count, "net": batch.control_total})
    return batch


@transaction.atomic
def approve_batch(*, batch: PaymentBatch, digest: bytes, by: User, now: dt.datetime) -> PaymentBatch:
    """A second person approves exactly these rows. Raises ValidationError for the maker, for a digest that is not the
    batch's, and while the checks of the books are red."""
    require(by, "royalties.approve_payments")
    batch = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.approved_by_id == by.pk and bytes(batch.approved_digest or b"") == digest:
        return batch
    if batch.state != "reserved":
        raise ValidationError(_("This batch was decided already. Look at its state."))
    if batch.maker_id == by.pk:
        raise ValidationError(_("Who makes a batch cannot approve it. Ask a second person."))
    if digest != bytes(batch.digest) or batch_digest_of_stored(batch) != digest:
        raise ValidationError(_("The figures changed since you looked. Look at them again."))
    if any(payment.party.member.user_id == by.pk for payment in _own(batch)):
        raise ValidationError(_("You cannot approve a payment to yourself. Ask another person."))
    require_clean()
    faultpoint("pay.approve.before_write")
    batch.state, batch.approved_by, batch.approved_at, batch.approved_digest = "approved", by, now, digest
    batch.save(update_fields=["state", "approved_by", "approved_at", "approved_digest"])
    faultpoint("pay.approve.after_write")
    record_act(by=by, verb="approve_payment_batch", on=batch, facts={"digest": digest.hex()})
    return batch


@transaction.atomic
def cancel_batch(*, batch: PaymentBatch, reason: str, by: User, now: dt.datetime) -> PaymentBatch:
    """Give everything back to the payees before the bank file has left; cancelled twice, nothing more happens."""
    require(by, "royalties.make_payments")
    batch = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == "cancelled":
        return batch
    if batch.state not in {"reserved", "approved"}:
        raise ValidationError(_("The bank has this batch already. Wait for its answer."))
    if not reason.strip():
        raise ValidationError(_("Say why the batch is cancelled."))
    faultpoint("pay.cancel.before_write")
    batch.payments.update(state="cancelled", settled_at=now)
    batch.state, batch.reason = "cancelled", reason.strip()
    batch.save(update_fields=["state", "reason"])
    key = f"payment:{batch.uid}:reserve"
    reverse_journal(
        journal=Journal.objects.get(key=key),
        key=f"payment:{batch.uid}:cancel",
        business_date=business_date(now),
        description=f"Cancelled {batch.number}",
    )
    faultpoint("pay.cancel.after_write")
    record_act(by=by, verb="cancel_payment_batch", on=batch, facts={"reason": batch.reason[:200]})
    return batch


def _own(batch: PaymentBatch) -> list[Payment]:
    return list(batch.payments.filter(party__member__isnull=False).select_related("party__member"))


def _row(line_no: int, due: Due) -> PaymentRow:
    kept = due.withholding
    if kept is None or due.statement_id is None or due.payee.account_id is None:
        raise ValueError(f"party {due.party_id} cannot be paid")
    return PaymentRow(
        line_no=line_no,
        party_id=due.party_id,
        account_id=due.payee.account_id,
        statement_id=due.statement_id,
        payee_name=due.payee.account_title or due.payee.name,
        iban_masked=due.payee.iban_masked,
        gross=kept.gross,
        tax_class=kept.rate.tax_class,
        tax_rate_percent=decimal_text(kept.rate.rate),
        withheld=kept.withheld,
        net=kept.net,
    )


def _payment(batch: PaymentBatch, row: PaymentRow, rules: PaymentRules) -> Payment:
    return Payment(
        batch=batch,
        line_no=row.line_no,
        party_id=row.party_id,
        account_id=row.account_id,
        statement_id=row.statement_id,
        payee_name=row.payee_name,
        iban_masked=row.iban_masked,
        gross=row.gross,
        tax_class=row.tax_class,
        tax_rate_percent=row.tax_rate_percent,
        tax_rule=rules.withholding,
        withheld=row.withheld,
        net=row.net,
    )
