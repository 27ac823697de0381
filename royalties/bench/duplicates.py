"""The comparison of all works with each other: how long the first one takes, how long the next, and what it finds.

A thousand songs of the repertoire are registered a second time, each with the spelling of somebody else and the same
writers; how many of these twins are found is the quality of the search.
"""

import os
import random
import resource
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection

from cmo_portal.common.spelling import script_of, skeleton, text_key
from royalties.bench.place import Place, connect
from royalties.bench.repertoire import Song, make_repertoire
from works.models import DuplicatePair, Work, WorkShare, WorkTitle
from works.services.duplicates import sweep_works

SPELLINGS = (("aa", "a"), ("ee", "i"), ("oo", "u"), ("i", "ee"), ("a", "aa"), ("u", "oo"), ("kh", "k"), ("q", "k"))


def measure_duplicates(place: Place, *, works: int, seed: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Make the repertoire with its twins, then compare: all works, nothing new, and the twins changed."""
    tell(f"making {works:,} works")
    songs = make_repertoire(place, works=works, seed=seed)
    twins = _twins(place, songs, random.Random(seed + 3))  # noqa: S311 - reproducible data
    tell("comparing all of them")
    swept, first = _timed(tell)
    found = set(DuplicatePair.objects.values_list("first_id", "second_id"))
    _none, nothing = _timed(tell)
    tell("comparing the twins again")
    Work.objects.filter(pk__in=[second for _first, second in twins]).update(duration=200)
    changed, again = _timed(tell)
    return {
        "works": swept,
        "cores": os.cpu_count(),
        "first_seconds": round(first, 1),
        "works_per_second": round(swept / first),
        "nothing_new_seconds": round(nothing, 1),
        "changed": changed,
        "changed_seconds": round(again, 1),
        "pairs": len(found),
        "twins": len(twins),
        "twins_found": round(len(found & set(twins)) / len(twins), 4),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _timed(tell: Callable[[str], None]) -> tuple[int, float]:
    began, steps = time.perf_counter(), [0]

    def told(done: int, total: int) -> None:
        if total and done * 10 // total > steps[0]:
            steps[0] = done * 10 // total
            tell(f"  {done:,} of {total:,}")

    count = sweep_works(told=told, held=lambda: None)
    return count, time.perf_counter() - began


def _twins(place: Place, songs: list[Song], chance: random.Random) -> list[tuple[int, int]]:
    """A second registration of each song of the sample; pairs of ids."""
    connect(place.superuser_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        last = Work.objects.order_by("-pk").values_list("pk", flat=True)[0]  # the repertoire brought its own numbers
        made = Work.objects.bulk_create(
            Work(pk=last + place + 1, number=f"X{place:07d}", title=_misspelt(song.title.roman, chance), language="ur")
            for place, song in enumerate(songs)
        )
        WorkTitle.objects.bulk_create(_title(work) for work in made)
        owners: dict[int, list[WorkShare]] = {}
        for row in WorkShare.objects.filter(work__in=[song.work_id for song in songs]).order_by("pk"):
            owners.setdefault(row.work_id, []).append(row)
        WorkShare.objects.bulk_create(
            _share(work, row) for work, song in zip(made, songs, strict=True) for row in owners[song.work_id]
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE works_work, works_worktitle, works_workshare")
    finally:
        connect(place.app_url)
    return [(song.work_id, work.pk) for song, work in zip(songs, made, strict=True)]


def _misspelt(title: str, chance: random.Random) -> str:
    """The title with one or two spellings that another clerk would choose, or a letter twice."""
    for one, other in chance.sample(SPELLINGS, len(SPELLINGS)):
        if one in title:
            return title.replace(one, other, 1)
    place = chance.randrange(len(title))
    return title[:place] + title[place] + title[place:]


def _title(work: Work) -> WorkTitle:
    text = work.title
    keys = {"key": text_key(text)[:400], "skeleton": skeleton(text)[:200], "script": script_of(text)}
    return WorkTitle(work=work, text=text, language="ur", **keys)


def _share(work: Work, row: WorkShare) -> WorkShare:
    return WorkShare(
        uid=uuid.uuid4(), work=work, party_id=row.party_id, role=row.role, right=row.right, share=row.share
    )
