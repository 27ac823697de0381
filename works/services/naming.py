"""A person or firm as somebody typed it → what is registered of it."""

from cmo_portal.common.spelling import script_of
from members.models.parties import PartyKind
from members.services.parties import PartyFacts

FIRM_ROLES = ("E", "AM", "SE")


def party_facts(name: str, role: str, ipi: str | None) -> PartyFacts:
    """The facts of a new party by the name people write, first name first; publishers are firms."""
    firm = role in FIRM_ROLES
    first, _blank, last = name.strip().rpartition(" ")
    return PartyFacts(
        last_name=name.strip() if firm else last,
        first_name="" if firm else first,
        original=name.strip() if script_of(name) == "Arab" else "",
        kind=PartyKind.ORGANISATION if firm else PartyKind.PERSON,
        ipi_name_number=ipi or None,
    )
