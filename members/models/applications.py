"""Applications for membership, what was said about them, and the documents that prove them."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models.membership import CNIC_MASK
from members.models.parties import KEPT, PartyKind

APPLICATION_STATES = [
    ("draft", _("Not sent yet")),
    ("submitted", _("In review")),
    ("question", _("Question to you")),
    ("admitted", _("Admitted")),
    ("refused", _("Refused")),
]
APPLICATION_MOVES = [
    ("draft", "submitted"),
    ("submitted", "question"),
    ("question", "submitted"),
    ("submitted", "admitted"),
    ("submitted", "refused"),
    ("question", "refused"),
]
OPEN_TO_APPLICANT = ("draft", "question")
DECIDED = ("admitted", "refused")
NOTE_KINDS = [
    ("begun", _("Application begun")),
    ("submitted", _("Application sent")),
    ("question", _("Question asked")),
    ("answer", _("Question answered")),
    ("admitted", _("Admitted")),
    ("refused", _("Refused")),
]
DOCUMENT_KINDS = [
    ("identity", _("CNIC or company registration")),
    ("bank", _("Proof of the bank account")),
    ("works", _("List of works")),
    ("deed", _("Signed mandate")),
    ("other", _("Other document")),
]


# A decision drops the sealed numbers; a history that kept them would undo that.
@pghistory.track(exclude=["cnic_sealed", "iban_sealed"])
class MembershipApplication(Public):
    """What an applicant tells us, saved step by step. CNIC and IBAN are sealed from the first save on and never stand
    in `answers`; once decided, the sealed bytes are dropped and only the masks stay."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    form_key = models.UUIDField(unique=True, editable=False)
    return_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    return_expires_at = models.DateTimeField(editable=False)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=5, default="en")
    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind.choices[:2], default=PartyKind.PERSON)
    state = models.CharField(_("state"), max_length=10, choices=APPLICATION_STATES, default="draft")
    display_name = models.CharField(_("name"), max_length=200, blank=True)
    name_key = models.CharField(max_length=400, blank=True, db_index=True, editable=False)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    answers = models.JSONField(_("answers"), default=dict)
    cnic_sealed = models.BinaryField(null=True, editable=False)
    cnic_index = models.BinaryField(max_length=32, null=True, editable=False, db_index=True)
    cnic_masked = models.CharField(_("CNIC"), max_length=20, blank=True, editable=False)
    iban_sealed = models.BinaryField(null=True, editable=False)
    iban_index = models.BinaryField(max_length=32, null=True, editable=False, db_index=True)
    iban_masked = models.CharField(_("IBAN"), max_length=34, blank=True, editable=False)
    saved_at = models.DateTimeField(_("last saved"))
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    member = models.ForeignKey(
        "members.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )

    class Meta:
        verbose_name = _("membership application")
        verbose_name_plural = _("membership applications")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["state", "-saved_at"], name="applications_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _label in APPLICATION_STATES]),
                name="application_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(submitted_at__isnull=False),
                name="application_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=DECIDED) | models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="application_decision_names_its_maker",
            ),
            models.CheckConstraint(
                condition=models.Q(cnic_masked="") | models.Q(cnic_masked__regex=CNIC_MASK),
                name="application_cnic_is_masked",
            ),
        ]
        triggers = [pgtrigger.FSM(name="application_moves", field="state", transitions=APPLICATION_MOVES)]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open_to_applicant(self) -> bool:
        """Whether the applicant may still change answers."""
        return self.state in OPEN_TO_APPLICANT


class ApplicationNote(AppendOnly):
    """One thing said or done on the way of an application; the applicant sees them all as a timeline."""

    application = models.ForeignKey(MembershipApplication, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=NOTE_KINDS)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        verbose_name = _("note on an application")
        verbose_name_plural = _("notes on applications")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.application} {self.kind}"


class KeptFile(Public):
    """A file somebody gave us: kept under a name of our own, with its hash, served as an attachment only.

    The bytes are those that were checked and cleaned; a quarantined file is kept for the record and never served.
    """

    kind = models.CharField(_("kind"), max_length=20)
    file = models.FileField(upload_to="documents/")
    sha256 = models.BinaryField(max_length=32, editable=False)
    original_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.BigIntegerField(_("size in bytes"))
    quarantined = models.BooleanField(_("in quarantine"), default=False)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.original_name


class Document(KeptFile):
    """A document of a membership application or of a party."""

    application = models.ForeignKey(
        MembershipApplication, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    party = models.ForeignKey(
        "members.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DOCUMENT_KINDS)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["application", "kind", "sha256"], name="document_once_per_application"),
            models.UniqueConstraint(fields=["party", "kind", "sha256"], name="document_once_per_party"),
            models.CheckConstraint(
                condition=models.Q(application__isnull=False) | models.Q(party__isnull=False),
                name="document_belongs_to_somebody",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="document_stays_as_given",
                fields=["application", "kind", "file", "sha256", "original_name", "content_type", "size"],
            ),
            pgtrigger.Protect(
                name="document_of_a_party_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__party__isnull=False),
            ),
        ]
