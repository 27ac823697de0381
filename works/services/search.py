"""Making the search of the repertoire anew: after a restore, or when its words and sounds are made by other rules."""

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import Max

from works.models import SearchWord, Work

SLICE = 5_000

_WRONG = """
    SELECT count(*) FROM search_documents(ARRAY(SELECT id FROM works_work WHERE id > %(after)s AND id <= %(until)s)) f
    LEFT JOIN works_searchdocument d ON d.work_id = f.work_id
    WHERE (d.words, d.titles) IS DISTINCT FROM (f.words, f.titles)
"""
_REFRESH = "SELECT search_refresh(ARRAY(SELECT id FROM works_work WHERE id > %(after)s AND id <= %(until)s))"


def rebuild_search(*, tell: Callable[[int, int], None]) -> int:
    """Make all documents anew, slice by slice; each slice is one transaction, so people search meanwhile. Returns how
    many were wrong or missing. `tell` hears how far it is: last id done, last id of all."""
    with transaction.atomic():
        SearchWord.objects.all().delete()  # words that nobody uses any more, and doubles
    return _each_slice(_REFRESH, tell)


def wrong_documents(*, tell: Callable[[int, int], None]) -> int:
    """How many documents are not what titles, names and recordings say; nothing is changed."""
    return _each_slice(_WRONG, tell)


def _each_slice(sql: str, tell: Callable[[int, int], None]) -> int:
    last, found = int(Work.objects.aggregate(last=Max("pk"))["last"] or 0), 0
    for after in range(0, last, SLICE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, {"after": after, "until": after + SLICE})
            found += int(cursor.fetchone()[0])
        tell(min(after + SLICE, last), last)
    return found
