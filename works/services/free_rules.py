"""Keeping the dated rules about what belongs to nobody: terms of protection, and what becomes of a free share."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.models import ProtectionTerm, PublicDomainRule

EDIT = "works.edit_works"


@transaction.atomic
def add_protection_term(
    *, territory: str, years_after_death: int, valid_from: dt.date, revives: bool, source: str, by: User
) -> ProtectionTerm:
    """A country's law from a day on; the law before it ends the day before. Raises ValidationError when a law that
    begins on that day or later is recorded already: laws are recorded in their order."""
    require(by, EDIT)
    if not source.strip():
        raise ValidationError(_("Name the law and its section: a term without a source cannot be checked."))
    terms = ProtectionTerm.objects.select_for_update().filter(territory=territory)
    if terms.filter(valid_from__gte=valid_from).exists():
        raise ValidationError(_("A law that begins on this day or later is recorded already. Give a later day."))
    for term in terms.filter(valid_to=None):
        term.valid_to = valid_from - dt.timedelta(days=1)
        term.save(update_fields=["valid_to"])
    term = ProtectionTerm.objects.create(
        territory=territory,
        years_after_death=years_after_death,
        valid_from=valid_from,
        revives=revives,
        source=source.strip(),
    )
    facts = {"territory": territory, "years": years_after_death, "from": valid_from, "source": source.strip()}
    record_act(by=by, verb="add_protection_term", on=term, facts=facts)
    return term


@transaction.atomic
def add_free_share_rule(
    *, element: str, valid_from: dt.date, use: str, arranger_part: int | None, source: str, by: User
) -> PublicDomainRule:
    """What becomes of free words or music from a day on, by a resolution of the society. `arranger_part` counts
    1/10,000 of a percent of the free share. No share of any work changes by it: works are proposed anew."""
    require(by, EDIT)
    if not source.strip():
        raise ValidationError(_("Name the resolution: a rule without one cannot be checked."))
    if (use == "arranger") != bool(arranger_part):
        raise ValidationError(_("Give the arranger’s part where the rule gives her one, and only there."))
    if PublicDomainRule.objects.filter(element=element, valid_from=valid_from).exists():
        raise ValidationError(_("A rule for this element begins on this day already. Give another day."))
    rule = PublicDomainRule.objects.create(
        element=element, valid_from=valid_from, use=use, arranger_part=arranger_part, source=source.strip()
    )
    facts = {"element": element, "use": use, "part": arranger_part, "from": valid_from, "source": source.strip()}
    record_act(by=by, verb="add_free_share_rule", on=rule, facts=facts)
    return rule
