"""Dated rules about what belongs to nobody: terms of protection by country, and what becomes of a free share."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.membership import days
from works.models.history import documented
from works.models.sources import Element
from works.models.works import WHOLE


@documented
class ProtectionTerm(Public):
    """How many years after the year of an author's death a country protects her work, by a law of a period.

    Years count from 1 January after the death. `revives` says whether the law took back what an older one had freed.
    """

    territory = models.CharField(_("country"), max_length=4)
    years_after_death = models.SmallIntegerField(_("years after the year of death"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    revives = models.BooleanField(_("protects again what was free"), default=False)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("term of protection")
        verbose_name_plural = _("terms of protection")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(years_after_death__gte=0, years_after_death__lte=200), name="term_is_some_years"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="term_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="term_names_its_source"),
            ExclusionConstraint(
                name="one_term_of_protection_a_day",
                expressions=[
                    ("territory", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another term of this country holds in these days."),
            ),
        ]


class FreeShareUse(models.TextChoices):
    """What becomes of the share of an element that belongs to nobody."""

    UNCLAIMED = "unclaimed", _("Nobody claims it: it stays in the work as a free part")
    CO_CREATORS = "co_creators", _("It goes to the living creators of the work, in proportion to their shares")
    ARRANGER = "arranger", _("A part goes to the arranger, adaptor or translator; the rest stays free")


@documented
class PublicDomainRule(Public):
    """The society's rule for free words or music from a day on, with the resolution behind it. `arranger_part` counts
    1/10,000 of a percent of the free share."""

    element = models.CharField(_("element"), max_length=5, choices=Element.choices)
    valid_from = models.DateField(_("from"))
    use = models.CharField(_("what becomes of the share"), max_length=12, choices=FreeShareUse.choices)
    arranger_part = models.IntegerField(_("part for the arranger"), null=True, blank=True)
    source = models.CharField(_("resolution"), max_length=300)

    class Meta:
        verbose_name = _("rule on free shares")
        verbose_name_plural = _("rules on free shares")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["element", "valid_from"], name="one_rule_on_free_shares_from_a_day"),
            models.CheckConstraint(
                condition=models.Q(use="arranger", arranger_part__gt=0, arranger_part__lte=WHOLE)
                | (~models.Q(use="arranger") & models.Q(arranger_part__isnull=True)),
                name="arranger_part_where_there_is_one",
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="rule_on_free_shares_names_its_source"),
        ]
