"""Disputes over parts of a work: only the contested part is held, the rest pays."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from members.models.parties import Right
from members.models.territories import LONGEST_AREA, WORLD
from works.models.works import WHOLE, Work


@pghistory.track()
class Dispute(Public):
    """A part of a work that several parties claim."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="disputes")
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    share = models.IntegerField(_("share in dispute"))
    opened_on = models.DateField(_("opened on"))
    deadline = models.DateField(_("deadline"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    outcome = models.TextField(_("outcome"), blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=WHOLE), name="disputed_share_within_whole"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | ~models.Q(outcome__regex=r"^\s*$"),
                name="dispute_closed_with_its_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.right}"


@pghistory.track()
class Claim(Public):
    """What one party claims in a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="claims")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="claims")
    role = models.CharField(_("role"), max_length=2)
    share = models.IntegerField(_("share claimed"))
    source = models.CharField(_("source"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=WHOLE), name="claimed_share_within_whole"
            ),
            models.UniqueConstraint(fields=["dispute", "party"], name="one_claim_per_side"),
        ]
