"""What money and matching have resting on works: an import that brought such a work is not undone behind their back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from royalties.models import TextClaim

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
# The runs that paid a party's share of a right to the society of an affiliation.
PAID_THROUGH = """
    SELECT DISTINCT a.id, r.number, r.state FROM members_partyaffiliation a
        JOIN members_party society ON society.society_code = a.society_code AND society.kind = 'society'
        JOIN royalties_runshare s ON s.party_id = a.party_id AND s.payee_id = society.id AND s."right" = a."right"
        JOIN royalties_run r ON r.id = s.run_id AND r.state NOT IN ('draft', 'cancelled')
    WHERE a.id = ANY (%(affiliations)s) ORDER BY a.id, r.number
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
    """Why works cannot be taken back: runs that froze them, matches that people gave, usage that members claim for them
    and nobody has decided. In the reader's language."""
    found: dict[int, list[str]] = defaultdict(list)
    values = {"works": list(work_ids), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(RUNS, values)
        for work_id, number, state in cursor.fetchall():
            found[work_id].append(_frozen_text(number, state))
        cursor.execute(MATCHES, values)
        for (work_id,) in cursor.fetchall():
            found[work_id].append(_("A person matched usage to it."))
    claims = TextClaim.objects.filter(work__in=work_ids, state="open")
    if since is not None:
        claims = claims.filter(created_at__gt=since)
    for work_id in claims.values_list("work_id", flat=True).distinct():
        found[work_id].append(_("A member claims usage for it, which waits for the matching desk."))
    return found


def paid_through(affiliation_ids: Sequence[int]) -> dict[int, list[str]]:
    """Affiliation → the runs that froze or paid shares by it. In the reader's language."""
    found: dict[int, list[str]] = defaultdict(list)
    if affiliation_ids:
        with connection.cursor() as cursor:
            cursor.execute(PAID_THROUGH, {"affiliations": list(affiliation_ids)})
            for row, number, state in cursor.fetchall():
                found[row].append(_frozen_text(number, state))
    return found


def _frozen_text(number: str, state: str) -> str:
    paid = state in ("finalised", "published")
    text = _("Distribution %(number)s paid by it.") if paid else _("Distribution %(number)s has frozen it.")
    return text % {"number": number}
