"""Keeping what others tell us of works of ours: answers to files we sent (ACK), and ISWCs that were assigned (ISW).

What each of them is about is found in `linking`. Every answer is kept; the newest one decides what the sent work shows.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.formats.cwr.answer_view import AnswerMessage, answer_of
from works.formats.cwr.records import CwrTransaction
from works.models import ExportedWork, ReceivedStatus, RegistrationFile, Work, WorkIdentifier
from works.rules.identifiers import read_iswc
from works.services.linking import NOTED, notices_of


def note(*, file: RegistrationFile, rows: Sequence[CwrTransaction], sender: str, by: User) -> None:
    """Keep the answers and the ISWCs of a slice that are about works of ours; what was kept before stays as it is."""
    notices = notices_of(rows, sender)
    kept = set(ReceivedStatus.objects.filter(answer=file).values_list("number", flat=True))
    for row in rows:
        notice = notices[row.number]
        if notice.sent is not None and row.number not in kept:
            _keep_answer(file, row, notice.sent, sender)
        elif row.type == "ISW" and notice.status == NOTED and notice.work is not None and not notice.work.iswc:
            iswc = read_iswc(row.header["iswc"]).value
            Work.objects.filter(pk=notice.work.pk).update(iswc=iswc)
            record_act(by=by, verb="assign_iswc", on=notice.work, facts={"iswc": iswc, "file": file.filename})


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
