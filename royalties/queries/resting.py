"""What money and matching have resting on works: an import that brought such a work is not undone behind their back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

RUNS = """
    SELECT DISTINCT s.work_id, r.number, r.state FROM royalties_run r JOIN royalties_runshare s
        ON s.run_id = r.id AND s."right" IN ('PR', 'MR', 'SR') AND s.work_id = ANY (%(works)s)
    WHERE r.state NOT IN ('draft', 'cancelled') AND (%(since)s::timestamptz IS NULL OR r.frozen_at > %(since)s)
    ORDER BY s.work_id, r.number
"""
MATCHES = """
    SELECT DISTINCT m.work_id FROM royalties_usagematch m
    WHERE m.work_id = ANY (%(works)s) AND m.outcome = 'matched'
        AND (%(since)s::timestamptz IS NULL OR m.created_at > %(since)s)
        AND (m.decided_by_id IS NOT NULL OR m.stage IN ('person', 'memory'))
        AND NOT EXISTS (SELECT 1 FROM royalties_usagematch later WHERE later.file_id = m.file_id
            AND later.text_no = m.text_no AND later.revision > m.revision)
"""


AGREEMENTS = """
    SELECT DISTINCT way.id, r.number, r.state FROM royalties_run r
        JOIN royalties_runshare s ON s.run_id = r.id AND s.agreements && %(agreements)s::bigint[]
        CROSS JOIN unnest(s.agreements) AS way (id)
    WHERE r.state NOT IN ('draft', 'cancelled') AND way.id = ANY (%(agreements)s)
    ORDER BY way.id, r.number
"""


def rests_on_agreements(agreement_ids: Sequence[int]) -> dict[int, list[str]]:
    """Why agreements cannot be taken back: runs that froze who collects by them. In the reader's language."""
    found: dict[int, list[str]] = defaultdict(list)
    if agreement_ids:
        with connection.cursor() as cursor:
            cursor.execute(AGREEMENTS, {"agreements": list(agreement_ids)})
            for agreement_id, number, state in cursor.fetchall():
                found[agreement_id].append(_frozen_text(number, state))
    return found


def rests(work_ids: Sequence[int], since: dt.datetime | None) -> dict[int, list[str]]:
    """Why works cannot be taken back: runs that froze them, matches that people gave. In the reader's language."""
    found: dict[int, list[str]] = defaultdict(list)
    values = {"works": list(work_ids), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(RUNS, values)
        for work_id, number, state in cursor.fetchall():
            found[work_id].append(_frozen_text(number, state))
        cursor.execute(MATCHES, values)
        for (work_id,) in cursor.fetchall():
            found[work_id].append(_("A person matched usage to it."))
    return found


def _frozen_text(number: str, state: str) -> str:
    paid = state in ("finalised", "published")
    text = _("Distribution %(number)s paid by it.") if paid else _("Distribution %(number)s has frozen it.")
    return text % {"number": number}
