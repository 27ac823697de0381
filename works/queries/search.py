"""Finding works by what people remember: one box for title, writer, performer, ISWC, ISRC and work number.

The search goes by tiers, the best first, and stops as soon as a page is full: the exact title; titles that begin so;
works of exactly this writer or performer; titles that hold just these words, then works of people whose names hold
them; then, together, titles of the same sound (other spellings, the other script), works that hold all these words
anywhere in titles and names, and works that hold them but for a slip of the pen, the likest title first. Each statement
reads an index and is cut at what a page needs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from rapidfuzz.distance import OSA

from cmo_portal.common.spelling import ALL_VOWELS, skeleton, sound, text_key
from works.models import Work
from works.rules.asked_numbers import AskedNumber, asked_number

LONGEST_QUERY = 200
MOST_FOUND = 200  # works that pages lead to; who needs more says more
MOST_WORDS = 8
TELLING = 3  # consonants from which an equal sound is worth showing
CANDIDATES = 1000  # works whose titles are compared, of each kind of likeness
SPELLINGS = 12  # of a misspelt word
BEARERS = 50  # parties of one name
ALIKE = 0.7  # likeness of titles that comes before works of a writer whose name only sounds so
NAMED = 200  # works whose names are read for the very words
ANDS = ("and", "aur", "اور")  # “&” is folded to the first; a title may have another, or none
SAME_SOUND = 0.8  # what an equal sound counts at least: one slip in six letters is nearer

_VISIBLE = {False: "w.state = 'registered'", True: "w.state <> 'merged'"}
_SAME_TITLE = """
    SELECT DISTINCT t.work_id FROM works_worktitle t JOIN works_work w ON w.id = t.work_id
    WHERE t.key = %(key)s AND {visible} ORDER BY t.work_id LIMIT %(limit)s
"""
_BEGINNING = """
    SELECT t.work_id FROM works_worktitle t JOIN works_work w ON w.id = t.work_id
    WHERE t.key LIKE %(beginning)s AND {visible} ORDER BY t.key USING ~<~, t.work_id LIMIT %(limit)s
"""
# Of a name that is borne by thousands of works, no more are read than all pages together show: the same for each page,
# so that no work is missing between two of them.
_OF_NAMES = """
    SELECT DISTINCT w.id AS work_id FROM (
        SELECT s.work_id
        FROM (SELECT DISTINCT n.party_id FROM members_partyname n WHERE {of_party} ORDER BY 1 LIMIT %(bearers)s) n
        CROSS JOIN LATERAL (
            SELECT DISTINCT s.work_id FROM works_workshare s WHERE s.party_id = n.party_id AND s.state = 'active'
            ORDER BY s.work_id LIMIT %(most)s
        ) s
        UNION ALL
        SELECT l.work_id FROM (
            SELECT p.recording_id FROM works_recordingperformer p WHERE {of_performer}
            ORDER BY p.recording_id LIMIT %(most)s
        ) p JOIN works_recordingwork l ON l.recording_id = p.recording_id
    ) f JOIN works_work g ON g.id = f.work_id JOIN works_work w ON w.id = coalesce(g.merged_into_id, g.id)
    WHERE {visible} ORDER BY w.id LIMIT %(limit)s
"""
_SAME_NAME = _OF_NAMES.format(of_party="n.key = %(key)s", of_performer="p.key = %(key)s", visible="{visible}")
_NAME_SOUNDS_SO = _OF_NAMES.format(
    of_party="n.skeleton = %(bones)s", of_performer="p.skeleton = %(bones)s", visible="{visible}"
)
_SOUNDS_SO = """
    SELECT t.work_id, t.key FROM works_worktitle t WHERE t.skeleton = %(bones)s
    ORDER BY t.work_id LIMIT %(candidates)s
"""
# Materialised, so that the limit cannot talk the planner out of the index. Whether a work may be shown is asked of the
# few that a page needs, not of every candidate.
_HOLDING = """
    WITH fitting AS MATERIALIZED (SELECT work_id, titles FROM works_searchdocument WHERE {condition})
    SELECT work_id, titles FROM fitting LIMIT %(candidates)s
"""
_NAMES_HOLD = """
    SELECT DISTINCT s.work_id FROM works_workshare s JOIN members_partyname n ON n.party_id = s.party_id
    WHERE s.work_id = ANY (%(works)s) AND s.state = 'active'
        AND (string_to_array(n.key, ' ') @> %(words)s::text[] OR string_to_array(n.original, ' ') @> %(typed)s::text[])
    UNION
    SELECT l.work_id FROM works_recordingwork l JOIN works_recordingperformer p ON p.recording_id = l.recording_id
    WHERE l.work_id = ANY (%(works)s)
        AND (string_to_array(p.key, ' ') @> %(words)s::text[]
            OR string_to_array(p.name_original, ' ') @> %(typed)s::text[])
"""
_NEAR_WORDS = """
    SELECT q.place, v.sound
    FROM unnest(%(words)s::text[]) WITH ORDINALITY q (word, place)
    CROSS JOIN LATERAL (
        SELECT v.sound FROM works_searchword v WHERE v.slips && search_slips(q.word)
        GROUP BY v.sound ORDER BY max(similarity(v.word, q.word)) DESC, v.sound LIMIT %(spellings)s
    ) v
"""


def found_works_ids(text: str, *, limit: int, everything: bool = False) -> list[int]:
    """Ids of the works that a text may mean, best first, at most `limit`. `everything`: also those that are not
    registered (for staff)."""
    wanted = text.strip()[:LONGEST_QUERY].replace("\x00", "")
    if not wanted:
        return []
    asked = asked_number(wanted)
    numbered = _by_number(asked, everything) if asked else []
    if numbered or (asked and asked.is_told):
        return numbered[:limit]
    return _by_words(wanted, limit, everything)


def number_asked(text: str) -> AskedNumber | None:
    """The number that nothing was found for, where a text can mean nothing else; None for words."""
    asked = asked_number(text)
    return asked if asked and asked.is_told else None


def like_titled_ids(title: str, *, limit: int) -> list[int]:
    """Ids of registered works with a title that is, begins or sounds so, holds these words or words like them: those
    worth comparing with the title, at most `limit` of each kind, the likest first."""
    asked = _Asked.of(title, limit, everything=False)
    if not asked.key:
        return []
    exact = asked.rows(_SAME_TITLE, {}) + asked.rows(_BEGINNING, {"beginning": f"{_escaped(asked.key)}%"})
    holding = asked.rows(_HOLDING.replace("{condition}", _ALL_WORDS), {"sounds": asked_sounds(asked.key)})
    kinds = [asked.rows(_SOUNDS_SO, {}), holding, _near_rows(asked)]
    alike = [work_id for rows in kinds for work_id in _likest_first(_likeness(rows, asked.key))[:limit]]
    return list(dict.fromkeys([work_id for (work_id,) in exact] + alike))


def search_works(text: str, *, limit: int = 50, everything: bool = False) -> list[Work]:
    """As `found_works_ids`, as works with their titles."""
    ids = found_works_ids(text, limit=limit, everything=everything)
    works = Work.objects.prefetch_related("titles").in_bulk(ids)
    return [works[pk] for pk in ids if pk in works]


def _by_number(asked: AskedNumber, everything: bool) -> list[int]:
    column = "recordings__isrc" if asked.kind == "isrc" else asked.kind
    found = list(Work.objects.filter(**{column: asked.value}).order_by("pk").values_list("pk", flat=True))
    led = dict(Work.objects.filter(pk__in=found, merged_into__isnull=False).values_list("pk", "merged_into_id"))
    ids = list(dict.fromkeys(led.get(pk) or pk for pk in found))  # a merged work leads to the one that stands for it
    visible = set(Work.objects.filter(_shown(everything), pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk in visible]


def _shown(everything: bool) -> Q:
    return ~Q(state="merged") if everything else Q(state="registered")


def _by_words(wanted: str, limit: int, everything: bool) -> list[int]:
    asked = _Asked.of(wanted, limit, everything)
    if not asked.key:
        return []
    found: dict[int, None] = {}
    for sql, more in (
        (_SAME_TITLE, {}),
        *((_SAME_TITLE, {"key": other}) for other in _other_ands(asked.key)),
        (_BEGINNING, {"beginning": f"{_escaped(asked.key)} %"}),
        (_SAME_NAME, {}),
    ):
        found.update(dict.fromkeys(work_id for (work_id,) in asked.rows(sql, more)))
        if len(found) >= limit:
            return list(found)[:limit]
    candidates = _alike(asked, is_known=bool(found))
    while len(found) < limit and (some := list(islice(candidates, limit * 2))):
        shown = set(asked.shown(some))
        found.update(dict.fromkeys(work_id for work_id in some if work_id in shown))
    return list(found)[:limit]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for: the folded text, its skeleton, and what the statements need."""

    key: str
    bones: str
    typed: list[str]
    everything: bool
    values: dict[str, Any]

    @classmethod
    def of(cls, wanted: str, limit: int, everything: bool) -> "_Asked":
        key, bones = text_key(wanted)[:400], skeleton(wanted)[:200]
        cuts = {"limit": limit, "candidates": CANDIDATES, "most": MOST_FOUND * 2, "bearers": BEARERS}
        return cls(key, bones, wanted.split(), everything, {"key": key, "bones": bones, **cuts})

    def shown(self, ids: list[int]) -> Iterable[int]:
        """Those of the works that may be shown."""
        return Work.objects.filter(_shown(self.everything), pk__in=ids).values_list("pk", flat=True)

    def rows(self, sql: str, more: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement among the works that may be shown."""
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{visible}", _VISIBLE[self.everything]), self.values | more)
            return list(cursor.fetchall())


def _alike(asked: _Asked, *, is_known: bool) -> Iterator[int]:
    """Works by likeness, after those that are what was asked for; where there were such, nobody made a slip."""
    key, telling = asked.key, len(asked.bones) >= TELLING
    rows = asked.rows(_HOLDING.replace("{condition}", _ALL_WORDS), {"sounds": asked_sounds(_without_ands(key))})
    holding = _likeness(rows, key)
    bones = dict.fromkeys([asked.bones, *map(skeleton, _other_ands(key))]) if telling else {}
    heard = _likeness([row for each in bones for row in asked.rows(_SOUNDS_SO, {"bones": each})], key)
    heard = {work_id: max(score, SAME_SOUND) for work_id, score in heard.items()}
    yield from _with_the_words(asked, rows, holding, heard)
    near = {} if is_known else _likeness(_near_rows(asked), key)
    best = near | holding | heard
    yield from (work_id for work_id in _likest_first(best) if best[work_id] >= ALIKE)
    if telling:
        yield from (work_id for (work_id,) in asked.rows(_NAME_SOUNDS_SO, {}))
    yield from _likest_first(holding)
    yield from (work_id for (work_id,) in asked.rows(_BEGINNING, {"beginning": f"{_escaped(key)}%"}))
    if not telling:
        yield from _likest_first(_likeness(asked.rows(_SOUNDS_SO, {}), key))
    yield from _likest_first(near)


def _with_the_words(
    asked: _Asked, rows: Sequence[tuple[Any, ...]], scores: dict[int, float], heard: Iterable[int]
) -> Iterator[int]:
    """Of the works that hold these words by their sound: those with the very words in a title, the likest first; then,
    where titles only sound so, those with the very words in a name: whoever spells a name right means none of these."""
    words = _without_ands(asked.key).split()
    has_and = len(words) < len(asked.key.split())
    titled = {work_id: scores[work_id] for work_id, titles in rows if _has_words(titles, set(words), has_and)}
    yield from _likest_first(titled)
    others = sorted(scores.keys() - titled.keys())[:NAMED]
    if others and set(heard) - titled.keys():
        named = asked.rows(_NAMES_HOLD, {"works": others, "words": words, "typed": asked.typed})
        yield from sorted(work_id for (work_id,) in named)


def _has_words(titles: str, words: set[str], has_and: bool) -> bool:
    found = (set(title.split()) for title in titles.split(" | "))
    return any(words <= held and (not has_and or not held.isdisjoint(ANDS)) for held in found)


def _without_ands(key: str) -> str:
    """A folded text without its “and” between words; a text of nothing else as it is."""
    words = key.split()
    inner = [word for place, word in enumerate(words) if word not in ANDS or place in (0, len(words) - 1)]
    return " ".join(inner)


def _other_ands(key: str) -> list[str]:
    """The other ways to write a text with an “and” between words: with that of the other language, and with none."""
    words = key.split()
    ands = {place for place in range(1, len(words) - 1) if words[place] in ANDS}
    if not ands:
        return []
    ways = [" ".join(other if place in ands else word for place, word in enumerate(words)) for other in ANDS]
    return [way for way in (*ways, _without_ands(key)) if way != key]


def _likeness(rows: Iterable[tuple[Any, ...]], key: str) -> dict[int, float]:
    """Work id → how much its likest title is like the text: 1 the same, less for each letter that differs."""
    scores: dict[int, float] = {}
    for work_id, titles in rows:
        score = max(OSA.normalized_similarity(key, title) for title in titles.split(" | "))
        scores[work_id] = max(score, scores.get(work_id, 0.0))
    return scores


def _likest_first(scores: dict[int, float]) -> list[int]:
    return sorted(scores, key=lambda work_id: (-scores[work_id], work_id))


_ALL_WORDS = "words @> %(sounds)s::text[]"


def asked_sounds(key: str) -> list[str]:
    """The sounds that a document must hold, all of them, to have every word of a folded text."""
    spoken = _sounds(key)
    asked = [_spoken(each) for each in spoken]
    return spoken if all(each == ALL_VOWELS for each in asked) else asked


def _near_rows(asked: _Asked) -> list[tuple[Any, ...]]:
    """Works in which every word stands as typed, by its sound, or with one slip."""
    words = list(dict.fromkeys(_without_ands(asked.key).split()))[:MOST_WORDS]
    spellings = [{_spoken(sound(word)): None} for word in words]
    for place, alike in asked.rows(_NEAR_WORDS, {"words": words, "spellings": SPELLINGS}):
        spellings[place - 1][alike] = None
    if all(len(alike) == 1 for alike in spellings):
        return []
    names = {f"sounds_{place}": list(alike) for place, alike in enumerate(spellings)}
    condition = " AND ".join(f"words && %({name})s::text[]" for name in names)
    return asked.rows(_HOLDING.replace("{condition}", condition), names)


def _sounds(key: str) -> list[str]:
    return list(dict.fromkeys(sound(word) for word in key.split()))[: MOST_WORDS * 2]


def _spoken(spoken: str) -> str:
    """Words of vowels only differ too much between the scripts: that there is one is all that is asked."""
    return ALL_VOWELS if spoken.startswith(ALL_VOWELS) else spoken


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of what was found. `first` is the rank of its first work; `after` and `before` name the works next to
    which the neighbouring pages begin, None where there is none; `is_cut`: more fit than are ever shown."""

    works: list[Work]
    first: int
    after: UUID | None
    before: UUID | None
    is_cut: bool


def found_page(text: str, *, after: UUID | None = None, before: UUID | None = None, size: int) -> FoundPage:
    """The page of works that follows, or comes before, a work shown last; the first page when that work is found no
    more. A first page looks for no more than it shows; the others rank up to MOST_FOUND works anew."""
    place = after or before
    ids = found_works_ids(text, limit=MOST_FOUND + 1 if place else size + 1)
    known = Work.objects.filter(uid=place).values_list("pk", flat=True).first() if place else None
    start = 0
    if known in ids:
        start = ids.index(known) + 1 if after else max(0, ids.index(known) - size)
    shown = ids[: MOST_FOUND if place else size][start : start + size]
    works = Work.objects.in_bulk(shown)
    rows = [works[pk] for pk in shown if pk in works]
    reaches = start + len(shown)
    return FoundPage(
        works=rows,
        first=start + 1,
        after=rows[-1].uid if rows and reaches < min(len(ids), MOST_FOUND) else None,
        before=rows[0].uid if rows and start else None,
        is_cut=len(ids) > MOST_FOUND and reaches >= MOST_FOUND,
    )
