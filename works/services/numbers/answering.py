"""Answers of the agencies: each file is read once, each answer is applied, or says what stands in its way.

A number is taken over when its check digits are right and nobody else has it; what stands is never overwritten. A
conflict names both sides and waits for a person. Large files are read by a worker, slice after slice; a slice is whole
or not there, and a second worker goes on behind the last one.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.spelling import skeleton, text_key
from cmo_portal.common.tables import DEFAULT_LIMITS, FileRefused, TableLimits
from cmo_portal.common.texts import Text, _
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, check_held, finish, report_progress
from cmo_portal.kept_words import in_all_languages, told_with
from members.models import PartyName
from members.rules.bearers import is_name_of
from members.services.parties import IpiTaken, give_ipi_numbers
from works.formats.number_files import Answer, Verdict, answers_in
from works.models import AnswerFile, NumberAnswer, NumberRequest, Work, WorkTitle
from works.queries.number_requests import READ_ANSWERS, subject_of
from works.rules.identifiers import IdentifierReading, format_iswc, read_ipi_base, read_ipi_name, read_iswc
from works.services.registration import lock_register

TAKE = "works.import_works"
AT_ONCE = 100_000  # bytes: larger files are read by a worker
SLICE = 500
CUT_AT = 30  # signs of a title from which a beginning tells which it is
TELLING = 4  # consonants from which an equal sound is no accident


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an answer; `conflict` is the work that stands in its way."""

    code: str
    message: Text = ""
    conflict: Work | None = None


def receive_answers(*, upload: IO[bytes], filename: str, system: str, by: User, now: dt.datetime) -> AnswerFile:
    """Keep an answer file and apply it, a large one by a worker. The same bytes again give back the first file and
    change nothing. Raises ValidationError when it is no file of answers at all; then nothing is kept."""
    require(by, TAKE)
    body = upload.read(settings.UPLOAD_LIMIT + 1)
    if len(body) > settings.UPLOAD_LIMIT:
        raise ValidationError(
            gettext("This file is larger than %(limit)s MB. Split it and hand in the parts.")
            % {"limit": settings.UPLOAD_LIMIT // 1_000_000}
        )
    digest = hashlib.sha256(body).digest()
    if known := AnswerFile.objects.filter(sha256=digest).first():
        return known
    name = Path(filename.replace("\\", "/")).name[-200:] or "file"
    file = AnswerFile(filename=name, sha256=digest, system=system, received_by=by)
    file.file.save(str(uuid.uuid4()), ContentFile(body), save=False)
    stored = str(file.file.name)
    try:
        with transaction.atomic():
            _try_to_read(file)
            file.save()
            record_act(by=by, verb="receive_answers", on=file, facts={"sha256": digest.hex(), "system": system})
            if len(body) > AT_ONCE:
                args = {"file": file.pk, "by": by.pk}
                add_job(kind=READ_ANSWERS, key=f"{READ_ANSWERS}:{file.uid}", args=args, subject=subject_of(file))
            else:
                for part in _slices(file):
                    _apply(file, part, by, now)
                _finish(file, by)
    except IntegrityError:
        file.file.storage.delete(stored)
        if known := AnswerFile.objects.filter(sha256=digest).first():  # another upload of the same bytes was faster
            return known
        raise
    except BaseException:
        file.file.storage.delete(stored)
        raise
    return file


def read_by_job(*, job: Job, now: dt.datetime) -> None:
    """A worker applies a large file, slice after slice; what an earlier worker did is passed over."""
    file, by = AnswerFile.objects.get(pk=job.args["file"]), User.objects.get(pk=job.args["by"])
    done = 0
    for part in _slices(file):
        with transaction.atomic():
            check_held(job)
            _apply(file, part, by, now)
        done += len(part)
        report_progress(job, done=done, total=0)
    with transaction.atomic():
        _finish(file, by)
        finish(job)


def _limits() -> TableLimits:
    return replace(DEFAULT_LIMITS, file_bytes=settings.UPLOAD_LIMIT)


def _answers(file: AnswerFile) -> Iterator[Answer]:
    return answers_in(Path(file.file.path), filename=file.filename, limits=_limits())


def _slices(file: AnswerFile) -> Iterator[list[Answer]]:
    answers = _answers(file)
    while part := list(islice(answers, SLICE)):
        yield part


def _try_to_read(file: AnswerFile) -> None:
    """Refuse at the door what is no file of answers."""
    try:
        first = next(_answers(file), None)
    except FileRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    except ValueError as error:
        raise ValidationError(
            gettext("No column names the request or the work, or none holds a number. The headings are: %(headings)s.")
            % {"headings": str(error)}
        ) from error
    if first is None:
        raise ValidationError(gettext("There is no answer in this file."))


def _apply(file: AnswerFile, part: list[Answer], by: User, now: dt.datetime) -> None:
    known_rows = set(
        NumberAnswer.objects.filter(file=file, row__in=[a.row for a in part]).values_list("row", flat=True)
    )
    fresh = [answer for answer in part if answer.row not in known_rows]
    if file.system == "iswc":
        lock_register()  # an ISWC that nobody has is still free when it is written
    requests = _Requests(file.system, fresh)
    rows = []
    for answer in fresh:
        request = requests.of(answer)
        outcome = _outcome(answer, request, by, file)
        if request is not None:
            _note(request, outcome, now)
        rows.append(
            NumberAnswer(
                file=file,
                row=answer.row,
                request=request,
                reference=(answer.request or answer.work_number)[:60],
                value=(answer.iswc or answer.ipi_name or answer.ipi_base)[:60],
                outcome=outcome.code,
                message=in_all_languages(outcome.message) if outcome.message else {},
            )
        )
    NumberAnswer.objects.bulk_create(rows)


class _Requests:
    """The requests that a slice of answers speaks of, locked: by our request number, else by the work's number."""

    def __init__(self, system: str, answers: Iterable[Answer]) -> None:
        listed = list(answers)
        rows = NumberRequest.objects.select_for_update(of=("self",)).select_related("work", "other_work", "name__party")
        rows = rows.filter(kind="ipi") if system == "ipi" else rows.exclude(kind="ipi")
        named = rows.filter(number__in={answer.request for answer in listed if answer.request}).order_by("pk")
        self._by_number = {row.number: row for row in named}
        works = {answer.work_number for answer in listed if answer.work_number and not answer.request}
        # Of several requests about a work the answer belongs to the one that is out, else to the newest.
        merged = Work.objects.filter(number__in=works, merged_into__isnull=False)
        self._leads_to = dict(merged.values_list("number", "merged_into__number"))
        works |= set(self._leads_to.values())
        about = rows.filter(work__number__in=works).order_by("pk") if system == "iswc" and works else []
        self._by_work: dict[str, NumberRequest] = {}
        for row in sorted(about, key=lambda row: (row.state == "sent", row.pk)):
            if row.work is not None:
                self._by_work[row.work.number] = row

    def of(self, answer: Answer) -> NumberRequest | None:
        """The request that an answer belongs to."""
        if answer.request:
            return self._by_number.get(answer.request)
        number = answer.work_number
        return self._by_work.get(number) or self._by_work.get(self._leads_to.get(number, ""))


def _outcome(answer: Answer, request: NumberRequest | None, by: User, file: AnswerFile) -> Outcome:
    if request is None:
        return Outcome("unasked", _("We have no request by this number. Nothing was changed."))
    if request.state == "withdrawn":
        return Outcome("unasked", _("The request was withdrawn. Nothing was changed."))
    if request.name is None and answer.work_number and answer.work_number not in _numbers_of(request):
        asked = _("The answer names {request} and the work {number}, which was not asked about there. Compare the two.")
        return Outcome("person", told_with(asked, request=request.number, number=answer.work_number[:60]))
    if answer.verdict is Verdict.UNKNOWN:
        return Outcome("unread", told_with(_("The status “{status}” is not known."), status=answer.status[:60]))
    if answer.verdict is Verdict.PENDING:
        return Outcome("pending", _("The agency has not decided yet."))
    if answer.verdict is Verdict.REFUSED:
        words = answer.message or answer.status
        told = told_with(_("The agency says: {words}"), words=words) if words else _("The agency found no number.")
        return Outcome("refused", told)
    if answer.verdict is Verdict.SEVERAL:
        found = " ".join(filter(None, (answer.iswc, answer.ipi_name, answer.message)))
        told = _("The agency found more than one: {found}. Compare them and ask again, or settle it by hand.")
        return Outcome("person", told_with(told, found=found or answer.status))
    if request.name is not None:
        return _take_ipi(answer, request, by, file)
    return _take_iswc(answer, request, by, file)


def _numbers_of(request: NumberRequest) -> set[str]:
    """Our numbers of the works that a request is about, with those that were merged into them."""
    works = [work for work in (request.work, request.other_work) if work is not None]
    merged = Work.objects.filter(merged_into__in=works).values_list("number", flat=True)
    leads_to = {work.merged_into.number for work in works if work.merged_into is not None}
    return {work.number for work in works} | set(merged) | leads_to


def _take_iswc(answer: Answer, request: NumberRequest, by: User, file: AnswerFile) -> Outcome:
    reading = read_iswc(answer.iswc)
    if (bad := _bad_iswc(answer.iswc, reading)) is not None:
        return bad
    if request.work is None:
        raise LookupError(request.number)
    work = Work.objects.select_for_update().get(pk=request.work.pk)
    if answer.title and not _is_title_of(answer.title, [work, request.other_work]):
        told = _("The answer names “{title}”, which is no title of {work}. Look whether the rows of the file slipped.")
        return Outcome("person", told_with(told, title=answer.title, work=work))
    other = Work.objects.filter(iswc=reading.value).exclude(pk=work.pk).first()
    if request.kind == "iswc_merge" and request.other_work is not None:
        return _merged(reading.value, work, request.other_work)
    printed = format_iswc(reading.value)
    if work.iswc == reading.value:
        return Outcome("known", told_with(_("{work} has {iswc} already."), work=work, iswc=printed))
    if other is not None:
        told = _(
            "{iswc} belongs to {other} already, and was given for {work}. If they are one composition, merge the two"
            " works; if not, tell the agency."
        )
        return Outcome("person", told_with(told, iswc=printed, other=other, work=work), other)
    if work.iswc:
        told = _("{work} has {standing}; the agency gives {iswc}. Ask the agency to merge the two numbers.")
        return Outcome("person", told_with(told, work=work, standing=format_iswc(work.iswc), iswc=printed))
    if work.state != "registered":
        return Outcome("person", told_with(_("{work} is not a registered work any more."), work=work))
    work.iswc = reading.value
    work.save(update_fields=["iswc"])
    record_act(by=by, verb="give_iswc", on=work, facts={"iswc": reading.value, "source": file.filename})
    return Outcome("applied", told_with(_("{iswc} was given to {work}."), iswc=printed, work=work))


def _bad_iswc(written: str, reading: IdentifierReading) -> Outcome | None:
    """What is wrong with an ISWC by itself."""
    if not written:
        return Outcome("unread", _("The answer says yes, but its ISWC is blank. Ask the agency for the number."))
    if not reading.has_shape:
        return Outcome("unread", told_with(_("“{value}” is not an ISWC."), value=written[:60]))
    if not reading.is_valid:
        told = _("The check digit of {value} is wrong: {expected} would be right. Ask the agency.")
        return Outcome("person", told_with(told, value=format_iswc(reading.value), expected=reading.expected))
    return None


def _is_title_of(text: str, works: Sequence[Work | None]) -> bool:
    """Whether a title is one of the works' titles, in any of its spellings; agencies cut long ones off."""
    key, sound = text_key(text), skeleton(text)
    for title in WorkTitle.objects.filter(work__in=[work for work in works if work is not None]):
        is_cut = min(len(key), len(title.key)) >= CUT_AT and title.key[:CUT_AT] == key[:CUT_AT]
        if title.key == key or is_cut or (len(sound) >= TELLING and title.skeleton == sound):
            return True
    return False


def _merged(iswc: str, work: Work, other: Work) -> Outcome:
    """The agency made one composition of two: our two works are one as well, which a person decides."""
    printed = format_iswc(iswc)
    if iswc not in (work.iswc, other.iswc):
        told = _("The agency merged the two under {iswc}, which neither {work} nor {other} has. Ask the agency.")
        return Outcome("person", told_with(told, iswc=printed, work=work, other=other), other)
    kept, gone = (work, other) if iswc == work.iswc else (other, work)
    if gone.state == "merged" or other.pk == work.pk:
        return Outcome("known", told_with(_("{gone} is merged into {kept} here too."), gone=gone, kept=kept))
    told = _("The agency keeps {iswc}. Merge {gone} into {kept} here too.")
    return Outcome("person", told_with(told, iswc=printed, gone=gone, kept=kept), other)


def _take_ipi(answer: Answer, request: NumberRequest, by: User, file: AnswerFile) -> Outcome:
    name = request.name
    if name is None:
        raise LookupError(request.number)
    readings = [read_ipi_name(answer.ipi_name), read_ipi_base(answer.ipi_base)]
    if (bad := _bad_ipis(answer, readings)) is not None:
        return bad
    numbers = {"name_number": "", "base_number": ""}
    for key, reading, text in zip(numbers, readings, (answer.ipi_name, answer.ipi_base), strict=True):
        numbers[key] = reading.value if text else ""
    printed = " ".join(filter(None, numbers.values()))
    if (other := _other_name(answer, name)) is not None:
        told = _("The answer names “{other}”, which is no name of {name}. Look whether the rows of the file slipped.")
        return Outcome("person", told_with(told, other=other, name=name))
    for standing, value in ((name.ipi_name_number, numbers["name_number"]),
                            (name.party.ipi_base_number, numbers["base_number"])):  # fmt: skip
        if standing and value and standing != value:
            told = _("{name} has the IPI number {standing}; the agency gives {given}. Compare the two.")
            return Outcome("person", told_with(told, name=name, standing=standing, given=value))
    try:
        changed = give_ipi_numbers(name=name, by=by, source=file.filename, **numbers)
    except IpiTaken as taken:
        told = _("{number} belongs to {owner} already, and was given for {name}. If they are one party, merge them.")
        return Outcome("person", told_with(told, number=taken.number, owner=taken.owner, name=name))
    if not changed:
        return Outcome("known", told_with(_("{name} has {number} already."), name=name, number=printed))
    return Outcome("applied", told_with(_("{number} was given to {name}."), number=printed, name=name))


def _bad_ipis(answer: Answer, readings: Sequence[IdentifierReading]) -> Outcome | None:
    """What is wrong with the IPI numbers of an answer by themselves."""
    given = [reading for reading, text in zip(readings, (answer.ipi_name, answer.ipi_base), strict=True) if text]
    if not given:
        return Outcome("unread", _("The answer says yes, but its IPI number is blank. Ask the agency for the number."))
    if any(not reading.has_shape for reading in given):
        value = " ".join(filter(None, (answer.ipi_name, answer.ipi_base)))
        return Outcome("unread", told_with(_("“{value}” is not an IPI number."), value=value[:60]))
    for reading in given:
        if not reading.is_valid:
            told = _("The check digits of {value} are wrong: {expected} would be right. Ask the agency.")
            return Outcome("person", told_with(told, value=reading.value, expected=reading.expected))
    return None


def _other_name(answer: Answer, name: PartyName) -> str | None:
    """The name of an answer that is none of the party's; None where all that it gives fit."""
    party = name.party
    forms = {party.display_name, party.display_name_original}
    for row in party.names.all():
        forms |= {str(row), row.original}
    return next((given for given in answer.names if not any(is_name_of(given, form) for form in forms)), None)


STATES = {"applied": "answered", "known": "answered", "refused": "refused", "person": "person"}


def _note(request: NumberRequest, outcome: Outcome, now: dt.datetime) -> None:
    """Write the outcome to the request; one that was answered before stays so, whatever a later file says."""
    state = STATES.get(outcome.code)
    if state is None or request.state == "answered":
        return
    request.state, request.conflict = state, outcome.conflict
    request.message = in_all_languages(outcome.message)
    request.answered_at = now
    request.save(update_fields=["state", "conflict", "message", "answered_at"])


def _finish(file: AnswerFile, by: User) -> None:
    counts: dict[str, Any] = {}
    for outcome in NumberAnswer.objects.filter(file=file).values_list("outcome", flat=True):
        counts[outcome] = counts.get(outcome, 0) + 1
    file.report, file.state = {"answers": sum(counts.values()), "outcomes": sorted(counts.items())}, "read"
    file.save(update_fields=["report", "state"])
    record_act(by=by, verb="read_answers", on=file, facts=counts)
