"""Whose IPI numbers are: the party of each, with all the names it goes by."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from members.models import Party, PartyName


@dataclass(frozen=True, slots=True)
class Bearer:
    """The party of a number as it is compared: its names as people say them and in their own script."""

    party_id: int
    name: str
    kind: str
    forms: frozenset[str]


def bearers(numbers: Iterable[str]) -> dict[str, Bearer]:
    """The bearer of each of these IPI name and base numbers that our register has. Two queries."""
    wanted = set(numbers) - {""}
    if not wanted:
        return {}
    named = PartyName.objects.filter(ipi_name_number__in=wanted).values("party_id")
    parties = Party.objects.filter(Q(ipi_base_number__in=wanted) | Q(pk__in=named)).in_bulk()
    forms: dict[int, set[str]] = defaultdict(set)
    found: dict[str, int] = {party.ipi_base_number: pk for pk, party in parties.items() if party.ipi_base_number}
    for name in PartyName.objects.filter(party__in=parties):
        forms[name.party_id] |= {str(name), name.original}
        if name.ipi_name_number:
            found[name.ipi_name_number] = name.party_id
    known = {
        pk: Bearer(
            pk,
            party.display_name,
            party.kind,
            frozenset({*forms[pk], party.display_name, party.display_name_original} - {""}),
        )
        for pk, party in parties.items()
    }
    return {number: known[pk] for number, pk in found.items() if number in wanted}
