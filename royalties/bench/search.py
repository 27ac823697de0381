"""The search of the public repertoire: first pages of every kind of question, beside the least a page can cost.

That least is a page of twenty works whose ids are known: the works, their titles and their owners. Both are measured
in turn, in the database alone: what the statements of a page take, their rows fetched. Quality stands beside speed:
whether the first work has the exact title asked for, and whether a misspelt title is among the first ten.
"""

import datetime as dt
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from cmo_portal.common.spelling import text_key
from royalties.bench.place import Place
from royalties.bench.repertoire import Song, make_repertoire
from royalties.bench.words import misspelt
from royalties.demo.words import Word
from works.models import SearchWord, Work, WorkTitle
from works.queries.search import search_works
from works.queries.work_pages import listed
from works.rules.identifiers import format_isrc, format_iswc
from works.services.search import rebuild_search

PAGE = 20
TODAY = dt.date(2026, 10, 1)
GOAL_MS = 50
TURNS = 3  # of each question; the middle one counts, so that a busy neighbour does not


def measure_search(
    place: Place, *, works: int, questions: int, seed: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Make the repertoire, then ask: so many questions of each kind, the kinds in turn."""
    tell(f"making {works:,} works")
    songs = make_repertoire(place, works=works, seed=seed)
    tell("making their search documents")
    began = time.perf_counter()
    rebuild_search(tell=lambda done, last: None)
    rebuilt = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE works_searchdocument, works_searchword")
    chance = random.Random(seed + 2)  # noqa: S311 - reproducible data
    asked = list(_questions(songs, questions, chance))
    tell("warming up")
    for _kind, text, _song in asked:
        _first_page(text)
    tell(f"asking {len(asked):,} questions")
    times, hits = _ask(asked, chance, works)
    return {
        "works": works,
        "titles": WorkTitle.objects.count(),
        "words": SearchWord.objects.count(),
        "cores": os.cpu_count(),
        "rebuild_seconds": round(rebuilt, 1),
        "rebuild_works_per_second": round(works / rebuilt),
        "goal_ms": GOAL_MS,
        "kinds": _summary(times),
        "quality": {name: round(sum(found) / len(found), 3) for name, found in hits.items() if found},
    }


def _questions(songs: list[Song], count: int, chance: random.Random) -> Iterator[tuple[str, str, Song]]:
    kinds: dict[str, Callable[[Song], str]] = {
        "exact title": lambda song: chance.choice((str.lower, str.upper, str))(chance.choice(song.titles)),
        "beginning": lambda song: _beginning(song.title.roman),
        "other spelling": lambda song: song.title.roman.replace("oo", "u").replace("ee", "i").replace("aa", "a"),
        "misspelt title": lambda song: misspelt(song.title.roman, chance),
        "one word": lambda song: chance.choice(song.title.roman.split()),
        "title and writer": lambda song: f"{song.title.roman} {song.writers[0].roman.split()[-1]}",
        "writer": lambda song: _script(chance.choice(song.writers), chance),
        "misspelt writer": lambda song: misspelt(chance.choice(song.writers).roman, chance),
        "performer": lambda song: _script(song.performer, chance) if song.performer else "",
        "ISWC": lambda song: format_iswc(song.iswc),
        "ISRC": lambda song: format_isrc(song.isrc),
        "no hit": lambda song: "".join(chance.choice("qxzjvw") for _ in range(9)) + " zzyzx",
    }
    for song in chance.sample(songs, len(songs))[:count]:
        for kind, text_of in kinds.items():
            if text := text_of(song):
                yield kind, text, song


def _script(text: Word, chance: random.Random) -> str:
    return chance.choice((text.roman, text.roman.lower(), text.urdu))


def _beginning(title: str) -> str:
    """The first half of a title: whole words, or the one word not typed to its end."""
    words = title.split()
    return " ".join(words[: (len(words) + 1) // 2]) if len(words) > 1 else title[: max(2, len(title) - 2)]


def _first_page(text: str) -> list[Work]:
    works = search_works(text, limit=PAGE + 1)[:PAGE]
    listed(works, on=TODAY)
    return works


def _ask(
    asked: list[tuple[str, str, Song]], chance: random.Random, works: int
) -> tuple[dict[str, list[float]], dict[str, list[bool]]]:
    times: dict[str, list[float]] = {"limit: page of known works": []}
    hits: dict[str, list[bool]] = {"exact title first": [], "misspelt title in the first ten": [],
                                   "other spelling in the first ten": []}  # fmt: skip
    for kind, text, song in asked:
        ids = chance.sample(range(1, works + 1), min(PAGE, works))
        spent, least = [], []
        for _turn in range(TURNS):
            with _database_time() as took:
                found = _first_page(text)
            spent.append(took[0])
            with _database_time() as took:
                listed(list(Work.objects.filter(pk__in=ids).prefetch_related("titles")), on=TODAY)
            least.append(took[0])
        times.setdefault(kind, []).append(sorted(spent)[TURNS // 2])
        times.setdefault("all questions", []).append(sorted(spent)[TURNS // 2])
        times["limit: page of known works"].append(sorted(least)[TURNS // 2])
        if kind == "exact title":
            hits["exact title first"].append(bool(found) and text_key(text) in _keys(found[0]))
        elif kind in ("misspelt title", "other spelling"):
            wanted = {text_key(song.title.roman), text_key(song.title.urdu)}
            hits[f"{kind} in the first ten"].append(any(wanted & _keys(work) for work in found[:10]))
    return times, hits


def _keys(work: Work) -> set[str]:
    return {title.key for title in work.titles.all()}


@contextmanager
def _database_time() -> Iterator[list[float]]:
    """Seconds that the statements of the block take, added up."""
    took = [0.0]

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took[0] += time.perf_counter() - began

    with connection.execute_wrapper(run):
        yield took


def _summary(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    limit = _at(times["limit: page of known works"], 0.95)
    return {
        kind: {
            "count": len(took),
            "p50_ms": round(_at(took, 0.5) * 1000, 2),
            "p95_ms": round(_at(took, 0.95) * 1000, 2),
            "max_ms": round(max(took) * 1000, 2),
            "p95_ratio": round(_at(took, 0.95) / limit, 2),
        }
        for kind, took in times.items()
    }


def _at(took: list[float], part: float) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * part))]
