"""A large repertoire for a measurement: written by COPY with the triggers asleep, its search documents made afterwards
by the command that rebuilds them."""

import io
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from cmo_portal.common.spelling import script_of, skeleton, text_key
from members.models import Party, PartyName
from royalties.bench.place import Place, admin
from royalties.bench.words import Lexicon
from royalties.demo.words import Word
from works.models import Recording, RecordingPerformer, RecordingWork, Work, WorkShare, WorkTitle
from works.rules.identifiers import iswc_check_digit

BLOCK = 20_000  # works written at once
SPLITS = ((1_000_000,), (500_000, 500_000), (500_000, 500_000), (333_400, 333_300, 333_300))
PEOPLE_A_WORK, PERFORMERS_A_WORK = 0.4, 0.04
TABLES: dict[type[Model], tuple[str, ...]] = {
    Party: ("id", "uid", "kind", "display_name", "display_name_original"),
    PartyName: ("id", "uid", "party_id", "original", "last_name", "first_name", "key", "skeleton"),
    Work: ("id", "uid", "number", "title", "iswc", "language"),
    WorkTitle: ("uid", "work_id", "title_type", "text", "language", "script", "key", "skeleton"),
    WorkShare: ("uid", "work_id", "party_id", "role", "right", "share", "source"),
    Recording: ("id", "uid", "isrc", "title", "key", "skeleton"),
    RecordingPerformer: ("uid", "recording_id", "name", "name_original", "key", "skeleton"),
    RecordingWork: ("uid", "recording_id", "work_id"),
}


@dataclass(frozen=True, slots=True)
class Song:
    """A work of the repertoire as a query may ask for it."""

    work_id: int
    title: Word
    titles: tuple[str, ...]  # those of its titles that are registered
    writers: tuple[Word, ...]
    performer: Word | None
    iswc: str
    isrc: str


@dataclass
class _Rows:
    chance: random.Random
    held: dict[type[Model], list[Sequence[Any]]] = field(default_factory=lambda: {model: [] for model in TABLES})

    def add(self, model: type[Model], *values: Any) -> None:
        """Values of the columns in TABLES; the others take their defaults."""
        self.held[model].append(values)

    def uid(self) -> uuid.UUID:
        """A random uid from the seed."""
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)


def make_repertoire(place: Place, *, works: int, seed: int) -> list[Song]:
    """Write the works with owners and recordings; gives a sample of a thousand and twenty-four of them back."""
    lexicon = Lexicon(seed)
    people = [lexicon.person() for _ in range(max(50, int(works * PEOPLE_A_WORK)))]
    performers = [lexicon.person() for _ in range(max(20, int(works * PERFORMERS_A_WORK)))]
    rows, songs = _Rows(random.Random(seed + 1)), []  # noqa: S311 - reproducible data
    asked = set(rows.chance.sample(range(1, works + 1), min(1024, works)))
    link = admin(place.superuser_url)
    with link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for part in _parts(len(people)):
            for number in part:
                _person(rows, number, people[number - 1])
            _copy(cursor, rows)
        for part in _parts(works):
            for number in part:
                song = _song(rows, number, lexicon, people, performers)
                songs += [song] if number in asked else []
            _copy(cursor, rows)
        cursor.execute("ANALYZE")
    link.close()
    return songs


def _parts(size: int) -> Iterator[range]:
    return (range(first, min(first + BLOCK, size + 1)) for first in range(1, size + 1, BLOCK))


def _person(rows: _Rows, number: int, name: Word) -> None:
    first, _blank, last = name.roman.rpartition(" ")
    rows.add(Party, number, rows.uid(), "person", name.roman, name.urdu)
    key, bones = text_key(name.roman), skeleton(name.roman)
    rows.add(PartyName, number, rows.uid(), number, name.urdu, last, first, key, bones)


def _song(rows: _Rows, number: int, lexicon: Lexicon, people: list[Word], performers: list[Word]) -> Song:
    chance, title = rows.chance, lexicon.title()
    nine = f"{number:09d}"
    iswc = f"T{nine}{iswc_check_digit(nine)}" if chance.random() < 0.5 else ""
    urdu_only, both = chance.random() < 0.08, chance.random() < 0.7
    shown = title.urdu if urdu_only else title.roman
    rows.add(Work, number, rows.uid(), f"W{number:07d}", shown, iswc or None, "ur")
    titles = (shown, title.urdu) if both and not urdu_only else (shown,)
    for kind, text in zip(("OT", "OL"), titles, strict=False):
        key, bones = text_key(text)[:400], skeleton(text)[:200]
        rows.add(WorkTitle, rows.uid(), number, kind, text, "ur", script_of(text), key, bones)
    writers = _owners(rows, number, people)
    performer = _recording(rows, number, title, performers) if chance.random() < 0.6 else None
    isrc = f"PKBCH{number:07d}" if performer else ""
    return Song(number, title, titles, tuple(people[writer - 1] for writer in writers), performer, iswc, isrc)


def _owners(rows: _Rows, number: int, people: list[Word]) -> list[int]:
    """A few write thousands of works, most a handful."""
    split = rows.chance.choice(SPLITS)
    writers: list[int] = []
    while len(writers) < len(split):
        writer = 1 + int(len(people) * rows.chance.random() ** 4)
        if writer not in writers:
            writers.append(writer)
    for writer, share in zip(writers, split, strict=True):
        for right in ("PR", "MR"):
            rows.add(WorkShare, rows.uid(), number, writer, "CA", right, share, "bench")
    return writers


def _recording(rows: _Rows, number: int, title: Word, performers: list[Word]) -> Word:
    performer = performers[int(len(performers) * rows.chance.random() ** 3)]
    key, bones = text_key(title.roman)[:400], skeleton(title.roman)[:200]
    rows.add(Recording, number, rows.uid(), f"PKBCH{number:07d}", title.roman, key, bones)
    rows.add(RecordingWork, rows.uid(), number, number)
    name_key, name_bones = text_key(performer.roman), skeleton(performer.roman)
    rows.add(RecordingPerformer, rows.uid(), number, performer.roman, performer.urdu, name_key, name_bones)
    return performer


def _copy(cursor: Any, rows: _Rows) -> None:
    for model, columns in TABLES.items():
        usual = _usual_values(model, columns)
        names = ", ".join(f'"{name}"' for name in (*columns, *usual))
        text = io.StringIO("".join(_line((*values, *usual.values())) for values in rows.held[model]))
        cursor.copy_expert(f"COPY {model._meta.db_table} ({names}) FROM STDIN", text)
        rows.held[model].clear()


def _usual_values(model: type[Model], given: Sequence[str]) -> dict[str, Any]:
    """The defaults of the columns that are not given and may not be null."""
    left = (field for field in model._meta.concrete_fields if field.column not in given and not field.primary_key)
    return {str(field.column): field.get_default() for field in left if not field.null and not field.has_db_default()}


def _line(values: Iterable[Any]) -> str:
    return "\t".join(r"\N" if value is None else str(value) for value in values) + "\n"
