"""The society's rules as dated, approved data: distribution, deductions, withholding, payment."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public

RULE_KINDS = [
    ("distribution", _("Distribution")),
    ("deductions", _("Deductions")),
    ("withholding", _("Withholding tax")),
    ("payment", _("Payment")),
    ("matching", _("Matching")),
]


class Rule(Public):
    """A subject that is ruled, for example the distribution of radio money."""

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
            models.CheckConstraint(condition=~models.Q(approved_by=models.F("proposed_by")), name="rule_four_eyes"),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(approved_by__isnull=False), name="approved_rule_names_approver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.version}"
