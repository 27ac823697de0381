"""Tariffs as dated, approved data with a legal life, and the sales tax rates that come on top of them."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from licensing.models.guards import fixed_once
from members.models.parties import Right

KEPT = ("SELECT", "INSERT", "UPDATE")  # rows that the application adds and changes, but never removes


class UseCategory(models.TextChoices):
    """How the music is used; money is collected and distributed by it."""

    RADIO = "radio", _("Radio")
    TELEVISION = "television", _("Television")
    LIVE = "live", _("Live music")
    BACKGROUND = "background", _("Background music")
    ONLINE = "online", _("Online")


class Term(models.TextChoices):
    """For how long one fee pays."""

    YEAR = "year", _("For a year")
    EVENT = "event", _("For an event")


class LegalStatus(models.TextChoices):
    """The legal life of a tariff version."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved by the society")
    FILED = "filed", _("Filed with the Registrar")
    PUBLISHED = "published", _("Published")
    IN_FORCE = "in_force", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    SAMPLE = "sample", _("Sample, for demonstration only")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Versions that have stood before the public; of these only one may be valid on a day.
PUBLIC_STATUSES = [LegalStatus.PUBLISHED, LegalStatus.IN_FORCE, LegalStatus.SUPERSEDED, LegalStatus.SAMPLE]
STATUS_MOVES = [
    ("draft", "approved"),
    ("draft", "withdrawn"),
    ("approved", "filed"),
    ("approved", "sample"),
    ("approved", "withdrawn"),
    ("filed", "published"),
    ("filed", "withdrawn"),
    ("published", "in_force"),
    ("published", "withdrawn"),
    ("in_force", "superseded"),
    ("sample", "withdrawn"),
]


class DateRange(models.Func):
    """daterange(from, to, '[]') in SQL: both days included, an open end when `to` is null."""

    function = "DATERANGE"
    output_field = DateRangeField()


def days_of_validity() -> DateRange:
    """The days on which a row with `valid_from` and `valid_to` holds."""
    return DateRange("valid_from", "valid_to", models.Value("[]"))


def localised(english: str, urdu: str) -> str:
    """The Urdu text on an Urdu page where there is one, else the English."""
    return urdu if urdu and (get_language() or "").startswith("ur") else english


@pghistory.track()
class Tariff(Public):
    """A published price rule for one kind of use. What it costs stands in its versions."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_ur = models.CharField(_("name in Urdu"), max_length=120, blank=True)
    summary = models.TextField(_("who needs it"), max_length=600)
    summary_ur = models.TextField(_("who needs it, in Urdu"), max_length=600, blank=True)
    use_category = models.CharField(_("use category"), max_length=12, choices=UseCategory.choices)
    right = models.CharField(_("right"), max_length=2, choices=Right.choices, default=Right.PERFORMING)
    term = models.CharField(_("one fee pays"), max_length=5, choices=Term.choices, default=Term.YEAR)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["code"]
        default_permissions = ("view",)
        permissions = [
            ("view_licensing", "See licences, invoices and receipts"),
            ("edit_tariffs", "Draft tariffs"),
            ("approve_tariffs", "Approve tariffs"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.local_name}"

    @property
    def local_name(self) -> str:
        """The name in the language of the page."""
        return localised(self.name, self.name_ur)

    @property
    def local_summary(self) -> str:
        """Who needs this tariff, in the language of the page."""
        return localised(self.summary, self.summary_ur)


@pghistory.track()
class TariffVersion(Public):
    """One version of a tariff: its definition as the engine reads it, with its own worked examples, and its source.

    Once it has left the draft its content is fixed; a change is a new version. The maker never approves (M14), and of
    the versions that stood before the public only one is valid on a day.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("version"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_status = models.CharField(
        _("legal status"), max_length=10, choices=LegalStatus.choices, default=LegalStatus.DRAFT
    )
    definition = models.JSONField(_("definition"))
    source = models.TextField(_("source"), max_length=600)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tariff version")
        verbose_name_plural = _("tariff versions")
        ordering = ["tariff", "-version"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["tariff", "version"], name="tariff_version_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tariff_version_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~models.Q(approved_by=models.F("proposed_by")), name="tariff_four_eyes"),
            models.CheckConstraint(
                condition=models.Q(legal_status__in=["draft", "withdrawn"])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="tariff_beyond_draft_names_approver",
            ),
            ExclusionConstraint(
                name="one_public_tariff_version_a_day",
                expressions=[("tariff", RangeOperators.EQUAL), (days_of_validity(), RangeOperators.OVERLAPS)],
                condition=models.Q(legal_status__in=PUBLIC_STATUSES),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="tariff_moves", field="legal_status", transitions=STATUS_MOVES),
            fixed_once(
                "tariff_fixed_after_draft",
                past=pgtrigger.Q(old__legal_status__df="draft"),
                fields=["tariff", "version", "valid_from", "definition", "source", "proposed_by"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff.code} v{self.version}"


class TariffStep(AppendOnly):
    """One step in the legal life of a version, with its proof: a resolution, a filing number, a gazette."""

    version = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="steps")
    legal_status = models.CharField(_("legal status"), max_length=10, choices=LegalStatus.choices)
    on = models.DateField(_("date"))
    reference = models.CharField(_("reference"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        verbose_name = _("step of a tariff")
        verbose_name_plural = _("steps of tariffs")
        ordering = ["on", "pk"]
        default_permissions = ("view",)


@pghistory.track()
class Province(Public):
    """A place with a sales tax of its own. Which places there are is the society's data."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    code = models.SlugField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_ur = models.CharField(_("name in Urdu"), max_length=80, blank=True)
    authority = models.CharField(_("tax authority"), max_length=120)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["name"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the language of the page."""
        return localised(self.name, self.name_ur)


@pghistory.track()
class SalesTaxRate(Public):
    """A tax on services of one province over time, in percent, with the text it was taken from. Most provinces have
    one tax; a second one of a higher order may be reckoned on the fee with the taxes before it (`compound`)."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="tax_rates")
    code = models.SlugField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=80)
    name_ur = models.CharField(_("name in Urdu"), max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    compound = models.BooleanField(_("on the fee with the taxes before it"), default=False)
    rate = models.DecimalField(_("rate in percent"), max_digits=7, decimal_places=4)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("sales tax rate")
        verbose_name_plural = _("sales tax rates")
        ordering = ["province", "-valid_from"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rate__gte=0, rate__lte=100), name="sales_tax_rate_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="sales_tax_rate_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="one_sales_tax_rate_a_day",
                expressions=[
                    ("province", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (days_of_validity(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.rate.normalize():f} %"
