"""Applications for membership and the documents that prove them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public

APPLICATION_STATES = [
    ("draft", _("Not sent yet")),
    ("submitted", _("In review")),
    ("question", _("Question to you")),
    ("admitted", _("Admitted")),
    ("refused", _("Refused")),
]


class MembershipApplication(Public):
    """What an applicant tells us, saved step by step. CNIC and IBAN are sealed from the first save on."""

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    return_hash = models.BinaryField(max_length=32, editable=False)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(max_length=5, default="en")
    state = models.CharField(max_length=10, choices=APPLICATION_STATES, default="draft")
    answers = models.JSONField(default=dict)
    cnic_sealed = models.BinaryField(null=True, editable=False)
    cnic_index = models.BinaryField(max_length=32, null=True, editable=False)
    cnic_masked = models.CharField(max_length=20, blank=True, editable=False)
    iban_sealed = models.BinaryField(null=True, editable=False)
    iban_index = models.BinaryField(max_length=32, null=True, editable=False)
    iban_masked = models.CharField(max_length=34, blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.TextField(blank=True)
    member = models.ForeignKey("members.Member", null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("membership application")
        verbose_name_plural = _("membership applications")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.reference


class Document(Public):
    """A file somebody gave us: kept under a name of our own, with its hash, served as an attachment only."""

    application = models.ForeignKey(
        MembershipApplication, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    party = models.ForeignKey(
        "members.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=20)
    file = models.FileField(upload_to="documents/")
    sha256 = models.BinaryField(max_length=32, editable=False)
    original_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.BigIntegerField()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        default_permissions = ("view",)
