"""Files of our repertoire (CWR 2.1 and 2.2): written strictly, read back before they are offered, and remembered.

A work that the receiver got before goes out as a revision (REV), any other as a registration (NWR). What cannot be
written is not sent and stands, with its place and its cure, in a list of complaints beside the file; what a sent work
leaves out stands there too. Works are read, checked and written slice by slice: memory does not grow with the register.
"""

import codecs
import csv
import datetime as dt
import hashlib
import io
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.tables.writing import inert
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, check_held, finish, report_progress
from members.queries.party_register import known_society_codes
from works.formats.cwr.encoding import CwrWriteError, WriteProblem
from works.formats.cwr.names import file_name
from works.formats.cwr.profile import STRICT
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.records import CwrFault, Severity
from works.formats.cwr.registrations import faults_before_sending, write_registrations
from works.formats.cwr.work import WorkTransaction
from works.models import ExportedWork, ExportFile
from works.queries.exports import EXPORT, OwnWork, own_works, subject_of, works_to_send
from works.services.answering import our_society
from works.services.cwr_repertoire import to_send
from works.services.deciding import complaints_of
from works.services.party_numbers import number_parties

MAY = "works.import_works"
NOBODY = "000"  # no particular receiver
AT_ONCE = 2_000  # works: a larger register is written by a worker
KINDS = ("NWR", "REV")
_EXPORT_LOCK = 0x45585054
_MEMORY = 2_000_000  # bytes of a file kept in memory before it goes to disk


def export_repertoire(
    *, version: str, by: User, now: dt.datetime, since: dt.date | None = None, receiver: str = "000"
) -> ExportFile:
    """Write a file of our works at once: all of them, or those changed since a day."""
    with transaction.atomic():
        file = _new_file(version, by, now, since, receiver)
        _write(file, by, now)
    return file


def start_export(
    *, version: str, by: User, now: dt.datetime, since: dt.date | None = None, receiver: str = "000"
) -> ExportFile:
    """As `export_repertoire`; of a large register the file is written by a worker."""
    with transaction.atomic():
        file = _new_file(version, by, now, since, receiver)
        if _count(file) <= AT_ONCE:
            _write(file, by, now)
        else:
            args = {"file": file.pk, "by": by.pk}
            add_job(kind=EXPORT, key=f"{EXPORT}:{file.uid}", args=args, subject=subject_of(file))
    return file


def export_by_job(*, job: Job, now: dt.datetime) -> None:
    """A worker writes the file; its rows, the file and the end of the job are there together or not at all."""
    file, by = ExportFile.objects.get(pk=job.args["file"]), User.objects.get(pk=job.args["by"])
    report_progress(job, done=0, total=_count(file))
    with transaction.atomic():
        check_held(job)
        _write(file, by, now)
        finish(job)


def _new_file(version: str, by: User, now: dt.datetime, since: dt.date | None, receiver: str) -> ExportFile:
    require(by, MAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_EXPORT_LOCK])
    if ExportFile.objects.filter(state="waiting").exists():
        raise ValidationError(_("Another export is being written. Wait until it is done."))
    year, receiver = business_date(now).year, receiver_code(receiver)
    _refuse_receiver(receiver)
    last = ExportFile.objects.filter(year=year).order_by("-number").values_list("number", flat=True).first()
    number = (last or 0) + 1
    try:
        name = file_name(
            year=year, number=number, sender=settings.SOCIETY["cisac_code"], receiver=receiver, version=version
        )
    except ValueError as error:
        raise ValidationError(
            _("Give 2.1 or 2.2 as the version, and a receiver of two to four letters or digits.")
        ) from error
    return ExportFile.objects.create(
        year=year, number=number, filename=name, version=version, since=since, receiver=receiver, made_by=by
    )


def _refuse_receiver(receiver: str) -> None:
    """A society that gets a file is another one that exists; the codes of other receivers are nowhere listed."""
    if receiver == str(settings.SOCIETY["cisac_code"]):
        raise ValidationError(_("The receiver is our own society. Name another one, or 000 for no particular one."))
    if len(receiver) == 3 and receiver.isdecimal() and receiver != NOBODY and not known_society_codes([receiver]):
        raise ValidationError(_("No society has the code %(issuer)s. Check its three digits.") % {"issuer": receiver})


def receiver_code(text: str) -> str:
    """A receiver as names of files have it: capital letters, societies with three digits."""
    code = text.strip().upper()
    return code.zfill(3) if code.isascii() and code.isdecimal() else code


def _since(file: ExportFile) -> dt.datetime | None:
    if file.since is None:
        return None
    return timezone.make_aware(dt.datetime.combine(file.since, dt.time.min))


def _count(file: ExportFile) -> int:
    return sum(works_to_send(kind=kind, file=file, since=_since(file)).count() for kind in KINDS)


def _write(file: ExportFile, by: User, now: dt.datetime) -> None:
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as out, tempfile.SpooledTemporaryFile(_MEMORY) as said:
        run = _Run(file, business_date(now), cast(BinaryIO, said))
        target = cast(BinaryIO, out)
        groups = [(kind, run.transactions(kind)) for kind in KINDS]
        try:
            write_registrations(
                target, version=file.version, sender=our_society(), created=timezone.localtime(now), groups=groups
            )
        except CwrWriteError:
            if run.counts["sent"]:
                raise
            file.state = "empty"
        else:
            file.state, file.report = _read_back(target, file)
            out.seek(0)
            file.file.save(f"{file.uid}.cwr", File(target), save=False)
        if run.complaints:
            said.seek(0)
            file.complaints.save(f"{file.uid}.csv", File(cast(BinaryIO, said)), save=False)
    file.report = {**file.report, **{name: run.counts[name] for name in ("sent", "refused", "notes", *KINDS)}}
    file.finished_at = now
    file.save()
    facts = {"file": file.filename, "state": file.state, "works": run.counts["sent"], "refused": run.counts["refused"]}
    record_act(by=by, verb="export_repertoire", on=file, facts=facts)


class _Run:
    """One writing of a file: the transactions in the order of our numbers, what is complained of, and the counts."""

    def __init__(self, file: ExportFile, on: dt.date, said: BinaryIO) -> None:
        self.file = file
        self.on = on
        self.counts: Counter[str] = Counter()
        self.complaints = 0
        self._said = said

    def transactions(self, kind: str) -> Iterator[WorkTransaction]:
        """What can be sent of a kind; each is remembered by its place in the group."""
        works = works_to_send(kind=kind, file=self.file, since=_since(self.file))
        for part in own_works(works, on=self.on):
            sound = [(work, sent) for work in number_parties(part) if (sent := self._sound(work, kind))]
            first = self.counts[kind]
            ExportedWork.objects.bulk_create(
                ExportedWork(file=self.file, work_id=work.pk, kind=kind, sequence=first + place)
                for place, (work, _sent) in enumerate(sound)
            )
            self.counts[kind] += len(sound)
            self.counts["sent"] += len(sound)
            yield from (sent for _work, sent in sound)

    def _sound(self, work: OwnWork, kind: str) -> WorkTransaction | None:
        sending = to_send(work, version=self.file.version, kind=kind, on=self.on)
        wrong: list[WriteProblem | CwrFault] = list(sending.refusals)
        if sending.work is not None:
            wrong += _faults(sending.work, self.file.version, self.on)
        self._complain(work, wrong, is_refusal=True)
        if wrong:
            self.counts["refused"] += 1
            return None
        self._complain(work, sending.notes, is_refusal=False)
        self.counts["notes"] += len(sending.notes)
        return sending.work

    def _complain(self, work: OwnWork, wrong: Sequence[WriteProblem | CwrFault], *, is_refusal: bool) -> None:
        if wrong and not self.complaints:
            self._said.write(codecs.BOM_UTF8)  # spreadsheets take a file without it for another encoding
            self._put(_headings())
        for each in wrong:
            self.complaints += 1
            remedy = each.remedy_text if isinstance(each, CwrFault) else each.remedy and _(each.remedy) % each.facts
            row = [
                work.number,
                work.title,
                _("not sent") if is_refusal else _("sent without it"),
                each.record_type,
                each.field,
                each.value,
                each.edit if isinstance(each, CwrFault) else "",
                _(each.message) % each.facts,
                remedy,
            ]
            self._put(row)

    def _put(self, row: Sequence[str]) -> None:
        line = io.StringIO()
        csv.writer(line).writerow([inert(cell) for cell in row])
        self._said.write(line.getvalue().encode())


def _headings() -> list[str]:
    return [
        _("Work"), _("Title"), _("Outcome"), _("Record"), _("Field"), _("Value"), _("Rule"), _("What is wrong"),
        _("What to do"),
    ]  # fmt: skip


def _faults(work: WorkTransaction, version: str, on: dt.date) -> list[WriteProblem | CwrFault]:
    """Everything a strict receiver would complain of."""
    try:
        faults = faults_before_sending(work, version=version, on=on)
    except CwrWriteError as error:
        return list(error.problems)
    return [fault for fault in faults if fault.severity is not Severity.WARNING]


def _read_back(out: BinaryIO, file: ExportFile) -> tuple[str, dict[str, Any]]:
    """Our own reader, at its strictest, on what was written: the state of the file and its report of conformance."""
    out.seek(0)
    reading = read_cwr(out, file.filename, profile=STRICT)
    records: Counter[str] = Counter()
    wrong: list[CwrFault] = []
    for each in reading:
        records.update(record.type for record in each.records)
        wrong += [fault for fault in each.faults if fault.severity is not Severity.WARNING][: 100 - len(wrong)]
    wrong += reading.faults
    out.seek(0)
    report = {
        "version": reading.version,
        "groups": reading.group_count,
        "transactions": reading.transaction_count,
        "records": reading.record_count,
        "by_type": sorted(records.items()),
        "complaints": complaints_of(wrong),
        "bytes": out.seek(0, io.SEEK_END),
        "sha256": _digest(out),
    }
    return ("faulty" if wrong else "written"), report


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while piece := stream.read(1 << 16):
        digest.update(piece)
    return digest.hexdigest()
