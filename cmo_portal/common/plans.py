"""How PostgreSQL should go about statements over a run's own rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

BULK = "SET LOCAL enable_nestloop = off; SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '128MB'"
USUAL = "SET LOCAL enable_nestloop = DEFAULT; SET LOCAL enable_indexscan = DEFAULT; SET LOCAL work_mem = DEFAULT"


@contextmanager
def bulk_plans() -> Iterator[None]:
    """Join by hashing and read rows in the order of their pages inside the block; belongs inside a transaction.

    The rows of a run were written a moment ago, and the statistics still say that there are none: the planner would
    look them up one by one, a thousand times slower than it thinks.
    """
    with connection.cursor() as cursor:
        cursor.execute(BULK)
        yield
        cursor.execute(USUAL)
