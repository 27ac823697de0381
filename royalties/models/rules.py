"""The society's rules as dated, approved data: distribution, deductions, withholding, payment, claims, money bands."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public

RULE_KINDS = [
    ("distribution", _("Distribution")),
    ("deductions", _("Deductions")),
    ("withholding", _("Withholding tax")),
    ("payment", _("Payment")),
    ("claims", _("Claims to held money")),
    ("matching", _("Matching")),
    ("bands", _("Money bands of public lists")),
]
VALIDITY = Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange", output_field=DateRangeField())
# In force, a version only ends or is withdrawn: what was paid by it must be explained by it for ever.
IN_FORCE_STANDS = """
    IF (to_jsonb(NEW) - ARRAY['state', 'valid_to']) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['state', 'valid_to']) THEN
        RAISE EXCEPTION 'rule version % is in force and is never edited; draft a new version', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rule_in_force_stands';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class Rule(Public):
    """A subject that is ruled, for example the distribution of radio money."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    kind = models.CharField(_("kind"), max_length=12, choices=RULE_KINDS)
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_ur = models.CharField(_("name in Urdu"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        default_permissions = ("view",)
        permissions = [("edit_rules", "Draft rules"), ("approve_rules", "Approve rules")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class RuleVersion(Public):
    """One version of a rule: text in plain words and the parameters the engine reads. In force it is never edited."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    version = models.IntegerField(_("version"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    text = models.TextField(_("in plain words"))
    text_ur = models.TextField(_("in plain words, Urdu"), blank=True)
    parameters = models.JSONField(_("parameters"))
    source = models.CharField(_("source or resolution"), max_length=300)
    state = models.CharField(
        max_length=10,
        choices=[("draft", _("Draft")), ("approved", _("Approved")), ("withdrawn", _("Withdrawn"))],
        default="draft",
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="rule_version_numbered_once"),
            models.CheckConstraint(condition=~Q(approved_by=F("proposed_by")), name="rule_four_eyes"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_rule_names_approver",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="rule_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_rule_version_in_force",
                expressions=[("rule", RangeOperators.EQUAL), (VALIDITY, RangeOperators.OVERLAPS)],
                condition=Q(state="approved"),
                violation_error_message=_("Another version of this rule is in force in these days."),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="rule_moves",
                field="state",
                transitions=[("draft", "approved"), ("draft", "withdrawn"), ("approved", "withdrawn")],
            ),
            pgtrigger.Trigger(
                name="rule_in_force_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["approved", "withdrawn"]),
                func=IN_FORCE_STANDS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.version}"
