"""Whether the society may act for a party: mandates by right, territory and day, in bulk for runs."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from cmo_portal.common.known import NOW, Books
from members.models import Area, Mandate, Member
from members.queries.areas import areas_covering


def mandates_in_force(*, on: dt.date, right: str, territory: str, books: Books = NOW) -> dict[int, bool]:
    """For the party of every member, whether a mandate for the right covers the territory (a TIS number) on the day.

    A mandate for the world or a group covers its countries. A party that is missing here is no member. One query.
    """
    held = Exists(covering(on=on, right=right, territory=territory, books=books).filter(member=OuterRef("id")))
    return dict(books.table(Member).annotate(held=held).values_list("party_id", "held"))


def mandate_ids(*, on: dt.date, right: str, territory: str) -> dict[int, int]:
    """Party → the mandate that covers it; where two do, that of the smaller area. One query."""
    breadth = Area.objects.filter(pk=OuterRef("territory")).values("breadth")
    rows = covering(on=on, right=right, territory=territory).annotate(breadth=Subquery(breadth))
    widest_first = rows.order_by("-breadth", "-pk").values_list("member__party_id", "pk")
    return dict(widest_first)


def covering(*, on: dt.date, right: str, territory: str, books: Books = NOW) -> QuerySet[Mandate]:
    """The mandates that cover a right in a territory on a day; as known before, their rows of the history."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    here = areas_covering(territory, on)
    return books.table(Mandate, right=right).filter(running, valid_from__lte=on, territory__in=here)
