"""Which society collects for a party: one for a right in a territory on a day, and who said so."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Party, PartyAffiliation, Right
from members.services.areas import write_area
from members.services.errors import read_reason, refuse_field

EDIT = "members.edit_parties"
OVERLAP = "one_society_at_a_time"


@transaction.atomic
def affiliate_party(
    *,
    party: Party,
    society_code: str,
    rights: list[str],
    territory: str,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
    reason: str,
    by: User,
) -> list[PartyAffiliation]:
    """Note that a society collects rights of a party in a territory between two days, open where none is given.

    Raises ValidationError by field, also for a day on which another society has that right and territory.
    """
    require(by, EDIT)
    why = read_reason(reason)
    if not (society_code.isascii() and society_code.isdigit() and len(society_code) == 3):
        refuse_field("society_code", _("A society code has three digits, for example 052."))
    if not rights or set(rights) - set(Right.values):
        refuse_field("rights", _("Choose at least one right."))
    if valid_from and valid_to and valid_to < valid_from:
        refuse_field("valid_to", _("The last day comes before the first."))
    try:
        area = write_area(territory)
    except ValueError:
        refuse_field("territory", _("This is no territory. Write TIS codes joined by + and -, for example 2136-0356."))
    rows = [
        PartyAffiliation(
            party=party,
            society_code=society_code,
            right=right,
            territory=area,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        for right in rights
    ]
    _store(rows)
    facts = {"name": _in_short(society_code, rights, area), "from": valid_from, "to": valid_to, "reason": why}
    record_act(by=by, verb="affiliate_party", on=party, facts=facts)
    return rows


@transaction.atomic
def end_affiliation(*, affiliation: PartyAffiliation, last_day: dt.date, reason: str, by: User) -> PartyAffiliation:
    """Let an affiliation end on a day, which may be another than was noted before. Raises ValidationError by field."""
    require(by, EDIT)
    why = read_reason(reason)
    row = PartyAffiliation.objects.select_for_update(of=("self",)).select_related("party").get(pk=affiliation.pk)
    if row.valid_from and last_day < row.valid_from:
        refuse_field("last_day", _("The last day comes before the first."))
    before, row.valid_to = row.valid_to, last_day
    try:
        with transaction.atomic():
            row.save(update_fields=["valid_to"])
    except IntegrityError as error:
        raise _refused(error, "last_day") from error
    name = _in_short(row.society_code, [row.right], row.territory)
    facts = {"name": name, "before": before, "after": last_day, "reason": why}
    record_act(by=by, verb="end_affiliation", on=row.party, facts=facts)
    return row


def make_room(*, party: Party, rights: list[str], territory: str, valid_from: dt.date) -> None:
    """Let what other societies have of these rights in this very territory end the day before: the party comes to us.

    Part of the act that admits a member or changes a mandate. Raises ValidationError for what begins later.
    """
    rows = PartyAffiliation.objects.filter(party=party, right__in=rights, territory=territory)
    running = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if running.filter(valid_from__gte=valid_from).exists():
        raise ValidationError(_("A society is noted for this right from this day or a later one. Correct that first."))
    running.update(valid_to=valid_from - dt.timedelta(days=1))


def _in_short(society_code: str, rights: list[str], area: str) -> str:
    """An affiliation in codes, for the record of acts."""
    return f"{society_code} · {', '.join(rights)} · {area}"


def _store(rows: list[PartyAffiliation]) -> None:
    try:
        with transaction.atomic():
            PartyAffiliation.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _refused(error, "valid_from") from error


def _refused(error: IntegrityError, field: str) -> Exception:
    """The database's refusal of an overlap in words; any other fault as it is."""
    if OVERLAP not in str(error):
        return error
    text = _("A society has this right in this territory on one of these days. End that affiliation first.")
    return ValidationError({field: [text]})
