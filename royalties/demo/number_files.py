"""ISWC and IPI by file in the demo: one file that was sent and answered, some requests that wait."""

import csv
import io

from members.models import PartyName
from royalties.demo.frame import Story, staff
from royalties.demo.repertoire import iswc_number
from royalties.demo.workers import do_jobs
from works.models import AnswerFile, NumberRequest, RequestFile, Work
from works.services import numbers

ASKED, WAITING = 5, 4
NEW_NUMBERS = 900_001  # beyond the numbers of the demo's works


def load(story: Story) -> None:
    """Five works in a file with an answer of each kind, then further requests for works and names that wait."""
    desk = staff("documentation")
    if not RequestFile.objects.exists():
        for work in _unnumbered()[:ASKED]:
            numbers.request_iswc(work=work, by=desk)
        numbers.start_request_file(system="iswc", layout="csv", by=desk)
    do_jobs(story.now)
    if AnswerFile.objects.exists():
        return
    requests = list(NumberRequest.objects.filter(state="sent").order_by("pk"))
    bearer = Work.objects.exclude(iswc=None).order_by("number")[0]
    answers = [
        (requests[0].number, "Assigned", iswc_number(NEW_NUMBERS), ""),
        (requests[1].number, "Assigned", iswc_number(NEW_NUMBERS + 1), ""),
        (requests[2].number, "Assigned", bearer.iswc or "", ""),
        (requests[3].number, "Rejected", "", "No creator with an IPI number"),
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("Your reference", "Result", "Preferred ISWC", "Reason"), *answers])
    upload = io.BytesIO(text.getvalue().encode())
    numbers.receive_answers(upload=upload, filename="iswc-answers.csv", system="iswc", by=desk, now=story.now)
    asked = {request.work_id for request in requests}
    for work in [work for work in _unnumbered() if work.pk not in asked][:WAITING]:
        numbers.request_iswc(work=work, by=desk)
    names = PartyName.objects.filter(ipi_name_number=None, party__shares__isnull=False).order_by("pk").distinct()
    for name in names[:WAITING]:
        numbers.request_ipi(name=name, by=desk)


def _unnumbered() -> list[Work]:
    return list(Work.objects.filter(state="registered", iswc=None).order_by("number")[: 2 * ASKED + WAITING])
