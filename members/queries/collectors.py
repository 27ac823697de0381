"""Who is paid for a party's share of one right: the party, the society that collects for it, or nobody yet and why."""

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from cmo_portal.common.known import NOW, Books
from members.models import AreaLeaf, Party, PartyAffiliation
from members.models.parties import PartyKind
from members.queries.areas import areas_covering
from members.queries.mandates import mandates_in_force

NO_MANDATE = "no_mandate"  # a member who did not give this right to the society
UNREPRESENTED = "unrepresented"  # neither a member nor represented by a sister society


def collectors_of(
    party_ids: Collection[int], *, on: dt.date, right: str, territory: str, books: Books = NOW
) -> dict[int, int | str]:
    """For each party the party to be paid on the day, or the reason why nobody can be.

    A member with a mandate in force and a sister society are paid themselves; a party affiliated to a sister society is
    paid through that society. Four queries.
    """
    mandates = mandates_in_force(on=on, right=right, territory=territory, books=books)
    parties = books.table(Party, kind=PartyKind.SOCIETY)
    societies = list(parties.order_by("-id").values_list("society_code", "id"))
    paid_themselves = {pk for _code, pk in societies} | {party_id for party_id, held in mandates.items() if held}
    through = _through_societies(dict(societies), on=on, right=right, territory=territory, books=books)
    return {
        party_id: party_id
        if party_id in paid_themselves
        else through.get(party_id) or (NO_MANDATE if party_id in mandates else UNREPRESENTED)
        for party_id in party_ids
    }


def affiliated_elsewhere(party_ids: Collection[int], *, on: dt.date, right: str, territory: str) -> set[int]:
    """Those of the parties whom another society represents for a right, whether or not it is a party that we know."""
    rows = _affiliations(on=on, right=right, territory=territory).filter(party__in=party_ids)
    return set(rows.values_list("party_id", flat=True))


def _affiliations(*, on: dt.date, right: str, territory: str, books: Books = NOW) -> QuerySet[PartyAffiliation]:
    """What holds on a day in a country with other societies than ours; as known before, its rows of the history."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    here = areas_covering(territory, on)
    rows = books.table(PartyAffiliation, right=right).filter(begun, running, territory__in=here)
    return rows.exclude(society_code=settings.SOCIETY["cisac_code"])


def _through_societies(
    societies: dict[str, int], *, on: dt.date, right: str, territory: str, books: Books
) -> dict[int, int]:
    """Party → the party of the sister society that collects for it; the smaller area before the wider one. What
    overlaps on a day nests (migrations/nested_affiliations.sql), so that by the day's countries there is a nearest."""
    rows = _affiliations(on=on, right=right, territory=territory, books=books).filter(society_code__in=societies)
    told = list(rows.values_list("party_id", "society_code", "territory"))
    breadth = _breadths({area for _party, _code, area in told}, on)
    told.sort(key=lambda row: (-breadth[row[2]], row[1]))
    return {party_id: societies[code] for party_id, code, _area in told}


def _breadths(areas: Collection[str], on: dt.date) -> dict[str, int]:
    """How many countries each area has on a day."""
    rows = AreaLeaf.objects.filter(area__in=areas, valid_from__lte=on, valid_to__gte=on)
    return dict(rows.values_list("area_id").annotate(Count("leaf", distinct=True)))
