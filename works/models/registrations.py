"""Registration files: what was received, what became of each transaction, and the answer that was given."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models import Party
from works.models.agreements import Agreement
from works.models.works import Work

DECIDED_HERE = ("AGR", "REV", "WRK")  # transactions that the desk can take where an import kept them


class RegistrationFile(Public):
    """A received registration file. The same bytes stand once (M08); an undone file frees them. A member's file names
    her `party`. The answers of a year are counted without a gap, as the names of CWR files are."""

    filename = models.CharField(_("file name"), max_length=200)
    sha256 = models.BinaryField(max_length=32, editable=False)
    file = models.FileField(upload_to="registrations/")
    format = models.CharField(_("format"), max_length=10)
    sender = models.CharField(_("sender"), max_length=80, blank=True)
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="registration_files")
    state = models.CharField(
        max_length=10,
        choices=[
            ("received", _("Being read")),
            ("checked", _("Not taken yet")),
            ("taking", _("Being taken")),
            ("imported", _("Imported")),
            ("nothing", _("Nothing to take")),
            ("refused", _("Refused")),
            ("partly", _("Undone in part")),
            ("undone", _("Undone")),
        ],
        default="received",
    )
    report = models.JSONField(default=dict)
    answer = models.FileField(_("answer (ACK)"), upload_to="registrations/", blank=True)
    answer_year = models.SmallIntegerField(null=True, blank=True)
    answer_number = models.SmallIntegerField(null=True, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("registration file")
        verbose_name_plural = _("registration files")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=~models.Q(state="undone"), name="registration_file_taken_once"
            ),
            models.UniqueConstraint(fields=["answer_year", "answer_number"], name="one_answer_per_number"),
        ]
        indexes = [models.Index(fields=["sha256"], name="registration_file_by_hash")]

    def __str__(self) -> str:
        return self.filename


class ImportedTransaction(Public):
    """One transaction of a registration file: its status and every complaint, each with its place.

    By `iswc`, the one that a new work brings, and `agreements`, the sender's numbers that a work names, later
    transactions of the file find it, so that nobody has to keep the file in memory.
    """

    file = models.ForeignKey(RegistrationFile, on_delete=models.PROTECT, related_name="transactions")
    number = models.IntegerField()
    kind = models.CharField(max_length=3)
    title = models.CharField(max_length=400, blank=True)
    submitter_number = models.CharField(max_length=20, blank=True)
    iswc = models.CharField(max_length=11, blank=True)
    agreements = ArrayField(models.CharField(max_length=14), default=list, blank=True)
    status = models.CharField(max_length=2)
    taken = models.BooleanField(default=False)  # the status is final: the file's import has passed this transaction
    complaints = models.JSONField(default=list)
    work = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="registrations")
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="transactions")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_row_per_transaction")]
        indexes = [
            models.Index(fields=["file", "submitter_number"], name="transaction_by_number"),
            models.Index(fields=["file"], name="transaction_kept", condition=models.Q(taken=True, status="RA")),
            models.Index(fields=["file", "iswc"], name="transaction_by_iswc", condition=~models.Q(iswc="")),
            GinIndex(fields=["agreements"], name="transaction_by_agreement", condition=~models.Q(agreements=[])),
        ]

    @property
    def is_withdrawn(self) -> bool:
        """Whether the work or agreement that this transaction brought was taken back with its file."""
        brought = self.work or self.agreement
        return self.taken and self.status in ("AS", "AC") and brought is not None and brought.state == "withdrawn"

    @property
    def waits_for_person(self) -> bool:
        """Whether the desk can take it by an act of its own, or leave it (works.services.kept)."""
        return self.taken and self.status == "RA" and self.kind in DECIDED_HERE


class ImportedRecord(AppendOnly):
    """What an import made, changed or took away, row by row, so that exactly that can be undone. `data` keeps what a
    changed or removed row was. An affiliation that stood already is `said` by the files that name it too; a file that
    was undone says it no more (`unsaid`)."""

    file = models.ForeignKey(RegistrationFile, on_delete=models.PROTECT, related_name="records")
    act = models.CharField(
        max_length=8, choices=[(act, act) for act in ("made", "changed", "removed", "said", "unsaid")]
    )
    kind = models.CharField(max_length=12)
    record_id = models.BigIntegerField()
    work = models.ForeignKey(Work, null=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(null=True)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        indexes = [
            models.Index(fields=["file", "kind"], name="imported_by_file_and_kind"),
            models.Index(fields=["record_id"], condition=models.Q(kind="affiliation"), name="named_affiliations"),
        ]


@pghistory.track()
class ImportUndo(Public):
    """Taking an import back: asked for with a reason, and done by another person where anything could have paid."""

    file = models.ForeignKey(RegistrationFile, on_delete=models.PROTECT, related_name="undos")
    reason = models.CharField(_("reason"), max_length=500)
    leaves_rest = models.BooleanField(default=False)  # works on which something rests stay as they are
    four_eyes = models.BooleanField()
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("asked", _("Waiting for a second person")), ("done", _("Done")), ("refused", _("Refused"))],
        default="asked",
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("undoing of an import")
        verbose_name_plural = _("undoings of imports")
        default_permissions = ("view",)
        permissions = [("confirm_undos", "Confirm that an import is undone")]
        constraints = [
            models.UniqueConstraint(fields=["file"], condition=models.Q(state="asked"), name="one_undo_at_a_time"),
            models.CheckConstraint(condition=~models.Q(reason__regex=r"^\s*$"), name="undo_gives_its_reason"),
            models.CheckConstraint(
                condition=models.Q(state="asked", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(state__in=["done", "refused"], decided_by__isnull=False, decided_at__isnull=False),
                name="undo_names_who_decided",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done", four_eyes=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="undo_four_eyes",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="undo_moves", field="state", transitions=[("asked", "done"), ("asked", "refused")]),
            pgtrigger.ReadOnly(name="undo_stands", fields=["file", "reason", "leaves_rest", "four_eyes", "asked_by"]),
        ]


class WorkDraft(Public):
    """A member's registration on its way: each step is kept on the server; sent once, it names its work."""

    party = models.ForeignKey("members.Party", on_delete=models.PROTECT, related_name="work_drafts")
    answers = models.JSONField(default=dict)
    work = models.OneToOneField(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="draft")

    class Meta:
        default_permissions = ()
