"""Refusing a file: a person says why; its bytes and the reason stay, nothing of it is counted."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.jobs.services import cancel_jobs
from royalties.models import UsageFile
from royalties.services.usage.spool import drop_spool


@transaction.atomic
def refuse_file(*, file: UsageFile, reason: str, by: User, now: dt.datetime) -> UsageFile:
    """Refuse a file that was not taken; refused twice, nothing more happens. Without a reason: ValidationError."""
    require(by, "royalties.ingest_usage")
    file = UsageFile.objects.select_for_update().get(pk=file.pk)
    if file.state == "refused":
        return file
    if file.state == "landed":
        raise ValidationError(_("This file was taken already. Its usage can be left out of a pool, not refused."))
    if not reason.strip():
        raise ValidationError(_("Say why the file is refused."))
    cancel_jobs(subject=f"usage:{file.uid}")
    spool = file.report.get("spool")
    transaction.on_commit(lambda: drop_spool(spool))
    file.state, file.reason = "refused", reason.strip()[:300]
    file.report = {**file.report, "spool": None}
    file.save(update_fields=["state", "reason", "report"])
    record_act(by=by, verb="refuse_usage", on=file, facts={"reason": file.reason})
    return file
