"""Usage: sources with their saved mappings, files, distinct texts, lines, and what each text was matched to.

A file is read into a spool first; its lines and texts are copied into the tables when a person says yes, and the file
stands from then on.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public

KEPT = ("SELECT", "INSERT", "UPDATE")
# M08: what was taken is not read and not taken again; only the time of its matching is noted.
FILE_STANDS = """
    IF OLD.state = 'landed'
        AND (to_jsonb(NEW) - 'matched_at') IS DISTINCT FROM (to_jsonb(OLD) - 'matched_at') THEN
        RAISE EXCEPTION 'usage file % was taken: it stands', OLD.filename
            USING ERRCODE = 'check_violation', CONSTRAINT = 'usage_file_stands';
    END IF;
    RETURN NEW;
"""


class UsageSource(Public):
    """Who reports usage (a station, a venue, a service) and how its files are read.

    `mapping` holds one saved column mapping for each set of headings (by `headings_key`), so that a table with the same
    headings is read as the one before; `mapping_version` counts how often any of them was saved.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT
    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    licensee = models.ForeignKey("licensing.Licensee", null=True, blank=True, on_delete=models.PROTECT)
    format = models.CharField(
        _("format"), max_length=10, choices=[("table", _("Table (CSV or XLSX)")), ("dsr", _("DDEX sales report"))]
    )
    mapping = models.JSONField(_("column mapping"), default=dict, blank=True)
    mapping_version = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("usage source")
        verbose_name_plural = _("usage sources")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["report"])  # what the reading found: bulky, and made anew by reading again
class UsageFile(Public):
    """One received usage file. The bytes are kept; the same bytes are taken once (M08).

    `seconds` is the sum of plays × seconds of its lines. `report` holds what the reading found, for the page. While it
    waits for a yes, `report["spool"]` names the rows as they will be copied. `repeats_allowed`: a person said that rows
    which an earlier file of the period also has are further plays.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    source = models.ForeignKey(UsageSource, on_delete=models.PROTECT, related_name="files")
    filename = models.CharField(_("file name"), max_length=200)
    sha256 = models.BinaryField(max_length=32, unique=True, editable=False)
    file = models.FileField(upload_to="usage/")
    size = models.BigIntegerField(default=0)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    state = models.CharField(
        max_length=10,
        choices=[
            ("received", _("Received")),
            ("mapping", _("Waiting for its mapping")),
            ("reading", _("Being read")),
            ("checked", _("Read, waiting for your yes")),
            ("held", _("On hold")),
            ("landed", _("Taken")),
            ("refused", _("Refused")),
        ],
        default="received",
    )
    encoding = models.CharField(max_length=20, blank=True)
    mapping = models.JSONField(default=dict)
    mapping_version = models.IntegerField(default=0)
    reader_version = models.CharField(max_length=20, blank=True)
    coverage = models.CharField(
        max_length=10, choices=[("census", _("Census")), ("sample", _("Sample"))], default="census"
    )
    line_count = models.BigIntegerField(default=0)
    text_count = models.BigIntegerField(default=0)
    refused_count = models.BigIntegerField(default=0)
    plays = models.BigIntegerField(default=0)
    seconds = models.BigIntegerField(default=0)
    report = models.JSONField(default=dict)
    refused_rows = models.FileField(upload_to="usage/", blank=True)
    repeats_allowed = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    landed_at = models.DateTimeField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("usage file")
        verbose_name_plural = _("usage files")
        default_permissions = ("view",)
        permissions = [
            ("view_usage", "See usage"),
            ("ingest_usage", "Take usage files"),
            ("match_usage", "Match usage to works"),
        ]
        indexes = [models.Index(fields=["source", "period_start"], name="usage_file_of_period")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start")), name="usage_file_ends_after_it_begins"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="usage_file_stands", when=pgtrigger.Before, operation=pgtrigger.Update, func=FILE_STANDS
            )
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def short_hash(self) -> str:
        """The beginning of the hash, to tell files apart in a list."""
        return bytes(self.sha256).hex()[:12]


class UsageText(models.Model):
    """A distinct text of a file: what the source wrote about one piece of music, with how often. Matching and the
    clerk see texts, not lines. `section` is the act of a set list, blank elsewhere. `seconds` is the sum of plays ×
    seconds, `length` the longest single play, `album` the first one named. Bulk-loaded, never changed."""

    app_may = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("file_id", "text_no")
    file_id = models.BigIntegerField()
    text_no = models.IntegerField()
    section = models.CharField(max_length=40)
    title = models.TextField()
    creators = models.TextField()
    performers = models.TextField()
    isrc = models.CharField(max_length=12)
    iswc = models.CharField(max_length=11)
    own_number = models.CharField(max_length=40)
    album = models.TextField(default="")
    length = models.IntegerField(default=0)
    memory_key = models.BinaryField(max_length=32)
    line_count = models.BigIntegerField()
    plays = models.BigIntegerField()
    seconds = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["memory_key"])]


class UsageLine(models.Model):
    """One line of a usage file as read. Bulk-loaded by COPY, never changed.

    `row_no` numbers the lines of a file: in a table it is the row as the spreadsheet shows it. One usage record of a
    sales report can give several lines (a recording with several works): there lines are counted, and `source_row` is
    the row of the record (0: the same as `row_no`). `parts` is how many works share the plays, `raw` the row as sent.
    """

    app_may = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("file_id", "row_no")
    file_id = models.BigIntegerField()
    row_no = models.IntegerField()
    text_no = models.IntegerField()
    plays = models.BigIntegerField()
    seconds = models.BigIntegerField()
    use_code = models.CharField(max_length=12)
    daypart = models.CharField(max_length=12)
    used_on = models.DateField(null=True)
    used_at = models.CharField(max_length=8)
    channel = models.CharField(max_length=80)
    territory = models.CharField(max_length=4)
    source_amount = models.BigIntegerField(null=True)
    source_row = models.IntegerField(default=0)
    parts = models.SmallIntegerField(default=1)
    raw = models.TextField()

    class Meta:
        default_permissions = ()

    @property
    def shown_row(self) -> int:
        """The row that a person finds in the file."""
        return self.source_row or self.row_no


class UsageColumns(models.Model):
    """A part of a taken file's lines once more, as columns of numbers that are read at once: what a run weighs.

    A part holds whole texts, in order of text and row; `uses` and `dayparts` are the codes that its columns name by
    their positions. They follow from the rows and are written with them; `fsck_money` compares the two (M07).
    """

    app_may = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("file_id", "part_no")
    file_id = models.BigIntegerField()
    part_no = models.IntegerField()
    uses = models.JSONField()
    dayparts = models.JSONField()
    body = models.BinaryField()

    class Meta:
        default_permissions = ()


class UsageMatch(AppendOnly):
    """What a text was matched to. A correction is a further revision; the highest revision counts.

    `stage` says what decided: id, memory, exact, score, or person. All rows of one decision of a person share its
    `decision`; a revision that takes a decision back names it in `undoes`.
    """

    file = models.ForeignKey(UsageFile, on_delete=models.PROTECT, db_constraint=False, related_name="matches")
    text_no = models.IntegerField()
    revision = models.IntegerField(default=1)
    outcome = models.CharField(
        max_length=8,
        choices=[
            ("matched", _("Matched")),
            ("queue", _("To be decided")),
            ("none", _("No work found")),
            ("ignored", _("Not to be paid")),
        ],
    )
    work = models.ForeignKey("works.Work", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    stage = models.CharField(max_length=10)
    score = models.IntegerField(default=0)
    gap = models.IntegerField(default=0)
    features = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.UUIDField(null=True, editable=False)
    undoes = models.UUIDField(null=True, editable=False)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        indexes = [
            models.Index(fields=["decision"], condition=models.Q(decision__isnull=False), name="match_by_decision"),
            models.Index(fields=["undoes"], condition=models.Q(undoes__isnull=False), name="match_undone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["file", "text_no", "revision"], name="match_revised_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="matched", work__isnull=False)
                | (~models.Q(outcome="matched") & models.Q(work__isnull=True)),
                name="matched_names_its_work",
            ),
        ]


class OpenText(models.Model):
    """A text that waits for a person: the queue, derived from the newest matches so that it is read in milliseconds.

    A row stands here exactly while the newest match of the text is `queue`, or `none` found by the machine.
    """

    pk = models.CompositePrimaryKey("file_id", "text_no")
    file_id = models.BigIntegerField()
    text_no = models.IntegerField()
    source_id = models.BigIntegerField()
    outcome = models.CharField(max_length=8)
    memory_key = models.BinaryField(max_length=32)
    plays = models.BigIntegerField()
    seconds = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["memory_key"], name="open_text_by_key")]


class MatchMemory(Public):
    """A remembered decision for a text key, of one source or of all; undone, it is kept but counts no more.

    `decision` is the one that made it, `replaced_by` the one that put another in its place.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT
    key = models.BinaryField(max_length=32)
    source = models.ForeignKey(UsageSource, null=True, blank=True, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=8)
    work = models.ForeignKey("works.Work", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.TextField()
    creators = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    decision = models.UUIDField(null=True, editable=False, db_index=True)
    replaced_by = models.UUIDField(null=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("remembered match")
        verbose_name_plural = _("remembered matches")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["key", "source"],
                condition=models.Q(undone_at__isnull=True),
                nulls_distinct=False,
                name="one_live_memory_per_key",
            )
        ]
