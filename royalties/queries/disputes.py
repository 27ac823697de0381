"""How much money each dispute holds: the amounts of published runs that wait for its outcome."""

from collections.abc import Iterable

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from members.models import Party
from royalties.models import HeldClaim, SuspenseLine
from works.models import Dispute
from works.models.claims import HOLDING

WAITING = ("filed", *HOLDING)


def with_held(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """The disputes with `held`, in minor units: what waits for their outcome in published runs."""
    of_dispute = HeldClaim.objects.filter(line=OuterRef("pk"), dispute=OuterRef(OuterRef("pk")))
    lines = SuspenseLine.objects.filter(Exists(of_dispute), reason="dispute", state="open", run__state="published")
    total = lines.order_by().values("reason").annotate(total=Sum("amount")).values("total")
    return disputes.annotate(held=Coalesce(Subquery(total), Value(0), output_field=BigIntegerField()))


def listed_disputes(*, state: str = "", kind: str = "", right: str = "") -> QuerySet[Dispute]:
    """Disputes for staff with their sides and the money held: those that wait, of one state, or `all`."""
    rows = Dispute.objects.select_related("work").prefetch_related("claims__party")
    if state != "all":
        rows = rows.filter(state__in=[state] if state else WAITING)
    rows = rows.filter(kind=kind) if kind else rows
    return with_held(rows.filter(right=right) if right else rows)


def disputes_of(party: Party) -> QuerySet[Dispute]:
    """The disputes in which a party is a side, with the money held."""
    rows = (
        Dispute.objects.filter(claims__party=party).select_related("work", "sampled").prefetch_related("claims__party")
    )
    return with_held(rows)


def held_together(disputes: Iterable[Dispute]) -> int:
    """The money held by disputes that came with `held`, in minor units."""
    return sum(dispute.held for dispute in disputes)  # type: ignore[attr-defined]
