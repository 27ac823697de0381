"""Cue sheets: which music stands in a film, an episode of a series, a programme or an advertisement, and how long.

A production has one episode or many; an episode has at most one cue sheet that counts; a cue sheet has its cues in
order. What the sheet prints (title, composers, performers) is kept beside the work that the cue was found to be.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from works.models.cue_files import CueFile
from works.models.works import Work

KEPT = ("SELECT", "INSERT", "UPDATE")
NOT_BLANK = r"^\s*$"
# What money was paid from stands: the sheet keeps its state and every cue.
SHEET_STANDS = """
    IF OLD.used_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'cue sheet % was used: it stands', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'used_cue_sheet_stands';
    END IF;
    RETURN NEW;
"""
CUES_STAND = """
    PERFORM 1 FROM works_cuesheet s
        WHERE s.id IN (coalesce(NEW.sheet_id, OLD.sheet_id), coalesce(OLD.sheet_id, NEW.sheet_id)) FOR SHARE;
    IF EXISTS (SELECT 1 FROM works_cuesheet s
        WHERE s.id IN (coalesce(NEW.sheet_id, OLD.sheet_id), coalesce(OLD.sheet_id, NEW.sheet_id))
            AND s.used_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the cue sheet was used: its cues stand'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'used_cue_sheet_stands';
    END IF;
    RETURN coalesce(NEW, OLD);
"""


class ProductionKind(models.TextChoices):
    """What an audiovisual production is."""

    FILM = "film", _("Film")
    SERIES = "series", _("Series")
    PROGRAMME = "programme", _("Programme")
    ADVERTISEMENT = "advertisement", _("Advertisement")


@pghistory.track()
class CueType(Public):
    """How a cue uses music, by the code of cue sheets (BI, VV, MT …), with its dates and the letter CWR knows it by.

    `words` are further ways in which files write it. `is_vocal` is empty where the code does not say.
    """

    code = models.CharField(_("code"), max_length=4)
    name = models.CharField(_("name"), max_length=60)
    name_ur = models.CharField(_("name in Urdu"), max_length=60)
    cwr_code = models.CharField(_("CWR letter"), max_length=1, blank=True)
    is_vocal = models.BooleanField(_("with words"), null=True, blank=True)
    words = models.JSONField(_("also written"), default=list, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("cue type")
        verbose_name_plural = _("cue types")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_cue_type_per_code_and_day"),
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Z]{1,4}$"), name="cue_type_code_is_capitals"),
            models.CheckConstraint(
                condition=models.Q(cwr_code__in=["", "B", "L", "T", "V", "R"]), name="cue_type_letter_is_of_cwr"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="cue_type_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@pghistory.track()
class Production(Public):
    """A film, a series, a programme or an advertisement. `original_title` is the one it was first shown under."""

    app_may: ClassVar[tuple[str, ...]] = KEPT
    number = models.CharField(_("production number"), max_length=12, unique=True)
    title = models.CharField(_("title"), max_length=400)
    title_script = models.CharField(_("title in its own script"), max_length=400, blank=True)
    original_title = models.CharField(_("original title"), max_length=400, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=ProductionKind.choices)
    country = models.CharField(_("country"), max_length=4, blank=True)
    year = models.IntegerField(_("year"), null=True, blank=True)
    isan = models.CharField(_("ISAN or V-ISAN"), max_length=24, blank=True)
    eidr = models.CharField(_("EIDR"), max_length=34, blank=True)
    own_number = models.CharField(_("producer's or broadcaster's number"), max_length=40, blank=True)
    avi_number = models.CharField(_("AV index number"), max_length=20, blank=True)
    avi_society = models.CharField(_("society of the AV index number"), max_length=3, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=[("listed", _("Listed")), ("withdrawn", _("Withdrawn"))], default="listed"
    )
    key = models.CharField(max_length=400, db_index=True, editable=False)
    search = models.TextField(editable=False)
    made_by_file = models.ForeignKey(
        CueFile, null=True, blank=True, on_delete=models.PROTECT, related_name="productions"
    )

    class Meta:
        verbose_name = _("production")
        verbose_name_plural = _("productions")
        default_permissions = ("view",)
        indexes = [GinIndex(OpClass("search", name="gin_trgm_ops"), name="production_search_trigrams")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title__regex=NOT_BLANK), name="production_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(year__isnull=True) | models.Q(year__range=(1880, 2200)), name="production_year_fits"
            ),
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(country__regex=r"^\d{4}$"), name="production_country_is_tis"
            ),
            models.CheckConstraint(
                condition=models.Q(isan="") | models.Q(isan__regex=r"^([0-9A-F]{16}|[0-9A-F]{24})$"),
                name="isan_has_its_form",
            ),
            models.CheckConstraint(
                condition=models.Q(eidr="") | models.Q(eidr__regex=r"^10\.5240/([0-9A-F]{4}-){5}[0-9A-Z]$"),
                name="eidr_has_its_form",
            ),
            models.CheckConstraint(
                condition=models.Q(avi_number="", avi_society="")
                | (~models.Q(avi_number="") & models.Q(avi_society__regex=r"^\d{3}$")),
                name="avi_number_with_its_society",
            ),
            *(
                models.UniqueConstraint(
                    fields=[field, *more],
                    condition=~models.Q(**{field: ""}) & models.Q(state="listed"),
                    name=f"one_listed_production_per_{field}",
                )
                for field, more in (("isan", ()), ("eidr", ()), ("avi_number", ("avi_society",)))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@pghistory.track()
class Episode(Public):
    """One episode; a film or an advertisement has one, without a number. `duration` in seconds."""

    app_may: ClassVar[tuple[str, ...]] = KEPT
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="episodes")
    number = models.CharField(_("episode number"), max_length=20, blank=True)
    title = models.CharField(_("title of the episode"), max_length=400, blank=True)
    title_script = models.CharField(_("title in its own script"), max_length=400, blank=True)
    broadcast_on = models.DateField(_("first broadcast or shown on"), null=True, blank=True)
    duration = models.IntegerField(_("duration in seconds"), null=True, blank=True)

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["production", "number"], name="one_episode_per_number"),
            models.CheckConstraint(
                condition=models.Q(duration__isnull=True) | models.Q(duration__gt=0),
                name="episode_duration_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.production.title} {self.number} {self.title}".strip()


@pghistory.track()
class CueSheet(Public):
    """The cue sheet of an episode, with where it came from. Only one counts; withdrawn ones stay for the record.

    `used_at` is set by whoever pays from it (TV usage): from then on the sheet and its cues stand.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="sheets")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("entered", _("Being entered")), ("confirmed", _("Confirmed")), ("withdrawn", _("Withdrawn"))],
        default="entered",
    )
    source = models.CharField(_("who supplied it"), max_length=120)
    file = models.ForeignKey(CueFile, null=True, blank=True, on_delete=models.PROTECT, related_name="sheets")
    reason = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cue sheet")
        verbose_name_plural = _("cue sheets")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=~models.Q(state="withdrawn"), name="one_standing_cue_sheet_per_episode"
            ),
            models.CheckConstraint(condition=~models.Q(source__regex=NOT_BLANK), name="cue_sheet_has_its_source"),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(state="confirmed"),
                name="used_cue_sheet_is_confirmed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | ~models.Q(reason__regex=NOT_BLANK),
                name="cue_sheet_withdrawn_with_its_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_cue_sheet_stands", when=pgtrigger.Before, operation=pgtrigger.Update, func=SHEET_STANDS
            )
        ]

    def __str__(self) -> str:
        return str(self.episode)


@pghistory.track()
class Cue(Public):
    """One piece of music in an episode: what the sheet prints about it, how long it is heard, which work it is."""

    sheet = models.ForeignKey(CueSheet, on_delete=models.PROTECT, related_name="cues")
    sequence = models.IntegerField(_("number in the sheet"))
    cue_type = models.ForeignKey(CueType, on_delete=models.PROTECT, related_name="+", verbose_name=_("cue type"))
    duration = models.IntegerField(_("duration in seconds"))
    title = models.CharField(_("title as printed"), max_length=400)
    composers = models.CharField(_("composers and authors as printed"), max_length=400, blank=True)
    performers = models.CharField(_("performers as printed"), max_length=400, blank=True)
    work_number = models.CharField(_("work number as printed"), max_length=40, blank=True)
    iswc = models.CharField(_("ISWC as printed"), max_length=11, blank=True)
    isrc = models.CharField(_("ISRC as printed"), max_length=12, blank=True)
    work = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="cues")
    linked_by = models.CharField(
        max_length=8, blank=True, choices=[("number", _("By its number")), ("person", _("By a person"))]
    )

    class Meta:
        verbose_name = _("cue")
        verbose_name_plural = _("cues")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["sheet", "sequence"], name="one_cue_per_number_of_a_sheet"),
            models.CheckConstraint(condition=models.Q(sequence__gt=0), name="cue_number_is_positive"),
            models.CheckConstraint(condition=models.Q(duration__gt=0), name="cue_duration_is_positive"),
            models.CheckConstraint(condition=~models.Q(title__regex=NOT_BLANK), name="cue_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(work__isnull=True, linked_by="")
                | (models.Q(work__isnull=False) & ~models.Q(linked_by="")),
                name="cue_says_how_it_was_linked",
            ),
        ]
        indexes = [models.Index(fields=["sheet"], condition=models.Q(work__isnull=True), name="cue_without_a_work")]
        triggers = [
            pgtrigger.Trigger(
                name="cues_of_a_used_sheet_stand",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=CUES_STAND,
            )
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.title}"
