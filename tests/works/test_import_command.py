"""`manage import_cwr`: the same services as the page, from a terminal."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.works.formats.cwr_files import cwr_file
from works.models import RegistrationFile, Work

DATA = Path(__file__).parent.parent / "data" / "cwr"
FILE = DATA / "CW260001SPM_362.V21"


def run(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_cwr", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.django_db
def test_a_dry_run_says_what_would_happen_and_keeps_nothing(staff: Any) -> None:
    staff("documentation")
    report = run(str(FILE), "--dry-run")
    assert (report["state"], report["transactions"]) == ("dry run", 3)
    assert not RegistrationFile.objects.exists() and not Work.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_writes_the_answer_that_would_go_out(staff: Any, tmp_path: Path) -> None:
    staff("documentation")
    assert run(str(FILE), "--dry-run", "--ack", str(tmp_path / "answer"))["state"] == "dry run"
    assert (tmp_path / "answer").read_bytes().startswith(b"HDRSO") and not Work.objects.exists()


@pytest.mark.django_db
def test_a_file_is_taken_and_its_answer_written(staff: Any, tmp_path: Path) -> None:
    staff("documentation", email="desk@society.example")
    report = run(str(FILE), "--ack", str(tmp_path / "answer"), "--by", "desk@society.example")
    assert report["state"] == "imported" and Work.objects.count() == report["accepted"]
    assert (tmp_path / "answer").read_bytes().startswith(b"HDRSO")


@pytest.mark.django_db
def test_a_file_that_is_refused_ends_in_plain_words(staff: Any, tmp_path: Path) -> None:
    staff("documentation")
    (tmp_path / "list.csv").write_text("Title;Writer\n")
    with pytest.raises(CommandError, match="HDR"):
        run(str(tmp_path / "list.csv"))
    (tmp_path / "CW260001SPM_362.V21").write_bytes(cwr_file())
    with pytest.raises(CommandError, match="refused as a whole"):
        run(str(tmp_path / "CW260001SPM_362.V21"))


@pytest.mark.django_db
def test_complaints_are_told_in_whole_sentences(staff: Any, tmp_path: Path) -> None:
    staff("documentation")
    (tmp_path / "CW260001SPM_362.V21").write_bytes(FILE.read_bytes().replace(b"GRT0000100000002", b"GRT0000100000009"))
    complaints = run(str(tmp_path / "CW260001SPM_362.V21"), "--dry-run")["complaints"]
    assert complaints and not [one for one in complaints if "%(" in one["message"] + one["remedy"]]


@pytest.mark.django_db
def test_somebody_has_to_answer_for_an_import(staff: Any) -> None:
    with pytest.raises(CommandError, match="--by"):
        run(str(FILE))
    staff("finance", email="purse@society.example")
    with pytest.raises(CommandError, match=r"works\.import_works"):
        run(str(FILE), "--by", "purse@society.example")
