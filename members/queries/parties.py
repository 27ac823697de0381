"""Finding parties by a name in any spelling, an IPI name number or a member number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Max, Q, QuerySet

from members.models import Member, Party, PartyName
from members.rules.names import name_key, name_skeleton

SIMILAR = 0.35  # trigram similarity of keys from which a spelling is offered


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
    """Parties that the text may mean, best first: same number, same key, same sound, similar key. At most 4 queries."""
    text = text.strip()
    if not text:
        return []
    ranked = [*_by_number(text), *_by_name(text, limit)]
    order = list(dict.fromkeys(ranked))
    hits = {hit.party_id: hit for hit in _hits(order)}
    found = [hits[pk] for pk in order if pk in hits]
    return [hit for hit in found if hit.member_number or not members_only][:limit]


def matching_parties(text: str) -> QuerySet[Party]:
    """The parties with a name of this key, its beginning, or its sound: for filters of lists."""
    key, sound = name_key(text), name_skeleton(text)
    if not key:
        return Party.objects.none()
    names = Q(key__contains=key)
    if len(sound) > 2:
        names |= Q(skeleton=sound)
    return Party.objects.filter(pk__in=PartyName.objects.filter(names).values("party_id"))


def same_name_parties(text: str) -> list[Party]:
    """The parties that go by exactly this name in some spelling: candidates for being the same person."""
    key, sound = name_key(text), name_skeleton(text)
    names = PartyName.objects.filter(Q(key=key) | Q(skeleton=sound, skeleton__regex=r"^.{4,}$"))
    return list(Party.objects.filter(pk__in=names.values("party_id")).select_related("member").order_by("pk")[:20])


def party_of_number(text: str) -> Party | None:
    """The party of a member number or an IPI name number."""
    found = _by_number(text.strip())
    return Party.objects.filter(pk=found[0]).first() if found else None


def _by_number(text: str) -> list[int]:
    digits = re.sub(r"[\s.\-]", "", text)
    found = list(Member.objects.filter(number__iexact=text).values_list("party_id", flat=True))
    if re.fullmatch(r"\d{6,11}", digits, re.ASCII):
        found += PartyName.objects.filter(ipi_name_number=digits.zfill(11)).values_list("party_id", flat=True)
    return found


def _by_name(text: str, limit: int) -> list[int]:
    key, sound = name_key(text), name_skeleton(text)
    if not key:
        return []
    similar = TrigramSimilarity("key", key)
    meant = Q(key=key) | Q(skeleton=sound) | Q(key__contains=key) | Q(key__trigram_similar=key, similar__gte=SIMILAR)
    rows = (
        PartyName.objects.annotate(similar=similar)
        .filter(meant)
        .values("party_id")
        .annotate(best=Max("similar"))
        .order_by("-best", "party_id")[: limit * 2]
    )
    return [row["party_id"] for row in rows]


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
