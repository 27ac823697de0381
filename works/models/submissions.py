"""What the sender of a registration said beside the facts of the work: contact, flags, lines of parties, notes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from works.models.history import documented
from works.models.works import Work


@documented
class WorkSubmission(Public):
    """The latest registration or revision of a work by one sender. `details` holds, by the names of the CWR layouts,
    whatever of the transaction has no column elsewhere: chains, collection lines, flags; blank fields are left out."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="submissions")
    sender = models.CharField(_("sender"), max_length=40)
    transaction_type = models.CharField(_("transaction type"), max_length=3)
    version = models.CharField(_("version"), max_length=5)
    recorded = models.CharField(_("recorded"), max_length=1, blank=True)
    contact_name = models.CharField(_("contact"), max_length=30, blank=True)
    contact_id = models.CharField(_("number of the contact"), max_length=10, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("submission of a work")
        verbose_name_plural = _("submissions of works")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["work", "sender"], name="one_submission_per_sender")]


@documented
class SocietyNote(Public):
    """What a sender told one society (or all, 000) about a work (ARI)."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="notes")
    sender = models.CharField(_("sender"), max_length=40)
    society = models.CharField(_("society"), max_length=3)
    number = models.CharField(_("number"), max_length=20, blank=True)
    right = models.CharField(_("right"), max_length=3, blank=True)
    subject = models.CharField(_("subject"), max_length=2, blank=True)
    text = models.CharField(_("note"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("note of a sender")
        verbose_name_plural = _("notes of senders")
        default_permissions = ("view",)
