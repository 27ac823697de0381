"""A person or firm as somebody typed it → what is registered of it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmo_portal.common.spelling import script_of
from members.models.parties import PartyKind
from members.queries.bearers import bearers
from members.rules.bearers import is_name_of
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


def refuse_other_names(people: Iterable[PartyFacts]) -> None:
    """Raises ValidationError where an IPI number stands with a name that is not one of its bearer's: the number alone
    would decide who is paid. Whose it is, is not told."""
    numbered = [facts for facts in people if facts.ipi_name_number]
    known = bearers(facts.ipi_name_number or "" for facts in numbered)
    first: dict[str, PartyFacts] = {}
    for facts in numbered:
        number = facts.ipi_name_number or ""
        told = first.setdefault(number, facts)
        bearer = known.get(number)
        fits = bearer.is_called(facts.roman, facts.kind) if bearer else is_name_of(facts.roman, told.roman)
        if not fits:
            text = _("The IPI number %(number)s belongs to somebody of another name than %(name)s. Check both.")
            raise ValidationError(text % {"number": number, "name": facts.roman})
