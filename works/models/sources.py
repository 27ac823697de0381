"""What a work was made from: works of ours or outside works as text, and elements that nobody owns any more."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from works.guards import sources_without_cycle
from works.models.history import documented
from works.models.works import WHOLE, Work


class SourceKind(models.TextChoices):
    """How a work depends on its source."""

    COMPONENT = "component", _("Contains")
    EXCERPT = "excerpt", _("Excerpt of")
    ARRANGEMENT = "arrangement", _("Arrangement of")
    ADAPTATION = "adaptation", _("Adaptation of")
    TRANSLATION = "translation", _("Translation of")
    VERSION = "version", _("Version of")


@documented
class SourceWork(Public):
    """A work that another one was made from: one of ours (`source`), or an outside work as text.

    Of a component, `part` is the share of the whole that was agreed for it, in 1/10,000 of a percent, and `duration`
    its length within the whole; `position` is its place in the order. `writers` lists what a file or a person said
    of the writers: objects with last_name, first_name, ipi_name_number, ipi_base_number and names in other letters.
    The database refuses a work that is, through any number of steps, its own source.
    """

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind.choices)
    position = models.IntegerField(_("place in the order"), default=1)
    source = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="derived")
    title = models.CharField(_("title"), max_length=400, blank=True)
    language = models.CharField(_("language"), max_length=3, blank=True)
    other_titles = models.JSONField(_("titles in other letters"), default=list, blank=True)
    writers = models.JSONField(_("writers"), default=list, blank=True)
    iswc = models.CharField(_("ISWC"), max_length=11, blank=True)
    number = models.CharField(_("number"), max_length=20, blank=True)
    taken_from = models.CharField(_("taken from"), max_length=100, blank=True)
    duration = models.IntegerField(_("duration in seconds"), null=True, blank=True)
    part = models.IntegerField(_("part of the whole"), null=True, blank=True)
    given_by = models.CharField(_("given by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("source of a work")
        verbose_name_plural = _("sources of works")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__isnull=False) | ~models.Q(title=""), name="source_is_a_work_or_has_a_title"
            ),
            models.CheckConstraint(
                condition=models.Q(source__isnull=True) | ~models.Q(source=models.F("work")),
                name="source_is_another_work",
            ),
            models.CheckConstraint(
                condition=models.Q(iswc="") | models.Q(iswc__regex=r"^T\d{10}$"), name="source_iswc_has_its_form"
            ),
            models.CheckConstraint(
                condition=models.Q(duration__isnull=True) | models.Q(duration__gt=0), name="source_lasts_some_time"
            ),
            models.CheckConstraint(
                condition=models.Q(part__isnull=True) | models.Q(part__gt=0, part__lte=WHOLE),
                name="source_part_within_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["iswc"], condition=models.Q(source=None) & ~models.Q(iswc=""), name="unlinked_iswc"),
            models.Index(
                fields=["given_by", "number"],
                condition=models.Q(source=None) & ~models.Q(number=""),
                name="unlinked_number",
            ),
        ]
        triggers = sources_without_cycle()

    def __str__(self) -> str:
        return self.title or str(self.source)


class Element(models.TextChoices):
    """The two halves of a song."""

    WORDS = "words", _("Words")
    MUSIC = "music", _("Music")


class FreeReason(models.TextChoices):
    """Why nobody owns an element of a work (any more)."""

    DIED = "died", _("The author died long ago")
    CLASSICAL = "classical", _("Sufi or classical verse, its author known by the century")
    FOLK = "folk", _("Folk or traditional, handed down without an author")
    UNPROTECTED = "unprotected", _("Never protected")


@documented
class PublicDomainElement(Public):
    """Why the words or the music of a work may belong to nobody: one row for each author, or for what has none.

    What follows from it on a day is computed (works.rules.public_domain), never stored: the term of protection is the
    law's, and it changes.
    """

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="public_domain_elements")
    element = models.CharField(_("element"), max_length=5, choices=Element.choices)
    reason = models.CharField(_("reason"), max_length=12, choices=FreeReason.choices)
    author = models.CharField(_("author"), max_length=200, blank=True)
    author_original = models.CharField(_("author in own script"), max_length=200, blank=True)
    died_in = models.SmallIntegerField(_("year of death"), null=True, blank=True)
    century = models.SmallIntegerField(_("century"), null=True, blank=True)
    note = models.TextField(_("how we know"), blank=True)
    given_by = models.CharField(_("given by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("element in the public domain")
        verbose_name_plural = _("elements in the public domain")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason="classical") | (~models.Q(author="") & models.Q(century__isnull=False)),
                name="classical_verse_names_author_and_century",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="died") | ~models.Q(author=""), name="dead_author_has_a_name"
            ),
            models.CheckConstraint(
                condition=models.Q(died_in__isnull=True) | models.Q(died_in__gte=1, died_in__lte=9999),
                name="year_of_death_is_a_year",
            ),
            models.CheckConstraint(
                condition=models.Q(century__isnull=True) | models.Q(century__gte=1, century__lte=21),
                name="century_is_a_century",
            ),
        ]

    def __str__(self) -> str:
        return self.author or self.get_reason_display()
