"""Works whose agreements cannot all be true, as they were last found.

Nothing is paid or held by these rows: who may collect is derived anew each time (works.rules.chains). They say only
where to look, because asking for the whole register takes too long for a page.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.parties import Right
from works.models.works import Work


class FaultKind(models.TextChoices):
    """What can be wrong with the agreements about a work."""

    CONFLICT = "conflict", _("Over the whole")
    CYCLE = "cycle", _("In a circle")
    GAP = "gap", _("A link is missing")


class AgreementFault(models.Model):
    """A right of a work: `kinds` of what is wrong, `agreements` at fault, `units` held because of it (1/10,000 of a
    percent), and when it was first found."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+")
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    kinds = ArrayField(models.CharField(max_length=8, choices=FaultKind.choices))
    agreements = ArrayField(models.BigIntegerField())
    units = models.IntegerField(_("part held"))
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("work with agreements that cannot all be true")
        verbose_name_plural = _("works with agreements that cannot all be true")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["work", "right"], name="agreement_fault_once"),
            models.CheckConstraint(
                condition=models.Q(kinds__len__gt=0) & models.Q(agreements__len__gt=0) & models.Q(units__gte=0),
                name="agreement_fault_says_what",
            ),
        ]
        indexes = [GinIndex(fields=["agreements"], name="faults_by_agreement")]

    def __str__(self) -> str:
        return f"{self.work} {self.right}"
