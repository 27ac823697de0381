"""Disputes as a file for spreadsheets; cells that look like formulas are made harmless."""

import csv
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal import states
from cmo_portal.common.tables.writing import inert
from cmo_portal.wording import plain_amount, share_text
from works.models import Dispute


def dispute_list_csv(disputes: QuerySet[Dispute]) -> HttpResponse:
    """Disputes with their sides and the money they hold, as filtered."""
    head = [_("Work"), _("Title"), _("Right"), _("Kind"), _("State"), _("Who claims what"), _("Part in dispute")]
    head += [_("Opened"), _("Evidence due"), _("Settled"), _("Held")]
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="disputes.csv"'}
    )
    response.write("\ufeff")  # spreadsheets take a file without it for another encoding
    writer = csv.writer(response)
    writer.writerow(head)
    for dispute in disputes:
        writer.writerow([inert(cell) for cell in _row(dispute)])
    return response


def _row(dispute: Any) -> list[str]:
    return [
        dispute.work.number,
        dispute.work.title,
        str(dispute.get_right_display()),
        str(dispute.get_kind_display()),
        str(states.look_up(dispute.state, "dispute").label),
        "; ".join(f"{claim.party} {share_text(claim.share)}" for claim in dispute.claims.all()),
        share_text(dispute.share),
        dispute.opened_on.isoformat(),
        dispute.deadline.isoformat(),
        dispute.closed_on.isoformat() if dispute.closed_on else "",
        plain_amount(dispute.held),
    ]
