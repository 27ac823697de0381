"""The answer to a registration file (ACK): for each transaction its status, messages, work, and what it hits."""

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.db import connection
from django.db.models import Max

from cmo_portal.common.clock import business_date
from cmo_portal.common.money import allocate
from members.rules.societies import societies
from works.formats.cwr.acknowledgement import Answer, write_acknowledgement
from works.formats.cwr.characters import transliterated
from works.formats.cwr.encoding import CwrWriteError
from works.formats.cwr.layouts import is_third
from works.formats.cwr.names import file_name, parse_file_name
from works.formats.cwr.reader import CwrReading, read_cwr
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.work import WorkPublisher, WorkTransaction, WorkWriter
from works.formats.cwr.writer import FileSender
from works.models import Agreement, ImportedTransaction, RegistrationFile, Work, WorkShare
from works.queries.export_chains import RIGHTS
from works.rules.languages import cwr_language
from works.services.cwr_owners import PUBLISHERS, WRITERS
from works.services.deciding import ACCEPTED, ANSWERED, faults_of, sender_key, slices_of

SLICE = 200
_ANSWER_LOCK = 0x41434B4E
MEMORY = 2_000_000  # bytes of an answer kept in memory before it goes to disk


def keep_answer(
    *, file: RegistrationFile, reading: CwrReading, now: dt.datetime, file_faults: Sequence[CwrFault] = ()
) -> bool:
    """Write the answer to a file from the decisions that were kept, reading it once more from its start.

    A refused file is answered by `file_faults` alone. The file's row gets the answer and its name, and is not saved.
    False when there is nothing that an answer could say.
    """
    if reading.header is None or is_third(reading.version) or not (file.state == "refused" or _awaits_answer(file)):
        return False
    with tempfile.SpooledTemporaryFile(max_size=MEMORY) as out:
        try:
            write_acknowledgement(
                cast(BinaryIO, out),
                original=reading.header,
                sender=our_society(),
                created=now,
                processed=now.date(),
                answers=() if file.state == "refused" else _answers(file, reading),
                file_faults=file_faults,
                notices=() if file.state == "refused" else _notices(file),
            )
        except CwrWriteError:
            if file.state != "refused":
                raise
            return False
        out.seek(0)
        file.report["answer_name"] = _answer_name(file, now)
        file.answer.save(f"{file.uid}.ack", File(out), save=False)
    return True


def our_society() -> FileSender:
    """Ourselves as the sender of a file, by the name of the CISAC list."""
    code = settings.SOCIETY["cisac_code"]
    listed = societies().get(code)
    name = listed.name if listed else transliterated(settings.SOCIETY["name"])
    return FileSender("SO", code, name, "cmo_portal", settings.RELEASE)


def existing_work(work: Work, version: str) -> WorkTransaction:
    """Our work as it stands against another: title, our number, writers and publishers with their ownership shares."""
    rows = work.shares.filter(party__isnull=False, territory="2136").select_related("party").order_by("pk")
    parties: dict[tuple[int, str], list[WorkShare]] = defaultdict(list)
    for row in rows:
        parties[row.party_id or 0, row.role].append(row)
    owned = _rounded([row for rows in parties.values() for row in rows])
    named = [(rows[0], [sum(owned[row.pk] for row in rows if row.right == right) for right in RIGHTS])
             for rows in parties.values()]  # fmt: skip
    publishers = [(row, shares) for row, shares in named if row.role in PUBLISHERS]
    return WorkTransaction(
        transaction_type="EXC",
        version=version,
        title=_roman_title(work)[:60],
        submitter_work_no=work.number,
        iswc=work.iswc or "",
        language=cwr_language(work.language),
        distribution_category=work.category,
        version_type=work.version_type,
        publishers=tuple(_publisher(row, shares, place) for place, (row, shares) in enumerate(publishers, start=1)),
        writers=tuple(_writer(row, shares) for row, shares in named if row.role not in PUBLISHERS),
    )


def _answers(file: RegistrationFile, reading: CwrReading) -> Iterator[Answer]:
    for part in slices_of(reading, SLICE, ANSWERED):
        kept = _kept(file, part)
        agreements = _agreement_numbers(sender_key(reading), kept.values())
        for transaction in part:
            row = kept[transaction.number]
            yield _answer(transaction, row, agreements.get(row.submitter_number, ""))


def _agreement_numbers(sender: str, rows: Iterable[ImportedTransaction]) -> dict[str, str]:
    """Our numbers of the agreements among these transactions, by the sender's."""
    theirs = [row.submitter_number for row in rows if row.kind == "AGR"]
    ours = Agreement.objects.filter(submitter=sender, submitter_number__in=theirs, state="active") if theirs else ()
    return {agreement.submitter_number: agreement.number for agreement in ours}


def _kept(file: RegistrationFile, part: Sequence[CwrTransaction]) -> dict[int, ImportedTransaction]:
    numbers = [transaction.number for transaction in part]
    rows = ImportedTransaction.objects.filter(file=file, number__in=numbers).select_related("work")
    return {row.number: row for row in rows}


def _awaits_answer(file: RegistrationFile) -> bool:
    return ImportedTransaction.objects.filter(file=file, kind__in=ANSWERED).exists()


def _notices(file: RegistrationFile) -> Iterator[tuple[CwrTransaction, str]]:
    """The works of the file that have an ISWC which their sender did not give. The file is read once more for them."""
    with file.file.storage.open(str(file.file.name), "rb") as stream:
        for part in slices_of(read_cwr(cast(BinaryIO, stream), file.filename), SLICE, ("NWR", "REV")):
            kept = _kept(file, part)
            for transaction in part:
                row = kept[transaction.number]
                iswc = (row.work.iswc if row.work and row.status in (*ACCEPTED, "DU") else "") or ""
                if iswc and not transaction.header["iswc"]:
                    yield transaction, iswc


def _answer(transaction: CwrTransaction, kept: ImportedTransaction, agreement: str) -> Answer:
    work, status = kept.work, kept.status
    conflicts = (existing_work(work, transaction.version),) if status == "CO" and work else ()
    number = work.number if work and status in (*ACCEPTED, "DU") else ""
    if kept.kind == "AGR":
        number = agreement
    return Answer(transaction, status, number, faults=faults_of(transaction, kept), conflicts=conflicts)


def _rounded(rows: Sequence[WorkShare]) -> dict[int, int]:
    """Shares in the steps of CWR: each right keeps its sum, as far as that is whole steps itself."""
    found: dict[int, int] = {}
    for right in RIGHTS:
        mine = [(row.pk, Fraction(row.share)) for row in rows if row.right == right]
        if mine:
            steps = allocate(sum(int(share) for _pk, share in mine) // STEP, mine)
            found.update({int(pk): count * STEP for pk, count in steps.items()})
    return found


def _writer(row: WorkShare, shares: Sequence[int]) -> WorkWriter:
    last, first, ipi = _names(row)
    return WorkWriter(
        is_controlled=False,
        last_name=last[:45],
        first_name=first[:30],
        writer_designation=row.role if row.role in WRITERS else "CA",
        ipi_name_no=ipi,
        pr_ownership=shares[0],
        mr_ownership=shares[1],
        sr_ownership=shares[2],
    )


def _publisher(row: WorkShare, shares: Sequence[int], place: int) -> WorkPublisher:
    last, first, ipi = _names(row)
    return WorkPublisher(
        is_controlled=False,
        publisher_seq=min(place, 99),
        publisher_name=f"{first} {last}".strip()[:45],
        publisher_type=row.role,
        ipi_name_no=ipi,
        pr_ownership=shares[0],
        mr_ownership=shares[1],
        sr_ownership=shares[2],
    )


def _names(row: WorkShare) -> tuple[str, str, str]:
    """Last name, first name and IPI name number of the owner in letters that a file can carry."""
    if row.party is None:
        return "", "", ""
    name = row.party.names.order_by("pk").first()
    if name is None:
        return _ascii(row.party.display_name), "", ""
    return _ascii(name.last_name), _ascii(name.first_name), name.ipi_name_number or ""


def _roman_title(work: Work) -> str:
    """A title of the work that a file can carry; its number where none is in Roman letters."""
    texts = [work.title, *work.titles.order_by("pk").values_list("text", flat=True)]
    return next((text for text in map(_ascii, texts) if "?" not in text and text), work.number)


def _ascii(text: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in transliterated(text)).strip()


def _answer_name(file: RegistrationFile, now: dt.datetime) -> str:
    """The name of the answer, by the next number of the year; the file's row gets the number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ANSWER_LOCK])
    year = business_date(now).year
    if file.answer_year != year:
        last = RegistrationFile.objects.filter(answer_year=year).aggregate(last=Max("answer_number"))["last"]
        file.answer_year, file.answer_number = year, (last or 0) + 1
    assert file.answer_number is not None
    sent = parse_file_name(file.filename)
    return file_name(
        year=year,
        number=(file.answer_number - 1) % 9999 + 1,  # a name has four digits
        sender=settings.SOCIETY["cisac_code"],
        receiver=sent.sender if sent else "000",
        version=file.format.removeprefix("CWR "),
    )
