"""Documents of an application for a licence: checked and kept as those of members are, while it is not sent."""

import hashlib
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.audit.services import record_act
from licensing.models import ApplicationDocument, LicenceApplication
from licensing.queries.applications import OPEN_STATES
from licensing.services.applications import forget_check
from members.policy import policy
from members.services.documents import Upload, check_upload, remove_file, write_file
from members.services.errors import refuse_field


@transaction.atomic
def add_document(*, application: LicenceApplication, kind: str, upload: Upload) -> ApplicationDocument:
    """Check, clean and keep a document. The same bytes again give the document there is. Raises ValidationError."""
    locked = _open(application)
    checked = check_upload(upload)
    if earlier := locked.documents.filter(sha256=hashlib.sha256(checked.content).digest()).first():
        return earlier
    if locked.documents.count() >= policy().documents_per_application:
        refuse_field("file", _("There are as many documents as we can take. Remove one before you add another."))
    document = ApplicationDocument(application=locked, kind=kind)
    write_file(document, checked, by=None)
    forget_check(locked)
    return document


@transaction.atomic
def remove_document(*, application: LicenceApplication, uid: UUID) -> None:
    """Take a document back before the application is sent; its file goes with it. Raises ValidationError."""
    locked = _open(application)
    document = locked.documents.filter(uid=uid, quarantined=False).first()
    if document is None:
        return
    remove_file(document)
    forget_check(locked)
    record_act(by=None, verb="remove_document", on=locked, facts={"kind": document.kind})


def _open(application: LicenceApplication) -> LicenceApplication:
    locked = LicenceApplication.objects.select_for_update().get(pk=application.pk)
    if locked.state not in OPEN_STATES:
        raise ValidationError(_("This application has been sent. Write to us if something must be changed."))
    return locked
