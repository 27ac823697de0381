"""What answers (ACK) and notices of an ISWC (ISW) of others are about.

Our work number alone proves nothing: others count from W0000001 too. An answer must also fit the date, time and place
of a file of ours, or the title of the work; a notice the title, because its ISWC steers what is matched and paid. A
writer, by the IPI name number, counts only where no title is given: one writer has many works. What does not fit goes
to a person, with the reason.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from django.utils import timezone

from cmo_portal.common.known import end_of_day
from cmo_portal.common.spelling import skeleton, text_key
from works.formats.cwr.answer_view import ReceivedAnswer, answer_of
from works.formats.cwr.characters import transliterated
from works.formats.cwr.edits import remark_of
from works.formats.cwr.records import CwrFault, CwrTransaction, Severity
from works.models import ExportedWork, Work, WorkShare, WorkTitle
from works.queries.exports import our_issuer
from works.queries.regrouping import standing_work
from works.rules.identifiers import read_ipi_name, read_iswc

NOTED, UNMATCHED, CONFLICT, REFUSED = "OK", "UM", "CO", "RJ"
TITLED = ("NWR", "REV", "ISW", "WRK", "ALT")  # records with a title of the work itself
LONGEST_TITLE = 60
TELLING = 4  # consonants from which an equal sound is no accident


@dataclass(frozen=True, slots=True)
class Notice:
    """What becomes of an answer or notice: our work and what we sent of it where it is about one, and the reasons."""

    status: str
    work: Work | None = None
    sent: ExportedWork | None = None
    faults: tuple[CwrFault, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownWorks:
    """Works of ours by number, with what tells them from others: titles as a file has them, IPI name numbers."""

    works: dict[str, Work]
    titles: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    writers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def fits(self, work: Work, row: CwrTransaction) -> bool:
        """Whether the transaction names a title of the work; without any title, a writer of it."""
        told = list(takewhile(lambda record: record.type != "EXC", row.records))
        written = [record["title"] for record in told if record.type in TITLED] + [row.header["creation_title"]]
        if titles := {key for title in written for key in _title_keys(title)}:
            return bool(titles & self.titles[work.pk])
        writers = {read_ipi_name(record["ipi_name_no"]).value for record in told if record.type in ("SWR", "OWR")}
        return bool((writers - {""}) & self.writers[work.pk])


def notices_of(rows: Sequence[CwrTransaction], sender: str) -> dict[int, Notice]:
    """Transaction number → what becomes of it, for the answers and notices among these transactions."""
    if sender == our_issuer():
        return {row.number: Notice(REFUSED, faults=(_refused(row),)) for row in rows if row.type in ("ACK", "ISW")}
    known = known_works({_our_number(row) for row in rows} - {""})
    return _answers(rows, known, sender) | _notices(rows, known)


def known_works(numbers: Iterable[str]) -> KnownWorks:
    """The works of ours with these numbers; what was withdrawn is none any more."""
    rows = Work.objects.filter(number__in=set(numbers)).exclude(state="withdrawn").select_related("merged_into")
    named = list(rows)
    known = KnownWorks({work.number: standing_work(work) for work in named})
    standing: dict[int, int] = {}  # a merged work brings its titles and writers to the one that stands for it
    for work in (*named, *known.works.values()):
        standing[work.pk] = standing_work(work).pk
        known.titles[standing[work.pk]] |= _title_keys(work.title)
    for pk, text in WorkTitle.objects.filter(work__in=standing).values_list("work_id", "text"):
        known.titles[standing[pk]] |= _title_keys(text)
    shares = WorkShare.objects.filter(work__in=standing, party__names__ipi_name_number__isnull=False)
    for pk, number in shares.values_list("work_id", "party__names__ipi_name_number").distinct():
        known.writers[standing[pk]].add(number or "")
    return known


def _our_number(row: CwrTransaction) -> str:
    return row.header["submitter_creation_no"] if row.type == "ACK" else row.header["submitter_work_no"]


def _title_keys(text: str) -> set[str]:
    """A title as a file has it, by its letters and, where it has enough of them, by its sound; none for a blank one."""
    key, sound = text_key(transliterated(text))[:LONGEST_TITLE], skeleton(text)
    return ({key} if key else set()) | ({f"~{sound}"} if len(sound) >= TELLING else set())


def _refused(row: CwrTransaction) -> CwrFault:
    return remark_of(row, "own_answer", severity=Severity.TRANSACTION)


# -- answers


def _answers(rows: Sequence[CwrTransaction], known: KnownWorks, sender: str) -> dict[int, Notice]:
    answers = {row.number: row for row in rows if row.type == "ACK"}
    sent = ExportedWork.objects.filter(work__number__in={_our_number(row) for row in answers.values()} - {""})
    by_number: dict[str, list[ExportedWork]] = defaultdict(list)
    for each in sent.filter(file__state="written").select_related("work", "file").order_by("pk"):
        by_number[each.work.number].append(each)
    return {number: _answer(row, by_number, known, sender) for number, row in answers.items()}


def _answer(row: CwrTransaction, by_number: dict[str, list[ExportedWork]], known: KnownWorks, sender: str) -> Notice:
    answer = answer_of(row)
    sent = by_number.get(answer.submitter_work_no, [])
    match = next((each for each in sent if _is_answered(each, answer)), None) or _by_place(answer)
    if match is not None:
        return Notice(NOTED, match.work, match)
    work = known.works.get(answer.submitter_work_no)
    if work is None or not sent:
        return Notice(UNMATCHED, faults=(remark_of(row, "answer_unknown", {"value": answer.submitter_work_no}),))
    if known.fits(work, row):
        newest = next((each for each in reversed(sent) if f"SO{each.file.receiver.lstrip('0')}" == sender), sent[-1])
        return Notice(NOTED, newest.work, newest)
    facts = {"number": work.number, "title": work.title, "value": answer.title}
    return Notice(UNMATCHED, faults=(remark_of(row, "answer_unfit" if answer.title else "answer_untitled", facts),))


def _is_answered(sent: ExportedWork, answer: ReceivedAnswer) -> bool:
    created = _stamp(sent.file.finished_at)
    return created == (answer.created, answer.created_time) and sent.sequence == answer.original_sequence


def _by_place(answer: ReceivedAnswer) -> ExportedWork | None:
    """By the file's date and time, the type and the number of the transaction; the title must not speak against it."""
    if answer.submitter_work_no or answer.created is None or answer.original_type not in ("NWR", "REV"):
        return None
    rows = ExportedWork.objects.filter(
        kind=answer.original_type, sequence=answer.original_sequence, file__state="written"
    ).select_related("work", "file")
    near = dt.datetime.combine(answer.created, dt.time.min, tzinfo=timezone.get_default_timezone())
    rows = rows.filter(file__finished_at__gte=near, file__finished_at__lte=end_of_day(answer.created))
    found = next((each for each in rows if _is_answered(each, answer)), None)
    if found is None or not answer.title:
        return found
    titles = known_works([found.work.number]).titles.values()
    return found if any(_title_keys(answer.title) & each for each in titles) else None


def _stamp(moment: dt.datetime | None) -> tuple[dt.date | None, str]:
    """Date and time as the header of our file has them."""
    if moment is None:
        return None, ""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return local.date(), f"{local:%H%M%S}"


# -- notices of an ISWC


def _notices(rows: Sequence[CwrTransaction], known: KnownWorks) -> dict[int, Notice]:
    notices = {row.number: row for row in rows if row.type == "ISW"}
    wanted = {read_iswc(row.header["iswc"]).value for row in notices.values()} - {""}
    holders = {work.iswc or "": work for work in Work.objects.filter(iswc__in=wanted).select_related("merged_into")}
    holders = {iswc: standing_work(work) for iswc, work in holders.items()}
    given: dict[int, str] = {}  # by earlier notices of these
    return {number: _notice(row, known, holders, given) for number, row in notices.items()}


def _notice(row: CwrTransaction, known: KnownWorks, holders: dict[str, Work], given: dict[int, str]) -> Notice:
    reading, number = read_iswc(row.header["iswc"]), row.header["submitter_work_no"]
    work = known.works.get(number)
    if work is None:
        return Notice(UNMATCHED, faults=(remark_of(row, "notice_unknown", {"value": number}),))
    facts = {"number": work.number, "title": work.title}
    if not known.fits(work, row):
        return Notice(UNMATCHED, faults=(remark_of(row, "notice_unfit", facts | {"value": row.header["title"]}),))
    if not reading.is_valid:
        return Notice(UNMATCHED, faults=(remark_of(row, "notice_iswc", {"value": row.header["iswc"]}),))
    iswc = work.iswc or given.get(work.pk, reading.value)
    if iswc != reading.value:
        told = remark_of(row, "iswc_differs", facts | {"value": reading.value, "iswc": iswc})
        return Notice(CONFLICT, work, faults=(told,))
    holder = holders.setdefault(reading.value, work)
    if holder.pk != work.pk:
        facts = {"number": holder.number, "title": holder.title}
        return Notice(CONFLICT, work, faults=(remark_of(row, "iswc_taken", facts | {"value": reading.value}),))
    given[work.pk] = reading.value
    return Notice(NOTED, work)
