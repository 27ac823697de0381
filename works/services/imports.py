"""Registration files: checked first, taken on a yes, answered with an ACK. The same bytes are taken once.

The check reads the whole file and writes what would become of each transaction, and nothing else: no work, no share, no
party. Taking it is one transaction: either every accepted work is there with the answer file, or nothing is.
"""

import datetime as dt
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from works.formats.cwr.acknowledgement import Answer, write_acknowledgement
from works.formats.cwr.codes import societies
from works.formats.cwr.corrections import corrected
from works.formats.cwr.names import file_name, parse_file_name
from works.formats.cwr.reader import CwrReading, read_cwr
from works.formats.cwr.records import CwrFault, CwrTransaction, Severity
from works.formats.cwr.work import WorkTransaction, WorkWriter
from works.formats.cwr.work_view import work_of
from works.models import ImportedTransaction, RegistrationFile, Work, WorkIdentifier, WorkShare
from works.rules.identifiers import read_iswc
from works.services.cwr_works import new_works
from works.services.registration import NewWork, link_recordings, share_row, store_works

ACCEPTED = ("AS", "AC")
COMPLAINTS_KEPT = 200


@transaction.atomic
def check_registration_file(*, upload: IO[bytes], filename: str, by: User) -> RegistrationFile:
    """Read a file and keep it with what would become of it. Raises ValidationError when it is too big, known already
    or no CWR file at all."""
    require(by, "works.import_works")
    data = upload.read(settings.UPLOAD_LIMIT + 1)
    if len(data) > settings.UPLOAD_LIMIT:
        raise ValidationError(
            _("This file is larger than %(limit)s MB. Split it and hand in the parts.")
            % {"limit": settings.UPLOAD_LIMIT // 1_000_000}
        )
    digest = hashlib.sha256(data).digest()
    if known := RegistrationFile.objects.filter(sha256=digest).first():
        raise ValidationError(
            _("The same file was handed in before, as %(name)s. Nothing was taken twice.") % {"name": known.filename}
        )
    reading = read_cwr(io.BytesIO(data), filename)
    rows = list(_checked(reading))
    if not reading.is_readable:
        raise ValidationError([_complaint_text(fault) for fault in reading.faults] or [_("This is not a CWR file.")])
    file = RegistrationFile(
        filename=filename[:200],
        sha256=digest,
        format=f"CWR {reading.version}",
        sender=reading.header.sender_name[:80] if reading.header else "",
        state="refused" if reading.is_refused else "checked",
        received_by=by,
        report=_report(reading, [status for _row, status, _work in rows]),
    )
    file.file.save(f"{digest.hex()}.cwr", ContentFile(data), save=False)
    file.save()
    ImportedTransaction.objects.bulk_create(_row(file, row, status, work) for row, status, work in rows)
    record_act(by=by, verb="check_registration_file", on=file, facts={"transactions": len(rows)})
    return file


@transaction.atomic
def import_registration_file(*, file: RegistrationFile, by: User, now: dt.datetime) -> RegistrationFile:
    """Take the accepted transactions and write the answer; taken twice, the second call changes nothing."""
    require(by, "works.import_works")
    file = RegistrationFile.objects.select_for_update().get(pk=file.pk)
    if file.state == "imported":
        return file
    if file.state == "refused":
        raise ValidationError(_("This file was refused as a whole. Ask the sender for a corrected one."))
    with file.file.open("rb") as stream:
        reading = read_cwr(cast(BinaryIO, stream), file.filename)
        rows = list(_checked(reading))
    sender = _sender_key(reading)
    taken = _take(rows, sender, by)
    faultpoint("works.import.after_works")
    answers = [_answer(row, status, taken.get(row.number) or work) for row, status, work in rows]
    _write_answer(file, reading, answers, now)
    _update_rows(file, rows, taken)
    file.state, file.imported_at = "imported", now
    file.report = _report(reading, [status for _row, status, _work in rows])
    file.report["answer_name"] = _answer_name(file, now)
    file.save()
    record_act(by=by, verb="import_registration_file", on=file, facts={"works": len(taken)})
    return file


def _checked(reading: CwrReading) -> Iterator[tuple[CwrTransaction, str, Work | None]]:
    """Each work transaction with its status and the work it concerns, if that exists already."""
    transactions = [row for row in reading if row.type in ("NWR", "REV")]
    known = _Known(transactions, _sender_key(reading))
    for row in transactions:
        status, work = known.decide(row)
        yield row, status, work


class _Known:
    """The works that a file's own numbers and ISWCs already name, in two queries."""

    def __init__(self, transactions: list[CwrTransaction], sender: str) -> None:
        numbers = {row.header["submitter_work_no"] for row in transactions}
        iswcs = {read_iswc(row.header["iswc"]).value for row in transactions if row.header["iswc"]}
        mine = WorkIdentifier.objects.filter(issuer=sender, value__in=numbers).select_related("work")
        self.by_number = {row.value: row.work for row in mine}
        self.by_iswc = {work.iswc: work for work in Work.objects.filter(iswc__in=iswcs)}
        self.seen: set[str] = set()

    def decide(self, row: CwrTransaction) -> tuple[str, Work | None]:
        """Status by the society's rules: rejected, duplicate, conflict, accepted with or without changes."""
        number = row.header["submitter_work_no"]
        if row.is_rejected:
            return "RJ", None
        if number in self.seen:
            return "RJ", None
        self.seen.add(number)
        if own := self.by_number.get(number):
            return ("AC", own) if row.type == "REV" else ("DU", own)
        iswc = row.header["iswc"]
        if other := self.by_iswc.get(read_iswc(iswc).value if iswc else ""):
            return "CO", other
        changed = any(fault.severity in (Severity.FIELD, Severity.RECORD) for fault in row.faults)
        return ("AC" if changed else "AS"), None


def _take(rows: list[tuple[CwrTransaction, str, Work | None]], sender: str, by: User) -> dict[int, Work]:
    """Store new works in bulk and revise known ones; transaction number → work."""
    accepted = [(row, work) for row, status, work in rows if status in ACCEPTED]
    works = new_works(works=[work_of(corrected(row)) for row, _work in accepted], sender=sender, by=by)
    fresh = [(row, new) for (row, work), new in zip(accepted, works, strict=True) if work is None]
    stored = store_works(news=[new for _row, new in fresh], source=sender)
    taken = {row.number: work for (row, _new), work in zip(fresh, stored, strict=True)}
    for (row, work), new in zip(accepted, works, strict=True):
        if work is not None:
            _revise(work, new, sender, by)
            taken[row.number] = work
    return taken


def _revise(work: Work, new: NewWork, sender: str, by: User) -> None:
    """A revision replaces the shares this sender brought; shares from elsewhere and disputed parts stay."""
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    before = _share_facts(work, sender)
    WorkShare.objects.filter(work=work, source=sender).exclude(state="disputed").delete()
    WorkShare.objects.bulk_create(share_row(work, part, sender) for part in new.shares)
    link_recordings([(work, recording) for recording in new.recordings])
    record_act(by=by, verb="revise_work", on=work, facts={"before": before, "after": _share_facts(work, sender)})


def _share_facts(work: Work, sender: str) -> list[Any]:
    rows = WorkShare.objects.filter(work=work, source=sender).order_by("right", "pk")
    return [list(row) for row in rows.values_list("right", "party_id", "share")]


def _answer(row: CwrTransaction, status: str, work: Work | None) -> Answer:
    conflicts = (work_as_transaction(work, row.version),) if status == "CO" and work else ()
    number = work.number if work and status in (*ACCEPTED, "DU") else ""
    return Answer(row, status, number, conflicts=conflicts)


def work_as_transaction(work: Work, version: str) -> WorkTransaction:
    """Our work as plain CWR values: title, our number, and its performing shares as writers not of the sender."""
    shares = work.shares.filter(right="PR", party__isnull=False).select_related("party")
    writers = [
        WorkWriter(
            is_controlled=False,
            last_name=share.party.display_name[:45],
            writer_designation=share.role if share.role in {"CA", "C", "A", "AR", "AD", "TR", "SA", "SR"} else "CA",
            pr_ownership=share.share,
        )
        for share in shares
        if share.party
    ]
    return WorkTransaction(
        transaction_type="EXC",
        version=version,
        title=work.title[:60],
        submitter_work_no=work.number,
        iswc=work.iswc or "",
        language=work.language,
        distribution_category=work.category,
        version_type=work.version_type,
        writers=tuple(writers),
    )


def _write_answer(file: RegistrationFile, reading: CwrReading, answers: list[Answer], now: dt.datetime) -> None:
    from works.formats.cwr.writer import FileSender

    code = settings.SOCIETY["cisac_code"]
    listed = societies().get(code)
    out = io.BytesIO()
    if reading.header is None:
        return
    write_acknowledgement(
        out,
        original=reading.header,
        sender=FileSender(
            "SO", code, listed.name if listed else settings.SOCIETY["name"], "cmo_portal", settings.RELEASE
        ),
        created=now,
        processed=now.date(),
        answers=answers,
        file_faults=reading.faults,
    )
    file.answer.save(f"{file.uid}.ack", ContentFile(out.getvalue()), save=False)


def _answer_name(file: RegistrationFile, now: dt.datetime) -> str:
    sent = parse_file_name(file.filename)
    version = file.format.removeprefix("CWR ")
    receiver = sent.sender if sent else "000"
    return file_name(
        year=now.year,
        number=file.pk % 9999 or 9999,
        sender=settings.SOCIETY["cisac_code"],
        receiver=receiver,
        version=version,
    )


def _update_rows(
    file: RegistrationFile, rows: list[tuple[CwrTransaction, str, Work | None]], taken: dict[int, Work]
) -> None:
    statuses = {row.number: (status, taken.get(row.number) or work) for row, status, work in rows}
    kept = list(ImportedTransaction.objects.filter(file=file))
    for row in kept:
        row.status, row.work = statuses[row.number]
    ImportedTransaction.objects.bulk_update(kept, ["status", "work"], batch_size=500)


def _row(file: RegistrationFile, row: CwrTransaction, status: str, work: Work | None) -> ImportedTransaction:
    return ImportedTransaction(
        file=file,
        number=row.number,
        kind=row.type,
        title=row.header["title"],
        submitter_number=row.header["submitter_work_no"],
        status=status,
        complaints=[_complaint(fault) for fault in row.faults[:COMPLAINTS_KEPT]],
        work=work,
    )


def _report(reading: CwrReading, statuses: list[str]) -> dict[str, Any]:
    counts = Counter(statuses)
    return {
        "version": reading.version,
        "transactions": len(statuses),
        "records": reading.record_count,
        "accepted": sum(counts[status] for status in ACCEPTED),
        "statuses": sorted(counts.items()),
        "complaints": [_complaint(fault) for fault in reading.faults[:COMPLAINTS_KEPT]],
    }


def _complaint(fault: CwrFault) -> dict[str, Any]:
    return {
        "line": fault.line,
        "record": fault.record_type,
        "field": fault.field,
        "value": fault.value,
        "text": _complaint_text(fault),
        "edit": fault.edit or fault.severity.value,
        "severity": fault.severity.value,
    }


def _complaint_text(fault: CwrFault) -> str:
    return f"{_(fault.message) % dict(fault.facts)} {_(fault.remedy) % dict(fault.facts)}".strip()


def _sender_key(reading: CwrReading) -> str:
    """How we call the sender's numbers: type and number of the file's header."""
    header = reading.header
    return f"{header.sender_type}{header.sender_number.lstrip('0')}"[:20] if header else ""
