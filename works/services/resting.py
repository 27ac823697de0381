"""What rests on a work that an import brought: it then cannot be taken back as if it had never been.

Our own tables are asked here. Apps above say what they know of (royalties: money and matches) by registering.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cmo_portal.audit.models import Act
from works.models import Agreement, AgreementWork, Claim, ImportedRecord, ImportedTransaction, RegistrationFile, Work
from works.queries.named_elsewhere import named_elsewhere

UNDO_LOCK = 0x554E444F  # held together by runs that freeze, and alone by whoever takes works out of the register
Reasons = dict[int, list[str]]  # work id → why it cannot be taken back, in the reader's language
Asked = Callable[[Sequence[int], dt.datetime | None], Reasons]
Followed = Callable[[Sequence[int]], Reasons]
Released = Callable[[Sequence[int]], None]

BY_FILES = ("revise_work",)  # acts of imports, which their own rows tell of


@dataclass(frozen=True, slots=True)
class Dependent:
    """An app above: what it has resting on works (since a moment, or ever) and on agreements, what it does when works
    go, and what it has paid through affiliations of parties."""

    rests: Asked
    release: Released
    rests_on_agreements: Followed
    paid_through: Followed


_dependents: list[Dependent] = []


def register_dependent(dependent: Dependent) -> None:
    """Called from AppConfig.ready of an app that keeps works in mind."""
    _dependents.append(dependent)


def hold_register() -> None:
    """To the end of the transaction no work is taken out of the register; many may hold it at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [UNDO_LOCK])


def lock_register_for_undo() -> None:
    """Wait until nobody holds the register, and keep everybody waiting to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [UNDO_LOCK])


def release_works(work_ids: Sequence[int]) -> None:
    """Tell the apps above that these works are withdrawn. Inside the caller's transaction."""
    for dependent in _dependents:
        dependent.release(work_ids)


def paid_through(affiliation_ids: Sequence[int]) -> Reasons:
    """Affiliation → what the apps above have paid through it."""
    found: Reasons = defaultdict(list)
    for dependent in _dependents:
        for row, reasons in dependent.paid_through(affiliation_ids).items():
            found[row] += reasons
    return found


def resting_on(file: RegistrationFile, work_ids: Sequence[int], *, since: dt.datetime | None) -> Reasons:
    """Everything that rests on works of an import. `since` is given for works that stood before the import and were
    only revised by it: then only what came later counts."""
    found: Reasons = defaultdict(list)
    ids = list(work_ids)
    for source in (_merged(ids), _later_files(file, ids), _acts(ids, since), named_elsewhere(file, ids, since)):
        for work_id, reasons in source.items():
            found[work_id] += reasons
    for dependent in _dependents:
        for work_id, reasons in dependent.rests(ids, since).items():
            found[work_id] += reasons
    return {work_id: list(dict.fromkeys(reasons)) for work_id, reasons in found.items() if reasons}


def _merged(ids: list[int]) -> Reasons:
    gone = Work.objects.filter(pk__in=ids).exclude(state__in=("registered", "submitted", "refused"))
    found = {pk: [_("It was merged into another work.")] for pk in gone.values_list("pk", flat=True)}
    taken = Work.objects.filter(merged_into__in=ids).values_list("merged_into_id", flat=True)
    return found | {pk: [_("Another work was merged into it.")] for pk in taken if pk}


def _later_files(file: RegistrationFile, ids: list[int]) -> Reasons:
    rows = ImportedTransaction.objects.filter(work__in=ids, taken=True, status__in=("AS", "AC"), file_id__gt=file.pk)
    rows = rows.exclude(file__format__in=("CSV", "XLSX"))  # a table names a work of ours only to say what it looks like
    return _grouped(
        (work_id, _("The later file %(name)s revised it.") % {"name": name})
        for work_id, name in rows.values_list("work_id", "file__filename").distinct()
    )


def _acts(ids: list[int], since: dt.datetime | None) -> Reasons:
    """What people did with a work by hand."""
    uids = {str(uid): pk for pk, uid in Work.objects.filter(pk__in=ids).values_list("pk", "uid")}
    acts = Act.objects.filter(object_type="works.work", object_id__in=list(uids)).exclude(verb__in=BY_FILES)
    if since is not None:
        acts = acts.filter(at__gt=since)
    text = _("People worked on it: its shares, description or split were answered for or changed by hand.")
    return {uids[uid]: [text] for uid in acts.values_list("object_id", flat=True).distinct()}


def _grouped(rows: Iterable[tuple[int, str]]) -> Reasons:
    found: Reasons = defaultdict(list)
    for work_id, reason in rows:
        found[work_id].append(reason)
    return found


def made_by(file: RegistrationFile, kind: str) -> list[int]:
    """The rows of one kind that an import made."""
    return list(made_rows(file, kind).order_by("record_id").values_list("record_id", flat=True))


def made_rows(file: RegistrationFile, kind: str) -> QuerySet[ImportedRecord, Any]:
    """As `made_by`, to be asked inside another query."""
    return ImportedRecord.objects.filter(file=file, act="made", kind=kind).values("record_id")


# -- agreements that a file brought


def resting_on_agreements(file: RegistrationFile, ids: Sequence[int], *, staying: Collection[int]) -> Reasons:
    """Everything outside a file that rests on agreements of its own (AGR); `staying` are works of the file that are
    not taken back, and a specific agreement that lists one of them stays with it."""
    found: Reasons = defaultdict(list)
    listed = AgreementWork.objects.filter(agreement__in=ids)
    sources = [
        _changed_by_hand(ids),
        _grouped((pk, _("It names works that this file did not list."))
                 for pk in _agreements_in(listed.exclude(pk__in=made_rows(file, "listing")))),
        _grouped((pk, _("It names works of this import that stay."))
                 for pk in _agreements_in(listed.filter(work__in=staying, included=True))),
        _grouped((pk, _("A claim in a dispute names it."))
                 for pk in _agreements_in(Claim.objects.filter(agreement__in=ids))),
        *(dependent.rests_on_agreements(ids) for dependent in _dependents),
    ]  # fmt: skip
    for source in sources:
        for pk, reasons in source.items():
            found[pk] += reasons
    return dict(found)


def _agreements_in(rows: QuerySet[Any]) -> list[int]:
    return sorted(set(rows.values_list("agreement", flat=True)))


def _changed_by_hand(ids: Sequence[int]) -> Reasons:
    uids = {str(uid): pk for pk, uid in Agreement.objects.filter(pk__in=ids).values_list("pk", "uid")}
    acts = Act.objects.filter(object_type="works.agreement", object_id__in=list(uids)).exclude(verb="record_agreement")
    text = _("People changed it by hand.")
    return {uids[uid]: [text] for uid in acts.values_list("object_id", flat=True).distinct()}
