"""Tables of works: checked first, taken on a yes, only what passed; the rest goes back as a file of the same form.

Like other registration files, the check writes what would become of each work and nothing else. A small table is
checked and taken at once; a large one by a worker, slice after slice, each slice whole or not there. A worker that dies
is followed by one that reads the table again and goes on behind the last slice.
"""

import datetime as dt
import io
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.tables import FileRefused, RowError, TableKind, write_refused
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import check_held, finish, report_progress
from members.models import Party
from members.services.parties import PartyFacts, register_parties
from works.formats.bulk import BulkTable, BulkWork, read_bulk
from works.models import ImportedTransaction, RegistrationFile, Work
from works.queries.registrations import CHECK_TABLE, TAKE_TABLE
from works.services.bulk_deciding import BulkDecision, bulk_complaints, bulk_row_of, decide_works
from works.services.deciding import ACCEPTED
from works.services.file_keeping import fingerprint, hand_to_worker, is_worked_on, keep_once, may_hand_in
from works.services.made import noting
from works.services.naming import party_facts
from works.services.recordings import NewRecording
from works.services.registration import NewShare, NewTitle, NewWork, lock_register, store_works
from works.services.splits import open_first_rounds

AT_ONCE = 100_000  # bytes: larger tables are read by a worker
SLICE = 250


def receive_table(
    *, upload: IO[bytes], filename: str, by: User, party: Party | None = None, at_once: bool = False
) -> RegistrationFile:
    """Keep a table and check it: at once, or by a worker when it is large. `party` is the member whose table it is.

    Raises ValidationError when it is too big, known already or no table of works; then nothing is kept.
    """
    may_hand_in(by, party)
    digest = fingerprint(upload, by=by)
    kind, size = _look_at(upload, filename)
    with transaction.atomic():
        file = RegistrationFile(
            filename=filename[:200], sha256=digest, format=kind, state="received", received_by=by, party=party
        )
        file.sender = (party.display_name if party else by.name)[:80]
        keep_once(file, upload=upload, ending=kind.lower(), by=by)
        if at_once or size <= AT_ONCE:
            _check(file, by)
        else:
            hand_to_worker(file, CHECK_TABLE, by)
    return file


def start_taking(*, file: RegistrationFile, by: User, now: dt.datetime, at_once: bool = False) -> RegistrationFile:
    """Take the accepted works of a table, at once or by a worker; the second call changes nothing."""
    with transaction.atomic():
        file = RegistrationFile.objects.select_for_update(of=("self",)).select_related("party").get(pk=file.pk)
        may_hand_in(by, file.party)
        if file.state in ("imported", "undone", "partly"):
            return file
        if file.state == "refused":
            raise ValidationError(_("Nothing in this table can be taken. Correct it and hand it in anew."))
        if file.state == "received" or (file.state == "taking" and is_worked_on(file)):
            raise ValidationError(_("This file is being worked on. Wait until it is done."))
        file.state = "taking"
        file.save(update_fields=["state"])
        if at_once or file.file.size <= AT_ONCE:
            table = _read(file)
            for part in _slices(table.works):
                _take_slice(file, part, by, now)
            _finish_taking(file, by, now)
        else:
            hand_to_worker(file, TAKE_TABLE, by)
    return file


def check_table_by_job(*, job: Job) -> None:
    """A worker checks a large table."""
    file, by = _of_job(job)
    table = _read(file)
    done = 0
    with transaction.atomic():
        check_held(job)
        ImportedTransaction.objects.filter(file=file).delete()
    for part in _slices(table.works):
        with transaction.atomic():
            check_held(job)
            ImportedTransaction.objects.bulk_create(bulk_row_of(file, each) for each in decide_works(file, part))
        done += len(part)
        report_progress(job, done=done, total=len(table.works))
    with transaction.atomic():
        _finish_check(file, table, by)
        finish(job)


def take_table_by_job(*, job: Job, now: dt.datetime) -> None:
    """A worker takes a large table; what an earlier worker has taken is passed over."""
    file, by = _of_job(job)
    table = _read(file)
    done = 0
    for part in _slices(table.works):
        with transaction.atomic():
            check_held(job)
            _take_slice(file, part, by, now)
        done += len(part)
        report_progress(job, done=done, total=len(table.works))
    with transaction.atomic():
        _finish_taking(file, by, now)
        finish(job)


def refused_rows(file: RegistrationFile) -> tuple[str, bytes]:
    """The works that were not accepted as a file of the sender's own form: every row of theirs, with what is wrong and
    what to do beside it; and the name of that file."""
    table = _read(file)
    kept = ImportedTransaction.objects.filter(file=file).exclude(status__in=ACCEPTED)
    complaints = {row.number: row.complaints for row in kept}
    rows = [row for work in table.works if work.number in complaints for row in work.rows]
    errors = [_row_error(file, each) for told in complaints.values() for each in told]
    errors += [_row_error(file, each) for each in bulk_complaints(table.unread)]
    target = io.BytesIO()
    everything = sorted([*rows, *table.unread_rows], key=lambda row: row.number)
    write_refused(target, layout=table.layout, headings=table.headings, rows=everything, errors=errors)
    ending = "xlsx" if table.layout.kind is TableKind.WORKBOOK else "csv"
    return f"{Path(file.filename).stem}-refused.{ending}", target.getvalue()


def _look_at(upload: IO[bytes], filename: str) -> tuple[str, int]:
    """CSV or XLSX, and the size. Raises ValidationError where it is no table of works."""
    with tempfile.NamedTemporaryFile(suffix=Path(filename).suffix[:8]) as copy:
        upload.seek(0)
        for piece in iter(lambda: upload.read(1 << 16), b""):
            copy.write(piece)
        copy.flush()
        upload.seek(0)
        try:
            table = read_bulk(Path(copy.name), filename)
        except FileRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return "XLSX" if table.layout.kind is TableKind.WORKBOOK else "CSV", copy.tell()


def _read(file: RegistrationFile) -> BulkTable:
    return read_bulk(Path(file.file.path), file.filename)


def _of_job(job: Job) -> tuple[RegistrationFile, User]:
    file = RegistrationFile.objects.select_related("party").get(pk=job.args["file"])
    return file, User.objects.get(pk=job.args["by"])


def _slices(works: Sequence[BulkWork]) -> Iterator[Sequence[BulkWork]]:
    for start in range(0, len(works), SLICE):
        yield works[start : start + SLICE]


def _check(file: RegistrationFile, by: User) -> None:
    table = _read(file)
    for part in _slices(table.works):
        ImportedTransaction.objects.bulk_create(bulk_row_of(file, each) for each in decide_works(file, part))
    _finish_check(file, table, by)


def _finish_check(file: RegistrationFile, table: BulkTable, by: User) -> None:
    file.report = {"rows": table.row_count, "complaints": bulk_complaints(table.unread), **_counts(file)}
    file.state = "checked" if file.report["accepted"] else "refused"
    file.save()
    facts = {"state": file.state, "works": file.report["transactions"]}
    record_act(by=by, verb="check_registration_file", on=file, facts=facts)


def _finish_taking(file: RegistrationFile, by: User, now: dt.datetime) -> None:
    file.state, file.imported_at = "imported", now
    file.report = {**file.report, **_counts(file)}
    file.save()
    record_act(by=by, verb="import_registration_file", on=file, facts={"accepted": file.report["accepted"]})


def _counts(file: RegistrationFile) -> dict[str, Any]:
    counts = Counter(ImportedTransaction.objects.filter(file=file).values_list("status", flat=True))
    return {
        "transactions": counts.total(),
        "accepted": sum(counts[status] for status in ACCEPTED),
        "statuses": sorted(counts.items()),
    }


def _take_slice(file: RegistrationFile, works: Sequence[BulkWork], by: User, now: dt.datetime) -> None:
    """Store what is accepted of a slice, by our books as they are now. Inside the caller's transaction."""
    lock_register()
    kept = {
        row.number: row
        for row in ImportedTransaction.objects.filter(
            file=file, taken=False, number__in=[work.number for work in works]
        )
    }
    decisions = decide_works(file, [work for work in works if work.number in kept])
    accepted = [decision for decision in decisions if decision.status in ACCEPTED]
    with noting(file):
        stored = _store(file, accepted, by, now)
    faultpoint("works.bulk.after_works")
    for decision in decisions:
        row = kept[decision.work.number]
        row.status, row.taken, row.complaints = decision.status, True, bulk_complaints(decision.faults)
        row.work = stored.get(decision.work.number, decision.found)
    ImportedTransaction.objects.bulk_update(kept.values(), ["status", "work", "complaints", "taken"], batch_size=SLICE)


def _store(file: RegistrationFile, decisions: Sequence[BulkDecision], by: User, now: dt.datetime) -> dict[int, Work]:
    """Number in the table → work. A member's work whose title is known waits for the documentation desk's look."""
    parties = _new_parties(file, decisions, by)
    found: dict[int, Work] = {}
    for waits in (False, True):
        some = [each for each in decisions if (each.is_namesake and file.party is not None) == waits]
        news = [_new_work(each, parties) for each in some]
        works = store_works(
            news=news,
            source="member" if file.party else "staff",
            registered_by=file.party,
            state="submitted" if waits else "registered",
            asks=file.party is not None,
        )
        found.update({each.work.number: work for each, work in zip(some, works, strict=True)})
        if file.party is not None:
            rounds = [(work, new.shares) for work, new in zip(works, news, strict=True)]
            open_first_rounds(works=rounds, party=file.party, by=by, now=now)
    return found


def _new_parties(file: RegistrationFile, decisions: Sequence[BulkDecision], by: User) -> dict[PartyFacts, Party]:
    """The people nobody knows yet, each registered once however often the slice names her."""
    facts = [
        party_facts(share.name, share.role, share.number if share.is_ipi else None)
        for decision in decisions
        for share, party in zip(decision.work.shares, decision.parties, strict=True)
        if party is None
    ]
    wanted = list(dict.fromkeys(facts))
    return (
        dict(zip(wanted, register_parties(parties=wanted, by=by, source=file.filename), strict=True)) if wanted else {}
    )


def _new_work(decision: BulkDecision, new: dict[PartyFacts, Party]) -> NewWork:
    work = decision.work
    shares = []
    for share, known in zip(work.shares, decision.parties, strict=True):
        party = known or new[party_facts(share.name, share.role, share.number if share.is_ipi else None)]
        shares += [
            NewShare(party, share.role, right, units, decision.territory)
            for right, units in (("PR", share.performing), ("MR", share.mechanical))
            if units
        ]
    original = (NewTitle(work.title_original, "OL", work.language),) if work.title_original else ()
    recording = (NewRecording(work.isrc, work.title, work.performer, work.seconds or None),) if work.isrc else ()
    return NewWork(
        title=NewTitle(work.title, "OT", work.language),
        other_titles=original,
        iswc=work.iswc,
        duration=work.seconds or None,
        shares=tuple(shares),
        recordings=recording,
    )


def _row_error(file: RegistrationFile, complaint: dict[str, Any]) -> RowError:
    facts = complaint["facts"]
    return RowError(
        file.filename,
        complaint["line"],
        complaint["record"],
        complaint["value"],
        _(complaint["message"]) % facts,
        _(complaint["remedy"]) % facts,
    )
