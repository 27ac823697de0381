"""Works, their titles, identifiers and shares."""

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from members.models.parties import Right
from members.models.territories import LONGEST_AREA, WORLD
from works.guards import confirmed_by_all_sides, shares_within_the_whole
from works.models.history import documented
from works.rules.code_lists import (
    CATEGORIES,
    COMPOSITE_TYPES,
    EXCERPT_TYPES,
    IDENTIFIER_TYPES,
    LYRIC_ADAPTATIONS,
    MUSIC_ARRANGEMENTS,
    TEXT_MUSIC,
    TITLE_TYPES,
    VERSION_TYPES,
    choices_of,
)
from works.rules.work_types import WORK_TYPES

LANGUAGE_FORM = r"^([a-z]{2,3})?$"  # ISO 639-1; of languages without a code there, ISO 639-3
WHOLE = 1_000_000  # 100 %, in 1/10,000 of a percent


@pghistory.track()
class Work(Public):
    """A composition. Half-known works are normal: they are stored and say what is missing."""

    number = models.CharField(_("work number"), max_length=14, unique=True)
    title = models.CharField(_("title"), max_length=400)
    iswc = models.CharField(_("ISWC"), max_length=11, null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=3, blank=True)
    category = models.CharField(_("category"), max_length=3, default="POP", choices=choices_of(CATEGORIES))
    version_type = models.CharField(_("version"), max_length=3, default="ORI", choices=choices_of(VERSION_TYPES))
    duration = models.IntegerField(_("duration in seconds"), null=True, blank=True)
    text_music = models.CharField(_("words and music"), max_length=3, blank=True, choices=choices_of(TEXT_MUSIC))
    music_arrangement = models.CharField(
        _("arrangement of the music"), max_length=3, blank=True, choices=choices_of(MUSIC_ARRANGEMENTS)
    )
    lyric_adaptation = models.CharField(
        _("adaptation of the words"), max_length=3, blank=True, choices=choices_of(LYRIC_ADAPTATIONS)
    )
    composite_type = models.CharField(_("composite"), max_length=3, blank=True, choices=choices_of(COMPOSITE_TYPES))
    component_count = models.SmallIntegerField(_("number of components"), null=True, blank=True)
    excerpt_type = models.CharField(_("excerpt"), max_length=3, blank=True, choices=choices_of(EXCERPT_TYPES))
    work_type = models.CharField(_("kind of music"), max_length=2, blank=True, choices=choices_of(WORK_TYPES))
    grand_rights = models.BooleanField(_("grand rights"), null=True, blank=True)
    opus_number = models.CharField(_("opus number"), max_length=25, blank=True)
    catalogue_number = models.CharField(_("catalogue number"), max_length=25, blank=True)
    copyright_date = models.DateField(_("date of creation"), null=True, blank=True)
    copyright_number = models.CharField(_("copyright number"), max_length=12, blank=True)
    published_on = models.DateField(_("first published"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=[
            ("submitted", _("Being checked")),
            ("registered", _("Registered")),
            ("refused", _("Refused")),
            ("merged", _("Merged into another work")),
            ("withdrawn", _("Withdrawn: its import was undone")),
        ],
        default="registered",
    )
    refusal = models.TextField(_("why it was refused"), blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
    registered_by = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="works_registered"
    )

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        default_permissions = ("view",)
        permissions = [
            ("view_works", "See works"),
            ("edit_works", "Register and change works"),
            ("import_works", "Import registration files"),
            ("set_split_rules", "Set the rules of agreement on splits"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(iswc__isnull=True) | models.Q(iswc__regex=r"^T\d{10}$"), name="iswc_has_its_form"
            ),
            models.CheckConstraint(
                condition=models.Q(duration__isnull=True) | models.Q(duration__gt=0), name="duration_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(language__regex=LANGUAGE_FORM), name="work_language_has_its_form"
            ),
            models.CheckConstraint(
                condition=models.Q(component_count__isnull=True) | models.Q(component_count__gt=1),
                name="composite_has_components",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@documented
class WorkTitle(Public):
    """One title, in its own script; `key` and `skeleton` make Urdu and Roman spellings meet."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="titles")
    title_type = models.CharField(_("title type"), max_length=2, default="OT", choices=choices_of(TITLE_TYPES))
    text = models.CharField(_("title"), max_length=400)
    language = models.CharField(_("language"), max_length=3, blank=True)
    script = models.CharField(_("script"), max_length=4, blank=True)
    key = models.CharField(max_length=400, db_index=True, editable=False)
    skeleton = models.CharField(max_length=200, db_index=True, editable=False)

    class Meta:
        verbose_name = _("title")
        verbose_name_plural = _("titles")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__regex=LANGUAGE_FORM), name="title_language_has_its_form"
            )
        ]
        indexes = [
            GinIndex(OpClass("key", name="gin_trgm_ops"), name="work_title_key_trigrams"),
            GinIndex(OpClass("skeleton", name="gin_trgm_ops"), name="work_title_sound_trigrams"),
        ]

    def __str__(self) -> str:
        return self.text


class IdentifierValidity(models.TextChoices):
    """What is known of a number: whether it is good, and whether it is this work's."""

    VALID = "valid", _("Valid")
    UNLINKED = "unlinked", _("Not the number of this work")
    INVALID = "invalid", _("Not a valid number")
    TAKEN = "taken", _("Another work holds this number")


@documented
class WorkIdentifier(Public):
    """A number somebody else gave the work: a submitter's, a sister society's. A number names one work; whatever else
    was said of it is kept as what it is: a wrong link, an invalid number, a number that another work holds."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="identifiers")
    issuer = models.CharField(_("issued by"), max_length=20)
    value = models.CharField(_("number"), max_length=20)
    identifier_type = models.CharField(
        _("type of number"), max_length=1, default="W", choices=choices_of(IDENTIFIER_TYPES)
    )
    validity = models.CharField(
        _("validity"), max_length=8, choices=IdentifierValidity.choices, default=IdentifierValidity.VALID
    )

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "value"],
                condition=models.Q(identifier_type="W", validity="valid"),
                name="one_work_per_foreign_number",
            )
        ]
        indexes = [models.Index(fields=["issuer", "value"], name="foreign_number")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.value}"


@documented
class WorkShare(Public):
    """Who owns which part of a work, per right, territory and dates. `share` is in 1/10,000 of a percent.

    A row without a party is a part whose owner is unknown (`unclaimed`) or contested (`disputed`, with its dispute).
    An `unconfirmed` row waits until every side has agreed to the split (works.models.splits), and pays nobody before.
    The database refuses more than 100 % of a work, right, territory and date, whatever two sessions do at once (M05).
    """

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="shares")
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="shares")
    role = models.CharField(_("role"), max_length=2)
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    share = models.IntegerField(_("share"))
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=[
            ("active", _("Active")),
            ("disputed", _("Disputed")),
            ("unclaimed", _("Unclaimed")),
            ("unconfirmed", _("Not confirmed by all sides")),
        ],
        default="active",
    )
    dispute = models.ForeignKey(
        "works.Dispute", null=True, blank=True, on_delete=models.PROTECT, related_name="held_shares"
    )
    source = models.CharField(_("source"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=models.Q(share__gt=0, share__lte=WHOLE), name="share_within_whole"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="share_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(models.Q(state__in=["active", "unconfirmed"], party__isnull=False, dispute__isnull=True))
                | models.Q(state="disputed", dispute__isnull=False)
                | models.Q(state="unclaimed", party__isnull=True, dispute__isnull=True),
                name="share_state_fits_its_owner",
            ),
        ]
        indexes = [models.Index(fields=["party", "right"])]
        triggers = [*shares_within_the_whole(), confirmed_by_all_sides()]
