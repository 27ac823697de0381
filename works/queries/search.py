"""Finding works by what people remember: one box for title, writer, performer, ISWC, ISRC and work number.

The search goes by tiers, the best first, and stops as soon as a page is full: the exact title; titles that begin so;
works of exactly this writer or performer; titles, then names of the same sound (other spellings, the other script); all
words anywhere in titles and names; titles whose last word is not typed to its end; and last, where nearly nothing was
found, words that look like those typed. Each tier reads an index and is cut at what a page needs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from cmo_portal.common.spelling import ALL_VOWELS, skeleton, sound, text_key
from works.models import Work
from works.rules.identifiers import read_isrc, read_iswc

LONGEST_QUERY = 200
MOST_FOUND = 200  # works that pages lead to; who needs more says more
MOST_WORDS = 8
TELLING = 3  # consonants from which an equal sound is worth showing
ENOUGH = 8  # works from which no misspelling is looked for
CANDIDATES = 1000  # of the tiers that rank
SPELLINGS = 12  # of a misspelt word

_VISIBLE = {False: "w.state = 'registered'", True: "w.state <> 'merged'"}
_SAME_TITLE = """
    SELECT DISTINCT t.work_id FROM works_worktitle t JOIN works_work w ON w.id = t.work_id
    WHERE t.key = %(key)s AND {visible} ORDER BY t.work_id LIMIT %(limit)s
"""
_BEGINNING = """
    SELECT t.work_id FROM works_worktitle t JOIN works_work w ON w.id = t.work_id
    WHERE t.key LIKE %(beginning)s AND {visible} ORDER BY t.key USING ~<~, t.work_id LIMIT %(limit)s
"""
_OF_NAMES = """
    SELECT f.work_id FROM (
        SELECT s.work_id FROM members_partyname n
        JOIN works_workshare s ON s.party_id = n.party_id AND s.state = 'active' WHERE {of_party}
        UNION
        (SELECT l.work_id FROM works_recordingperformer p
        JOIN works_recordingwork l ON l.recording_id = p.recording_id
        WHERE {of_performer} ORDER BY p.key, p.recording_id LIMIT %(limit)s * 4)
    ) f JOIN works_work w ON w.id = f.work_id WHERE {visible} ORDER BY f.work_id LIMIT %(limit)s
"""
_SAME_NAME = _OF_NAMES.format(of_party="n.key = %(key)s", of_performer="p.key = %(key)s", visible="{visible}")
_NAME_SOUNDS_SO = _OF_NAMES.format(
    of_party="n.skeleton = %(bones)s", of_performer="p.skeleton = %(bones)s", visible="{visible}"
)
_SOUNDS_SO = """
    SELECT DISTINCT t.work_id FROM works_worktitle t JOIN works_work w ON w.id = t.work_id
    WHERE t.skeleton = %(bones)s AND {visible} ORDER BY t.work_id LIMIT %(limit)s
"""
# Materialised, so that the limit cannot talk the planner out of the index.
_RANKED = """
    WITH fitting AS MATERIALIZED (SELECT work_id, titles FROM works_searchdocument WHERE {condition}),
    chosen AS (SELECT work_id, titles FROM fitting LIMIT %(candidates)s)
    SELECT f.work_id FROM chosen f JOIN works_work w ON w.id = f.work_id WHERE {visible}
    ORDER BY similarity(f.titles, %(key)s) + strict_word_similarity(%(key)s, f.titles) DESC, f.work_id LIMIT %(limit)s
"""
_NEAR_WORDS = """
    SELECT q.place, v.sound
    FROM unnest(%(words)s::text[]) WITH ORDINALITY q (word, place)
    CROSS JOIN LATERAL (
        SELECT v.sound FROM works_searchword v WHERE v.word %% q.word
        GROUP BY v.sound ORDER BY max(similarity(v.word, q.word)) DESC, v.sound LIMIT %(spellings)s
    ) v
"""


def found_works_ids(text: str, *, limit: int, everything: bool = False) -> list[int]:
    """Ids of the works that a text may mean, best first, at most `limit`. `everything`: also those that are not
    registered (for staff)."""
    wanted = text.strip()[:LONGEST_QUERY].replace("\x00", "")
    if not wanted:
        return []
    numbered = _by_number(wanted, everything)
    return numbered[:limit] if numbered else _by_words(wanted, limit, everything)


def search_works(text: str, *, limit: int = 50, everything: bool = False) -> list[Work]:
    """As `found_works_ids`, as works with their titles."""
    ids = found_works_ids(text, limit=limit, everything=everything)
    works = Work.objects.prefetch_related("titles").in_bulk(ids)
    return [works[pk] for pk in ids if pk in works]


def _by_number(wanted: str, everything: bool) -> list[int]:
    named = [Q(number=wanted.upper())] if wanted[:1] in "wW" else []
    iswc, isrc = read_iswc(wanted), read_isrc(wanted)
    if iswc.has_shape:
        named.append(Q(iswc=iswc.value))
    if isrc.has_shape:
        named.append(Q(recordings__isrc=isrc.value))
    shown = ~Q(state="merged") if everything else Q(state="registered")
    return [pk for each in named for pk in Work.objects.filter(shown, each).order_by("pk").values_list("pk", flat=True)]


def _by_words(wanted: str, limit: int, everything: bool) -> list[int]:
    key, bones = text_key(wanted), skeleton(wanted)[:200]
    if not key:
        return []
    values = {"key": key[:400], "bones": bones, "limit": limit, "candidates": max(CANDIDATES, limit)}
    found: dict[int, None] = {}
    for tier in _tiers(key, bones, values):
        sql, more = tier(found)
        if sql:
            found.update(dict.fromkeys(_rows(sql.replace("{visible}", _VISIBLE[everything]), values | more)))
        if len(found) >= limit:
            break
    return list(found)[:limit]


_Tier = Callable[[dict[int, None]], tuple[str, dict[str, Any]]]


def _tiers(key: str, bones: str, values: dict[str, Any]) -> Iterator[_Tier]:
    """What is asked, in its order: each answers with a query and its further values, blank for nothing to ask."""
    yield lambda found: (_SAME_TITLE, {})
    yield lambda found: (_BEGINNING, {"beginning": f"{_escaped(key)} %"})
    yield lambda found: (_SAME_NAME, {})
    if len(bones) >= TELLING:
        yield lambda found: (_SOUNDS_SO, {})
        yield lambda found: (_NAME_SOUNDS_SO, {})
    yield lambda found: _all_words(key)
    yield lambda found: (_BEGINNING, {"beginning": f"{_escaped(key)}%"})
    if len(bones) < TELLING:
        yield lambda found: (_SOUNDS_SO, {})
    yield lambda found: _near_words(key) if len(found) < ENOUGH else ("", {})


def _all_words(key: str) -> tuple[str, dict[str, Any]]:
    wanted = [_asked(spoken) for spoken in _sounds(key)]
    if all(spoken == ALL_VOWELS for spoken in wanted):
        wanted = _sounds(key)
    return _RANKED.replace("{condition}", "words @> %(sounds)s::text[]"), {"sounds": wanted}


def _near_words(key: str) -> tuple[str, dict[str, Any]]:
    """Every word may stand for those that look like it."""
    words = list(dict.fromkeys(key.split()))[:MOST_WORDS]
    spellings = [{_asked(sound(word)): None} for word in words]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR_WORDS, {"words": words, "spellings": SPELLINGS})
        for place, alike in cursor.fetchall():
            spellings[place - 1][alike] = None
    if all(len(alike) == 1 for alike in spellings):
        return "", {}
    names = {f"sounds_{place}": list(alike) for place, alike in enumerate(spellings)}
    condition = " AND ".join(f"words && %({name})s::text[]" for name in names)
    return _RANKED.replace("{condition}", condition), names


def _sounds(key: str) -> list[str]:
    return list(dict.fromkeys(sound(word) for word in key.split()))[: MOST_WORDS * 2]


def _asked(spoken: str) -> str:
    """Words of vowels only differ too much between the scripts: that there is one is all that is asked."""
    return ALL_VOWELS if spoken.startswith(ALL_VOWELS) else spoken


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _rows(sql: str, values: dict[str, Any]) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


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
