"""On what a claim rests: an agreement of the register, checked to concern the work and the side."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Party
from members.queries.reading import name_read
from works.models import Agreement, Basis, Claim, Work
from works.queries.agreements import concerns
from works.queries.titles import title_read
from works.services.disputes.opening import locked
from works.services.disputes.sides import speaks_for


def named_agreement(*, number: str, work: Work, party: Party) -> Agreement:
    """The agreement of a number, of which `party` is a side and which concerns `work`. Raises ValidationError."""
    wanted = number.strip()
    facts = {"number": wanted[:14], "name": name_read(party), "title": title_read(work)}
    found = Agreement.objects.filter(number__iexact=wanted, state="active").first()
    if found is None:
        raise ValidationError(_("There is no agreement %(number)s in the register.") % facts)
    if not found.parties.filter(party=party).exists():
        raise ValidationError(_("%(name)s is no side of the agreement %(number)s.") % facts)
    if not concerns(found, work):
        raise ValidationError(_("The agreement %(number)s does not concern %(title)s.") % facts)
    return found


@transaction.atomic
def name_agreement(*, claim: Claim, number: str, by: User) -> Claim:
    """Let a claim rest on an agreement of the register. Raises ValidationError."""
    speaks_for(claim, by, by_letter=True)
    dispute = locked(claim.dispute)
    claim = dispute.claims.select_related("party").get(pk=claim.pk)
    if dispute.state not in ("filed", "open", "due"):
        raise ValidationError(_("This dispute takes no evidence any more."))
    named = named_agreement(number=number, work=dispute.work, party=claim.party)
    claim.basis, claim.agreement, claim.valid_from = Basis.AGREEMENT, named, named.start_date
    claim.save(update_fields=["basis", "agreement", "valid_from"])
    facts = {"party": str(claim.party.uid), "agreement": named.number}
    record_act(by=by, verb="name_agreement", on=dispute, facts=facts)
    return claim
