"""The same registration file handed in twice at once: one is kept, and whoever was slower is led to it."""

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from tests.factories.members import make_member
from tests.works.formats.cwr_files import WORK, cwr_file
from tests.works.import_files import check
from tests.works.test_bulk import csv_of, line, receive
from works.models import RegistrationFile

NAME = "CW260001SPM_362.V21"
CWR = cwr_file(("NWR", (WORK,)))
TABLE = csv_of(line("1", "Song", "Nazia Hassan", "100"))


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    """What other processes of the tests put away at the same time is not looked at."""
    settings.MEDIA_ROOT = tmp_path / "media"


def while_first_is_kept(first: Callable[[], RegistrationFile], second: Callable[[], Any]) -> tuple[Any, Any]:
    """The first upload, and what `second` gives, which is begun before the first is committed."""
    found: list[Any] = []

    def session() -> None:
        try:
            found.append(second())
        finally:
            connection.close()

    with transaction.atomic():
        file = first()
        slower = threading.Thread(target=session)
        slower.start()
        wait_for_lock()
    slower.join()
    return file, found[0]


def wait_for_lock() -> None:
    """Until a session waits for ours; fails when none does."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("the slower upload did not wait for the first")


def stored() -> set[str]:
    return set(default_storage.listdir("registrations")[1]) if default_storage.exists("registrations") else set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["table", "cwr"])
def test_the_desk_is_led_to_the_upload_that_was_faster(form: str, staff: Any, sign_in: Any) -> None:
    desk, client, before = staff("documentation"), sign_in(staff("documentation")), stored()
    name, data = (NAME, CWR) if form == "cwr" else ("works.csv", TABLE)

    def first() -> RegistrationFile:
        return check(CWR, desk, NAME) if form == "cwr" else receive(TABLE, desk, name=name)

    file, answer = while_first_is_kept(
        first, lambda: client.post("/staff/registrations/", {"file": SimpleUploadedFile(name, data)})
    )
    page = answer.content.decode()
    assert "handed in before" in page and f'href="/staff/registrations/{file.uid}/"' in page
    assert RegistrationFile.objects.get() == file
    kept = RegistrationFile.objects.get()
    assert stored() - before == {Path(str(each.name)).name for each in (kept.file, kept.answer) if each}


@pytest.mark.django_db(transaction=True)
def test_a_member_who_clicks_twice_is_led_to_her_table(sign_in: Any) -> None:
    nazia = make_member("Hassan", "Nazia")
    client: Client = sign_in(nazia.user)
    file, answer = while_first_is_kept(
        lambda: receive(TABLE, nazia.user, nazia.party),
        lambda: client.post("/my/works/files/", {"file": SimpleUploadedFile("mine.csv", TABLE)}),
    )
    assert f'class="loose">{file.filename}' in answer.content.decode()
    assert RegistrationFile.objects.get() == file


@pytest.mark.django_db(transaction=True)
def test_the_command_that_was_slower_says_so_in_one_line(staff: Any, tmp_path: Path) -> None:
    desk = staff("documentation", email="desk@society.example")
    (tmp_path / NAME).write_bytes(CWR)

    def second() -> str:
        with pytest.raises(CommandError) as told:
            call_command("import_cwr", str(tmp_path / NAME), "--by", desk.email, stdout=io.StringIO())
        return str(told.value)

    file, line_of_words = while_first_is_kept(lambda: check(CWR, desk, NAME), second)
    assert line_of_words == f"The same file was handed in before, as {NAME}. Nothing was taken twice."
    assert RegistrationFile.objects.get() == file


def test_nobody_is_led_to_the_table_of_another_member(db: None, sign_in: Any) -> None:
    nazia, asad = make_member("Hassan", "Nazia"), make_member("Khan", "Asad")
    receive(TABLE, nazia.user, nazia.party)
    answer = sign_in(asad.user).post("/my/works/files/", {"file": SimpleUploadedFile("mine.csv", TABLE)})
    page = answer.content.decode()
    assert "by somebody else" in page and "/my/works/files/" not in page.split("note--warning")[-1][:200]
