"""The register of interested parties: its list, found by a name in any spelling, and the page of one party."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.identifiers import IdentifierReading
from members.models import GroupMembership, Party, PartyAffiliation, PartyKind, PartyName
from members.queries.parties import party_of_number
from members.rules.ipi import read_ipi_base, read_ipi_name
from members.rules.names import name_key, name_skeleton

MOST_FOUND = 50
TELLING = 4  # consonants from which an equal sound is no accident


@dataclass(frozen=True, slots=True)
class NumberShown:
    """An IPI number as a page shows it; `expected` is what its check digits should be, blank when they are right."""

    value: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class NameShown:
    """A name in its three forms side by side, and its number. `is_writable` says whether files can carry its form."""

    row: PartyName
    number: NumberShown | None
    is_writable: bool


@dataclass(frozen=True, slots=True)
class ListedParty:
    """A party in a list, with its IPI name numbers and the other names it goes by."""

    party: Party
    numbers: list[str]
    other_names: list[str]


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A party from every side, but nothing of her membership: no CNIC, no bank, no contact."""

    party: Party
    base_number: NumberShown | None
    names: list[NameShown]
    people: list[GroupMembership]
    groups: list[GroupMembership]
    affiliations: list[PartyAffiliation]
    societies: dict[str, str]


def parties_in_register(*, kind: str = "", society: str = "", ipi: str = "") -> QuerySet[Party]:
    """Parties by kind, by the society that collects for them, and by whether an IPI number is `known` or `missing`."""
    rows = Party.objects.select_related("member").prefetch_related("names")
    if kind in PartyKind.values:
        rows = rows.filter(kind=kind)
    if society:
        code = society.zfill(3)
        collects = PartyAffiliation.objects.filter(party=OuterRef("pk"), society_code=code)
        rows = rows.filter(Q(society_code=code) | Exists(collects))
    if ipi in ("known", "missing"):
        numbered = Exists(PartyName.objects.filter(party=OuterRef("pk"), ipi_name_number__isnull=False))
        rows = rows.filter(numbered if ipi == "known" else ~numbered)
    return rows


def find_parties(text: str, rows: QuerySet[Party], *, limit: int = MOST_FOUND) -> list[Party]:
    """Those of the rows that go by a name like this, in Urdu or Roman letters, misspelt or not; or by this number.

    The exact name comes first, then names that begin so, then the same sound, then parts, then what looks alike.
    """
    base = Party.objects.filter(ipi_base_number=read_ipi_base(text).value).first()
    numbered = base or party_of_number(text)
    if numbered is not None:
        return list(rows.filter(pk=numbered.pk))
    scores = name_scores(text, limit=limit * 3)
    found = rows.filter(pk__in=list(scores))
    return sorted(found, key=lambda party: (-scores[party.pk], party.display_name, party.pk))[:limit]


def name_scores(text: str, *, limit: int) -> dict[int, float]:
    """Party id → how well one of its names fits: 5 the same, 4 begins so, 3 sounds the same, 1.5 holds it, below 1
    looks or sounds alike."""
    written, key, sound = clean_text(text)[:200], name_key(text), name_skeleton(text)
    if not key:
        return {}
    near = Q(key=key) | Q(original=written) | Q(skeleton=sound) | Q(key__trigram_similar=key)
    if len(key) > 2:
        near |= Q(key__contains=key)
    if len(sound) >= TELLING:
        near |= Q(skeleton__trigram_similar=sound)
    alike = Greatest(TrigramSimilarity("key", key), TrigramSimilarity("skeleton", sound) * Value(0.8))
    score: Case = Case(
        When(Q(key=key) | Q(original=written), then=Value(5.0)),
        When(key__startswith=f"{key} ", then=Value(4.0)),
        When(skeleton=sound, then=Value(3.0 if len(sound) >= TELLING else 1.2)),
        When(key__contains=key, then=Value(1.5)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    ranked = PartyName.objects.filter(near).annotate(score=score + alike).order_by("-score", F("party_id"))
    best: dict[int, float] = {}
    for party_id, value in ranked.values_list("party_id", "score")[:limit]:
        best.setdefault(party_id, value)
    return best


def listed_parties(parties: Iterable[Party]) -> Iterator[ListedParty]:
    """The parties as a list shows them; their names were fetched with them."""
    for party in parties:
        names = list(party.names.all())
        yield ListedParty(
            party=party,
            numbers=[name.ipi_name_number for name in names if name.ipi_name_number],
            other_names=list(dict.fromkeys(str(name) for name in names if str(name) != party.display_name)),
        )


def party_record(party: Party) -> PartyRecord:
    """Everything the register knows about a party; six queries."""
    affiliations = list(party.affiliations.order_by("right", "territory", F("valid_from").asc(nulls_first=True), "pk"))
    base = party.ipi_base_number
    return PartyRecord(
        party=party,
        base_number=_shown(base, read_ipi_base(base)) if base else None,
        names=[_name(row) for row in party.names.order_by("pk")],
        people=list(party.people.select_related("person").order_by("person__display_name", "pk")),
        groups=list(party.groups.select_related("group").order_by("group__display_name", "pk")),
        affiliations=affiliations,
        societies=society_names(row.society_code for row in affiliations),
    )


def society_names(codes: Iterable[str]) -> dict[str, str]:
    """Society code → the name of the society, as far as it is in the register."""
    rows = Party.objects.filter(kind=PartyKind.SOCIETY, society_code__in=set(codes))
    return dict(rows.values_list("society_code", "display_name"))


def _name(row: PartyName) -> NameShown:
    number = row.ipi_name_number
    return NameShown(
        row=row,
        number=_shown(number, read_ipi_name(number)) if number else None,
        is_writable=row.registered_as.isascii(),
    )


def _shown(value: str, reading: IdentifierReading) -> NumberShown:
    return NumberShown(value, "" if reading.is_valid else reading.expected)
