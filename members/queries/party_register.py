"""The register of interested parties: its list, found by a name in any spelling, and the page of one party."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cmo_portal.common.identifiers import IdentifierReading
from cmo_portal.common.numerals import digits_to_ascii
from members.models import GroupMembership, Party, PartyAffiliation, PartyKind, PartyName
from members.queries.finding import ranked_parties
from members.queries.parties import party_of_number
from members.rules.ipi import read_ipi_base, read_ipi_name
from members.rules.isni import format_isni, read_isni
from members.rules.societies import societies

MOST_FOUND = 50


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
    isni: NumberShown | None
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
        collects = PartyAffiliation.objects.standing().filter(party=OuterRef("pk"), society_code=code)
        rows = rows.filter(Q(society_code=code) | Exists(collects))
    if ipi in ("known", "missing"):
        numbered = Exists(PartyName.objects.filter(party=OuterRef("pk"), ipi_name_number__isnull=False))
        rows = rows.filter(numbered if ipi == "known" else ~numbered)
    return rows


def find_parties(text: str, rows: QuerySet[Party], *, limit: int = MOST_FOUND) -> list[Party]:
    """Those of the rows that go by a name like this, in Urdu or Roman letters, misspelt or not; or by this number."""
    typed = digits_to_ascii(text)
    own = Q(ipi_base_number=read_ipi_base(typed).value) | Q(isni=read_isni(typed).value)
    numbered = Party.objects.filter(own).first() or party_of_number(text)
    if numbered is not None:
        return list(rows.filter(pk=numbered.pk))
    order = ranked_parties(text, rows, limit=limit)
    found = rows.in_bulk(order)
    return [found[pk] for pk in order]


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
    rows = PartyAffiliation.objects.standing().filter(party=party)
    affiliations = list(rows.order_by("right", "territory", F("valid_from").asc(nulls_first=True), "pk"))
    base = party.ipi_base_number
    return PartyRecord(
        party=party,
        base_number=_shown(base, read_ipi_base(base)) if base else None,
        isni=_shown(format_isni(party.isni), read_isni(party.isni)) if party.isni else None,
        names=[_name(row) for row in party.names.order_by("pk")],
        people=list(party.people.select_related("person").order_by("person__display_name", "pk")),
        groups=list(party.groups.select_related("group").order_by("group__display_name", "pk")),
        affiliations=affiliations,
        societies=society_names(row.society_code for row in affiliations),
    )


def society_names(codes: Iterable[str]) -> dict[str, str]:
    """Society code → the name of the society: as it is in our register, else as in the list of CISAC."""
    wanted = set(codes)
    rows = Party.objects.filter(kind=PartyKind.SOCIETY, society_code__in=wanted)
    listed = {code: society.name for code, society in societies().items() if code in wanted}
    return listed | dict(rows.values_list("society_code", "display_name"))


def known_society_codes(codes: Iterable[str]) -> set[str]:
    """Those of the codes that name a society: our own, one of the list of CISAC, one in our register."""
    own = {str(settings.SOCIETY["cisac_code"])} - {""}
    return {code for code in codes if code in own} | society_names(codes).keys()


def _name(row: PartyName) -> NameShown:
    number = row.ipi_name_number
    return NameShown(
        row=row,
        number=_shown(number, read_ipi_name(number)) if number else None,
        is_writable=row.registered_as.isascii(),
    )


def _shown(value: str, reading: IdentifierReading) -> NumberShown:
    return NumberShown(value, "" if reading.is_valid else reading.expected)
