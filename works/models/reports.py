"""What people say is wrong about a work: a message that waits for the documentation desk."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from works.models.works import Work


class ReportKind(models.TextChoices):
    """What a report is about."""

    TITLE = "title", _("The title or its spelling")
    WRITER = "writer", _("A writer or publisher is missing or wrong")
    SHARE = "share", _("A share is wrong")
    RECORDING = "recording", _("A recording or a number is missing or wrong")
    MINE = "mine", _("This is my work, or I have a share in it")
    OTHER = "other", _("Something else")


class WorkReport(Public):
    """A message about a work from the public or a member. `form_key` makes a double click one report."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(_("about"), max_length=10, choices=ReportKind.choices)
    message = models.TextField(_("message"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    form_key = models.UUIDField(unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=[("open", _("Open")), ("settled", _("Settled"))], default="open"
    )
    outcome = models.TextField(_("outcome"), blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("report about a work")
        verbose_name_plural = _("reports about works")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", settled_at__isnull=True)
                | (models.Q(state="settled", settled_at__isnull=False) & ~models.Q(outcome="")),
                name="report_settled_with_its_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.work}"
