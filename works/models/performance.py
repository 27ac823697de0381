"""How a work is performed and what it was made for: performers, instrumentation, productions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from works.models.history import documented
from works.models.works import Work


@documented
class WorkPerformer(Public):
    """Somebody who performs the work in public or on a recording. `other_names` holds names in other letters: objects
    with name, first_name, language, performance_language and performance_dialect."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="performers")
    last_name = models.CharField(_("name, or last name"), max_length=160)
    first_name = models.CharField(_("first name"), max_length=160, blank=True)
    ipi_name_number = models.CharField(_("IPI name number"), max_length=11, blank=True)
    ipi_base_number = models.CharField(_("IPI base number"), max_length=13, blank=True)
    other_names = models.JSONField(_("names in other letters"), default=list, blank=True)
    given_by = models.CharField(_("given by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("performer of a work")
        verbose_name_plural = _("performers of works")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@documented
class Instrumentation(Public):
    """One setting of a work: a standard instrumentation of CWR, or instruments, or both, and voices."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="instrumentations")
    standard = models.CharField(_("standard instrumentation"), max_length=3, blank=True)
    voices = models.SmallIntegerField(_("number of voices"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    given_by = models.CharField(_("given by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("instrumentation")
        verbose_name_plural = _("instrumentations")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(voices__isnull=True) | models.Q(voices__gte=1, voices__lte=999),
                name="voices_are_counted",
            )
        ]

    def __str__(self) -> str:
        return self.standard or self.description


@documented
class InstrumentPlayers(Public):
    """An instrument of a setting, and how many play it (not told: null)."""

    instrumentation = models.ForeignKey(Instrumentation, on_delete=models.CASCADE, related_name="instruments")
    instrument = models.CharField(_("instrument"), max_length=3)
    players = models.SmallIntegerField(_("players"), null=True, blank=True)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(players__isnull=True) | models.Q(players__gte=1, players__lte=999),
                name="players_are_counted",
            )
        ]


@documented
class WorkOrigin(Public):
    """The production a work was made for (ORN). `numbers` holds the production's numbers by the names of CWR: ISAN,
    EIDR, AV index, episode and production number, library disc and track."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="origins")
    purpose = models.CharField(_("purpose"), max_length=3)
    production_title = models.CharField(_("production"), max_length=200, blank=True)
    episode_title = models.CharField(_("episode"), max_length=200, blank=True)
    production_year = models.SmallIntegerField(_("year"), null=True, blank=True)
    library = models.CharField(_("library"), max_length=100, blank=True)
    use = models.CharField(_("use"), max_length=1, blank=True)
    numbers = models.JSONField(_("numbers"), default=dict, blank=True)
    given_by = models.CharField(_("given by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("origin of a work")
        verbose_name_plural = _("origins of works")
        default_permissions = ("view",)
