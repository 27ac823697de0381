"""Evidence: checked and kept as all documents are; seen by staff and by the side that gave it, and by the others only
when that side chose so."""

import datetime as dt
import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.policy import policy
from members.services.documents import Upload, check_upload, open_document, write_file
from members.services.errors import refuse_field
from works.models import Claim, DisputeEvidence
from works.services.disputes.opening import locked
from works.services.disputes.sides import speaks_for


@transaction.atomic
def keep_evidence(
    *, claim: Claim, kind: str, upload: Upload, shown: bool, by: User, now: dt.datetime
) -> DisputeEvidence:
    """Keep a document of a side. The same bytes again give the document there is. Raises ValidationError."""
    speaks_for(claim, by, by_letter=True)
    dispute = locked(claim.dispute)
    if dispute.state not in ("filed", "open", "due"):
        raise ValidationError(_("This dispute takes no evidence any more."))
    checked = check_upload(upload)
    if earlier := claim.evidence.filter(sha256=hashlib.sha256(checked.content).digest()).first():
        return earlier
    if claim.evidence.count() >= policy().documents_per_application:
        refuse_field("file", _("There are as many documents as we can take. Write to us if there is more."))
    evidence = DisputeEvidence(dispute=dispute, claim=claim, kind=kind, shown=shown)
    write_file(evidence, checked, by=by)
    record_act(by=by, verb="give_evidence", on=dispute, facts={"party": str(claim.party.uid), "kind": kind, "at": now})
    return evidence


@transaction.atomic
def show_evidence(*, evidence: DisputeEvidence, by: User) -> None:
    """Let the other sides see a document too. It cannot be hidden again: they may have read it."""
    speaks_for(evidence.claim, by)
    evidence = DisputeEvidence.objects.select_for_update().get(pk=evidence.pk)
    if not evidence.shown:
        evidence.shown = True
        evidence.save(update_fields=["shown"])
        record_act(by=by, verb="show_evidence", on=evidence, facts={"sha256": bytes(evidence.sha256).hex()})


def open_evidence(*, evidence: DisputeEvidence, by: User) -> bytes:
    """The bytes of a document, for somebody who may see it; who opened it is noted. Raises FileNotFoundError."""
    return open_document(document=evidence, by=by)
