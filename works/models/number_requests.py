"""Requests for international numbers by file: ISWC for works, IPI for names. What was asked, sent, answered.

The society has no line to the agencies yet: it sends files and takes files back. A request waits, is sent in a file,
and comes back answered or refused; what an answer cannot settle by itself waits for a person.
"""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models import PartyName
from works.models.works import Work

KEPT = ("SELECT", "INSERT", "UPDATE")
OPEN = ("waiting", "sent", "person")


class NumberSystem(models.TextChoices):
    """Whose numbers are asked for: files are made for one of them."""

    ISWC = "iswc", _("ISWC")
    IPI = "ipi", _("IPI")


class RequestKind(models.TextChoices):
    """What is asked."""

    ISWC_NEW = "iswc_new", _("A new ISWC")
    ISWC_FIND = "iswc_find", _("Search for an ISWC")
    ISWC_MERGE = "iswc_merge", _("Merge two ISWCs")
    IPI = "ipi", _("An IPI number")


@pghistory.track()
class NumberRequest(Public):
    """One request, for a work or for a name of a party. `message` is the last word about it, as kept or as sent."""

    app_may: ClassVar[tuple[str, ...]] = KEPT
    number = models.CharField(_("request number"), max_length=12, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind.choices)
    work = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="number_requests")
    other_work = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.ForeignKey(PartyName, null=True, blank=True, on_delete=models.PROTECT, related_name="number_requests")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[
            ("waiting", _("Waiting")),
            ("sent", _("Sent in a file")),
            ("answered", _("Answered")),
            ("refused", _("Refused by the agency")),
            ("person", _("Needs a person")),
            ("withdrawn", _("Withdrawn")),
        ],
        default="waiting",
    )
    message = models.JSONField(_("what was said"), default=dict, blank=True)
    conflict = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("request for a number")
        verbose_name_plural = _("requests for numbers")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="ipi", name__isnull=False, work__isnull=True, other_work__isnull=True)
                | models.Q(kind="iswc_merge", name__isnull=True, work__isnull=False, other_work__isnull=False)
                | models.Q(
                    kind__in=["iswc_new", "iswc_find"], name__isnull=True, work__isnull=False, other_work__isnull=True
                ),
                name="request_names_what_it_is_for",
            ),
            models.CheckConstraint(condition=~models.Q(work=models.F("other_work")), name="request_merges_two_works"),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="sent_request_knows_when"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["answered", "refused"]) | models.Q(answered_at__isnull=False),
                name="answered_request_knows_when",
            ),
            models.UniqueConstraint(
                fields=["work", "kind"],
                condition=models.Q(state__in=OPEN, work__isnull=False),
                name="one_open_request_per_work_and_kind",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(state__in=OPEN, name__isnull=False),
                name="one_open_request_per_name",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "kind", "id"], name="request_by_state"),
            models.Index(fields=["sent_at"], condition=models.Q(state="sent"), name="request_without_answer"),
        ]

    def __str__(self) -> str:
        return self.number


class RequestFile(Public):
    """A file of requests for an agency. `header` and the lines hold all that its bytes are made of (`sha256`)."""

    app_may: ClassVar[tuple[str, ...]] = KEPT
    number = models.IntegerField(unique=True)
    system = models.CharField(_("system"), max_length=4, choices=NumberSystem.choices)
    layout = models.CharField(
        _("layout"), max_length=3, choices=[("csv", _("Table (CSV)")), ("isr", _("CWR 3.0 ISR"))], default="csv"
    )
    filename = models.CharField(_("file name"), max_length=60, blank=True)
    header = models.JSONField(default=dict)
    state = models.CharField(
        _("state"),
        max_length=6,
        choices=[("making", _("Being made")), ("made", _("Made")), ("empty", _("Nothing to send"))],
        default="making",
    )
    sha256 = models.BinaryField(max_length=32, null=True, editable=False)
    line_count = models.IntegerField(default=0)
    held_back = models.IntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file of requests")
        verbose_name_plural = _("files of requests")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="made")
                | models.Q(sha256__isnull=False, made_at__isnull=False, line_count__gt=0),
                name="made_file_has_its_hash",
            )
        ]

    def __str__(self) -> str:
        return self.filename or str(_("File %(number)s, being made") % {"number": self.number})


class RequestLine(AppendOnly):
    """What was sent about one request: the frozen facts from which the file can be made again, byte for byte."""

    file = models.ForeignKey(RequestFile, on_delete=models.PROTECT, related_name="lines")
    line_no = models.IntegerField()
    request = models.ForeignKey(NumberRequest, on_delete=models.PROTECT, related_name="lines")
    facts = models.JSONField()

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["file", "line_no"], name="one_request_per_line"),
            models.UniqueConstraint(fields=["file", "request"], name="one_line_per_request"),
        ]


class AnswerFile(Public):
    """An answer of an agency. The same bytes are read once; read again they change nothing."""

    app_may: ClassVar[tuple[str, ...]] = KEPT
    filename = models.CharField(_("file name"), max_length=200)
    sha256 = models.BinaryField(max_length=32, unique=True, editable=False)
    file = models.FileField(upload_to="answers/")
    system = models.CharField(_("system"), max_length=4, choices=NumberSystem.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=[("received", _("Being read")), ("read", _("Read"))], default="received"
    )
    report = models.JSONField(default=dict)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file of answers")
        verbose_name_plural = _("files of answers")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.filename


class NumberAnswer(AppendOnly):
    """One answer, at its row of the file: what it said and what became of it."""

    file = models.ForeignKey(AnswerFile, on_delete=models.PROTECT, related_name="answers")
    row = models.IntegerField(_("row"))
    request = models.ForeignKey(NumberRequest, null=True, on_delete=models.PROTECT, related_name="answers")
    reference = models.CharField(_("request as written"), max_length=60, blank=True)
    value = models.CharField(_("number as written"), max_length=60, blank=True)
    outcome = models.CharField(
        _("outcome"),
        max_length=10,
        choices=[
            ("applied", _("Number taken over")),
            ("known", _("Known already")),
            ("refused", _("Refused by the agency")),
            ("person", _("Needs a person")),
            ("pending", _("Not decided yet")),
            ("unasked", _("We did not ask this")),
            ("unread", _("Cannot be read")),
        ],
    )
    message = models.JSONField(default=dict)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="one_outcome_per_row")]
