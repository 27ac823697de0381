"""M07 and M08 over usage: each check is silent on good files and finds what was planted with the guard off."""

from typing import Any

import pytest
from django.db import connection

from royalties import fsck
from royalties.fsck import Scope
from royalties.queries import usage_lines
from royalties.services import usage
from tests.factories import usage as make


def codes(*wanted: str) -> list[str]:
    """What the checks find, as texts."""
    return [f"{finding.code} {finding.object}: {finding.what}" for finding in fsck.findings(Scope(), wanted)]


@pytest.mark.django_db
def test_files_as_they_are_taken_pass_every_check() -> None:
    make.landed(make.row("One"), make.row("Two"), make.row("One", time="11:00:00"))
    more = make.table(make.row("Two"), make.row("Three"))
    make.landed(data=more, filename="more.csv", confirm_overlap=True)
    assert codes("M07", "M08") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            "UPDATE royalties_usageline SET plays = plays + 1 WHERE row_no = 2",
            "M07 file july.csv text 1: its lines make",
        ),
        ("UPDATE royalties_usagetext SET seconds = 1 WHERE text_no = 1", "M07 file july.csv text 1"),
        ("DELETE FROM royalties_usagetext WHERE text_no = 2", "M07 file july.csv: it has 1 texts, not 2"),
        ("DELETE FROM royalties_usageline WHERE row_no = 2", "M08 file july.csv: it has 1 lines, not 2"),
        (
            "INSERT INTO royalties_usageline SELECT file_id, 99, 1, 1, 1, '', '', NULL, '', '', '', NULL, 0, 1, 'x'"
            " FROM royalties_usageline WHERE row_no = 2",
            "M07 file july.csv text 1",
        ),
        ("UPDATE royalties_usageline SET used_at = '12:00' WHERE row_no = 2", "M07 file july.csv: part 1 of its col"),
        ("DELETE FROM royalties_usagecolumns", "M07 file july.csv: part 1 of its columns is not what its rows make"),
        (
            "UPDATE royalties_usagecolumns SET body = overlay(body placing '\\x01'::bytea from octet_length(body))",
            "M07 file july.csv: part 1 of its columns is not what its rows make",
        ),
    ],
)
def test_m07_a_line_or_text_that_was_changed_behind_the_guards_is_found(
    damage: str, words: str, superuser_cursor: Any
) -> None:
    make.landed(make.row("One"), make.row("Two"))
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute(damage if not damage.startswith("INSERT") else "TRUNCATE royalties_usageline")
    superuser_cursor.execute(damage)
    assert any(words in found for found in codes("M07", "M08")), codes("M07", "M08")


@pytest.mark.django_db(transaction=True)
def test_columns_with_a_part_missing_are_not_read_as_fewer_lines(
    superuser_cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_lines, "LINES_A_PART", 1)
    file = make.landed(make.row("One"), make.row("Two"), make.row("Three"))
    assert len(list(usage_lines.stored_lines(file.pk))) == 3
    superuser_cursor.execute("DELETE FROM royalties_usagecolumns WHERE part_no = 1")
    with pytest.raises(LookupError, match=f"file {file.pk} has no columns of its part 2"):
        list(usage_lines.stored_lines(file.pk))


@pytest.mark.django_db(transaction=True)
def test_m08_a_timed_row_of_two_files_is_found_unless_a_person_allowed_it(superuser_cursor: Any) -> None:
    make.landed(make.row("One"), make.row("Two"))
    second = make.read(make.table(make.row("One"), make.row("Three")), "second.csv", confirm_overlap=True)
    second = usage.allow_repeats(file=second, allowed=True, by=make.clerk(), now=make.NOW)
    usage.land_file(file=second, by=make.clerk(), now=make.NOW)
    assert codes("M08") == []
    superuser_cursor.execute("ALTER TABLE royalties_usagefile DISABLE TRIGGER ALL")
    superuser_cursor.execute("UPDATE royalties_usagefile SET repeats_allowed = false")
    assert codes("M08") == ["M08 files july.csv, second.csv: 1 rows stand in both"]
