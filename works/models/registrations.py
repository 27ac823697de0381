"""Registration files: what was received, what became of each transaction, and the answer that was given."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from works.models.works import Work


class RegistrationFile(Public):
    """A received registration file. The same bytes are taken once (M08)."""

    filename = models.CharField(_("file name"), max_length=200)
    sha256 = models.BinaryField(max_length=32, unique=True, editable=False)
    file = models.FileField(upload_to="registrations/")
    format = models.CharField(_("format"), max_length=10)
    sender = models.CharField(_("sender"), max_length=80, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[
            ("received", _("Being read")),
            ("checked", _("Not taken yet")),
            ("taking", _("Being taken")),
            ("imported", _("Imported")),
            ("refused", _("Refused")),
        ],
        default="received",
    )
    report = models.JSONField(default=dict)
    answer = models.FileField(_("answer (ACK)"), upload_to="registrations/", blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("registration file")
        verbose_name_plural = _("registration files")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.filename


class ImportedTransaction(Public):
    """One transaction of a registration file: its status and every complaint, each with its place."""

    file = models.ForeignKey(RegistrationFile, on_delete=models.PROTECT, related_name="transactions")
    number = models.IntegerField()
    kind = models.CharField(max_length=3)
    title = models.CharField(max_length=400, blank=True)
    submitter_number = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=2)
    taken = models.BooleanField(default=False)  # the status is final: the file's import has passed this transaction
    complaints = models.JSONField(default=list)
    work = models.ForeignKey(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="registrations")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_row_per_transaction")]


class WorkDraft(Public):
    """A member's registration on its way: each step is kept on the server; sent once, it names its work."""

    party = models.ForeignKey("members.Party", on_delete=models.PROTECT, related_name="work_drafts")
    answers = models.JSONField(default=dict)
    work = models.OneToOneField(Work, null=True, blank=True, on_delete=models.PROTECT, related_name="draft")

    class Meta:
        default_permissions = ()
