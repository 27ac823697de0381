"""The societies that a CWR file names for parties: taken where none is known yet, and given up when it is undone.

One affiliation may be named by many files. Each of them is noted, so that it goes with the last one that says it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from members.models import Party, PartyAffiliation
from members.models.parties import NEVER
from members.queries.party_register import known_society_codes
from works.formats.cwr.codes import NO_SOCIETY
from works.models import ImportedRecord, RegistrationFile
from works.queries.named_societies import KIND, NamedSociety, named_societies
from works.services.resting import paid_through

Named = Mapping[tuple[int, str], str]  # party and right → society code


def take_societies(wanted: Named, file: RegistrationFile) -> None:
    """Note the society that collects for a party everywhere, where nothing is known of that right; what is known
    stays, whatever a file says. Codes of no society are left out. What an import made is noted by it (`noting`)."""
    societies = known_society_codes(set(wanted.values()))
    parties = sorted({party for party, _right in wanted})
    # Two imports may tell of one party at the same time: the second finds what the first has noted.
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=parties).order_by("pk").values_list("pk"))
    known = PartyAffiliation.objects.standing().filter(party__in=parties).order_by("pk")
    standing = list(known.values_list("pk", "party_id", "right", "society_code"))
    _note(file, "said", [pk for pk, party, right, code in standing if wanted.get((party, right)) == code])
    taken = {(party, right) for _pk, party, right, _code in standing}
    PartyAffiliation.objects.bulk_create(
        PartyAffiliation(party_id=party, right=right, society_code=code)
        for (party, right), code in wanted.items()
        if code in societies and (party, right) not in taken
    )


def societies_of_undo(
    file: RegistrationFile, *, goes: Collection[int], stays: Collection[int], withdrawn: Collection[int]
) -> tuple[NamedSociety, ...]:
    """What becomes of the societies that an import named, and why those that stay do; what was paid is a reason."""
    named = named_societies(file, goes=goes, stays=stays, withdrawn=withdrawn)
    paid = paid_through([one.affiliation.pk for one in named])
    return tuple(replace(one, reasons=(*one.reasons, *paid.get(one.affiliation.pk, ()))) for one in named)


def give_up_societies(file: RegistrationFile, named: Sequence[NamedSociety]) -> int:
    """An undone file says nothing of the societies it had named any more; those on which nothing rests never were.
    Returns how many those are."""
    _note(file, "unsaid", [one.affiliation.pk for one in named if not one.is_said_still])
    gone = [one.affiliation.pk for one in named if not one.reasons]
    return PartyAffiliation.objects.filter(pk__in=gone).update(valid_from=NEVER, valid_to=NEVER)


def names_society(code: str) -> bool:
    """Whether a code is given, and not the one of public domain or of nobody."""
    return bool(code.strip("0")) and code.zfill(3) != NO_SOCIETY


def _note(file: RegistrationFile, act: str, rows: Sequence[int]) -> None:
    """Once for each row that the file says."""
    known = ImportedRecord.objects.filter(file=file, kind=KIND, record_id__in=rows)
    if act == "said":
        rows = sorted({*rows} - set(known.values_list("record_id", flat=True)))
    ImportedRecord.objects.bulk_create(ImportedRecord(file=file, act=act, kind=KIND, record_id=row) for row in rows)
