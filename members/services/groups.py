"""Groups: who is in them, and from when until when."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import GroupMembership, Party
from members.models.parties import PartyKind
from members.services.errors import read_reason, refuse_field

EDIT = "members.edit_parties"
ONCE = "in_a_group_once_at_a_time"


@transaction.atomic
def add_to_group(
    *, group: Party, person: Party, joined_on: dt.date | None, left_on: dt.date | None, reason: str, by: User
) -> GroupMembership:
    """Note that a person belongs to a group between two days, open where none is given. Raises ValidationError."""
    require(by, EDIT)
    why = read_reason(reason)
    if group.kind != PartyKind.GROUP:
        raise ValidationError(_("Only a group has people in it."))
    if person.kind != PartyKind.PERSON:
        refuse_field("person", _("A group is made of persons."))
    _check_days(joined_on, left_on)
    row = GroupMembership(group=group, person=person, joined_on=joined_on, left_on=left_on)
    _save(row)
    facts = {"reason": why, "name": str(person), "person": str(person.uid), "from": joined_on, "to": left_on}
    record_act(by=by, verb="add_to_group", on=group, facts=facts)
    return row


@transaction.atomic
def correct_group_days(
    *, membership: GroupMembership, joined_on: dt.date | None, left_on: dt.date | None, reason: str, by: User
) -> GroupMembership:
    """Correct from when until when a person is in a group; also to note that she left. Raises ValidationError."""
    require(by, EDIT)
    why = read_reason(reason)
    _check_days(joined_on, left_on)
    rows = GroupMembership.objects.select_for_update(of=("self",)).select_related("group", "person")
    row = rows.get(pk=membership.pk)
    before = [row.joined_on, row.left_on]
    row.joined_on, row.left_on = joined_on, left_on
    _save(row)
    facts = {"reason": why, "name": str(row.person), "person": str(row.person.uid)}
    changed = {"before": before, "after": [joined_on, left_on]}
    record_act(by=by, verb="correct_group_days", on=row.group, facts={**facts, **changed})
    return row


def _save(row: GroupMembership) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        refuse_field("joined_on", _("This person is in the group on one of these days already."))


def _check_days(joined_on: dt.date | None, left_on: dt.date | None) -> None:
    if joined_on and left_on and left_on < joined_on:
        refuse_field("left_on", _("The last day comes before the first."))
