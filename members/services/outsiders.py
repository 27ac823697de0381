"""Parties that are no members: which society collects for them, and how a sister society is taxed when it is paid."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Member, Party, PartyAffiliation, TaxStatus
from members.models.territories import WORLD
from members.rules.texts import read_text
from members.services.affiliations import store_affiliations
from members.services.errors import read_field, refuse_field

EDIT = "members.edit_members"


@transaction.atomic
def affiliate_parties(
    *, parties: Sequence[Party], society: Party, rights: Sequence[str], by: User, territory: str = WORLD
) -> int:
    """Note that a sister society collects for these parties; what is known already stays. Returns how many are new.

    Raises ValidationError where another society has an overlapping area that does not nest.
    """
    require(by, EDIT)
    held = PartyAffiliation.objects.standing().filter(party__in=parties, territory=territory, right__in=rights)
    known = set(held.values_list("party_id", "right"))
    made = [
        PartyAffiliation(party=party, society_code=society.society_code, right=right, territory=territory)
        for party in parties
        for right in rights
        if (party.pk, right) not in known
    ]
    store_affiliations(made)
    if made:
        facts = {"society": society.society_code, "count": len(made)}
        record_act(by=by, verb="affiliate_parties", on=society, facts=facts)
    return len(made)


@transaction.atomic
def set_outsider_tax_status(*, party: Party, tax_class: str, valid_from: dt.date, evidence: str, by: User) -> TaxStatus:
    """A tax class from a day on for a party that is no member; the earlier one ends the day before.

    Raises ValidationError by field. A member's tax class is set on the membership (members.services.members).
    """
    require(by, EDIT)
    text = read_field("evidence", read_text, evidence, limit=200)
    if not text:
        refuse_field("evidence", _("Say what the tax class rests on."))
    if not tax_class:
        refuse_field("tax_class", _("Choose a tax class."))
    Party.objects.select_for_update().get(pk=party.pk)
    if Member.objects.filter(party=party).exists():
        raise ValidationError(_("This party is a member already."))
    statuses = TaxStatus.objects.filter(party=party)
    if statuses.filter(valid_from__gte=valid_from).exists():
        refuse_field("valid_from", _("There is a tax class from this day or a later one. Choose a later day."))
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
    statuses.filter(running).update(valid_to=valid_from - dt.timedelta(days=1))
    status = TaxStatus.objects.create(party=party, tax_class=tax_class, valid_from=valid_from, evidence=text)
    record_act(by=by, verb="set_tax_status", on=party, facts={"class": tax_class, "from": valid_from, "evidence": text})
    return status
