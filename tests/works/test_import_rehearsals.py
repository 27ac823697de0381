"""`manage import_cwr --dry-run`: it says what the import then does, transaction by transaction, and leaves no trace."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from tests.factories.works import party, work
from tests.works.export_files import data_of, export, member_of
from tests.works.formats.cwr_files import OWN_WORK, changed, cwr_file
from tests.works.import_files import DATA, ISWC, as_revision, numbered, take
from works.formats.cwr.edits import edit_told
from works.formats.cwr.reader import read_cwr
from works.models import RegistrationFile, Work, WorkShare
from works.services import counting

pytestmark = pytest.mark.django_db
COUNTERS = ("works_number", "works_agreement_number")


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    """What other tests store at the same time is no trace of ours."""
    settings.MEDIA_ROOT = tmp_path / "media"


def run(file: Path, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_cwr", str(file), *arguments, "--json", stdout=out, stderr=io.StringIO())
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def trace() -> tuple[Any, ...]:
    """Everything that a rehearsal could leave behind: rows of any table, counters that moved, stored files."""
    rows = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    with connection.cursor() as cursor:
        counters = []
        for name in COUNTERS:
            cursor.execute(f"SELECT last_value, is_called FROM {name}")
            counters.append(cursor.fetchone())
    return rows, counters, sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def fitted(number: str) -> Any:
    one = changed(OWN_WORK, "OWR", pr_ownership="05001", mr_ownership="04999", sr_ownership="00000")
    other = {**one[1][1], "ip_no": "W3", "last_name": "BUTT", "pr_ownership": "05000", "mr_ownership": "05000"}
    return changed((*one, ("OWR", other)), "NWR", submitter_work_no=number)


def with_every_status(by: Any) -> bytes:
    """A file whose works are accepted, evened out, rejected, known, in conflict by ISWC and in conflict by shares."""
    take(cwr_file(("NWR", [numbered("KNOWN"), numbered("SHARED"), numbered("REVISED")])), by)
    song = Work.objects.get(identifiers__value="SHARED")
    for row in WorkShare.objects.filter(work=song, right="PR"):
        row.share -= row.share // 2
        row.save()
    half = WorkShare.objects.filter(work=song, right="PR").values_list("share", flat=True)
    other = party("Other Side")
    WorkShare.objects.create(
        work=song, party=other, role="CA", right="PR", share=1_000_000 - sum(half), source="correction"
    )
    new = [numbered("NEW", iswc=ISWC), fitted("FITTED"), numbered("BAD", title=""), numbered("KNOWN")]
    new += [numbered("TWIN", iswc=ISWC)]
    revised = [as_revision(numbered("REVISED", duration="000500")), as_revision(numbered("SHARED"))]
    return cwr_file(("NWR", new), ("REV", revised), creation_time="121212")


def test_it_says_exactly_what_the_import_then_does(by: Any, tmp_path: Path) -> None:
    file = tmp_path / "CW260002SPM_362.V21"
    file.write_bytes(with_every_status(by))
    before = trace()
    rehearsed = run(file, "--dry-run", "--ack", str(tmp_path / "promised"))
    assert trace() == before
    done = run(file, "--ack", str(tmp_path / "given"))
    assert (rehearsed.pop("state"), done.pop("state")) == ("dry run", "imported")
    assert rehearsed == done
    assert [row["status"] for row in done["outcomes"]] == ["AS", "AC", "RJ", "DU", "CO", "AS", "CO"]
    promised, given = ((tmp_path / name).read_bytes().split(b"\r\n")[1:] for name in ("promised", "given"))
    assert promised == given, "all but the header, which has the time"


@pytest.mark.parametrize("name", ["CW260003SPM_362.V21", "CW260001SPM_362.V22", "tolerated.V21"])
def test_it_holds_for_agreements_and_faults_too(name: str, by: Any) -> None:
    before = trace()
    rehearsed = run(DATA / name, "--dry-run")
    assert trace() == before
    done = run(DATA / name)
    assert rehearsed | {"state": ""} == done | {"state": ""}


def test_every_status_but_as_has_its_reason_and_the_reasons_name_what_is_met(by: Any, tmp_path: Path) -> None:
    (tmp_path / "some.V21").write_bytes(with_every_status(by))
    rows = {row["submitter_number"] + row["kind"]: row for row in run(tmp_path / "some.V21")["outcomes"]}
    assert all(row["complaints"] for row in rows.values() if row["status"] != "AS")
    told = {name: " ".join(one["message"] for one in row["complaints"]) for name, row in rows.items()}
    assert told["TWINNWR"] == f"Transaction 1 of this file has the ISWC {ISWC} already."
    assert "PR: the file gives 100.00 %, others hold 50.00 % by our books" in told["SHAREDREV"]
    assert rows["NEWNWR"]["work"] and rows["NEWNWR"]["title"] == "EVENING IN LAHORE"


def test_without_json_each_transaction_stands_in_a_line_with_its_reasons_below(by: Any, tmp_path: Path) -> None:
    (tmp_path / "some.V21").write_bytes(with_every_status(by))
    out = io.StringIO()
    call_command("import_cwr", str(tmp_path / "some.V21"), "--dry-run", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "some.V21: 7 transactions (AC 1, AS 2, CO 2, DU 1, RJ 1), dry run"
    place = next(index for index, line in enumerate(lines) if line.startswith("4 NWR KNOWN EVENING IN LAHORE: DU W"))
    assert lines[place + 1].endswith("The work is already accepted here. Send changes as a REV. [NWR-T-013]")


def test_shares_that_were_evened_out_are_told_in_the_answer(by: Any, tmp_path: Path) -> None:
    (tmp_path / "some.V21").write_bytes(cwr_file(("NWR", [fitted("A")])))
    run(tmp_path / "some.V21", "--ack", str(tmp_path / "answer"))
    with (tmp_path / "answer").open("rb") as stream:
        (row,) = read_cwr(stream, "CW260001362_SPM.V21")
    messages = [record for record in row.records if record.type == "MSG"]
    assert row.header["transaction_status"] == "AC" and len(messages) == 4
    assert {
        edit_told(one["record_type_in_error"], one["message_level"], one["validation_no"]).name for one in messages
    } == {"NWR-T-011"}
    assert {one["message_type"] for one in messages} == {"F"} and "100.01 %" in messages[0]["text"]
    shown = [record["pr_ownership"] for record in row.records if record.type == "OWR"]
    assert shown == ["05000", "05000"], "what makes the whole, in the steps of the format"


def test_answers_are_numbered_without_a_gap(by: Any, tmp_path: Path) -> None:
    names = []
    for place in range(3):
        file = tmp_path / f"{place}.V21"
        file.write_bytes(cwr_file(("NWR", [numbered(f"A{place}")]), creation_time=f"12121{place}"))
        run(file, "--dry-run")
        names.append(run(file)["answer_name"])
    assert [name[4:8] for name in names] == ["0001", "0002", "0003"]
    assert [*RegistrationFile.objects.order_by("pk").values_list("answer_number", flat=True)] == [1, 2, 3]


def test_the_database_gives_no_number_of_an_answer_twice(by: Any) -> None:
    for place in range(2):
        take(cwr_file(("NWR", [numbered(f"A{place}")]), creation_time=f"12121{place}"), by)
    with pytest.raises(IntegrityError, match="one_answer_per_number"), connection.cursor() as cursor:
        cursor.execute("UPDATE works_registrationfile SET answer_number = 1")


def test_our_own_export_comes_back_without_a_change(by: Any, tmp_path: Path) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    (tmp_path / "own.V21").write_bytes(data_of(export(by)))
    report = run(tmp_path / "own.V21", "--dry-run")
    assert (report["accepted"], report["statuses"]) == (0, [["DU", 1]]) and report["outcomes"][0]["complaints"]


# -- what ends a command in one line


@pytest.mark.parametrize(
    "arguments", [["missing.V21"], ["."], ["good.V21", "--ack", "nowhere/answer"], ["good.V21", "--ack", "."]]
)
def test_a_path_that_leads_nowhere_ends_in_one_line(arguments: list[str], by: Any, tmp_path: Path) -> None:
    (tmp_path / "good.V21").write_bytes(cwr_file(("NWR", [numbered("A")])))
    placed = [each if each.startswith("--") else str(tmp_path / each) for each in arguments]
    with pytest.raises(CommandError, match=r"^[^\n]*(No such file|Is a directory)[^\n]*$"):
        call_command("import_cwr", *placed)
    assert not RegistrationFile.objects.exists()


def test_who_may_not_import_is_told_in_one_line(staff: Any) -> None:
    staff("finance", email="purse@society.example")
    with pytest.raises(CommandError, match=r"^[^\n]*works\.import_works[^\n]*$"):
        call_command("import_cwr", str(DATA / "CW260001SPM_362.V21"), "--by", "purse@society.example")


def test_a_refused_file_is_told_and_ends_with_an_error(by: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.V21").write_bytes(cwr_file())
    out = io.StringIO()
    with pytest.raises(CommandError, match="refused as a whole"):
        call_command("import_cwr", str(tmp_path / "empty.V21"), "--json", stdout=out)
    assert json.loads(out.getvalue())["state"] == "refused"


def test_where_there_is_no_answer_that_is_said_and_no_older_one_stands(by: Any, tmp_path: Path) -> None:
    target, said = tmp_path / "answer", io.StringIO()
    target.write_text("an older answer")
    call_command(
        "import_cwr", str(DATA / "CW260007052_SPM.V21"), "--ack", str(target), stdout=io.StringIO(), stderr=said
    )
    assert "No answer was written" in said.getvalue() and not target.exists()


def test_an_import_that_fails_leaves_no_stored_file_and_the_older_answer(
    by: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "some.V21").write_bytes(cwr_file(("NWR", [numbered("A")])))
    (tmp_path / "answer").write_text("an older answer")
    before = trace()

    def full_disk(*_args: Any, **_kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full_disk)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("import_cwr", str(tmp_path / "some.V21"), "--ack", str(tmp_path / "answer"))
    assert (tmp_path / "answer").read_text() == "an older answer"
    assert trace()[0] == before[0] and trace()[2] == before[2]


def test_numbers_brought_back_count_in_a_rehearsal_as_in_the_import(by: Any) -> None:
    reached = counting.next_numbers("works_number")[0] + 700
    with counting.rehearsal():
        counting.pass_over("works_number", reached)
        assert counting.next_numbers("works_number", 2) == [reached + 1, reached + 2]
        assert counting.next_numbers("works_number") == [reached + 3]
    assert counting.next_numbers("works_number")[0] < reached
