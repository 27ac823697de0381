"""Works, their titles, identifiers, recordings and shares."""

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from members.models.parties import Right
from members.models.territories import WORLD
from works.guards import confirmed_by_all_sides, shares_within_the_whole

FIRST_GROUP = "2000"  # TIS numbers of countries are below, those of groups and the world above
WHOLE = 1_000_000  # 100 %, in 1/10,000 of a percent


@pghistory.track()
class Work(Public):
    """A composition. Half-known works are normal: they are stored and say what is missing."""

    number = models.CharField(_("work number"), max_length=14, unique=True)
    title = models.CharField(_("title"), max_length=400)
    iswc = models.CharField(_("ISWC"), max_length=11, null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    category = models.CharField(_("category"), max_length=3, default="POP")
    version_type = models.CharField(_("version"), max_length=3, default="ORI")
    duration = models.IntegerField(_("duration in seconds"), null=True, blank=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@pghistory.track()
class WorkTitle(Public):
    """One title, in its own script; `key` and `skeleton` make Urdu and Roman spellings meet."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="titles")
    title_type = models.CharField(_("title type"), max_length=2, default="OT")
    text = models.CharField(_("title"), max_length=400)
    language = models.CharField(_("language"), max_length=2, blank=True)
    script = models.CharField(_("script"), max_length=4, blank=True)
    key = models.CharField(max_length=400, db_index=True, editable=False)
    skeleton = models.CharField(max_length=200, db_index=True, editable=False)

    class Meta:
        verbose_name = _("title")
        verbose_name_plural = _("titles")
        default_permissions = ("view",)
        indexes = [
            GinIndex(OpClass("key", name="gin_trgm_ops"), name="work_title_key_trigrams"),
            GinIndex(OpClass("skeleton", name="gin_trgm_ops"), name="work_title_sound_trigrams"),
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track()
class WorkIdentifier(Public):
    """A number somebody else gave the work: a submitter's, a sister society's."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="identifiers")
    issuer = models.CharField(_("issued by"), max_length=20)
    value = models.CharField(_("number"), max_length=20)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["issuer", "value"], name="one_work_per_foreign_number")]


@pghistory.track()
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
    territory = models.CharField(_("territory"), max_length=4, default=WORLD)
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
            # Groups of countries overlap: what the guard of the whole adds up is the world and single countries.
            models.CheckConstraint(
                condition=models.Q(territory=WORLD) | models.Q(territory__lt=FIRST_GROUP),
                name="share_for_the_world_or_a_country",
            ),
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


@pghistory.track()
class Recording(Public):
    """A sound recording, linked to the works in it."""

    isrc = models.CharField(_("ISRC"), max_length=12, unique=True, null=True, blank=True)
    title = models.CharField(_("title"), max_length=400)
    performer = models.CharField(_("performer"), max_length=200, blank=True)
    duration = models.IntegerField(_("duration in seconds"), null=True, blank=True)
    works = models.ManyToManyField(Work, related_name="recordings")

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(isrc__isnull=True) | models.Q(isrc__regex=r"^[A-Z]{2}[A-Z0-9]{3}\d{7}$"),
                name="isrc_has_its_form",
            )
        ]

    def __str__(self) -> str:
        return self.title
