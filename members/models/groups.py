"""Groups: bands and duos that go by one name, with the people in them and since when."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.days import days
from members.models.parties import KEPT, Party

_KINDS = """
    IF (SELECT kind FROM members_party WHERE id = NEW.group_id) <> 'group'
        OR (SELECT kind FROM members_party WHERE id = NEW.person_id) <> 'person' THEN
        RAISE EXCEPTION 'a group is made of persons'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'group_is_made_of_persons';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class GroupMembership(Public):
    """A person in a group, from a day to a day; open where the day is not known."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    group = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="groups")
    joined_on = models.DateField(_("from"), null=True, blank=True)
    left_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("person of a group")
        verbose_name_plural = _("people of groups")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True)
                | models.Q(joined_on__isnull=True)
                | models.Q(left_on__gte=models.F("joined_on")),
                name="group_is_left_after_it_is_joined",
            ),
            ExclusionConstraint(
                name="in_a_group_once_at_a_time",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (days("joined_on", "left_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="group_is_made_of_persons",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_KINDS,
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.group}"
