"""Whose IPI numbers are: the party of each, with all the names it goes by."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from members.models import Party, PartyName
from members.models.parties import PartyKind
from members.rules.bearers import is_name_of


@dataclass(frozen=True, slots=True)
class Bearer:
    """The party of a number as it is compared: its names as people say them and in their own script."""

    party_id: int
    name: str
    kind: str
    forms: frozenset[str]

    def is_called(self, text: str, kind: str, *, spelt: Callable[[str], str] = str) -> bool:
        """Whether a name is one of the party's; `spelt` is how whoever wrote it may have to write the party's names. A
        person named as a firm, or a firm as a person, must be named in full: people publish their own works, but a firm
        that has its founder's name in its own is somebody else."""
        is_other_kind = self.kind != kind and {self.kind, kind} == {PartyKind.PERSON, PartyKind.ORGANISATION}
        forms = {*self.forms, *map(spelt, self.forms)}
        return any(is_name_of(text, form, whole=is_other_kind) for form in forms)


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
