"""What is said about a work or a name in a request: frozen when the file is made, so that it can be made again."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from members.models import Party, PartyName
from works.formats.number_files.requests import PART, WITHIN
from works.models import NumberRequest, Recording, RecordingWork, WorkShare, WorkTitle

ACTS = {"iswc_new": "NEW", "iswc_find": "SEARCH", "iswc_merge": "MERGE"}
WRITER_ROLES = ("C", "A", "CA", "AR", "AD", "TR", "SA", "SR")
WORKS_NAMED = 5


def iswc_facts(requests: Sequence[NumberRequest]) -> list[dict[str, str]]:
    """The columns of the ISWC table for each request, in their order; a fixed number of queries."""
    ids = [request.work_id for request in requests]
    titles = _grouped(WorkTitle.objects.filter(work__in=ids).order_by("pk"), "work_id")
    writers = _writers(ids)
    recordings: dict[int, list[Recording]] = defaultdict(list)
    links = RecordingWork.objects.filter(work__in=ids).select_related("recording").order_by("recording_id")
    for link in links.prefetch_related("recording__performers"):
        recordings[link.work_id].append(link.recording)
    found = []
    for request in requests:
        work = request.work
        if work is None:
            raise LookupError(request.number)
        named, heard = titles[work.pk], recordings[work.pk]
        title = _roman_title(work.title, named)
        others = dict.fromkeys(row.text for row in named if row.text != title)
        found.append(
            {
                "request": request.number,
                "act": ACTS[request.kind],
                "society": str(settings.SOCIETY["cisac_code"]),
                "work_number": work.number,
                "iswc": work.iswc or "",
                "other_work_number": request.other_work.number if request.other_work else "",
                "other_iswc": (request.other_work.iswc or "") if request.other_work else "",
                "title": title,
                "other_titles": PART.join(_bare(text) for text in others),
                "language": work.language,
                "category": work.category,
                "version": work.version_type,
                "duration_seconds": str(work.duration or ""),
                "writers": PART.join(writers[work.pk]),
                "performers": PART.join(dict.fromkeys(_bare(by.name) for row in heard for by in row.performers.all())),
                "isrcs": PART.join(row.isrc for row in heard if row.isrc),
            }
        )
    return found


def ipi_facts(requests: Sequence[NumberRequest]) -> list[dict[str, str]]:
    """The columns of the IPI table for each request, in their order; a fixed number of queries."""
    parties = [request.name.party_id for request in requests if request.name]
    names = _grouped(PartyName.objects.filter(party__in=parties).order_by("pk"), "party_id")
    works: dict[int, dict[int, str]] = defaultdict(dict)
    held = WorkShare.objects.filter(party__in=parties, work__state="registered").select_related("work")
    for share in held.order_by("party_id", "work_id"):
        if share.party_id and len(works[share.party_id]) < WORKS_NAMED:
            works[share.party_id][share.work_id] = share.work.title
    found = []
    for request in requests:
        name = request.name
        if name is None:
            raise LookupError(request.number)
        party: Party = name.party
        known = [row.ipi_name_number for row in names[party.pk] if row.ipi_name_number]
        found.append(
            {
                "request": request.number,
                "society": str(settings.SOCIETY["cisac_code"]),
                "kind": party.kind,
                "name_type": name.name_type,
                "last_name": name.last_name,
                "first_name": name.first_name,
                "name_in_own_script": name.original,
                "birth_date": party.born_on.isoformat() if party.born_on else "",
                "death_date": party.died_on.isoformat() if party.died_on else "",
                "ipi_base_number": party.ipi_base_number or "",
                "known_ipi_name_numbers": PART.join(known),
                "works": PART.join(_bare(title) for title in works[party.pk].values()),
            }
        )
    return found


def _writers(work_ids: Sequence[int | None]) -> dict[int, list[str]]:
    """Each writer of a work once: last name, first name, role, IPI name number."""
    shares = WorkShare.objects.filter(work__in=work_ids, role__in=WRITER_ROLES, party__isnull=False)
    rows = list(shares.order_by("work_id", "pk").values_list("work_id", "party_id", "role"))
    names = _grouped(PartyName.objects.filter(party__in={row[1] for row in rows}).order_by("pk"), "party_id")
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for work_id, party_id, role in rows:
        if named := _best_name(names.get(party_id or 0, [])):
            parts = (named.last_name, named.first_name, role, named.ipi_name_number or "")
            found[work_id].setdefault(party_id or 0, WITHIN.join(map(_bare, parts)))
    return defaultdict(list, {work_id: list(writers.values()) for work_id, writers in found.items()})


def _best_name(names: Sequence[PartyName]) -> PartyName | None:
    """The name by which a party is known abroad: one with a number, the legal one before others."""
    ranked = sorted(names, key=lambda row: (not row.ipi_name_number, row.name_type != "PA", row.pk))
    return ranked[0] if ranked else None


def _roman_title(title: str, named: Sequence[WorkTitle]) -> str:
    """The title in Roman letters, the original one first; the title as it stands when there is none."""
    roman = [row.text for row in sorted(named, key=lambda row: row.title_type != "OT") if row.script == "Latn"]
    return roman[0] if roman else title


def _bare(text: str) -> str:
    """The text without the signs that part the texts of a cell."""
    return text.replace("|", " ").replace(WITHIN, "/").strip()


def _grouped(rows: Any, key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
