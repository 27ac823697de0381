"""What an import kept for a person, taken by the desk: an agreement of a member that somebody else sent, or one that
contradicts others; a revision that takes share from a member, or that is older than what stands.

Leaving it is no act: it stays with the file, and its answer says that it was received (RA).
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from works.agreement_mail import send_agreement_news
from works.formats.cwr.reader import CwrReading
from works.formats.cwr.records import CwrTransaction
from works.models import AgreementRole, ImportedTransaction, RegistrationFile
from works.services.agreements import EDIT
from works.services.answering import keep_answer
from works.services.cwr_agreements import TAKEN, Taking, take_agreement
from works.services.cwr_chains import withdraw_emptied
from works.services.deciding import ACCEPTED, Decider, complaints_of, sender_key, slices_of
from works.services.imports import dated, outcome_counts, reading_of
from works.services.made import noting
from works.services.taking import take_slice

SLICE = 200


@transaction.atomic
def take_kept(*, row: ImportedTransaction, by: User, now: dt.datetime, accepted: str = "") -> ImportedTransaction:
    """Take a transaction that waits for a person, and write the answer to the file anew; one that was taken before is
    left as it is. `accepted` is the mark of the contradictions that they have read.

    Raises Contradicts with those that they have not, and ValidationError where it cannot be taken.
    """
    require(by, EDIT)
    file = RegistrationFile.objects.select_for_update(of=("self",)).get(pk=row.file_id)
    row = ImportedTransaction.objects.select_for_update().get(pk=row.pk)
    if row.status in ACCEPTED:
        return row
    if file.state != "imported" or not row.waits_for_person:
        raise ValidationError(_("This transaction does not wait for anybody."))
    with reading_of(file) as reading:
        sent = _sent(reading, row)
        sender = sender_key(reading)
        if row.kind == "AGR":
            _take_agreement(file, row, sent, sender, by, now, accepted)
        else:
            _take_revision(file, row, sent, sender, by, now, dated(reading))
    withdraw_emptied(file=file, by=by)
    _answer_again(file, now)
    facts = {"transaction": row.number, "kind": row.kind, "number": row.submitter_number, "status": row.status}
    record_act(by=by, verb="take_kept_transaction", on=file, facts=facts)
    return row


def _take_agreement(
    file: RegistrationFile,
    row: ImportedTransaction,
    sent: CwrTransaction,
    sender: str,
    by: User,
    now: dt.datetime,
    accepted: str,
) -> None:
    taking = Taking(file, sender, by, business_date(now), is_person=True, accepted=accepted)
    with noting(file):
        outcome = take_agreement(taking, sent)
    if outcome.status != TAKEN or outcome.agreement is None:
        raise ValidationError([_(fault.message) % fault.facts for fault in outcome.faults])
    row.status, row.agreement, row.complaints = outcome.status, outcome.agreement, complaints_of(outcome.faults)
    row.save(update_fields=["status", "agreement", "complaints"])
    assignors = outcome.agreement.parties.filter(role=AgreementRole.ASSIGNOR).select_related("party")
    send_agreement_news([side.party for side in assignors], is_taken=True)


def _take_revision(
    file: RegistrationFile,
    row: ImportedTransaction,
    sent: CwrTransaction,
    sender: str,
    by: User,
    now: dt.datetime,
    day: dt.date | None,
) -> None:
    """As the import takes a revision; beside what others hold now it may be a conflict."""
    [decision] = Decider(file, sender, is_person=True).decide([sent])
    if decision.work is None:
        raise ValidationError(_("The work that it revises is not in our books any more."))
    row.taken = False
    row.save(update_fields=["taken"])
    take_slice(file=file, decisions=[decision], sender=sender, by=by, now=now, dated=day)
    row.refresh_from_db()


def _sent(reading: CwrReading, row: ImportedTransaction) -> CwrTransaction:
    """The transaction as it stands in the file."""
    parts = slices_of(reading, SLICE, (row.kind,))
    return next(sent for part in parts for sent in part if sent.number == row.number)


def _answer_again(file: RegistrationFile, now: dt.datetime) -> None:
    """The answer under its name and number, with the status as it is now, in the place of the one before."""
    before = file.answer.name
    with reading_of(file) as reading:
        is_written = keep_answer(file=file, reading=reading, now=now)
    file.report = {**file.report, **outcome_counts(file)}
    file.save(update_fields=["report", "answer", "answer_year", "answer_number"])
    if is_written and before and before != file.answer.name:
        transaction.on_commit(lambda: file.answer.storage.delete(before), robust=True)
