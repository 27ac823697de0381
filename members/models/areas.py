"""Areas: territories as shares, mandates and agreements name them, each with the countries it is made of.

An area is written as TIS codes in order, joined by + and - (members.rules.territories). Its countries stand beside it
with their days, so that the database itself can tell who holds what in a country on a day.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly
from members.models.territories import LONGEST_AREA


class Area(AppendOnly):
    """A written area; `breadth` is the number of its countries on the widest day, so that the nearer can go first."""

    expression = models.CharField(_("territory"), max_length=LONGEST_AREA, primary_key=True)
    breadth = models.IntegerField()

    class Meta(AppendOnly.Meta):
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expression__regex=r"^\d{4}([+-]\d{4})*$"), name="area_is_written_in_codes"
            ),
        ]

    def __str__(self) -> str:
        return self.expression


class AreaLeaf(AppendOnly):
    """A country that belongs to an area between two days, both included."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="leaves")
    leaf = models.CharField(max_length=4)
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["area", "leaf", "valid_from"], name="one_leaf_of_an_area_from_a_day"),
            models.CheckConstraint(condition=models.Q(valid_to__gte=models.F("valid_from")), name="leaf_has_its_days"),
        ]
        indexes = [models.Index(fields=["leaf", "area"], name="area_by_leaf")]
