"""Lists of agreements."""

import datetime as dt

from django.db.models import Q, QuerySet

from members.queries import party_search
from works.models import Agreement, Work

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


def agreements_of(work: Work) -> QuerySet[Agreement]:
    """Agreements that name the work, with whether they cover it."""
    return Agreement.objects.filter(listed__work=work, state="active").order_by("number")
