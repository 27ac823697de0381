"""What every registration file goes through, whatever its format: measured, taken once by its bytes, handed to a
worker when it is large."""

import hashlib
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job
from members.models import Party
from works.models import RegistrationFile
from works.queries.registrations import subject_of


class KnownFile(ValidationError):
    """The same bytes stand here already; `file` is the first upload, where the sender may know of it."""

    def __init__(self, message: str, file: RegistrationFile | None) -> None:
        self.file = file
        super().__init__(message)


def may_hand_in(by: User, party: Party | None) -> None:
    """Staff hand in for the society, a member for herself; staff may take a member's table too."""
    own = party is not None and getattr(getattr(party, "member", None), "user_id", None) == by.pk
    if not (own and by.is_active):
        require(by, "works.import_works")


def fingerprint(upload: IO[bytes], *, by: User) -> bytes:
    """The SHA-256 of a file that may be taken: an undone one may come again. Raises ValidationError when it is too
    large, KnownFile when it stands here already."""
    size, digest = _measured(upload)
    if size > settings.UPLOAD_LIMIT:
        raise ValidationError(
            _("This file is larger than %(limit)s MB. Split it and hand in the parts.")
            % {"limit": settings.UPLOAD_LIMIT // 1_000_000}
        )
    _refuse_known(digest, by)
    return digest


def keep_once(file: RegistrationFile, *, upload: IO[bytes], ending: str, by: User) -> None:
    """Store the bytes of a new file, then its row. Where another upload of the same bytes was faster, nothing of this
    one is kept. Raises KnownFile."""
    digest = bytes(file.sha256)
    file.file.save(f"{digest.hex()}.{ending}", File(upload), save=False)
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError:
        discard_stored(file)
        _refuse_known(digest, by)
        raise


def _refuse_known(digest: bytes, by: User) -> None:
    known = RegistrationFile.objects.exclude(state="undone").filter(sha256=digest).first()
    if known and (known.received_by_id == by.pk or by.has_perm("works.import_works")):
        told = _("The same file was handed in before, as %(name)s. Nothing was taken twice.")
        raise KnownFile(told % {"name": known.filename}, known)
    if known:
        raise KnownFile(_("The same file was handed in before by somebody else. Nothing was taken twice."), None)


def discard_stored(file: RegistrationFile) -> None:
    """Delete what a file left in the store, when its row was not kept."""
    for stored in (file.file, file.answer):
        if stored:
            stored.delete(save=False)


def is_worked_on(file: RegistrationFile) -> bool:
    """Whether a job of this file waits, runs, or stands in quarantine."""
    return Job.objects.filter(subject=subject_of(file), state__in=("pending", "running", "quarantined")).exists()


def hand_to_worker(file: RegistrationFile, kind: str, by: User) -> None:
    """A job of its own for each beginning: one that was given up is not taken up again."""
    begun = Job.objects.filter(subject=subject_of(file)).count()
    args = {"file": file.pk, "by": by.pk}
    add_job(kind=kind, key=f"{kind}:{file.uid}:{begun}", args=args, subject=subject_of(file))


def _measured(upload: IO[bytes]) -> tuple[int, bytes]:
    """Size and SHA-256 of a stream, read once in pieces and left at its start; reading stops beyond the limit."""
    size, digest = 0, hashlib.sha256()
    upload.seek(0)
    while size <= settings.UPLOAD_LIMIT and (piece := upload.read(1 << 16)):
        size += len(piece)
        digest.update(piece)
    upload.seek(0)
    return size, digest.digest()
