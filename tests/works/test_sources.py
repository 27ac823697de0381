"""Sources of works: no work is made from itself, through however many steps, whatever two sessions do at once."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.works import party, work
from works.models import SourceWork, Work

OF = """
    INSERT INTO works_sourcework (uid, work_id, source_id, kind, position, title, language, other_titles, writers, iswc,
        number, taken_from, given_by)
    VALUES (gen_random_uuid(), %s, %s, 'arrangement', 1, '', '', '[]', '[]', '', '', '', '')
"""


@pytest.fixture
def songs(db: None) -> list[Work]:
    writer = party("Alia Rahman")
    return [work(title, (writer, "CA", 100)) for title in ("One", "Two", "Three")]


def link(made: Work, source: Work) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OF, [made.pk, source.pk])


@pytest.mark.django_db
def test_the_database_refuses_a_ring_of_sources_through_raw_sql(songs: list[Work]) -> None:
    one, two, three = songs
    link(two, one)
    link(three, two)
    with pytest.raises(IntegrityError, match="own source"), transaction.atomic():
        link(one, three)
    with pytest.raises(IntegrityError, match="source_is_another_work"), transaction.atomic():
        link(one, one)
    link(three, one)  # two ways to the same source are no ring
    assert SourceWork.objects.count() == 3


@pytest.mark.django_db
def test_the_database_refuses_a_ring_that_an_update_would_close(songs: list[Work]) -> None:
    one, two, three = songs
    link(two, one)
    row = SourceWork.objects.create(work=one, kind="arrangement", title="Unknown")
    with pytest.raises(IntegrityError, match="own source"), transaction.atomic():
        SourceWork.objects.filter(pk=row.pk).update(source=two)
    SourceWork.objects.filter(pk=row.pk).update(source=three)


@pytest.mark.django_db
def test_a_ring_inside_one_statement_is_refused_too(songs: list[Work]) -> None:
    one, two, _three = songs
    rows = [SourceWork(work=one, source=two, kind="version"), SourceWork(work=two, source=one, kind="version")]
    with pytest.raises(IntegrityError, match="own source"), transaction.atomic():
        SourceWork.objects.bulk_create(rows)


@pytest.mark.django_db
def test_an_outside_work_needs_a_title(songs: list[Work]) -> None:
    with pytest.raises(IntegrityError, match="source_is_a_work_or_has_a_title"), transaction.atomic():
        SourceWork.objects.create(work=songs[0], kind="version")


def _race(first: Work, second: Work) -> list[str]:
    gate, outcome = threading.Barrier(2), []

    def session(made: Work, source: Work) -> None:
        try:
            with transaction.atomic():
                gate.wait()
                link(made, source)
            outcome.append("stored")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=session, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcome)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_that_each_add_half_a_ring_store_one_half() -> None:
    writer = party("Alia Rahman")
    one, two = (work(title, (writer, "CA", 100)) for title in ("One", "Two"))
    assert _race(one, two) == ["refused", "stored"]


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_the_ring_is_stored(superuser_cursor: Any) -> None:
    """The twin: without the trigger the same two statements leave two works that are each other's source."""
    writer = party("Alia Rahman")
    one, two = (work(title, (writer, "CA", 100)) for title in ("One", "Two"))
    superuser_cursor.execute("ALTER TABLE works_sourcework DISABLE TRIGGER USER")
    link(one, two)
    link(two, one)
    assert SourceWork.objects.count() == 2
