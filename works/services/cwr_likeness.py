"""New works of a file that look like works of our books, or like one another: told, never refused.

They look alike when a title is the same, or sounds the same, and a writer is in common, by the IPI name number or by
the name. Works that the file itself brought are compared where they stand together in a slice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from cmo_portal.common.spelling import skeleton, text_key
from members.models import PartyName
from members.rules.names import name_key
from works.formats.cwr.edits import remark_of
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.models import ImportedRecord, RegistrationFile, Work, WorkTitle
from works.queries.repertoire import OUT, TELLING
from works.rules.identifiers import read_ipi_name

TITLED = ("NWR", "REV", "WRK", "ALT")
MOST_ALIKE = 3  # works named for one transaction


@dataclass(frozen=True, slots=True)
class _Face:
    """What a transaction is compared by: keys of its titles, and of its writers with their names as sent."""

    titles: frozenset[str]
    writers: dict[str, str]


class AlikeWorks:
    """The works that those of one slice look like."""

    def __init__(self, file: RegistrationFile) -> None:
        self._file = file
        self._faces: dict[int, _Face] = {}
        self._titled: dict[str, dict[int, Work]] = {}
        self._writers: dict[int, set[str]] = {}
        self._seen: list[tuple[int, _Face]] = []

    def look_up(self, transactions: Sequence[CwrTransaction]) -> None:
        """Ask the books about the titles of a slice, in two queries."""
        self._seen, self._titled, self._writers = [], defaultdict(dict), defaultdict(set)
        self._faces = {row.number: _face(row) for row in transactions if row.type in TITLED}
        keys = {key for face in self._faces.values() for key in face.titles}
        if not keys:
            return
        sounds = {key[1:] for key in keys if key.startswith("~")}
        made = ImportedRecord.objects.filter(file=self._file, act="made", kind="work").values("record_id")
        named = WorkTitle.objects.filter(Q(key__in=keys) | Q(skeleton__in=sounds))
        rows = named.exclude(work__state__in=OUT).exclude(work__in=made).select_related("work").order_by("work_id")
        for row in rows:
            for key in {row.key, f"~{row.skeleton}"} & keys:
                self._titled[key][row.work_id] = row.work
        self._read_writers({pk for works in self._titled.values() for pk in works})

    def faults(self, row: CwrTransaction) -> tuple[CwrFault, ...]:
        """A remark for each work of our books, and each new one before it in the slice, that a new work looks like."""
        face = self._faces.get(row.number)
        if face is None:
            return ()
        works = {pk: work for key in sorted(face.titles) for pk, work in self._titled.get(key, {}).items()}
        told = [
            remark_of(row, "looks_alike", {"number": work.number, "title": work.title, "writer": face.writers[shared]})
            for pk, work in works.items()
            if (shared := min(self._writers[pk] & set(face.writers), default=""))
        ]
        told += [
            remark_of(row, "twin_in_file", {"number": str(number), "writer": face.writers[shared]})
            for number, other in self._seen
            if face.titles & other.titles and (shared := min(set(face.writers) & set(other.writers), default=""))
        ]
        self._seen.append((row.number, face))
        return tuple(told[:MOST_ALIKE])

    def _read_writers(self, works: set[int]) -> None:
        names = PartyName.objects.filter(party__shares__work__in=works)
        for work, number, key in names.values_list("party__shares__work", "ipi_name_number", "key").distinct():
            self._writers[work or 0] |= {number or "", key} - {""}


def _face(row: CwrTransaction) -> _Face:
    titles: set[str] = set()
    writers: dict[str, str] = {}
    for record in row.records:
        if record.type in TITLED and record["title"]:
            titles.add(text_key(record["title"])[:400])
            sound = skeleton(record["title"])[:200]
            titles |= {f"~{sound}"} if len(sound) >= TELLING else set()
        if record.type in ("SWR", "OWR") and record["last_name"]:
            name = f"{record['first_name']} {record['last_name']}".strip()
            for key in (read_ipi_name(record["ipi_name_no"]).value, name_key(name)):
                writers[key] = name
    writers.pop("", None)
    return _Face(frozenset(titles - {""}), writers)
