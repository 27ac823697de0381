"""Registration files: kept, checked, taken on a yes, answered with an ACK. The same bytes are taken once.

The check reads the whole file and writes what would become of each transaction, and nothing else: no work, no share,
no party. A small file is checked and taken at once, each in one transaction. A large one is read by a worker, slice
after slice; each slice is whole or not there, and a worker that dies is followed by one that goes on behind the last
slice. Either way the file is `imported` only when every transaction has its outcome and the answer is written. A file
that brings `nothing` is answered as soon as it is checked.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import check_held, finish, report_progress
from members.models import Party
from works.formats.cwr.reader import CwrReading, read_cwr
from works.formats.cwr.values import read_date
from works.formats.cwr.work_view import work_of
from works.models import ImportedTransaction, RegistrationFile, Work
from works.queries.registrations import CHECK, IMPORT
from works.services.agreements import EDIT
from works.services.answering import keep_answer
from works.services.cwr_agreements import rehearse_agreements, take_agreements
from works.services.cwr_chains import withdraw_emptied
from works.services.cwr_differences import rehearsed_societies
from works.services.deciding import ACCEPTED, REVISING, Decider, Decision, complaints_of, row_of, sender_key, slices_of
from works.services.file_keeping import fingerprint, hand_to_worker, is_worked_on, keep_once, may_hand_in
from works.services.linking import CONFLICT, NOTED
from works.services.made import noting
from works.services.taking import SLICE, take_slice

TAKEN = ("imported", "nothing", "partly", "undone")
TO_TAKE = (*ACCEPTED, NOTED, "RA")  # statuses of what a file brings into the books, or that is kept for a person
AT_ONCE = 1_000_000  # bytes: larger files are read by a worker


def check_registration_file(*, upload: IO[bytes], filename: str, by: User) -> RegistrationFile:
    """Keep a file with what would become of it, at once whatever its size. Raises ValidationError when it is too big,
    known already or no CWR file at all; then nothing is kept."""
    with transaction.atomic():
        file = _keep(upload, filename, by)
        _check(file, by)
    return file


def receive_registration_file(
    *, upload: IO[bytes], filename: str, by: User, party: Party | None = None
) -> RegistrationFile:
    """As `check_registration_file`; a large file is only kept, and a worker checks it. A member may hand in a file for
    her `party`; staff take it."""
    with transaction.atomic():
        file = _keep(upload, filename, by, party)
        if file.file.size <= AT_ONCE:
            _check(file, by)
        else:
            hand_to_worker(file, CHECK, by)
    return file


def import_registration_file(*, file: RegistrationFile, by: User, now: dt.datetime) -> RegistrationFile:
    """Take the accepted transactions and write the answer, at once and whole; the second call changes nothing."""
    with transaction.atomic():
        file = _to_take(file, by)
        if file.state in TAKEN:
            return file
        with reading_of(file) as reading:
            decider, day = Decider(file, sender_key(reading)), dated(reading)
            for part in slices_of(reading, SLICE):
                take_slice(file=file, decisions=decider.decide(part), sender=decider.sender, by=by, now=now, dated=day)
        _finish_import(file, by, now)
    return file


def start_import(*, file: RegistrationFile, by: User, now: dt.datetime) -> RegistrationFile:
    """As `import_registration_file`; a large file is taken by a worker. A job that was given up is begun again, and
    goes on behind the last slice."""
    with transaction.atomic():
        file = _to_take(file, by)
        if file.state in TAKEN:
            return file
        if file.file.size <= AT_ONCE:
            return import_registration_file(file=file, by=by, now=now)
        file.state = "taking"
        file.save(update_fields=["state"])
        hand_to_worker(file, IMPORT, by)
    return file


def check_by_job(*, job: Job) -> None:
    """A worker checks a large file: slices of rows, then the outcome with the end of the job."""
    file, by = RegistrationFile.objects.get(pk=job.args["file"]), User.objects.get(pk=job.args["by"])
    with reading_of(file) as reading:
        decider = Decider(file, sender_key(reading))
        with transaction.atomic():
            check_held(job)
            ImportedTransaction.objects.filter(file=file).delete()
        for part in slices_of(reading, SLICE):
            with transaction.atomic():
                check_held(job)
                _keep_decisions(file, decider.decide(part), decider.sender)
            report_progress(job, done=part[-1].number, total=0)
        with transaction.atomic():
            _finish_check(file, reading, by)
            finish(job)


def import_by_job(*, job: Job, now: dt.datetime) -> None:
    """A worker takes a large file: each slice in its own transaction, then the answer with the end of the job."""
    file, by = RegistrationFile.objects.get(pk=job.args["file"]), User.objects.get(pk=job.args["by"])
    total = int(file.report.get("transactions") or 0)
    done = 0
    with reading_of(file) as reading:
        decider, day = Decider(file, sender_key(reading)), dated(reading)
        for part in slices_of(reading, SLICE):
            with transaction.atomic():
                check_held(job)
                take_slice(file=file, decisions=decider.decide(part), sender=decider.sender, by=by, now=now, dated=day)
            done += len(part)
            report_progress(job, done=done, total=total)
    with transaction.atomic():
        _finish_import(file, by, now)
        finish(job)


def _keep(upload: IO[bytes], filename: str, by: User, party: Party | None = None) -> RegistrationFile:
    may_hand_in(by, party)
    digest = fingerprint(upload, by=by)
    reading = read_cwr(cast(BinaryIO, upload), filename)
    if reading.header is None:
        told = [_told(complaint) for complaint in complaints_of(reading.faults)]
        raise ValidationError(told or [_("This is not a CWR file.")])
    file = RegistrationFile(
        filename=filename[:200],
        sha256=digest,
        format=f"CWR {reading.version}",
        sender=reading.header.sender_name[:80],
        state="received",
        received_by=by,
        party=party,
        report={"dated": f"{reading.header.created}{reading.header.created_time}"},
    )
    upload.seek(0)
    keep_once(file, upload=upload, ending="cwr", by=by)
    return file


def _check(file: RegistrationFile, by: User) -> None:
    with reading_of(file) as reading:
        decider = Decider(file, sender_key(reading))
        for part in slices_of(reading, SLICE):
            _keep_decisions(file, decider.decide(part), decider.sender)
        _finish_check(file, reading, by)


def _keep_decisions(file: RegistrationFile, decisions: Sequence[Decision], sender: str) -> None:
    """What would become of a slice: the decisions, and the societies that the taking would leave out."""
    last: dict[int | Work, Decision] = {}  # a work that the slice tells of twice: its last word
    for each in decisions:
        if each.status in ACCEPTED and not each.excess:
            last[each.work or each.earlier or each.transaction.number] = each
    sent = {each.transaction.number: work_of(each.transaction) for each in last.values()}
    societies = rehearsed_societies(sent=sent, sender=sender, file=file)
    rows = [row_of(file, each) for each in decisions]
    for row in rows:
        row.complaints = [*row.complaints, *complaints_of(societies.get(row.number, ()))]
    ImportedTransaction.objects.bulk_create(rows)


def _finish_check(file: RegistrationFile, reading: CwrReading, by: User) -> None:
    """The file was read to its end: whether it is refused as a whole is known only now. What would become of its
    agreements depends on its works; of who may not take agreements, they wait for who does."""
    if not reading.is_refused and by.has_perm(EDIT) and _holds_agreements(file):
        with reading_of(file) as again:
            rehearse_agreements(file=file, reading=again, by=by, today=business_date(file.created_at))
    file.report = _report(file, reading)
    if reading.is_refused or not file.report["transactions"]:
        file.state = "refused"
        keep_answer(file=file, reading=reading, now=file.created_at, file_faults=reading.faults)
    elif _brings(file) or _contests(file):
        file.state = "checked"
    else:
        file.state = "nothing"
        file.transactions.update(taken=True)
        with reading_of(file) as again:
            keep_answer(file=file, reading=again, now=file.created_at)
    file.save()
    facts = {"state": file.state, "transactions": file.report["transactions"]}
    record_act(by=by, verb="check_registration_file", on=file, facts=facts)


def _to_take(file: RegistrationFile, by: User) -> RegistrationFile:
    require(by, "works.import_works")
    file = RegistrationFile.objects.select_for_update().get(pk=file.pk)
    if file.state == "refused":
        raise ValidationError(_("This file was refused as a whole. Ask the sender for a corrected one."))
    if file.state == "received" or (file.state == "taking" and is_worked_on(file)):
        raise ValidationError(_("This file is being worked on. Wait until it is done."))
    return file


def _brings(file: RegistrationFile) -> bool:
    """Whether any transaction of the file has something for our books."""
    return file.transactions.filter(status__in=TO_TAKE).exists()


def _contests(file: RegistrationFile) -> bool:
    """Whether a revision of the file may open a dispute when the file is taken."""
    return file.transactions.filter(status=CONFLICT, kind__in=REVISING, work__isnull=False).exists()


def _finish_import(file: RegistrationFile, by: User, now: dt.datetime) -> None:
    if _holds_agreements(file):
        with reading_of(file) as reading, noting(file):
            take_agreements(file=file, reading=reading, by=by, today=business_date(now))
    withdraw_emptied(file=file, by=by)
    file.state, file.imported_at = ("imported" if _brings(file) else "nothing"), now
    with reading_of(file) as reading:
        keep_answer(file=file, reading=reading, now=now)
    file.report = {**file.report, **outcome_counts(file)}
    file.save()
    record_act(by=by, verb="import_registration_file", on=file, facts={"accepted": file.report["accepted"]})


def _holds_agreements(file: RegistrationFile) -> bool:
    """Whether agreements of the file wait to be taken."""
    return ImportedTransaction.objects.filter(file=file, kind="AGR", status="RA").exists()


def dated(reading: CwrReading) -> dt.date | None:
    """The day of a file, from which its publisher chains hold."""
    return read_date(reading.header.created) if reading.header else None


@contextmanager
def reading_of(file: RegistrationFile) -> Iterator[CwrReading]:
    """A file of the store, read from its start."""
    with file.file.storage.open(str(file.file.name), "rb") as stream:
        yield read_cwr(cast(BinaryIO, stream), file.filename)


def _report(file: RegistrationFile, reading: CwrReading) -> dict[str, Any]:
    return {
        "dated": file.report["dated"],
        "version": reading.version,
        "records": reading.record_count,
        "others": reading.transaction_count - ImportedTransaction.objects.filter(file=file).count(),
        "complaints": complaints_of(reading.faults),
        **outcome_counts(file),
    }


def outcome_counts(file: RegistrationFile) -> dict[str, Any]:
    """How many transactions of a file have which status."""
    rows = ImportedTransaction.objects.filter(file=file).values("status").annotate(count=Count("pk"))
    counts = Counter(dict(rows.values_list("status", "count")))
    return {
        "transactions": counts.total(),
        "accepted": sum(counts[status] for status in ACCEPTED),
        "statuses": sorted(counts.items()),
    }


def _told(complaint: dict[str, Any]) -> str:
    facts = complaint["facts"]
    return f"{_(complaint['message']) % facts} {_(complaint['remedy']) % facts}".strip()
