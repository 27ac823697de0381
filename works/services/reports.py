"""What people say is wrong about a work: kept once, settled by the documentation desk with words."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.models import Work, WorkReport


@transaction.atomic
def report_work(
    *, work: Work, kind: str, message: str, name: str, email: str, form_key: UUID, by: User | None
) -> WorkReport:
    """Keep a report; the same form sent twice is one report."""
    report, made = WorkReport.objects.get_or_create(
        form_key=form_key,
        defaults={
            "work": work,
            "kind": kind,
            "message": message.strip(),
            "name": name.strip(),
            "email": email,
            "reported_by": by,
        },
    )
    if made:
        record_act(by=by, verb="report_work", on=report, facts={"work": work.number, "kind": kind})
    return report


@transaction.atomic
def settle_report(*, report: WorkReport, outcome: str, by: User, now: dt.datetime) -> WorkReport:
    """Close a report with what was done; settled once, the second call is refused."""
    require(by, "works.edit_works")
    report = WorkReport.objects.select_for_update().get(pk=report.pk)
    if report.state == "settled":
        raise ValidationError(_("This report is settled already."))
    if not outcome.strip():
        raise ValidationError(_("Say what was done about it."))
    report.state, report.outcome, report.settled_by, report.settled_at = "settled", outcome.strip(), by, now
    report.save(update_fields=["state", "outcome", "settled_by", "settled_at"])
    record_act(by=by, verb="settle_report", on=report, facts={"outcome": outcome.strip()[:200]})
    return report
