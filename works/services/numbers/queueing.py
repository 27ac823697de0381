"""The queue of requests: one by one, or everything that lacks its number by one act."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.kept_words import in_all_languages
from members.models import PartyName
from works.models import NumberRequest, Work

EDIT = "works.edit_works"
OPEN = ("waiting", "sent", "person")
_FRESH = "'R' || lpad(nextval('works_request_number')::text, 7, '0')"

MISSING_ISWCS = f"""
    INSERT INTO works_numberrequest (uid, number, kind, work_id, state, message, requested_by_id)
    SELECT gen_random_uuid(), {_FRESH}, 'iswc_new', w.id, 'waiting', '{{}}', %s
    FROM (SELECT id FROM works_work WHERE state = 'registered' AND iswc IS NULL AND NOT EXISTS (
        SELECT 1 FROM works_numberrequest r WHERE r.work_id = works_work.id AND r.state IN ('waiting', 'sent', 'person')
    ) ORDER BY id) w
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - built of constants
MISSING_IPIS = f"""
    INSERT INTO works_numberrequest (uid, number, kind, name_id, state, message, requested_by_id)
    SELECT gen_random_uuid(), {_FRESH}, 'ipi', n.id, 'waiting', '{{}}', %s
    FROM (SELECT n.id FROM members_partyname n JOIN members_party p ON p.id = n.party_id
        WHERE n.ipi_name_number IS NULL AND p.kind <> 'society' AND n.name_type IN ('PA', 'PP', 'PG', 'OR')
            AND NOT EXISTS (SELECT 1 FROM works_numberrequest r WHERE r.name_id = n.id
                AND r.state IN ('waiting', 'sent', 'person'))
            AND (EXISTS (SELECT 1 FROM works_workshare s WHERE s.party_id = p.id)
                OR EXISTS (SELECT 1 FROM members_member m WHERE m.party_id = p.id))
        ORDER BY n.id) n
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - built of constants


@transaction.atomic
def request_iswc(*, work: Work, by: User, search: bool = False) -> NumberRequest:
    """Ask for the ISWC of a work: a new one, or with `search` the one that others may have got for it. The open
    request of the same kind comes back when there is one."""
    require(by, EDIT)
    work = Work.objects.select_for_update().get(pk=work.pk)
    kind = "iswc_find" if search else "iswc_new"
    if known := work.number_requests.filter(kind=kind, state__in=OPEN).first():
        return known
    if work.state != "registered":
        raise ValidationError(_("Only a registered work gets an ISWC. This one is not."))
    if work.iswc:
        raise ValidationError(_("This work has an ISWC. Ask for a merge if another work has the same music."))
    return _add(kind, by, work=work)


@transaction.atomic
def request_iswc_merge(*, work: Work, other: Work, by: User) -> NumberRequest:
    """Ask the agency to join the ISWC of `other` with that of `work`: both have one, and they name one composition."""
    require(by, EDIT)
    locked = {row.pk: row for row in Work.objects.select_for_update().filter(pk__in=[work.pk, other.pk]).order_by("pk")}
    if len(locked) < 2:
        raise ValidationError(_("A merge takes two different works."))
    work, other = locked[work.pk], locked[other.pk]
    if known := work.number_requests.filter(kind="iswc_merge", state__in=OPEN).first():
        return known
    if not work.iswc or not other.iswc:
        raise ValidationError(_("Both works need an ISWC before the agency can merge them."))
    return _add("iswc_merge", by, work=work, other_work=other)


@transaction.atomic
def request_ipi(*, name: PartyName, by: User) -> NumberRequest:
    """Ask for the IPI name number of a name and, where it is missing, the base number of its party."""
    require(by, EDIT)
    name = PartyName.objects.select_for_update().get(pk=name.pk)
    if known := NumberRequest.objects.filter(name=name, state__in=OPEN).first():
        return known
    if name.ipi_name_number:
        raise ValidationError(_("This name has an IPI name number."))
    return _add("ipi", by, name=name)


@transaction.atomic
def queue_missing_iswcs(*, by: User) -> int:
    """Put every registered work without an ISWC and without an open request into the queue; returns how many."""
    return _queue_all(MISSING_ISWCS, "iswc_new", by)


@transaction.atomic
def queue_missing_ipis(*, by: User) -> int:
    """Put every name without an IPI number, of parties that are members or hold a share, into the queue."""
    return _queue_all(MISSING_IPIS, "ipi", by)


@transaction.atomic
def put_back(*, request: NumberRequest, by: User) -> NumberRequest:
    """Let a request wait again: after a refusal, a person's look, or when no answer came."""
    require(by, EDIT)
    row = NumberRequest.objects.select_for_update().get(pk=request.pk)
    if row.state == "waiting":
        return row
    if row.state not in ("sent", "refused", "person"):
        raise ValidationError(_("This request is settled. Make a new one."))
    same = {"name": row.name} if row.name_id else {"work": row.work, "kind": row.kind}
    if NumberRequest.objects.filter(state__in=OPEN, **same).exclude(pk=row.pk).exists():
        raise ValidationError(_("Another request for the same is open."))
    row.state, row.message, row.conflict, row.answered_at = "waiting", {}, None, None
    row.save(update_fields=["state", "message", "conflict", "answered_at"])
    record_act(by=by, verb="put_back_request", on=row, facts={})
    return row


@transaction.atomic
def withdraw_request(*, request: NumberRequest, reason: str, by: User) -> NumberRequest:
    """Take a request out of the queue, with the reason. An answer that comes later is shown and changes nothing."""
    require(by, EDIT)
    row = NumberRequest.objects.select_for_update().get(pk=request.pk)
    if row.state == "withdrawn":
        return row
    if row.state == "answered":
        raise ValidationError(_("This request is settled."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    row.state, row.message = "withdrawn", in_all_languages(reason.strip()[:300])
    row.save(update_fields=["state", "message"])
    record_act(by=by, verb="withdraw_request", on=row, facts={"reason": reason.strip()[:300]})
    return row


def _add(kind: str, by: User, **subject: Work | PartyName) -> NumberRequest:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_FRESH}")
        number = cursor.fetchone()[0]
    row = NumberRequest.objects.create(number=number, kind=kind, requested_by=by, **subject)
    record_act(by=by, verb="request_number", on=row, facts={"kind": kind, "for": str(next(iter(subject.values())))})
    return row


def _queue_all(statement: str, kind: str, by: User) -> int:
    require(by, EDIT)
    with connection.cursor() as cursor:
        cursor.execute(statement, [by.pk])
        count = int(cursor.rowcount)
    if count:
        newest = NumberRequest.objects.filter(kind=kind).latest("pk")
        record_act(by=by, verb="request_numbers", on=newest, facts={"kind": kind, "count": count})
    return count
