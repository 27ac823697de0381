"""Who stood before an acquirer: the original publisher that a registration named at the head of the acquirer's chain.

Our shares name the acquirer alone, because it owns. The chain stands in what the sender of the work said (its
submission); its firms are found again by our numbers in a file of our own, else by IPI name number, else by a name that
one firm alone has.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from members.models import Party, PartyName
from members.models.parties import PartyKind
from works.models import PartyNumber, WorkSubmission

ACQUIRER, ORIGINAL = "AQ", "E"


@dataclass(frozen=True, slots=True)
class _Acquired:
    """A chain of a submission that an acquirer owns: it and the original publisher, as the sender names them."""

    work: int
    is_own: bool
    acquirer: Mapping[str, Any]
    original: Mapping[str, Any]


def originals_of(acquirers: Mapping[int, set[int]], issuer: str) -> dict[int, dict[int, int]]:
    """Work → acquirer → original publisher, for the acquirers of works as far as submissions tell, the last;
    `issuer` is how we are called as a sender."""
    if not acquirers:
        return {}
    rows = WorkSubmission.objects.filter(work__in=acquirers, details__has_key="publishers").order_by("pk")
    told = [
        each
        for work, sender, details in rows.values_list("work_id", "sender", "details")
        for each in _acquired(work, sender == issuer, details["publishers"])
    ]
    known = _Firms([firm for each in told for firm in (each.acquirer, each.original)], issuer)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for each in told:
        acquirer, original = known.of(each.acquirer, is_own=each.is_own), known.of(each.original, is_own=each.is_own)
        if acquirer in acquirers[each.work] and original:
            found[each.work][acquirer] = original
    return found


def _acquired(work: int, is_own: bool, publishers: Sequence[Mapping[str, Any]]) -> Iterable[_Acquired]:
    for _number, members in groupby(publishers, key=lambda each: each.get("publisher_seq")):
        chain = list(members)
        kinds = [each.get("publisher_type") for each in chain]
        if kinds[0] == ORIGINAL and ACQUIRER in kinds:
            yield _Acquired(work, is_own, chain[kinds.index(ACQUIRER)], chain[0])


class _Firms:
    """The parties behind the firms of submissions, looked up at once."""

    def __init__(self, firms: Sequence[Mapping[str, Any]], issuer: str) -> None:
        names = PartyName.objects.filter(ipi_name_number__in=_texts(firms, "ipi_name_no"))
        self._by_ipi = dict(names.values_list("ipi_name_number", "party_id"))
        numbers = PartyNumber.objects.filter(issuer=issuer, number__in=_texts(firms, "ip_no"))
        self._by_number = dict(numbers.values_list("number", "party_id"))
        named: dict[str, list[int]] = defaultdict(list)
        rows = Party.objects.filter(kind=PartyKind.ORGANISATION, display_name__in=_texts(firms, "publisher_name"))
        for name, party in rows.values_list("display_name", "pk"):
            named[name].append(party)
        self._by_name = {name: parties[0] for name, parties in named.items() if len(parties) == 1}

    def of(self, firm: Mapping[str, Any], *, is_own: bool) -> int:
        """The party of a firm; 0 where it is not known."""
        own = self._by_number.get(firm.get("ip_no", "")) if is_own else None
        named = self._by_ipi.get(firm.get("ipi_name_no", "")) or self._by_name.get(firm.get("publisher_name", ""))
        return own or named or 0


def _texts(firms: Sequence[Mapping[str, Any]], name: str) -> set[str]:
    return {firm[name] for firm in firms if firm.get(name)}
