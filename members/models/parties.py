"""Interested parties: anyone with an interest in works, member or not, and the names they go by."""

import datetime as dt
from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.days import days
from members.models.territories import LONGEST_AREA, WORLD
from members.rules.names import registration_form

KEPT: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE")  # what the application may do with tables nobody deletes from
NEVER = dt.date(1, 1, 1)  # the only day of an affiliation that never was


class PartyKind(models.TextChoices):
    """What an interested party is."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")
    SOCIETY = "society", _("Sister society")
    GROUP = "group", _("Group")


class Right(models.TextChoices):
    """Right categories, by their CWR names."""

    PERFORMING = "PR", _("Performing")
    MECHANICAL = "MR", _("Mechanical")
    SYNCHRONISATION = "SR", _("Synchronisation")


class NameType(models.TextChoices):
    """What kind of name it is, by the codes of the IPI system (domain.md section 5.3)."""

    PATRONYM = "PA", _("Legal name")
    PSEUDONYM = "PP", _("Pen name")
    MODIFIED = "MO", _("Changed name")
    DIFFERENT = "DF", _("Different spelling")
    ORIGINAL = "OR", _("Original name of a group")
    GROUP = "PG", _("Group name")
    STANDARD = "ST", _("Standardised name")
    HOLDING = "HR", _("Holding reference")


@pghistory.track()
class Party(Public):
    """One interested party. The IPI base number and the ISNI name the party, an IPI name number names one of its
    names."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind.choices, default=PartyKind.PERSON)
    ipi_base_number = models.CharField(_("IPI base number"), max_length=13, null=True, blank=True, unique=True)
    isni = models.CharField("ISNI", max_length=16, null=True, blank=True, unique=True)
    display_name = models.CharField(_("name"), max_length=200)
    display_name_original = models.CharField(_("name in its own script"), max_length=200, blank=True)
    society_code = models.CharField(_("CISAC society code"), max_length=3, blank=True)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    died_on = models.DateField(_("died on"), null=True, blank=True)

    class Meta:
        verbose_name = _("interested party")
        verbose_name_plural = _("interested parties")
        default_permissions = ("view",)
        permissions = [
            ("view_parties", "See interested parties, but nothing of their membership"),
            ("edit_parties", "Register parties and correct their names, groups and societies"),
        ]
        indexes = [models.Index(fields=["display_name", "id"], name="party_by_name")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(display_name__regex=r"^\s*$"), name="party_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(ipi_base_number__isnull=True) | models.Q(ipi_base_number__regex=r"^I-\d{9}-\d$"),
                name="ipi_base_number_has_its_form",
            ),
            models.CheckConstraint(
                condition=models.Q(isni__isnull=True) | models.Q(isni__regex=r"^\d{15}[\dX]$"),
                name="isni_has_its_form",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["words"])
class PartyName(Public):
    """One name of a party: in its own script, in Roman letters and in the upper-case form CWR allows, side by side.
    One that the desk removes stays in the history.

    `key`, `skeleton` and `words` are made by members.rules.names and let spellings of Urdu and Roman letters find each
    other: the whole name as letters, the whole name as sounds, and each of its words.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="names")
    name_type = models.CharField(_("name type"), max_length=2, choices=NameType.choices, default=NameType.PATRONYM)
    original = models.CharField(_("in its own script"), max_length=200, blank=True)
    last_name = models.CharField(_("last name or firm"), max_length=160)
    first_name = models.CharField(_("first name"), max_length=160, blank=True)
    ipi_name_number = models.CharField(_("IPI name number"), max_length=11, null=True, blank=True, unique=True)
    key = models.CharField(max_length=400, db_index=True, editable=False)
    skeleton = models.CharField(max_length=200, db_index=True, editable=False)
    words = ArrayField(models.TextField(), db_default=[], editable=False)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        default_permissions = ("view",)
        indexes = [
            GinIndex(OpClass("key", name="gin_trgm_ops"), name="party_name_key_trigrams"),
            GinIndex(OpClass("skeleton", name="gin_trgm_ops"), name="party_name_sound_trigrams"),
            models.Index(fields=["original"], name="party_name_by_original"),
            # Without a pending list: a search after a large import costs the same as before it.
            GinIndex(fields=["words"], name="party_name_words", fastupdate=False),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ipi_name_number__isnull=True) | models.Q(ipi_name_number__regex=r"^\d{11}$"),
                name="ipi_name_number_has_11_digits",
            ),
            models.CheckConstraint(condition=~models.Q(last_name__regex=r"^\s*$"), name="name_is_not_blank"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def registered_as(self) -> str:
        """The name as registration files write it: upper-case ASCII, last name first."""
        return registration_form(f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name)


class AffiliationQuerySet(models.QuerySet["PartyAffiliation"]):
    """Affiliations, those that never were among them."""

    def standing(self) -> "AffiliationQuerySet":
        """Without those that never were."""
        return self.filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=NEVER))


@pghistory.track()
class PartyAffiliation(Public):
    """Which society collects for a party, per right, territory and dates. What a file had named by mistake is kept with
    `NEVER` as its only day: it counts nowhere, and another society, or the same, may be noted in its place."""

    app_may: ClassVar[tuple[str, ...]] = KEPT
    objects = AffiliationQuerySet.as_manager()

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="affiliations")
    society_code = models.CharField(_("CISAC society code"), max_length=3)
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="affiliation_ends_after_it_begins",
            ),
            # One society collects a right in a territory on a day; nearer territories may have another.
            ExclusionConstraint(
                name="one_society_at_a_time",
                expressions=[
                    ("party", RangeOperators.EQUAL),
                    ("right", RangeOperators.EQUAL),
                    ("territory", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=NEVER),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.society_code} {self.right}"
