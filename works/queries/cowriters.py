"""Finding a co-writer: by IPI name number or by the exact name in any script; nothing about her is shown but her names,
her number and whether she is a member."""

import re
from dataclasses import dataclass
from uuid import UUID

from cmo_portal.common.numerals import digits_to_ascii
from members.models import Member, Party, PartyName
from members.queries.parties import same_name_parties


@dataclass(frozen=True, slots=True)
class Cowriter:
    """A party as a member may see it before she names it."""

    uid: UUID
    name: str
    name_original: str
    ipi_name_number: str
    is_member: bool


def cowriters(text: str) -> list[Cowriter]:
    """Who is meant by an IPI name number or a name; a part of a name finds nobody, so that nobody browses members."""
    digits = re.sub(r"[\s.\-]", "", digits_to_ascii(text))
    if re.fullmatch(r"\d{6,11}", digits, re.ASCII):
        named = PartyName.objects.filter(ipi_name_number=digits.zfill(11)).values("party_id")
        parties = list(Party.objects.filter(pk__in=named).select_related("member"))
    else:
        parties = same_name_parties(text) if len(text.strip()) > 2 else []
    numbers = dict(
        PartyName.objects.filter(party__in=parties, ipi_name_number__isnull=False)
        .order_by("-pk")
        .values_list("party_id", "ipi_name_number")
    )
    return [
        Cowriter(
            uid=party.uid,
            name=party.display_name,
            name_original=party.display_name_original,
            ipi_name_number=numbers.get(party.pk) or "",
            is_member=hasattr(party, "member"),
        )
        for party in parties
    ]


def cowriter(uid: UUID) -> Cowriter | None:
    """The co-writer that a button of the search names."""
    party = Party.objects.filter(uid=uid).select_related("member").first()
    if party is None:
        return None
    number = party.names.filter(ipi_name_number__isnull=False).order_by("pk").first()
    number_text = number.ipi_name_number or "" if number else ""
    return Cowriter(party.uid, party.display_name, party.display_name_original, number_text, hasattr(party, "member"))


def member_of(*, number: str, name: str) -> Party | None:
    """The member of this number, if she bears this name in some spelling; who knows one of the two learns nothing."""
    member = Member.objects.filter(number=digits_to_ascii(number).strip().upper()).first()
    return next((party for party in same_name_parties(name) if member and party.pk == member.party_id), None)
