"""Writing areas down: an area that a share or an agreement names stands with its countries before it is used."""

from collections.abc import Iterable

from members.models import Area, AreaLeaf
from members.models.territories import LONGEST_AREA
from members.rules.territories import leaves_of


def write_area(expression: str) -> str:
    """Make sure that a written area is known; gives the expression back. ValueError for one that cannot be read."""
    write_areas([expression])
    return expression


def write_areas(expressions: Iterable[str]) -> None:
    """The same for many. Two sessions that write the same area at once both find it afterwards."""
    wanted = set(expressions)
    new = sorted(wanted - set(Area.objects.filter(pk__in=wanted).values_list("pk", flat=True)))
    leaves = {expression: leaves_of(expression) for expression in new}
    for expression in new:
        if len(expression) > LONGEST_AREA or not leaves[expression]:
            raise ValueError(expression)
    Area.objects.bulk_create(
        (Area(expression=each, breadth=len({leaf.code for leaf in leaves[each]})) for each in new),
        ignore_conflicts=True,
    )
    AreaLeaf.objects.bulk_create(
        (
            AreaLeaf(area_id=each, leaf=leaf.code, valid_from=leaf.belongs_from, valid_to=leaf.belongs_until)
            for each in new
            for leaf in leaves[each]
        ),
        ignore_conflicts=True,
    )
