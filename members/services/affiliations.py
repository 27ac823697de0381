"""Which society collects for a party: one for a right in a territory on a day, and who said so.

Areas of two societies may lie one inside the other: the nearer collects. Areas that overlap otherwise are refused, here
in words and by the database (migrations/nested_affiliations.sql).
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.wording import date_text
from members.models import Party, PartyAffiliation, Right
from members.models.territories import territory_text
from members.queries.party_register import known_society_codes, society_names
from members.services.areas import write_area
from members.services.errors import read_reason, refuse_field

EDIT = "members.edit_parties"
OVERLAPS = ("one_society_at_a_time", "neither lies inside the other")


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
    code = _read_code(society_code)
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
            society_code=code,
            right=right,
            territory=area,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        for right in rights
    ]
    store_affiliations(rows)
    facts = {"name": _in_short(code, rights, area), "from": valid_from, "to": valid_to, "reason": why}
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
    _refuse_overlaps(row, "last_day")
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

    Part of the act that admits a member or changes a mandate. Raises ValidationError for what begins later and for
    territories of other societies that overlap this one crosswise.
    """
    rows = PartyAffiliation.objects.filter(party=party, right__in=rights, territory=territory)
    running = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if running.filter(valid_from__gte=valid_from).exists():
        raise ValidationError(_("A society is noted for this right from this day or a later one. Correct that first."))
    running.update(valid_to=valid_from - dt.timedelta(days=1))
    for right in rights:
        own = PartyAffiliation(
            party=party,
            society_code=str(settings.SOCIETY["cisac_code"]),
            right=right,
            territory=territory,
            valid_from=valid_from,
        )
        _refuse_overlaps(own)


def store_affiliations(rows: Sequence[PartyAffiliation]) -> None:
    """Keep new affiliations. Raises ValidationError that names what overlaps one of them."""
    for row in rows:
        _refuse_overlaps(row, "territory")
    try:
        with transaction.atomic():
            PartyAffiliation.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _refused(error, "valid_from") from error


def _read_code(text: str) -> str:
    """The three digits of a society that there is. Raises ValidationError."""
    code = digits_to_ascii(text.strip())
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        refuse_field("society_code", _("A society code has three digits, for example 052."))
    if not known_society_codes([code]):
        refuse_field(
            "society_code", _("No society has the code %(code)s. Look it up in the list of CISAC.") % {"code": code}
        )
    return code


def _refuse_overlaps(row: PartyAffiliation, field: str = "") -> None:
    """Refuse what another affiliation stands in the way of, naming it. Somebody else may bring one this very moment:
    then the database refuses."""
    same = _overlapping(row).filter(territory=row.territory).order_by("pk").first()
    crossing = _crossing(row) if same is None else None
    other = same or crossing
    if other is None:
        return
    code = other.society_code
    facts = {
        "society": " ".join(filter(None, [code, society_names([code]).get(code)])),
        "territory": territory_text(other.territory),
        "from": date_text(other.valid_from) if other.valid_from else "…",
        "to": date_text(other.valid_to) if other.valid_to else "…",
    }
    if same:
        text = _(
            "%(society)s has this right in this territory on some of these days (from %(from)s to %(to)s)."
            " End that affiliation first."
        )
    else:
        text = _(
            "%(society)s has this right in “%(territory)s” from %(from)s to %(to)s. The two areas overlap and neither"
            " lies inside the other, so it would be left to chance who collects. Name an area that does not overlap, or"
            " end that affiliation first."
        )
    raise ValidationError({field: [text % facts]} if field else text % facts)


def _overlapping(row: PartyAffiliation) -> QuerySet[PartyAffiliation]:
    """The other affiliations of the party for the right on any of the days."""
    others = PartyAffiliation.objects.standing().filter(party=row.party_id, right=row.right).exclude(pk=row.pk)
    if row.valid_to:
        others = others.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=row.valid_to))
    if row.valid_from:
        others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=row.valid_from))
    return others


def _crossing(row: PartyAffiliation) -> PartyAffiliation | None:
    """An affiliation with another society whose area overlaps and does not nest; by the function of the guard."""
    found = PartyAffiliation.objects.raw(
        "SELECT a.* FROM members_partyaffiliation a WHERE a.id IN"
        " (SELECT affiliations_crossing(%s, %s, %s, %s, %s, %s, %s)) ORDER BY a.id",
        [row.party_id, row.society_code, row.right, row.territory, row.valid_from, row.valid_to, row.pk],
    )
    return next(iter(found), None)


def _in_short(society_code: str, rights: list[str], area: str) -> str:
    """An affiliation in codes, for the record of acts."""
    return f"{society_code} · {', '.join(rights)} · {area}"


def _refused(error: IntegrityError, field: str) -> Exception:
    """The database's refusal of an overlap in words; any other fault as it is."""
    if not any(guard in str(error) for guard in OVERLAPS):
        return error
    text = _("A society has this right in this territory on one of these days. End that affiliation first.")
    return ValidationError({field: [text]})
