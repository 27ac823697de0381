"""Our repertoire in the order of its numbers, read in columns and slices: memory does not grow with the register."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from cmo_portal.jobs.models import Job
from members.models import PartyAffiliation, PartyName
from members.models.territories import WORLD
from works.models import (
    Agreement,
    AgreementParty,
    AgreementWork,
    ExportedWork,
    ExportFile,
    PartyNumber,
    Recording,
    RecordingWork,
    SourceWork,
    Work,
    WorkPerformer,
    WorkShare,
    WorkTitle,
)
from works.queries.export_acquirers import ACQUIRER, originals_of
from works.queries.export_chains import RIGHTS, OwnCollection, collection_of_works, written_areas
from works.queries.export_details import OwnDetails, credits_of, details_of

EXPORT = "works.export_repertoire"  # the kind of jobs that write a file
SLICE = 500
# The columns of a work that are fields of its transaction, and what the layouts call them.
FACTS = {
    "text_music": "text_music_rel",
    "music_arrangement": "music_arrangement",
    "lyric_adaptation": "lyric_adaptation",
    "composite_type": "composite_type",
    "component_count": "component_count",
    "excerpt_type": "excerpt_type",
    "work_type": "cwr_work_type",
    "grand_rights": "grand_rights",
    "opus_number": "opus_no",
    "catalogue_number": "catalogue_no",
    "copyright_date": "copyright_date",
    "copyright_number": "copyright_no",
    "published_on": "printed_edition_date",
}
REJECTED = ("rejected", "claim_rejected", "unknown_work")


@dataclass(frozen=True, slots=True)
class OwnTitle:
    """A title with its CWR type and language."""

    text: str
    title_type: str
    language: str


@dataclass(frozen=True, slots=True)
class OwnShare:
    """A share in force, in 1/10,000 of a percent. `party` is None where nobody is known to own it."""

    party: int | None
    role: str
    right: str
    territory: str
    share: int
    state: str
    pk: int = 0


@dataclass(frozen=True, slots=True)
class OwnRecording:
    """A recording; `performer` is its credit as one text; `duration` in seconds."""

    isrc: str
    title: str
    performer: str
    duration: int
    version_title: str
    label: str
    released_on: dt.date | None


@dataclass(frozen=True, slots=True)
class OwnParty:
    """A party as files name it; `societies` collect its performing, mechanical and synchronisation right."""

    pk: int
    number: str
    last_name: str
    first_name: str
    ipi_name_number: str
    ipi_base_number: str
    societies: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A work of ours with everything a registration tells of it; `facts` by the names of the CWR layouts, `originals`
    are the original publishers of its acquirers."""

    pk: int
    number: str
    title: str
    iswc: str
    language: str
    category: str
    version_type: str
    duration: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    titles: tuple[OwnTitle, ...] = ()
    shares: tuple[OwnShare, ...] = ()
    recordings: tuple[OwnRecording, ...] = ()
    parties: Mapping[int, OwnParty] = field(default_factory=dict)
    details: OwnDetails = field(default_factory=OwnDetails)
    collection: OwnCollection = field(default_factory=OwnCollection)
    originals: Mapping[int, int] = field(default_factory=dict)


def our_issuer() -> str:
    """How files call us as a sender: type and code."""
    return f"SO{settings.SOCIETY['cisac_code'].lstrip('0')}"


def works_to_send(*, kind: str, file: ExportFile, since: dt.datetime | None = None) -> QuerySet[Work]:
    """Registered works for a file, those changed since a moment only: as NWR what its receiver never got, or rejected,
    as REV the others. The file's own rows do not count as sent."""
    sent = ExportedWork.objects.filter(
        work=OuterRef("pk"), file__state="written", file__receiver=file.receiver
    ).exclude(meaning__in=REJECTED)
    sent = sent.exclude(file=file)
    works = Work.objects.filter(Exists(sent) if kind == "REV" else ~Exists(sent), state="registered")
    return works if since is None else works.filter(_changed_since(since))


def own_works(works: QuerySet[Work], *, on: dt.date, size: int = SLICE) -> Iterator[list[OwnWork]]:
    """The works in slices, in the order of their numbers, with the shares in force on a day."""
    columns = ("pk", "number", "title", "iswc", "language", "category", "version_type", "duration", *FACTS)
    last, areas = "", written_areas()
    while rows := list(works.filter(number__gt=last).order_by("number").values_list(*columns)[:size]):
        last = rows[-1][1]
        yield _with_details(rows, on, areas)


def subject_of(file: ExportFile) -> str:
    """What the job of an export belongs to."""
    return f"export:{file.uid}"


def job_of(file: ExportFile) -> Job | None:
    """The job that writes the file, while it is being written."""
    if file.state != "waiting":
        return None
    return Job.objects.filter(subject=subject_of(file)).order_by("-pk").first()


def _changed_since(since: dt.datetime) -> Q:
    """Something of the work, its titles, shares, recordings or of the names of its owners was written since."""
    parties = {
        name: _events(model).filter(pgh_created_at__gte=since).values("party_id")
        for name, model in (("names", PartyName), ("affiliations", PartyAffiliation))
    }
    recordings = _events(Recording).filter(pgh_created_at__gte=since).values("pgh_obj_id")
    return Q(
        Exists(_events(Work).filter(pgh_obj_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(_events(WorkTitle).filter(work_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(_events(WorkShare).filter(work_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(WorkShare.objects.filter(work_id=OuterRef("pk"), party_id__in=parties["names"]))
        | Exists(WorkShare.objects.filter(work_id=OuterRef("pk"), party_id__in=parties["affiliations"]))
        | Exists(RecordingWork.objects.filter(work_id=OuterRef("pk"), recording_id__in=recordings))
        | Exists(_events(RecordingWork).filter(work_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(_events(SourceWork).filter(work_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(_events(WorkPerformer).filter(work_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(_events(AgreementWork).filter(work_id=OuterRef("pk"), pgh_created_at__gte=since))
        | Exists(WorkShare.objects.filter(work_id=OuterRef("pk"), party_id__in=_in_changed_agreements(since)))
    )


def _in_changed_agreements(since: dt.datetime) -> QuerySet[Any]:
    """Who passes something on by an agreement that was written since."""
    changed = _events(Agreement).filter(pgh_created_at__gte=since).values("pgh_obj_id")
    return AgreementParty.objects.filter(agreement__in=changed, role="AS").values("party_id")


def _events(model: type[Model]) -> QuerySet[Any]:
    return cast(Any, model).pgh_event_model.objects.all()


def _with_details(rows: list[tuple[Any, ...]], on: dt.date, areas: list[str]) -> list[OwnWork]:
    keys = [row[0] for row in rows]
    titles, shares, recordings = _titles(keys), _shares(keys, on), _recordings(keys)
    details = details_of(keys)
    collection = collection_of_works(keys, on, areas)
    originals = originals_of(_acquirers(shares), our_issuer())
    named = {
        pk: {share.party for share in shares[pk] if share.party}
        | collection[pk].parties
        | {*originals.get(pk, {}).values()}
        for pk in keys
    }
    parties = own_parties(set().union(*named.values()), on)
    return [
        OwnWork(
            pk, number, title, iswc or "", language, category, version_type, duration or 0,
            dict(zip(FACTS.values(), facts, strict=True)),
            tuple(titles[pk]), tuple(shares[pk]), tuple(recordings[pk]),
            {party: parties[party] for party in named[pk]},
            details.get(pk, OwnDetails()), collection[pk], originals.get(pk, {}),
        )
        for pk, number, title, iswc, language, category, version_type, duration, *facts in rows
    ]  # fmt: skip


def _acquirers(shares: Mapping[int, Iterable[OwnShare]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for work, rows in shares.items():
        for share in rows:
            if share.role == ACQUIRER and share.party:
                found[work].add(share.party)
    return found


def _titles(keys: list[int]) -> dict[int, list[OwnTitle]]:
    found: dict[int, list[OwnTitle]] = defaultdict(list)
    rows = WorkTitle.objects.filter(work_id__in=keys).order_by("work_id", "pk")
    for work, *values in rows.values_list("work_id", "text", "title_type", "language"):
        found[work].append(OwnTitle(*values))
    return found


def _shares(keys: list[int], on: dt.date) -> dict[int, list[OwnShare]]:
    found: dict[int, list[OwnShare]] = defaultdict(list)
    in_force = (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_to=None) | Q(valid_to__gte=on))
    rows = WorkShare.objects.filter(in_force, work_id__in=keys).order_by("work_id", "pk")
    columns = ("work_id", "party_id", "role", "right", "territory", "share", "state", "pk")
    for work, *values in rows.values_list(*columns):
        found[work].append(OwnShare(*values))
    return found


def _recordings(keys: list[int]) -> dict[int, list[OwnRecording]]:
    pairs = list(RecordingWork.objects.filter(work_id__in=keys).values_list("work_id", "recording_id"))
    recordings = {recording for _work, recording in pairs}
    columns = ("pk", "isrc", "title", "duration", "version_title", "label", "released_on")
    known = {row[0]: row[1:] for row in Recording.objects.filter(pk__in=recordings).values_list(*columns)}
    performers = credits_of(recordings)
    found: dict[int, list[OwnRecording]] = defaultdict(list)
    for work, recording in sorted(pairs, key=lambda pair: (pair[0], known[pair[1]][0] or "", pair[1])):
        isrc, title, duration, version, label, released_on = known[recording]
        performer = performers.get(recording, "")
        found[work].append(OwnRecording(isrc or "", title, performer, duration or 0, version, label, released_on))
    return found


def own_parties(keys: set[int], on: dt.date) -> dict[int, OwnParty]:
    """Parties as files name them: by their first name on record, with the societies that collect for them."""
    names: dict[int, tuple[str, str, str, str]] = {}
    rows = PartyName.objects.filter(party_id__in=keys).order_by("party_id", "pk")
    columns = ("party_id", "last_name", "first_name", "ipi_name_number", "party__ipi_base_number")
    for party, last, first, ipi, base in rows.values_list(*columns):
        names.setdefault(party, (last, first, ipi or "", base or ""))
    numbers = dict(PartyNumber.objects.filter(party_id__in=keys, issuer=our_issuer()).values_list("party_id", "number"))
    societies = _societies(keys, on)
    found = {}
    for key in keys:
        pr, mr, sr = (societies.get((key, right), "") for right in RIGHTS)
        found[key] = OwnParty(key, numbers.get(key, ""), *names.get(key, ("", "", "", "")), societies=(pr, mr, sr))
    return found


def _societies(keys: Iterable[int], on: dt.date) -> dict[tuple[int, str], str]:
    """Which society collects a right of a party: its affiliation for the world, else its first."""
    in_force = (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_to=None) | Q(valid_to__gte=on))
    rows = PartyAffiliation.objects.filter(in_force, party_id__in=keys).order_by("pk")
    known: dict[tuple[int, str], str] = {}
    worldwide: dict[tuple[int, str], str] = {}
    for party, right, code, territory in rows.values_list("party_id", "right", "society_code", "territory"):
        (worldwide if territory == WORLD else known).setdefault((party, right), code)
    return known | worldwide
