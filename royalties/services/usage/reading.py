"""Reading a file: one pass from its bytes to a spool, with counts and every complaint. No table of usage is touched."""

import datetime as dt
import gc
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.tables import FileRefused, Notice
from cmo_portal.common.texts import _, say
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, finish, report_progress
from cmo_portal.kept_words import errors_as_data, notices_as_data, refusal_as_data
from royalties.models import RuleVersion, UsageFile
from royalties.rules.usage_texts import LARGEST_SUM
from royalties.services.usage.opening import Findings, UsageReading, open_usage, refuse_sums
from royalties.services.usage.refused_rows import refused_rows_file
from royalties.services.usage.repeats import KnownRows
from royalties.services.usage.spool import SpoolFacts, SpoolWriter, drop_spool, new_spool, spool_path

READ_AT_ONCE = 2_000_000  # bytes; a person can wait for a file up to this size
READABLE = ("received", "mapping", "reading", "checked", "held")
PROGRESS_ROWS = 20_000
SHOWN_USES = 50

Progress = Callable[[int], None]


def start_reading(*, file: UsageFile, by: User, now: dt.datetime) -> UsageFile:
    """Read a small file now, or hand a large one to a worker."""
    require(by, "royalties.ingest_usage")
    if file.size <= READ_AT_ONCE:
        return read_file(file=file, by=by, now=now)
    with transaction.atomic():
        locked = UsageFile.objects.select_for_update().get(pk=file.pk)
        if locked.state not in READABLE:
            return locked
        locked.state = "reading"
        locked.save(update_fields=["state"])
        add_job(
            kind="royalties.read_usage",
            key=f"usage:{file.uid}:read:{now.isoformat()}",
            args={"file": file.pk, "by": by.pk},
            queue="ingest",
            subject=f"usage:{file.uid}",
            step="read",
        )
    return locked


def read_file(*, file: UsageFile, by: User, now: dt.datetime, job: Job | None = None) -> UsageFile:
    """Read the file under its mapping; then it is `checked`, `held` or, when nothing of it can be taken, `refused`.

    Read again, the newer reading counts. Nothing reaches the usage tables here.
    """
    require(by, "royalties.ingest_usage")
    file = UsageFile.objects.select_related("source").get(pk=file.pk)
    if file.state not in READABLE:
        return _done_before(file, job)
    if file.source.format == "table" and not file.mapping_version:
        raise ValidationError(_("Confirm first which column is what."))
    progress = _reporter(file, job)
    try:
        with open_usage(file) as reading, _collector_asleep():
            facts, writer, known, uses = _spool(file, reading, progress)
    except FileRefused as refusal:
        return _store_refusal(file, refusal, by, job)
    notices = [*_extra_notices(writer, known), *_unknown_uses(uses)]
    return _store(file, reading, facts, notices, known, by, job)


def _spool(
    file: UsageFile, reading: UsageReading, progress: Progress
) -> tuple[SpoolFacts, SpoolWriter, KnownRows, Counter[str]]:
    """One pass; `uses` counts the rows of each kind of use."""
    known = KnownRows(file)
    uses: Counter[str] = Counter()
    with new_spool() as (lines_name, texts_name, lines, texts):
        writer = SpoolWriter(file.pk, lines, counted=reading.counted)
        told = 0
        for chunk in reading.chunks():
            uses.update(chunk.columns["use_code"])
            writer.add(known.take(chunk))
            if max(writer.plays, writer.seconds) > LARGEST_SUM:
                raise refuse_sums()
            if reading.findings.rows_seen - told >= PROGRESS_ROWS:
                told = reading.findings.rows_seen
                progress(told)
        text_count = writer.write_texts(texts)
    facts = SpoolFacts(
        lines=lines_name,
        texts=texts_name,
        line_bytes=spool_path(lines_name).stat().st_size,
        text_bytes=spool_path(texts_name).stat().st_size,
        line_count=writer.line_count,
        text_count=text_count,
        plays=writer.plays,
        seconds=writer.seconds,
    )
    return facts, writer, known, uses


def _unknown_uses(uses: Counter[str]) -> list[Notice]:
    """Kinds of use that no approved rule has a weight for. Rules without weights by use take every kind."""
    versions = RuleVersion.objects.filter(state="approved", parameters__has_key="use_weights")
    weights = [set(parameters["use_weights"]) for parameters in versions.values_list("parameters", flat=True)]
    if not weights:
        return []
    known = set().union(*weights)
    text = _(
        "Rows with the kind of use “{code}”: {count}. No rule has a weight for it: a rule's default weight applies,"
        " and where it has none, no run can be frozen over these rows. Correct the code, or add it to the rule."
    )
    return [
        Notice("unknown-use", say(text, code=code[:60], count=count), count=count)
        for code, count in uses.most_common(SHOWN_USES)
        if code and code not in known
    ]


def _extra_notices(writer: SpoolWriter, known: KnownRows) -> list[Notice]:
    found = []
    repeats = writer.repeats()
    if repeats.count:
        text = say(_("Rows that say the same as a row above them: {count}. They are taken."), count=repeats.count)
        found.append(Notice("repeats", text, row=repeats.first_row, count=repeats.count))
    if writer.odd_amounts:
        text = say(
            _("Amounts in another currency or finer than the smallest unit: {count}. They stay in the raw row."),
            count=writer.odd_amounts,
        )
        found.append(Notice("amounts", text, count=writer.odd_amounts))
    if known.found:
        names = ", ".join(other["name"] for other in known.files)
        template = (
            _("Rows that stand in {files} already: {count}. They are taken as further plays.")
            if known.allowed
            else _("Rows that stand in {files} already: {count}. They are left out.")
        )
        found.append(Notice("known-rows", say(template, files=names, count=known.found), count=known.found))
    return found


def _store(
    file: UsageFile,
    reading: UsageReading,
    facts: SpoolFacts,
    extra: list[Notice],
    known: KnownRows,
    by: User,
    job: Job | None,
) -> UsageFile:
    findings = reading.findings
    spool: dict[str, Any] | None = facts.as_dict()
    held = bool(findings.holds)
    refused = refused_rows_file(file, findings)
    if held:
        drop_spool(spool)
        spool = None
    try:
        with transaction.atomic():
            locked = _locked(file)
            if locked.state in READABLE:
                _clear(locked)
                locked.state = "held" if held else "checked"
                locked.reader_version = reading.version
                locked.line_count, locked.text_count = facts.line_count, facts.text_count
                locked.plays, locked.seconds = facts.plays, facts.seconds
                locked.refused_count = findings.refused_count
                locked.report |= _report(findings, extra, known) | {"spool": spool}
                if refused is not None:
                    locked.refused_rows.save(str(uuid.uuid4()), refused, save=False)
                locked.save()
                record_act(by=by, verb="read_usage", on=locked, facts=_acted(locked))
            else:
                drop_spool(spool)
            if job is not None:
                finish(job)
    except BaseException:
        drop_spool(spool)
        raise
    return locked


def _store_refusal(file: UsageFile, refusal: FileRefused, by: User, job: Job | None) -> UsageFile:
    with transaction.atomic():
        locked = _locked(file)
        if locked.state in READABLE:
            _clear(locked)
            locked.state, locked.reason = "refused", str(refusal)[:300]
            locked.report |= {"refusal": refusal_as_data(refusal), "spool": None}
            locked.save()
            record_act(by=by, verb="refuse_usage", on=locked, facts={"code": refusal.code})
        if job is not None:
            finish(job)
    return locked


def _clear(file: UsageFile) -> None:
    """Forget the reading before: its spool, its counts and its refused rows. The files go when the row is safe."""
    spool, name, storage = file.report.get("spool"), file.refused_rows.name, file.refused_rows.storage
    transaction.on_commit(lambda: drop_spool(spool))
    if name:
        transaction.on_commit(lambda: storage.delete(name))
    file.refused_rows = ""
    file.reason = ""
    file.line_count = file.text_count = file.plays = file.seconds = file.refused_count = 0
    file.report = {key: file.report[key] for key in ("layout", "headings", "certain", "overlaps") if key in file.report}


def _locked(file: UsageFile) -> UsageFile:
    return UsageFile.objects.select_for_update(of=("self",)).select_related("source").get(pk=file.pk)


def _report(findings: Findings, extra: list[Notice], known: KnownRows) -> dict[str, Any]:
    return {
        "notices": notices_as_data([*findings.notices, *extra]),
        "holds": notices_as_data(findings.holds),
        "errors": errors_as_data(sorted(findings.errors, key=attrgetter("row"))),
        "error_count": len(findings.errors),
        "sender": findings.sender,
        "known_rows": known.found,
        "known_files": known.files,
    }


def _acted(file: UsageFile) -> dict[str, Any]:
    return {"state": file.state, "lines": file.line_count, "plays": file.plays, "refused": file.refused_count}


def _done_before(file: UsageFile, job: Job | None) -> UsageFile:
    if job is not None:
        with transaction.atomic():
            finish(job)
    return file


def _row_guess(file: UsageFile) -> int:
    """About how many rows a file has, for the progress bar alone."""
    return file.size // 90


def _reporter(file: UsageFile, job: Job | None) -> Progress:
    """Tells a job how many rows were read; nobody watches a reading within a request."""

    def tell(rows: int) -> None:
        if job is not None:
            report_progress(job, done=rows, total=max(rows, _row_guess(file)))

    return tell


@contextmanager
def _collector_asleep() -> Iterator[None]:
    """Millions of rows pass and no cycle is made: looking for cycles again and again costs a fifth of the time."""
    was_awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_awake:
            gc.enable()
