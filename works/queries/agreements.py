"""Lists of agreements."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.queries import party_search
from works.models import Agreement, AgreementParty, AgreementWork, Work
from works.models.agreements import GENERAL

MOST_PARTIES = 50  # whose agreements a name finds


def found_agreements(*, text: str = "", state: str = "", on: dt.date) -> QuerySet[Agreement]:
    """Agreements by number or party, and by whether they are in force on a day (`""`), ended, withdrawn, or all."""
    agreements = Agreement.objects.prefetch_related("parties__party")
    running = Q(end_date__isnull=True) | Q(end_date__gte=on) | Q(retention_end__gte=on)
    if state == "withdrawn":
        agreements = agreements.filter(state="withdrawn")
    elif state != "all":
        agreements = agreements.filter(running if state == "" else ~running, state="active")
    wanted = text.strip()
    if not wanted:
        return agreements
    numbered = Q(number__iexact=wanted) | Q(submitter_number__iexact=wanted) | Q(society_number__iexact=wanted)
    parties = [hit.uid for hit in party_search(wanted, limit=MOST_PARTIES)]
    return agreements.filter(numbered | Q(parties__party__uid__in=parties)).distinct()


def concerns(agreement: Agreement, work: Work) -> bool:
    """Whether a work is one that the agreement covers: it names the work, or it is general, does not leave it out, and
    a share of the work can come to its assignors, by however many agreements."""
    listed = dict(agreement.listed.filter(work=work).values_list("work", "included"))
    if work.pk in listed:
        return listed[work.pk]
    if not agreement.is_general:
        return False
    holders = set(work.shares.filter(party__isnull=False).values_list("party", flat=True))
    word = AgreementWork.objects.filter(agreement=OuterRef("agreement"), work=work)
    covering = Q(agreement__agreement_type__in=GENERAL) & ~Exists(word.filter(included=False))
    sides = AgreementParty.objects.filter(covering | Exists(word.filter(included=True)), agreement__state="active")
    reached: set[int] = set()
    while new := holders - reached:
        reached |= new
        passed_on = sides.filter(role="AS", party__in=new).values("agreement")
        holders |= set(sides.filter(role="AC", agreement__in=passed_on).values_list("party", flat=True))
    return agreement.parties.filter(role="AS", party__in=reached).exists()


def agreements_of(work: Work) -> QuerySet[Agreement]:
    """Agreements that name the work, with whether they cover it."""
    return Agreement.objects.filter(listed__work=work, state="active").order_by("number")
