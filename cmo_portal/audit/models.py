"""The chain of acts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly


class Act(AppendOnly):
    """One act. `hash` covers the row and the hash before it, so that any change breaks the chain from there on."""

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="acts")
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    object_name = models.CharField(max_length=200)
    facts = models.JSONField()
    request_id = models.CharField(max_length=64)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta(AppendOnly.Meta):
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        ordering = ["-number"]
        indexes = [models.Index(fields=["object_type", "object_id"]), models.Index(fields=["actor", "-number"])]
        default_permissions = ()
        permissions = [("view_acts", "See the record of acts"), ("view_act", "See acts in the admin")]

    @property
    def facts_text(self) -> str:
        """The facts in one line: `name: value`, commas between."""
        return ", ".join(f"{name}: {value}" for name, value in self.facts.items())

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.object_type} {self.object_id}"
