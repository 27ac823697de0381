"""Our running numbers, and rehearsals, which give none of them away.

A counter of the database never goes back: a number that is rolled back leaves a gap. A rehearsal does everything and
takes it back; it reads the counters and counts on by itself, so that it names the numbers that the real run will give.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_rehearsed: ContextVar[dict[str, int] | None] = ContextVar("rehearsed", default=None)  # counter → last number given


@contextmanager
def rehearsal() -> Iterator[None]:
    """What is done inside is rolled back at the end, and no counter has moved. One inside another counts on from it."""
    token = _rehearsed.set(dict(_rehearsed.get() or {}))
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _rehearsed.reset(token)


def next_numbers(counter: str, count: int = 1) -> list[int]:
    """The next numbers of a counter, a sequence of the database."""
    given = _rehearsed.get()
    if given is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [counter, count])
            return [int(row[0]) for row in cursor.fetchall()]
    first = _last(counter) + 1
    given[counter] = first + count - 1
    return list(range(first, first + count))


def pass_over(counter: str, highest: int) -> None:
    """Let a counter run on behind a number that came from elsewhere, which is then never given again."""
    behind = highest - _last(counter)
    given = _rehearsed.get()
    if behind > 0 and given is not None:
        given[counter] = highest
    elif behind > 0:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(nextval(%s)) FROM generate_series(1, %s)", [counter, behind])


def _last(counter: str) -> int:
    given = _rehearsed.get() or {}
    if counter in given:
        return given[counter]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value - (NOT is_called)::int FROM {counter}")  # noqa: S608 - our own names
        return int(cursor.fetchone()[0])
