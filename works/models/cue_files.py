"""Files of cue sheets: what was received, how its columns are read, what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public


class CueMapping(Public):
    """Which column is what, saved for tables with the same headings (by `headings_key`)."""

    headings_key = models.CharField(max_length=64, unique=True)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("mapping of cue sheet columns")
        verbose_name_plural = _("mappings of cue sheet columns")
        default_permissions = ()


class CueFile(Public):
    """A received table of cue sheets. The same bytes are taken once; undone or refused, they may come again.

    `episode`: the whole file is the sheet of this episode. `report` holds what the reading found, for the page.
    """

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    filename = models.CharField(_("file name"), max_length=200)
    sha256 = models.BinaryField(max_length=32, editable=False)
    file = models.FileField(upload_to="cue_sheets/")
    source = models.CharField(_("who supplied it"), max_length=120)
    episode = models.ForeignKey("works.Episode", null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[
            ("mapping", _("Waiting for its mapping")),
            ("checked", _("Read, waiting for your yes")),
            ("imported", _("Imported")),
            ("undone", _("Import undone")),
            ("refused", _("Refused")),
        ],
        default="mapping",
    )
    layout = models.JSONField(default=dict)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    refused_rows = models.FileField(upload_to="cue_sheets/", blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cue sheet file")
        verbose_name_plural = _("cue sheet files")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=~models.Q(state__in=["undone", "refused"]), name="cue_file_taken_once"
            )
        ]

    def __str__(self) -> str:
        return self.filename
