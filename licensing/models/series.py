"""Numbers of documents: one row for each series, counted up under a lock, so that a series has no holes."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    """The last number given in a series such as `INV-2026`."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")

    name = models.CharField(_("series"), max_length=20, unique=True)
    last = models.BigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"
