"""Numbers of parties in registration files: ours are given once, at the first export, and kept when a file of our own
comes back into an empty register."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.db.models import Max

from members.models import Party
from works.models import PartyNumber
from works.queries.exports import OwnWork, our_issuer
from works.services.registration import lock_register


def number_parties(works: Sequence[OwnWork]) -> Iterator[OwnWork]:
    """The works with a number for every party; new numbers P00000001, P00000002, … are given and kept."""
    unnumbered = sorted({party.pk for work in works for party in work.parties.values() if not party.number})
    given = _give(unnumbered) if unnumbered else {}
    for work in works:
        if any(pk in given for pk in work.parties):
            parties = {pk: replace(party, number=party.number or given[pk]) for pk, party in work.parties.items()}
            work = replace(work, parties=parties)
        yield work


def _give(parties: Iterable[int]) -> dict[int, str]:
    lock_register()
    issuer = our_issuer()
    ours = PartyNumber.objects.filter(issuer=issuer, number__regex=r"^P\d{8}$")
    last = int((ours.aggregate(last=Max("number"))["last"] or "P0")[1:])
    given = {party: f"P{number:08d}" for number, party in enumerate(parties, start=last + 1)}
    PartyNumber.objects.bulk_create(
        PartyNumber(party_id=party, issuer=issuer, number=number) for party, number in given.items()
    )
    return given


def parties_by_number(numbers: Iterable[str]) -> dict[str, Party]:
    """The parties that our own numbers name."""
    rows = PartyNumber.objects.filter(issuer=our_issuer(), number__in=set(numbers)).select_related("party")
    return {row.number: row.party for row in rows}


def keep_numbers(numbers: Mapping[str, Party]) -> None:
    """Keep our numbers of parties that a file of ours has brought back; a party or number known already stays."""
    PartyNumber.objects.bulk_create(
        [PartyNumber(party=party, issuer=our_issuer(), number=number) for number, party in numbers.items()],
        ignore_conflicts=True,
    )
