"""Interested parties: registered once, whoever brings them, and known by their IPI name numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from members.models import Party, PartyName
from members.models.parties import NameType, PartyKind
from members.rules.names import name_key, name_skeleton, name_words


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """What a source says about a party. IPI numbers are in their kept forms: eleven digits; I-NNNNNNNNN-C."""

    last_name: str
    first_name: str = ""
    original: str = ""
    kind: str = PartyKind.PERSON
    name_type: str = NameType.PATRONYM
    ipi_name_number: str | None = None
    ipi_base_number: str | None = None
    society_code: str = ""

    @property
    def roman(self) -> str:
        """First and last name in the order people say them."""
        return f"{self.first_name} {self.last_name}".strip()


@transaction.atomic
def register_party(*, facts: PartyFacts, by: User | None, source: str = "") -> Party:
    """The party of these facts: the one its IPI name number or base number already names, else a new one.

    Without a number a party is always new: equal names are no proof. `source` says where the facts come from.
    """
    return register_parties(parties=[facts], by=by, source=source)[0]


@transaction.atomic
def register_parties(*, parties: Sequence[PartyFacts], by: User | None, source: str) -> list[Party]:
    """As `register_party`, in bulk for imports, in the order given: at most seven queries and one act.

    Facts that carry the same number within the list become one party. A known party gains a name number or a base
    number that it did not have; what is already known is never overwritten. Raises ValidationError for a blank name.
    """
    if any(not clean_text(facts.last_name) for facts in parties):
        raise ValidationError(_("A party needs a name."))
    known = _Known(parties)
    new: list[tuple[Party, PartyFacts]] = []
    found = [_find_or_make(facts, known, new) for facts in parties]
    Party.objects.bulk_create([party for party, _facts in new])
    names = [name_row(party, facts) for party, facts in new] + known.names_to_add
    PartyName.objects.bulk_create(names)
    Party.objects.bulk_update(known.parties_to_change, ["ipi_base_number"])
    if new:
        facts_of_act = {"source": source, "count": len(new), "parties": [str(party.uid) for party, _facts in new][:200]}
        record_act(by=by, verb="register_parties", on=new[0][0], facts=facts_of_act)
    return found


@transaction.atomic
def add_name(*, party: Party, facts: PartyFacts, by: User | None) -> PartyName:
    """One more name of a party: a pen name, another spelling."""
    row = name_row(party, facts)
    row.save(force_insert=True)
    record_act(by=by, verb="add_name", on=party, facts={"name_type": facts.name_type, "name": facts.roman})
    return row


def name_row(party: Party, facts: PartyFacts) -> PartyName:
    """A row of names, not saved, with its keys made."""
    return PartyName(
        party=party,
        name_type=facts.name_type,
        original=clean_text(facts.original)[:200],
        last_name=clean_text(facts.last_name)[:160],
        first_name=clean_text(facts.first_name)[:160],
        ipi_name_number=facts.ipi_name_number or None,
        key=name_key(facts.roman),
        skeleton=name_skeleton(facts.roman),
        words=name_words(facts.roman, facts.original),
    )


class _Known:
    """The parties that the numbers of a list already name, and what the list adds to them."""

    def __init__(self, parties: Iterable[PartyFacts]) -> None:
        listed = list(parties)
        names = PartyName.objects.select_related("party").filter(
            ipi_name_number__in={facts.ipi_name_number for facts in listed if facts.ipi_name_number}
        )
        bases = Party.objects.filter(
            ipi_base_number__in={facts.ipi_base_number for facts in listed if facts.ipi_base_number}
        )
        self.by_base: dict[str, Party] = {party.ipi_base_number or "": party for party in bases}
        self.by_name: dict[str, Party] = {name.ipi_name_number or "": name.party for name in names}
        self.names_to_add: list[PartyName] = []
        self.parties_to_change: list[Party] = []

    def find(self, facts: PartyFacts) -> Party | None:
        """The party that a number of the facts names; the name number speaks first."""
        by_name = self.by_name.get(facts.ipi_name_number or "-")
        by_base = self.by_base.get(facts.ipi_base_number or "-")
        return by_name or by_base

    def learn(self, party: Party, facts: PartyFacts, *, new: bool) -> None:
        """Note the numbers of the facts for this party, for the facts that follow."""
        if facts.ipi_name_number and facts.ipi_name_number not in self.by_name:
            self.by_name[facts.ipi_name_number] = party
            if not new:
                self.names_to_add.append(name_row(party, facts))
        if facts.ipi_base_number and facts.ipi_base_number not in self.by_base:
            self.by_base[facts.ipi_base_number] = party
            if not new and not party.ipi_base_number:
                party.ipi_base_number = facts.ipi_base_number
                if party.pk:
                    self.parties_to_change.append(party)


def _find_or_make(facts: PartyFacts, known: _Known, new: list[tuple[Party, PartyFacts]]) -> Party:
    party = known.find(facts)
    is_new = party is None
    if party is None:
        party = Party(
            kind=facts.kind,
            ipi_base_number=facts.ipi_base_number or None,
            display_name=clean_text(facts.roman)[:200],
            display_name_original=clean_text(facts.original)[:200],
            society_code=facts.society_code,
        )
        new.append((party, facts))
    known.learn(party, facts, new=is_new)
    return party


class IpiTaken(ValidationError):
    """An IPI number that is to be given to one party belongs to another: `owner` has it."""

    def __init__(self, number: str, owner: Party) -> None:
        self.number, self.owner = number, owner
        text = _("The IPI number %(number)s belongs to %(owner)s already. Compare the two: they may be one party.")
        super().__init__(text % {"number": number, "owner": owner})


@transaction.atomic
def give_ipi_numbers(*, name: PartyName, name_number: str, base_number: str, by: User | None, source: str) -> bool:
    """Write the IPI name number to a name and the base number to its party, each in its kept form, blank for none.

    Returns False when both stand there already. What stands is never overwritten: another number raises
    ValidationError, a number of another party IpiTaken.
    """
    name = PartyName.objects.select_for_update().get(pk=name.pk)
    party = Party.objects.select_for_update().get(pk=name.party_id)
    other_name = PartyName.objects.filter(ipi_name_number=name_number or None).exclude(pk=name.pk).first()
    other_party = Party.objects.filter(ipi_base_number=base_number or None).exclude(pk=party.pk).first()
    if name_number and other_name:
        raise IpiTaken(name_number, other_name.party)
    if base_number and other_party:
        raise IpiTaken(base_number, other_party)
    for given, standing in ((name_number, name.ipi_name_number), (base_number, party.ipi_base_number)):
        if given and standing and given != standing:
            raise ValidationError(
                _("%(name)s has the IPI number %(standing)s; %(given)s is another one.")
                % {"name": name, "standing": standing, "given": given}
            )
    new_name = bool(name_number) and not name.ipi_name_number
    new_base = bool(base_number) and not party.ipi_base_number
    if new_name:
        name.ipi_name_number = name_number
        name.save(update_fields=["ipi_name_number"])
    if new_base:
        party.ipi_base_number = base_number
        party.save(update_fields=["ipi_base_number"])
    if new_name or new_base:
        facts = {"name_number": name_number, "base_number": base_number, "source": source}
        record_act(by=by, verb="give_ipi_numbers", on=party, facts=facts)
    return new_name or new_base
