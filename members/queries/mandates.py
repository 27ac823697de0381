"""Whether the society may act for a party: mandates by right, territory and day, in bulk for runs."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.models import Mandate, Member
from members.models.territories import WORLD


def mandates_in_force(*, on: dt.date, right: str, territory: str) -> dict[int, bool]:
    """For the party of every member, whether a mandate for the right covers the territory (a TIS number) on the day.

    A mandate for the world covers every territory. A party that is missing here is no member. One query.
    """
    held = Exists(covering(on=on, right=right, territory=territory).filter(member=OuterRef("pk")))
    return dict(Member.objects.annotate(held=held).values_list("party_id", "held"))


def mandate_ids(*, on: dt.date, right: str, territory: str) -> dict[int, int]:
    """Party → the mandate that covers it; where two do, the nearer territory before the world. One query."""
    rows = covering(on=on, right=right, territory=territory).values_list("member__party_id", "pk", "territory")
    found: dict[int, tuple[bool, int]] = {}
    for party_id, pk, where in sorted(rows):
        nearer = where == territory
        if party_id not in found or (nearer and not found[party_id][0]):
            found[party_id] = (nearer, pk)
    return {party_id: pk for party_id, (_nearer, pk) in found.items()}


def covering(*, on: dt.date, right: str, territory: str) -> QuerySet[Mandate]:
    """The mandates that cover a right in a territory on a day."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    return Mandate.objects.filter(running, valid_from__lte=on, right=right, territory__in={territory, WORLD})
