"""Recordings: a sound recording, who performs on it, and the works in it with their order."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from works.guards import links_decided_by_a_person
from works.models.history import documented
from works.models.works import Work


@documented
class Recording(Public):
    """A sound recording. What it is called may differ from its works: a version ("Live") has a title of its own."""

    isrc = models.CharField(_("ISRC"), max_length=12, unique=True, null=True, blank=True)
    title = models.CharField(_("title"), max_length=400)
    version_title = models.CharField(_("version"), max_length=200, blank=True)
    label = models.CharField(_("label"), max_length=200, blank=True)
    duration = models.IntegerField(_("duration in seconds"), null=True, blank=True)
    released_on = models.DateField(_("released on"), null=True, blank=True)
    works = models.ManyToManyField(Work, through="works.RecordingWork", related_name="recordings")
    key = models.CharField(max_length=400, db_index=True, editable=False)
    skeleton = models.CharField(max_length=200, db_index=True, editable=False)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(isrc__isnull=True) | models.Q(isrc__regex=r"^[A-Z]{2}[A-Z0-9]{3}\d{7}$"),
                name="isrc_has_its_form",
            ),
            models.CheckConstraint(
                condition=models.Q(duration__isnull=True) | models.Q(duration__gt=0),
                name="recording_duration_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version_title})" if self.version_title else self.title


@documented
class RecordingPerformer(Public):
    """One performer as credited on a recording; `party` where we know who it is. `key` and `skeleton` find the name."""

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="performers")
    position = models.PositiveSmallIntegerField(_("place in the credit"), default=1)
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="performances")
    name = models.CharField(_("name"), max_length=200)
    name_original = models.CharField(_("name in its own script"), max_length=200, blank=True)
    key = models.CharField(max_length=400, editable=False)
    skeleton = models.CharField(max_length=200, editable=False)

    class Meta:
        verbose_name = _("performer")
        verbose_name_plural = _("performers")
        default_permissions = ("view",)
        ordering = ["recording_id", "position"]
        indexes = [
            models.Index(fields=["key", "recording"], name="performer_by_key"),
            models.Index(fields=["skeleton", "recording"], name="performer_by_sound"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recording", "position"], name="one_performer_a_place"),
            models.CheckConstraint(condition=~models.Q(name__regex=r"^\s*$"), name="performer_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


@documented
class RecordingWork(Public):
    """A work in a recording: its place in the order, and how long this part is where the recording holds several.

    Matching pays by these rows. `decided_by` is the person of the desk who let a recording of others stand with this
    work too; without her the database refuses such a link.
    """

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="parts")
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="recorded_in")
    position = models.PositiveSmallIntegerField(_("place in the recording"), default=1)
    duration = models.IntegerField(_("length of this part in seconds"), null=True, blank=True)
    linked_by = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("work of a recording")
        verbose_name_plural = _("works of recordings")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["recording", "work"], name="work_once_in_a_recording"),
            models.CheckConstraint(
                condition=models.Q(duration__isnull=True) | models.Q(duration__gt=0), name="part_duration_is_positive"
            ),
        ]
        triggers = links_decided_by_a_person()

    def __str__(self) -> str:
        return f"{self.recording_id} {self.position}"
