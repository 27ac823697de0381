"""The societies that an import named for parties, and what each of them rests on beside it.

Money goes by an affiliation whatever work it is for. So one that an import brought stays, named with its reasons, as
long as another file says the same, a person has set its days, the party has a part in what stands, or a distribution
paid by it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import PartyAffiliation
from works.models import AgreementParty, ImportedRecord, RegistrationFile, WorkShare

KIND = "affiliation"
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class NamedSociety:
    """An affiliation that an import brought or found in the words of one, and why it stays, in the reader's language.
    `is_said_still`: by works of this import that stay."""

    affiliation: PartyAffiliation
    reasons: tuple[str, ...]
    is_said_still: bool


def named_societies(
    file: RegistrationFile, *, goes: Collection[int], stays: Collection[int], withdrawn: Collection[int]
) -> list[NamedSociety]:
    """What becomes of the societies that an import named when works of it go or are put back (`goes`) and others stay,
    and agreements of it are `withdrawn`.
    Only what imports brought: a society that a person noted is no matter of theirs."""
    said = ImportedRecord.objects.filter(file=file, kind=KIND).values("record_id")
    brought = ImportedRecord.objects.filter(kind=KIND, act="made", record_id__in=said).values("record_id")
    rows = list(PartyAffiliation.objects.standing().filter(pk__in=brought).select_related("party").order_by("pk"))
    if not rows:
        return []
    reasons: dict[int, list[str]] = defaultdict(list)
    others = _other_files(file, [row.pk for row in rows])
    works = _other_works(file, rows, goes)
    agreements, own = _agreements(file, rows, withdrawn)
    owners = WorkShare.objects.filter(work__in=stays, party__isnull=False).values_list("party_id", "right")
    staying = set(owners.distinct())
    for row in rows:
        place = (row.party_id, row.right)
        if row.pk in others:
            reasons[row.pk].append(_("The file %(what)s says the same.") % {"what": _first(others[row.pk])})
        if (row.valid_from, row.valid_to) != (None, None):
            reasons[row.pk].append(_("A person has set its days since."))
        if place in works:
            reasons[row.pk].append(_("Works that stay are paid by it: %(what)s.") % {"what": _first(works[place])})
        if row.party_id in agreements:
            what = _first(agreements[row.party_id])
            reasons[row.pk].append(_("Agreements that stay name this owner: %(what)s.") % {"what": what})
    return [
        NamedSociety(row, tuple(reasons[row.pk]), (row.party_id, row.right) in staying or row.party_id in own)
        for row in rows
    ]


def _other_files(file: RegistrationFile, rows: Collection[int]) -> dict[int, list[str]]:
    """Affiliation → the other files that say it and were not undone since."""
    noted = ImportedRecord.objects.filter(kind=KIND, record_id__in=rows).exclude(file=file)
    unsaid = set(noted.filter(act="unsaid").values_list("file_id", "record_id"))
    found: dict[int, list[str]] = defaultdict(list)
    told = noted.exclude(act="unsaid").order_by("file_id").values_list("file_id", "record_id", "file__filename")
    for file_id, row, name in told:
        if (file_id, row) not in unsaid:
            found[row].append(name)
    return found


def _other_works(
    file: RegistrationFile, rows: Iterable[PartyAffiliation], goes: Collection[int]
) -> dict[tuple[int, str], list[str]]:
    """Party and right → works that will stand and in which she has a part: shares that the import made in works that
    go or are put back are none, those that it took away there are."""
    parties = {row.party_id for row in rows}
    made = ImportedRecord.objects.filter(file=file, act="made", kind="share").values("record_id")
    shares = WorkShare.objects.filter(party__in=parties).exclude(Q(work__in=goes) & Q(pk__in=made))
    shares = shares.exclude(work__state="withdrawn")
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for party, right, number in shares.order_by("work_id").values_list("party_id", "right", "work__number").distinct():
        if party is not None:
            found[party, right].append(number)
    taken = ImportedRecord.objects.filter(file=file, act="removed", kind="share", work__in=goes).order_by("work_id")
    for data, number in taken.values_list("data", "work__number"):
        if data and data["party_id"] in parties:
            found[data["party_id"], data["right"]].append(number)
    return found


def _agreements(
    file: RegistrationFile, rows: Iterable[PartyAffiliation], withdrawn: Collection[int]
) -> tuple[dict[int, list[str]], set[int]]:
    """Party → the agreements that will be in force and name her, one that the import had emptied among them; and the
    parties of those that it brought itself."""
    noted = ImportedRecord.objects.filter(file=file, kind="agreement")
    made, emptied = (noted.filter(act=act).values("record_id") for act in ("made", "changed"))
    sides = AgreementParty.objects.filter(party__in={row.party_id for row in rows}).exclude(agreement__in=withdrawn)
    sides = sides.filter(Q(agreement__state="active") | Q(agreement__in=emptied))
    found: dict[int, list[str]] = defaultdict(list)
    for party, number in sides.order_by("agreement_id").values_list("party_id", "agreement__number").distinct():
        found[party].append(number)
    return found, set(sides.filter(agreement__in=made).values_list("party_id", flat=True))


def _first(names: list[str]) -> str:
    different = list(dict.fromkeys(names))
    return ", ".join(different[:MOST_NAMED]) + (" …" if len(different) > MOST_NAMED else "")
