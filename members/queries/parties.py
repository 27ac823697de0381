"""Finding parties by a name in any spelling, an IPI name number or a member number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from cmo_portal.common.numerals import digits_to_ascii
from members.models import Member, Party, PartyName
from members.queries.finding import ranked_parties, words_like
from members.rules.names import name_key, name_skeleton

MANY = 1000  # names compared with one that was typed


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A party as a list of choices shows it."""

    party_id: int
    uid: UUID
    name: str
    name_original: str
    kind: str
    ipi_name_number: str
    member_number: str


def party_search(text: str, *, limit: int = 20, members_only: bool = False) -> list[PartyHit]:
    """Parties that the text may mean, best first: those of this number, then those with a name like this."""
    rows = Party.objects.filter(member__isnull=False) if members_only else Party.objects.all()
    numbered = rows.filter(pk__in=_by_number(text.strip())).order_by("pk").values_list("pk", flat=True)
    order = list(dict.fromkeys([*numbered, *ranked_parties(text, rows, limit=limit)]))[:limit]
    hits = {hit.party_id: hit for hit in _hits(order)}
    return [hits[pk] for pk in order]


def matching_parties(text: str) -> QuerySet[Party]:
    """The parties with a name that holds this text, or its words by their sound: for filters of lists."""
    key, bones = name_key(text), name_skeleton(text)
    if not key:
        return Party.objects.none()
    names = Q(key__contains=key) | words_like(text)
    if len(bones) > 2:
        names |= Q(skeleton=bones)
    return Party.objects.filter(pk__in=PartyName.objects.filter(names).values("party_id"))


def same_name_parties(text: str) -> list[Party]:
    """The parties that go by exactly this name in some spelling: candidates for being the same person."""
    key, sound = name_key(text), name_skeleton(text)
    names = PartyName.objects.filter(Q(key=key) | Q(skeleton=sound, skeleton__regex=r"^.{4,}$"))
    return list(Party.objects.filter(pk__in=names.values("party_id")).select_related("member").order_by("pk")[:20])


def party_named(text: str) -> Party | None:
    """The only party that goes by exactly this name, in Roman letters or in its own script; None where nobody does, or
    more than one."""
    key = name_key(text)
    found = set(PartyName.objects.filter(key=key).values_list("party_id", flat=True)[:MANY]) if key else set()
    if key and not text.isascii():
        heard = PartyName.objects.filter(words_like(text)).values_list("party_id", "original")[:MANY]
        found |= {party_id for party_id, original in heard if name_key(original) == key}
    return Party.objects.get(pk=found.pop()) if len(found) == 1 else None


def party_of_number(text: str) -> Party | None:
    """The party of a member number or an IPI name number."""
    found = _by_number(text.strip())
    return Party.objects.filter(pk=found[0]).first() if found else None


def _by_number(text: str) -> list[int]:
    text = digits_to_ascii(text)
    digits = re.sub(r"[\s.\-]", "", text)
    found = list(Member.objects.filter(number__iexact=text).values_list("party_id", flat=True))
    if re.fullmatch(r"\d{6,11}", digits, re.ASCII):
        found += PartyName.objects.filter(ipi_name_number=digits.zfill(11)).values_list("party_id", flat=True)
    return found


def _hits(party_ids: Iterable[int]) -> list[PartyHit]:
    parties = Party.objects.filter(pk__in=list(party_ids)).select_related("member").prefetch_related("names")
    return [
        PartyHit(
            party_id=party.pk,
            uid=party.uid,
            name=party.display_name,
            name_original=party.display_name_original,
            kind=party.kind,
            ipi_name_number=next((name.ipi_name_number for name in party.names.all() if name.ipi_name_number), ""),
            member_number=party.member.number if hasattr(party, "member") else "",
        )
        for party in parties
    ]
