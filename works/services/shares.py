"""Correcting who holds what of a work: the shares of one right are replaced as one act, with its reason."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.wording import share_text
from members.models.territories import WORLD
from works.models import Work, WorkShare
from works.rules.splits import WHOLE
from works.services.registration import NewShare, share_row, write_shares
from works.services.splits import refuse_while_open

SOURCE = "correction"


@transaction.atomic
def replace_shares(
    *,
    work: Work,
    right: str,
    shares: Sequence[NewShare],
    reason: str,
    by: User,
    valid_from: dt.date | None = None,
    territory: str = WORLD,
) -> None:
    """Put `shares` in the place of what stands for a right and territory, contested parts apart, which stay.

    Without `valid_from` the old shares were wrong all along and go; with it they end the day before, and the new ones
    begin on it. Together with the contested parts the shares must make the whole: an unknown rest is a share without
    a party. Raises ValidationError with everything that is wrong; nothing is half-changed.
    """
    require(by, "works.edit_works")
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    refuse_while_open(work)
    _check(work, right, territory, shares, reason)
    old = WorkShare.objects.filter(work=work, right=right, territory=territory).exclude(state="disputed")
    before = _facts(old)
    if valid_from is None:
        old.delete()
    else:
        old.filter(valid_from__gte=valid_from).delete()
        still = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
        old.filter(still).update(valid_to=valid_from - dt.timedelta(days=1))
    new = [_row(work, right, territory, valid_from, part) for part in shares]
    write_shares(new)
    facts = {
        "right": right,
        "territory": territory,
        "reason": reason.strip()[:500],
        "from": valid_from,
        "before": before,
        "after": _facts(WorkShare.objects.filter(pk__in=[row.pk for row in new])),
    }
    record_act(by=by, verb="replace_shares", on=work, facts=facts)


def contested(work: Work, right: str, territory: str = WORLD) -> int:
    """The part of a right that disputes hold, in 1/10,000 of a percent."""
    rows = WorkShare.objects.filter(work=work, right=right, territory__in={territory, WORLD}, state="disputed")
    return sum(rows.values_list("share", flat=True))


def _check(work: Work, right: str, territory: str, shares: Sequence[NewShare], reason: str) -> None:
    faults = []
    if not reason.strip():
        faults.append(_("Say why the shares change: it stands in the record of acts."))
    if any(part.share <= 0 for part in shares):
        faults.append(_("Every share must be more than 0 %."))
    named = [(part.party.pk, part.role) for part in shares if part.party]
    if len(set(named)) < len(named):
        faults.append(_("A party stands twice in the same role. Put its shares together."))
    held = contested(work, right, territory)
    total = sum(part.share for part in shares)
    if total + held != WHOLE:
        faults.append(_sum_fault(total, held))
    if faults:
        raise ValidationError(faults)


def _sum_fault(total: int, held: int) -> str:
    rest = WHOLE - held - total
    facts = {"total": share_text(total), "rest": share_text(abs(rest)), "goal": share_text(WHOLE - held)}
    if rest > 0:
        return _("The shares add up to %(total)s of %(goal)s: %(rest)s is missing. Add it.") % facts
    return _("The shares add up to %(total)s of %(goal)s: %(rest)s too much. Lower one of them.") % facts


def _row(work: Work, right: str, territory: str, valid_from: dt.date | None, part: NewShare) -> WorkShare:
    row = share_row(work, part, SOURCE)
    row.right, row.territory, row.valid_from = right, territory, valid_from
    return row


def _facts(rows: QuerySet[WorkShare]) -> list[Any]:
    """Party, role, share and dates of each row, as the record of acts keeps them."""
    kept = rows.order_by("pk").values_list("party__uid", "role", "share", "valid_from", "valid_to")
    return [[str(value) if value is not None else None for value in row] for row in kept]
