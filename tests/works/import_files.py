"""Registration files as the tests hand them in, take them and read their answers."""

import io
from pathlib import Path
from typing import Any

from cmo_portal.common import clock
from tests.works.formats.cwr_files import WORK, changed
from works.formats.cwr.answer_view import ReceivedAnswer, answer_of
from works.formats.cwr.reader import read_cwr
from works.models import ImportedTransaction, RegistrationFile
from works.services.imports import check_registration_file, import_registration_file

DATA = Path(__file__).parent.parent / "data" / "cwr"
WITH_WORKS = ["CW260001SPM_362.V21", "CW260001SPM_362.V22", "CW260003SPM_362.V21", "tolerated.V21"]
ONLY_ANSWERS = ["CW260004362_SPM.V21", "CW260007052_SPM.V21"]
ISWC = "T0345246801"
NATIONAL = ("NAT", {"title": "ش" * 640, "title_type": "OL", "language": "UR"})


def check(data: bytes, by: Any, name: str = "CW260001SPM_362.V21") -> RegistrationFile:
    return check_registration_file(upload=io.BytesIO(data), filename=name, by=by)


def golden(name: str, by: Any) -> RegistrationFile:
    return check((DATA / name).read_bytes(), by, name)


def take(data: bytes, by: Any, name: str = "CW260001SPM_362.V21") -> RegistrationFile:
    return import_registration_file(file=check(data, by, name), by=by, now=clock.now())


def statuses(file: RegistrationFile) -> list[str]:
    return list(ImportedTransaction.objects.filter(file=file).order_by("number").values_list("status", flat=True))


def answers(file: RegistrationFile) -> list[ReceivedAnswer]:
    """The answer file as our own reader understands it; it must be without a fault."""
    reading = read_cwr(io.BytesIO(file.answer.read()), file.report["answer_name"])
    rows = list(reading)
    assert reading.faults == ()
    assert [fault for row in rows for fault in row.faults] == []
    return [answer_of(row) for row in rows]


def numbered(number: str, **fields: str) -> tuple[Any, ...]:
    return changed(WORK, "NWR", submitter_work_no=number, **fields)


def as_revision(records: Any) -> tuple[Any, ...]:
    return tuple(("REV" if kind == "NWR" else kind, fields) for kind, fields in records)
