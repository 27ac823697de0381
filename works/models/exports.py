"""What we sent to others: export files, the works in them, what the receivers said, and our numbers of parties."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public, Recorded
from members.models import Party
from works.models.registrations import RegistrationFile
from works.models.works import Work


class ExportFile(Public):
    """A file of our repertoire (CWR). `number` counts the files of a `year`, as the names of CWR files do."""

    year = models.SmallIntegerField()
    number = models.IntegerField()
    filename = models.CharField(_("file name"), max_length=40)
    version = models.CharField(_("version"), max_length=3)
    since = models.DateField(_("works changed since"), null=True, blank=True)
    receiver = models.CharField(_("receiver"), max_length=4, default="000")  # a sender or society code
    state = models.CharField(
        max_length=10,
        choices=[
            ("waiting", _("Being written")),
            ("written", _("Ready to send")),
            ("empty", _("Nothing to send")),
            ("faulty", _("Not fit to send")),
        ],
        default="waiting",
    )
    file = models.FileField(_("file"), upload_to="exports/", blank=True)
    complaints = models.FileField(_("list of complaints"), upload_to="exports/", blank=True)
    report = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("export file")
        verbose_name_plural = _("export files")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="one_export_per_number"),
            models.CheckConstraint(condition=models.Q(version__in=["2.1", "2.2"]), name="export_version_is_written"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=9999), name="export_number_has_four_digits"
            ),
            models.CheckConstraint(condition=~models.Q(state="written") | ~models.Q(file=""), name="written_has_file"),
        ]

    def __str__(self) -> str:
        return self.filename


class ExportedWork(Recorded):
    """A work in an export file: the group and transaction an answer names it by, and the last answer.

    `status` keeps its meaning only beside `status_version`: AS of CWR 2 and AS of CWR 3 say different things.
    """

    file = models.ForeignKey(ExportFile, on_delete=models.CASCADE, related_name="works")
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=3, choices=[("NWR", "NWR"), ("REV", "REV")])
    sequence = models.IntegerField()
    status = models.CharField(max_length=2, blank=True)
    status_version = models.CharField(max_length=3, blank=True)
    meaning = models.CharField(max_length=20, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["file", "work"], name="one_transaction_per_exported_work"),
            models.UniqueConstraint(fields=["file", "kind", "sequence"], name="one_work_per_exported_transaction"),
            models.CheckConstraint(
                condition=models.Q(status="", status_version="", meaning="")
                | (~models.Q(status="") & ~models.Q(status_version="")),
                name="answer_stands_with_its_version",
            ),
        ]


class ReceivedStatus(AppendOnly):
    """One answer to a work we sent: kept as a history, never replaced by a later one."""

    exported = models.ForeignKey(ExportedWork, on_delete=models.PROTECT, related_name="statuses")
    answer = models.ForeignKey(RegistrationFile, on_delete=models.PROTECT, related_name="statuses")
    number = models.IntegerField()
    version = models.CharField(max_length=3)
    status = models.CharField(max_length=2)
    meaning = models.CharField(max_length=20, blank=True)
    sender = models.CharField(max_length=80, blank=True)
    recipient_number = models.CharField(max_length=20, blank=True)
    processed_on = models.DateField(null=True, blank=True)
    messages = models.JSONField(default=list)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["answer", "number"], name="one_status_per_answer")]


class PartyNumber(Recorded):
    """The number by which a sender of registration files calls a party; ours are given at the first export."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="numbers")
    issuer = models.CharField(max_length=20)
    number = models.CharField(max_length=9)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number"], name="one_party_per_number"),
            models.UniqueConstraint(fields=["party", "issuer"], name="one_number_per_party_and_issuer"),
        ]
