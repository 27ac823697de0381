"""Registration files: checked without a trace, taken whole, answered, and never taken twice."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.common import clock
from works.formats.cwr.reader import read_cwr
from works.models import ImportedTransaction, RegistrationFile, Work, WorkShare
from works.services.imports import check_registration_file, import_registration_file

DATA = Path(__file__).parent.parent / "data" / "cwr"
GOLDEN = sorted(path for path in DATA.iterdir() if path.suffix in {".V21", ".V22"} and "ack" not in path.name.lower())


def check(path: Path, by: Any) -> RegistrationFile:
    return check_registration_file(upload=io.BytesIO(path.read_bytes()), filename=path.name, by=by)


@pytest.mark.django_db
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_a_dry_run_leaves_no_work_behind(path: Path, staff: Any) -> None:
    file = check(path, staff("documentation"))
    assert Work.objects.count() == 0
    assert file.report["transactions"] == ImportedTransaction.objects.filter(file=file).count()


@pytest.mark.django_db
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_what_passed_is_taken_and_answered(path: Path, staff: Any) -> None:
    by = staff("documentation")
    file = import_registration_file(file=check(path, by), by=by, now=clock.now())
    assert Work.objects.count() == file.report["accepted"]
    answers = read_cwr(io.BytesIO(file.answer.read()), file.report["answer_name"])
    assert len([row for row in answers if row.type == "ACK"]) >= file.report["transactions"]
    for work in Work.objects.all():
        for right in ("PR", "MR", "SR"):
            total = sum(WorkShare.objects.filter(work=work, right=right).values_list("share", flat=True))
            assert total <= 1_000_000


@pytest.mark.django_db
def test_the_same_bytes_are_refused_whatever_their_name(staff: Any) -> None:
    by = staff("documentation")
    path = GOLDEN[0]
    check(path, by)
    with pytest.raises(ValidationError, match=path.name):
        check_registration_file(upload=io.BytesIO(path.read_bytes()), filename="renamed.V21", by=by)


@pytest.mark.django_db
def test_taking_a_file_twice_takes_it_once(staff: Any) -> None:
    by = staff("documentation")
    file = check(GOLDEN[0], by)
    import_registration_file(file=file, by=by, now=clock.now())
    before = Work.objects.count()
    import_registration_file(file=file, by=by, now=clock.now())
    assert Work.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"not a CWR file", b"PK\x03\x04" + bytes(100), b"A" * 1_000_000])
def test_a_file_that_is_no_cwr_is_refused_with_words(data: bytes, staff: Any) -> None:
    with pytest.raises(ValidationError):
        check_registration_file(upload=io.BytesIO(data), filename="x.V21", by=staff("documentation"))
    assert RegistrationFile.objects.count() == 0


@pytest.mark.django_db
def test_only_the_documentation_desk_takes_files(staff: Any) -> None:
    with pytest.raises(PermissionDenied):
        check(GOLDEN[0], staff("finance"))


@pytest.mark.django_db
def test_the_desk_hands_in_checks_and_takes_a_file_in_the_browser(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("documentation"))
    path = GOLDEN[0]
    with path.open("rb") as stream:
        answer = client.post("/staff/registrations/", {"file": stream})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert client.post(f"{answer['Location']}import/").status_code == 302
    assert client.get(f"{answer['Location']}answer/").status_code == 200
    assert client.get("/staff/works/").status_code == 200
    for work in Work.objects.all()[:2]:
        assert client.get(f"/staff/works/{work.uid}/").status_code == 200
        assert client.get(f"/repertoire/{work.uid}/").status_code == 200
