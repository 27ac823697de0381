"""How disputes are led to their end: the society's dated rule, evidence, messages, and outcomes with four eyes."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models import Party
from members.models.applications import KeptFile
from works.models.claims import HOLDS, Claim, Dispute
from works.models.works import WHOLE

AT_DEADLINE = [
    ("prepare", _("Prepare the decision; people decide")),
    ("one_sided", _("When one side alone gave evidence, it stands")),
    ("proportion", _("Divide the contested part in proportion to the claims")),
]
EVIDENCE_KINDS = [
    ("agreement", _("Agreement or contract")),
    ("manuscript", _("Manuscript, score or lyrics")),
    ("recording", _("Label copy or sleeve of a recording")),
    ("registration", _("Registration elsewhere")),
    ("decision", _("Decision of a court or the regulator")),
    ("other", _("Other evidence")),
]
OUTCOME_KINDS = [
    ("agreed", _("The sides agreed")),
    ("withdrawn", _("A claim was withdrawn")),
    ("no_evidence", _("One side had no evidence at the deadline: the other stands")),
    ("split", _("The society decided a split")),
    ("court", _("A court or the regulator decided")),
    ("new_share", _("New shares were documented")),
]


@pghistory.track()
class DisputeRule(Public):
    """How the society handles disputes that are opened from a day on. Approved by a second person it never changes; the
    latest that has begun is in force."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    valid_from = models.DateField(_("from"))
    evidence_days = models.IntegerField(_("days to send evidence"))
    extension_days = models.IntegerField(_("most days that can be added"), default=60)
    holds = models.CharField(_("what is held"), max_length=5, choices=HOLDS, default="part")
    at_deadline = models.CharField(_("at the deadline"), max_length=10, choices=AT_DEADLINE, default="prepare")
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

    class Meta:
        verbose_name = _("rule on disputes")
        verbose_name_plural = _("rules on disputes")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(evidence_days__gte=1, evidence_days__lte=730), name="evidence_days_within_reason"
            ),
            models.CheckConstraint(
                condition=Q(extension_days__gte=0, extension_days__lte=730), name="extension_days_within_reason"
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("proposed_by")), name="dispute_rule_four_eyes"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False), name="dispute_rule_names_its_approver"
            ),
            models.UniqueConstraint(
                fields=["valid_from"], condition=Q(state="approved"), name="one_dispute_rule_from_a_day"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="dispute_rule_moves",
                field="state",
                transitions=[("draft", "approved"), ("draft", "withdrawn")],
            ),
            pgtrigger.ReadOnly(name="dispute_rule_stands", exclude=["state", "approved_by"]),
        ]

    def __str__(self) -> str:
        return str(self.valid_from)


class DisputeEvidence(KeptFile):
    """A document that a side gave. Staff and that side see it; the others only when the side chose to show it."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=EVIDENCE_KINDS,
    )
    shown = models.BooleanField(_("shown to the other sides"), default=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["claim", "sha256"], name="evidence_once_per_side")]
        triggers = [
            pgtrigger.ReadOnly(name="evidence_stays_as_given", exclude=["shown"]),
            pgtrigger.Protect(
                name="evidence_stays_shown",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__shown=True, new__shown=False),
            ),
            pgtrigger.Protect(name="evidence_is_kept", operation=pgtrigger.Delete),
        ]


class DisputeMessage(AppendOnly):
    """A message in a dispute: of a side, or of the society (no `party`). `to_all`: the other sides read it too."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="messages")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("message"))
    to_all = models.BooleanField(default=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    form_key = models.UUIDField(unique=True, editable=False)

    class Meta(AppendOnly.Meta):
        verbose_name = _("message in a dispute")
        verbose_name_plural = _("messages in disputes")
        default_permissions = ()


class DisputeOutcome(Public):
    """How a dispute is to end: proposed by one, confirmed or refused by another. `rule` stands where the society's
    dated rule itself decided at the deadline."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="outcomes")
    kind = models.CharField(_("how it ends"), max_length=12, choices=OUTCOME_KINDS)
    reason = models.TextField(_("reason"))
    state = models.CharField(
        max_length=10,
        choices=[("proposed", _("Proposed")), ("confirmed", _("Confirmed")), ("refused", _("Refused"))],
        default="proposed",
    )
    rule = models.ForeignKey(DisputeRule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(null=True, blank=True)
    refusal = models.TextField(_("why it was refused"), blank=True)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="outcome_four_eyes"),
            models.CheckConstraint(condition=~Q(reason__regex=r"^\s*$"), name="outcome_has_its_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_on__isnull=True)
                | ~Q(state="proposed") & Q(decided_on__isnull=False)
                & (Q(decided_by__isnull=False) | Q(rule__isnull=False)),
                name="outcome_decided_by_a_person_or_a_rule",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False) | Q(rule__isnull=False),
                name="outcome_proposed_by_a_person_or_a_rule",
            ),
            models.UniqueConstraint(
                fields=["dispute"], condition=~Q(state="refused"), name="one_outcome_of_a_dispute"
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.FSM(
                name="outcome_moves",
                field="state",
                transitions=[("proposed", "confirmed"), ("proposed", "refused")],
            ),
            pgtrigger.ReadOnly(
                name="outcome_stands", exclude=["state", "decided_by", "decided_on", "refusal"]
            ),
            pgtrigger.Protect(name="outcome_is_kept", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dispute}: {self.get_kind_display()}"


class OutcomeShare(AppendOnly):
    """What a party has of the right when the outcome is in force, in 1/10,000 of a percent."""

    outcome = models.ForeignKey(DisputeOutcome, on_delete=models.PROTECT, related_name="shares")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=2)
    share = models.IntegerField(_("share"))

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=WHOLE), name="outcome_share_within_whole"),
            models.UniqueConstraint(fields=["outcome", "party", "role"], name="one_outcome_share_per_role"),
        ]
