"""What others tell us of works of ours: answers to files we sent (ACK), and ISWCs that were assigned (ISW).

An answer is linked to what we sent by our work number, or, where it is blank, by date and time of our file and the
place in it. Every answer is kept; the newest one decides what the sent work shows.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.known import end_of_day
from works.formats.cwr.answer_view import AnswerMessage, ReceivedAnswer, answer_of
from works.formats.cwr.records import CwrTransaction
from works.models import ExportedWork, ReceivedStatus, RegistrationFile, Work, WorkIdentifier
from works.rules.identifiers import read_iswc

NOTED, UNMATCHED, CONFLICT = "OK", "UM", "CO"


def exported_works(rows: Iterable[CwrTransaction]) -> dict[int, ExportedWork]:
    """Transaction number → what we sent, for the answers among these transactions."""
    answers = {row.number: answer_of(row) for row in rows if row.type == "ACK"}
    numbers = {answer.submitter_work_no for answer in answers.values()}
    sent = ExportedWork.objects.filter(work__number__in=numbers - {""}, file__state="written")
    by_number: dict[str, list[ExportedWork]] = {}
    for each in sent.select_related("work", "file").order_by("pk"):
        by_number.setdefault(each.work.number, []).append(each)
    found = {}
    for number, answer in answers.items():
        known = by_number.get(answer.submitter_work_no, [])
        match = next((each for each in known if _is_answered(each, answer)), known[-1] if known else None)
        match = match or _by_place(answer)
        if match is not None:
            found[number] = match
    return found


def _is_answered(sent: ExportedWork, answer: ReceivedAnswer) -> bool:
    created = _stamp(sent.file.finished_at)
    return created == (answer.created, answer.created_time) and sent.sequence == answer.original_sequence


def _by_place(answer: ReceivedAnswer) -> ExportedWork | None:
    """By the file's date and time, the type and the number of the transaction."""
    if answer.submitter_work_no or answer.created is None or answer.original_type not in ("NWR", "REV"):
        return None
    rows = ExportedWork.objects.filter(
        kind=answer.original_type, sequence=answer.original_sequence, file__state="written"
    ).select_related("work", "file")
    near = dt.datetime.combine(answer.created, dt.time.min, tzinfo=timezone.get_default_timezone())
    rows = rows.filter(file__finished_at__gte=near, file__finished_at__lte=end_of_day(answer.created))
    return next((each for each in rows if _is_answered(each, answer)), None)


def _stamp(moment: dt.datetime | None) -> tuple[dt.date | None, str]:
    """Date and time as the header of our file has them."""
    if moment is None:
        return None, ""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return local.date(), f"{local:%H%M%S}"


def notices_of_iswc(rows: Iterable[CwrTransaction]) -> dict[int, tuple[str, Work]]:
    """Transaction number → status and work, for the notices of an ISWC that are about works of ours."""
    notices = {row.number: row.header for row in rows if row.type == "ISW"}
    works = {
        work.number: work
        for work in Work.objects.filter(number__in={header["submitter_work_no"] for header in notices.values()})
    }
    taken = {
        work.iswc or "": work.pk
        for work in Work.objects.filter(iswc__in={read_iswc(header["iswc"]).value for header in notices.values()})
    }
    found = {}
    for number, header in notices.items():
        work = works.get(header["submitter_work_no"])
        if work is not None:
            iswc = read_iswc(header["iswc"]).value if header["iswc"] else ""
            differs = (work.iswc or iswc) != iswc or taken.get(iswc, work.pk) != work.pk
            found[number] = (CONFLICT if differs else NOTED, work)
    return found


def note(*, file: RegistrationFile, rows: Sequence[CwrTransaction], sender: str, by: User) -> None:
    """Keep the answers and the ISWCs of a slice that are about works of ours; what was kept before stays as it is."""
    sent = exported_works(rows)
    kept = set(ReceivedStatus.objects.filter(answer=file).values_list("number", flat=True))
    for row in rows:
        if row.type == "ACK" and row.number in sent and row.number not in kept:
            _keep_answer(file, row, sent[row.number], sender)
    for number, (status, work) in notices_of_iswc(rows).items():
        iswc = next(read_iswc(row.header["iswc"]).value for row in rows if row.number == number)
        if status == NOTED and iswc and not work.iswc:
            Work.objects.filter(pk=work.pk).update(iswc=iswc)
            record_act(by=by, verb="assign_iswc", on=work, facts={"iswc": iswc, "file": file.filename})


def _keep_answer(file: RegistrationFile, row: CwrTransaction, sent: ExportedWork, sender: str) -> None:
    answer = answer_of(row)
    meaning = answer.state.value if answer.state else ""
    last = sent.statuses.order_by("-processed_on").first()
    ReceivedStatus.objects.create(
        exported=sent,
        answer=file,
        number=row.number,
        version=row.version,
        status=answer.status[:2],
        meaning=meaning,
        sender=file.sender,
        recipient_number=answer.recipient_work_no[:20],
        processed_on=answer.processed,
        messages=[_told(message) for message in answer.messages],
    )
    is_newest = last is None or (answer.processed or dt.date.max) >= (last.processed_on or dt.date.min)
    if is_newest and answer.status:
        sent.status, sent.status_version, sent.meaning = answer.status[:2], row.version, meaning
        sent.save(update_fields=["status", "status_version", "meaning"])
    if answer.recipient_work_no:
        number = WorkIdentifier(work=sent.work, issuer=sender, value=answer.recipient_work_no[:20])
        WorkIdentifier.objects.bulk_create([number], ignore_conflicts=True)


def _told(message: AnswerMessage) -> dict[str, Any]:
    rule = f"{message.record_type}-{message.level}-{message.validation_no}"
    return {"text": message.text, "rule": rule, "reach": message.message_type, "record": message.original_record_seq}
