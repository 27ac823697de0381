"""Receiving usage files: the same bytes once, under names of our own, nothing left behind."""

import datetime as dt
import io
import os
import threading
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.db.utils import IntegrityError

from cmo_portal.audit.models import Act
from cmo_portal.common.faults import InjectedFault
from cmo_portal.common.periods import Period
from royalties.models import UsageFile
from royalties.services import usage
from royalties.services.usage.receiving import display_name
from tests.factories import usage as make
from tests.royalties.usage_folder import stored_files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
OCTOBER = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))


@pytest.mark.parametrize("point", ["before_write", "after_write"])
def test_a_fault_while_receiving_leaves_no_row_and_no_bytes(point: str, settings) -> None:
    before = stored_files()
    from cmo_portal.common import faults

    make.source()
    settings.CMO_FAULT = f"usage.receive.{point}:raise:1"
    faults._passages.clear()
    with pytest.raises(InjectedFault), transaction.atomic():
        make.received(make.table(make.row()))
    assert UsageFile.objects.count() == 0
    assert stored_files() == before


def test_the_same_bytes_are_refused_whatever_their_name() -> None:
    first = make.received(make.table(make.row()))
    with pytest.raises(usage.KnownFile, match="july.csv") as refused:
        make.received(make.table(make.row()), "renamed.csv", of=make.source("OTHER"), period=OCTOBER)
    assert refused.value.file == first
    assert UsageFile.objects.count() == 1


def test_a_double_click_on_upload_gives_the_file_that_exists() -> None:
    key = uuid.uuid4()
    given = {
        "source": make.source(),
        "filename": "july.csv",
        "period": make.QUARTER,
        "by": make.clerk(),
        "now": make.NOW,
        "form_key": key,
    }
    files = [usage.receive_file(upload=io.BytesIO(make.table(make.row())), **given) for _click in range(2)]
    assert files[0] == files[1]
    assert Act.objects.filter(verb="receive_usage").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_bytes_at_once_give_one_file() -> None:
    source, clerk = make.source(), make.clerk()
    gate, outcomes = threading.Barrier(2), []

    def send() -> None:
        gate.wait()
        try:
            usage.receive_file(
                source=source,
                upload=io.BytesIO(make.table(make.row())),
                filename="july.csv",
                period=make.QUARTER,
                by=clerk,
                now=make.NOW,
            )
            outcomes.append("taken")
        except ValidationError as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _click in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["KnownFile", "taken"], ["OverlappingFiles", "taken"])
    assert UsageFile.objects.count() == 1


def test_m08_the_database_refuses_a_second_row_with_the_same_hash() -> None:
    file = make.received(make.table(make.row()))
    values = {"source": file.source, "period_start": file.period_start, "period_end": file.period_end}
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageFile.objects.create(filename="twin.csv", sha256=bytes(file.sha256), **values)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\log.csv", "log.csv"),
        ("جولائی.csv", "جولائی.csv"),
        ("cod\u202evsc.exe", "codvsc.exe"),
        ("a\nb\x00.csv", "ab.csv"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
        ("", "file"),
    ],
)
def test_h05_the_name_of_a_file_is_shown_without_folders_and_tricks(sent: str, shown: str) -> None:
    assert display_name(sent) == shown


def test_files_lie_under_names_of_our_own() -> None:
    file = make.received(make.table(make.row()), "../../x.csv")
    assert uuid.UUID(Path(file.file.name).name)
    assert Path(file.file.path).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    assert Path(file.file.path).stat().st_mode & 0o077 == 0


def test_f21_what_a_killed_process_left_is_swept_after_a_day_and_nothing_else() -> None:
    waiting = make.read(make.table(make.row()))
    folder = Path(settings.MEDIA_ROOT) / "usage"
    old = dt.datetime.now(dt.UTC).timestamp() - 25 * 3600
    left = [folder / "incoming-abc", folder / "old.lines", folder / "old.texts"]
    for path in left:
        path.write_bytes(b"x")
    for path in folder.iterdir():
        os.utime(path, (old, old))
    young = folder / "incoming-now"
    young.write_bytes(b"x")
    before = stored_files()
    assert usage.sweep_spools(now=dt.datetime.now(dt.UTC)) >= 3
    assert before - stored_files() >= {path.name for path in left}
    assert young.exists() and Path(waiting.file.path).exists()
    assert usage.land_file(file=waiting, by=make.clerk(), now=make.NOW).state == "landed"


def test_an_upload_that_is_refused_at_the_door_leaves_no_part_behind() -> None:
    before = stored_files()
    for data, name in ((b"", "a.csv"), (b"MZ" + bytes(99), "a.csv"), (make.table(make.row()), "a.exe")):
        with pytest.raises(ValidationError):
            make.received(data, name)
    assert stored_files() == before


def test_a_form_that_was_gone_back_to_brings_a_second_file() -> None:
    key = uuid.uuid4()
    given = {"source": make.source(), "period": make.QUARTER, "by": make.clerk(), "now": make.NOW, "form_key": key}
    usage.receive_file(upload=io.BytesIO(make.table(make.row("One"))), filename="one.csv", **given)
    second = usage.receive_file(
        upload=io.BytesIO(make.table(make.row("Two"))), filename="two.csv", confirm_overlap=True, **given
    )
    assert (second.filename, second.form_key) == ("two.csv", None)
