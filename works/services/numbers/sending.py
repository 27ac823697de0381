"""Files of requests: made by a job from what waits; a lost one is made again from what was kept, byte for byte."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, check_held, finish, report_progress
from cmo_portal.kept_words import in_all_languages
from works.formats.number_files import (
    IPI_COLUMNS,
    ISWC_COLUMNS,
    IsrHeader,
    isr_faults,
    isr_filename,
    write_isr,
    write_table,
)
from works.models import NumberRequest, RequestFile, RequestLine
from works.queries.number_requests import MAKE_FILE, subject_of
from works.rules.languages import cwr_language
from works.services.answering import our_society
from works.services.numbers.facts import ipi_facts, iswc_facts

SEND = "works.import_works"
MOST_LINES = 20_000  # of one file: the agencies take files, not registers
SLICE = 2_000


@transaction.atomic
def start_request_file(*, system: str, layout: str, by: User) -> RequestFile:
    """Begin a file of everything that waits for one system; a job makes it. Raises ValidationError when nothing waits,
    or another file of the system is being made."""
    require(by, SEND)
    if (system, layout) not in (("iswc", "csv"), ("iswc", "isr"), ("ipi", "csv")):
        raise ValidationError(_("There is no such file."))
    if not waiting_for(system).exists():
        raise ValidationError(_("Nothing waits to be sent."))
    if RequestFile.objects.filter(system=system, state="making").exists():
        raise ValidationError(_("A file is being made already. Wait until it is done."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('works_request_file')")
        number = int(cursor.fetchone()[0])
    file = RequestFile.objects.create(number=number, system=system, layout=layout, made_by=by)
    add_job(kind=MAKE_FILE, key=f"{MAKE_FILE}:{file.uid}", args={"file": file.pk}, subject=subject_of(file))
    record_act(by=by, verb="start_request_file", on=file, facts={"system": system, "layout": layout})
    return file


def make_by_job(*, job: Job, now: dt.datetime) -> None:
    """A worker makes the file, whole or not at all; requests that wait are sent by one file only."""
    with transaction.atomic():
        check_held(job)
        file = RequestFile.objects.select_for_update().get(pk=job.args["file"])
        if file.state == "making":
            _make(file, now)
        finish(job)
    report_progress(job, done=file.line_count, total=file.line_count)


def file_again(file: RequestFile) -> bytes:
    """The bytes of a file as they were sent, made from its kept lines. Raises RuntimeError when they are not the same:
    then the lines were changed behind our back, or the writer of the file was."""
    lines = list(file.lines.order_by("line_no").values_list("facts", flat=True))
    body = _body(file, lines)
    if hashlib.sha256(body).digest() != bytes(file.sha256 or b""):
        raise RuntimeError(f"the file {file.filename} made again is not the one that was sent")
    return body


def waiting_for(system: str) -> QuerySet[NumberRequest]:
    """Requests that wait to be sent to one system."""
    rows = NumberRequest.objects.filter(state="waiting")
    return rows.filter(kind="ipi") if system == "ipi" else rows.exclude(kind="ipi")


def _make(file: RequestFile, now: dt.datetime) -> None:
    wanted = waiting_for(file.system).order_by("pk").values_list("pk", flat=True)[:MOST_LINES]
    rows = NumberRequest.objects.select_for_update(of=("self",)).filter(pk__in=list(wanted), state="waiting")
    requests = list(rows.select_related("work", "other_work", "name__party").order_by("pk"))
    facts: list[dict[str, str]] = []
    for start in range(0, len(requests), SLICE):
        part = requests[start : start + SLICE]
        facts += ipi_facts(part) if file.system == "ipi" else iswc_facts(part)
    pairs = list(zip(requests, facts, strict=True))
    if file.layout == "isr":
        pairs = _fit_for_isr(file, pairs)
    file.header = _header(file, now)
    file.filename = file.header["filename"]
    _keep(file, pairs, now)


def _fit_for_isr(
    file: RequestFile, pairs: Sequence[tuple[NumberRequest, dict[str, str]]]
) -> list[tuple[NumberRequest, dict[str, str]]]:
    """The requests that the records can carry; the others go on waiting and say why."""
    fit, held = [], []
    for request, line in pairs:
        faults = isr_faults(line)
        if faults:
            told = [in_all_languages(fault) for fault in faults]
            request.message = {code: " ".join(text[code] for text in told) for code in told[0]}
            held.append(request)
        else:
            fit.append((request, line | {"language": cwr_language(line["language"])}))
    NumberRequest.objects.bulk_update(held, ["message"], batch_size=SLICE)
    file.held_back = len(held)
    return fit


def _keep(file: RequestFile, pairs: Sequence[tuple[NumberRequest, dict[str, str]]], now: dt.datetime) -> None:
    file.line_count, file.made_at = len(pairs), now
    if not pairs:
        file.state = "empty"
        file.save()
        return
    file.sha256 = hashlib.sha256(_body(file, [line for _request, line in pairs])).digest()
    file.state = "made"
    RequestLine.objects.bulk_create(
        (
            RequestLine(file=file, line_no=number, request=request, facts=line)
            for number, (request, line) in enumerate(pairs, 1)
        ),
        batch_size=SLICE,
    )
    sent = NumberRequest.objects.filter(pk__in=[request.pk for request, _line in pairs])
    sent.update(state="sent", sent_at=now, message={}, conflict=None, answered_at=None)
    file.save()
    facts = {"lines": len(pairs), "sha256": bytes(file.sha256).hex(), "held_back": file.held_back}
    record_act(by=file.made_by, verb="make_request_file", on=file, facts=facts)


def _header(file: RequestFile, now: dt.datetime) -> dict[str, str]:
    """Everything the bytes need beside the lines, kept with the file."""
    code = str(settings.SOCIETY["cisac_code"])
    day = business_date(now)
    if file.layout == "isr":
        moment = now.astimezone(dt.UTC)
        filename = isr_filename(day.year, file.number, code)
        return IsrHeader(
            society=code,
            name=our_society().name,
            date=f"{moment:%Y%m%d}",
            time=f"{moment:%H%M%S}",
            filename=filename,
            software="CMO PORTAL",
            version=str(settings.RELEASE),
        ).as_dict()
    return {"filename": f"{file.system.upper()}-{code}-{day:%Y%m%d}-{file.number:04d}.csv"}


def _body(file: RequestFile, lines: Sequence[dict[str, str]]) -> bytes:
    if file.layout == "isr":
        return write_isr(IsrHeader(**file.header), lines)
    return write_table(IPI_COLUMNS if file.system == "ipi" else ISWC_COLUMNS, lines)
