"""Applications for a licence, the talk about them, and the quotes that were given."""

import uuid
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from licensing.models.licensees import Licensee
from licensing.models.tariffs import KEPT, Province, TariffVersion
from members.models.applications import KeptFile

APPLICATION_STATES = [
    ("draft", _("Not sent yet")),
    ("submitted", _("In review")),
    ("question", _("Question to you")),
    ("approved", _("Approved")),
    ("refused", _("Refused")),
    ("withdrawn", _("Withdrawn")),
]

DOCUMENT_KINDS = [
    ("business", _("Registration or tax certificate of the business")),
    ("premises", _("Plan or picture of the premises")),
    ("event", _("Programme, contract or ticket list of the event")),
    ("other", _("Other document")),
]


@pghistory.track()
class LicenceApplication(Public):
    """What an applicant tells us, saved step by step. The link by which she returns is kept as a hash only."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    return_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    form_key = models.UUIDField(unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=5, default="en")
    licensee = models.ForeignKey(Licensee, null=True, blank=True, on_delete=models.PROTECT, related_name="applications")
    answers = models.JSONField(_("answers"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=APPLICATION_STATES, default="draft")
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("licence application")
        verbose_name_plural = _("licence applications")
        default_permissions = ("view",)
        permissions = [("review_applications", "Review licence applications")]
        indexes = [models.Index(fields=["state", "submitted_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_licence_application_names_who",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(licensee__isnull=False),
                name="approved_licence_application_has_licensee",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="licence_application_moves",
                field="state",
                transitions=[
                    ("draft", "submitted"),
                    ("draft", "withdrawn"),
                    ("submitted", "question"),
                    ("submitted", "approved"),
                    ("submitted", "refused"),
                    ("submitted", "withdrawn"),
                    ("question", "submitted"),
                    ("question", "refused"),
                    ("question", "withdrawn"),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.reference


class ApplicationDocument(KeptFile):
    """A document that an applicant adds to what she wrote; staff see it beside the application."""

    application = models.ForeignKey(LicenceApplication, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=20, choices=DOCUMENT_KINDS)

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["application", "sha256"], name="licence_document_once_per_application")
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="licence_document_stays_as_given",
                fields=["application", "kind", "file", "sha256", "original_name", "content_type", "size"],
            ),
            pgtrigger.Trigger(
                name="licence_document_stays_once_sent",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM licensing_licenceapplication
                               WHERE id = OLD.application_id AND state NOT IN ('draft', 'question')) THEN
                        RAISE EXCEPTION 'pgtrigger: a document of an application that was sent is kept';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]


class ApplicationNote(AppendOnly):
    """A question of the society or an answer of the applicant (who has no account yet, so `by` may be empty)."""

    application = models.ForeignKey(LicenceApplication, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8, choices=[("question", _("Question")), ("answer", _("Answer"))])
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        verbose_name = _("note on an application")
        verbose_name_plural = _("notes on applications")
        ordering = ["pk"]
        default_permissions = ("view",)


class Quote(AppendOnly):
    """A price as it was worked out on one day: a snapshot of inputs, steps and tax. Amounts in minor units."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("quote number"), max_length=20, unique=True)
    application = models.ForeignKey(LicenceApplication, on_delete=models.PROTECT, related_name="quotes")
    tariff_version = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="quotes")
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day whose rates count"))
    inputs = models.JSONField(_("inputs"))
    steps = models.JSONField(_("working"))
    fee = models.BigIntegerField(_("fee"))
    tax_lines = models.JSONField(_("tax lines"))
    tax = models.BigIntegerField(_("sales tax"))
    total = models.BigIntegerField(_("total"))
    valid_until = models.DateField(_("valid until"))

    class Meta(AppendOnly.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(fee__gt=0, tax__gte=0, total=models.F("fee") + models.F("tax")), name="quote_adds_up"
            )
        ]

    def __str__(self) -> str:
        return self.number
