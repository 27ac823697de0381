"""Correcting who holds what of a work: the shares of one right, in some days and countries, are replaced as one act,
with its reason; the shares of every other day and country stay as they were."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines
from cmo_portal.wording import share_text
from members.models.territories import WORLD
from works.models import Work, WorkShare
from works.queries.share_periods import extent_of
from works.rules.extents import Extent
from works.rules.splits import WHOLE
from works.services.cutting import left_of, place
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
    valid_to: dt.date | None = None,
    territory: str = WORLD,
) -> None:
    """Put `shares` in the place of what stands for a right in some days (without a bound: all before, all after) and
    countries. What holds longer or in more countries is cut and stays there; contested parts stay where they are.

    Together with the contested parts the shares must make the whole: an unknown rest is a share without a party.
    Raises ValidationError with everything that is wrong; nothing is half-changed.
    """
    require(by, "works.edit_works")
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    refuse_while_open(work)
    extent = Extent(territory, valid_from, valid_to)
    standing = list(WorkShare.objects.filter(work=work, right=right).select_related("party").order_by("pk"))
    met = [row for row in standing if extent_of(row).meets(extent)]
    _check(extent, shares, reason, [row for row in met if row.state == "disputed"])
    old = [row for row in met if row.state != "disputed"]
    before = _facts(old)
    new = [_row(work, right, extent, part) for part in shares]
    if sorted(before, key=str) == sorted(_facts(new), key=str):
        raise ValidationError(_("Nothing is changed: these shares stand in the books already."))
    pieces = [piece for row in old for piece in _cut(row, extent)]
    write_shares([*pieces, *new])
    facts = {
        "right": right,
        "territory": territory,
        "reason": clean_lines(reason)[:500],
        "from": valid_from,
        "until": valid_to,
        "before": before,
        "after": _facts(new),
    }
    record_act(by=by, verb="replace_shares", on=work, facts=facts)


def contested(work: Work, right: str, extent: Extent) -> int:
    """The part of a right that disputes hold in all of some days and countries, in 1/10,000 of a percent."""
    rows = WorkShare.objects.filter(work=work, right=right, state="disputed")
    return sum(row.share for row in rows if not extent.without(extent_of(row)))


def _check(extent: Extent, shares: Sequence[NewShare], reason: str, disputed: Sequence[WorkShare]) -> None:
    faults = []
    if extent.first and extent.last and extent.last < extent.first:
        faults.append(_("The last day lies before the first one. Look at both."))
    if not clean_lines(reason):
        faults.append(_("Say why the shares change: it stands in the record of acts."))
    if any(part.share <= 0 for part in shares):
        faults.append(_("Every share must be more than 0 %."))
    named = [(part.party.pk, part.role) for part in shares if part.party]
    if len(set(named)) < len(named):
        faults.append(_("A party stands twice in the same role. Put its shares together."))
    held, total = sum(row.share for row in disputed), sum(part.share for part in shares)
    if any(extent.without(extent_of(row)) for row in disputed):
        faults.append(
            _("A dispute holds a part in some of these days or countries only. Correct those apart from the others.")
        )
    elif total + held != WHOLE:
        faults.append(_sum_fault(total, held))
    if faults:
        raise ValidationError(faults)


def _sum_fault(total: int, held: int) -> str:
    rest = WHOLE - held - total
    facts = {"total": share_text(total), "rest": share_text(abs(rest)), "goal": share_text(WHOLE - held)}
    if rest > 0:
        return _("The shares add up to %(total)s of %(goal)s: %(rest)s is missing. Add it.") % facts
    return _("The shares add up to %(total)s of %(goal)s: %(rest)s too much. Lower one of them.") % facts


def _cut(row: WorkShare, extent: Extent) -> list[WorkShare]:
    """Take a share out of these days and countries: the row stays as the first part that is left of it, the others are
    given back to be stored; where nothing is left it goes."""
    pieces = left_of(row, extent)
    if not pieces:
        row.delete()
        return []
    place(row, extent_of(pieces[0])).save(update_fields=["territory", "valid_from", "valid_to"])
    return pieces[1:]


def _row(work: Work, right: str, extent: Extent, part: NewShare) -> WorkShare:
    row = share_row(work, part, SOURCE)
    row.right = right
    return place(row, extent)


def _facts(rows: Iterable[WorkShare]) -> list[Any]:
    """Party, role, share, dates and territory of each row, as the record of acts keeps them."""
    kept = [
        (row.party and row.party.uid, row.role, row.share, row.valid_from, row.valid_to, row.territory) for row in rows
    ]
    return [[str(value) if value is not None else None for value in each] for each in kept]
