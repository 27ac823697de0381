"""Finding works: for the public, for a member, for staff, and as columns for matching."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from cmo_portal.common.spelling import skeleton, text_key
from members.models import Party
from works.models import Recording, Work, WorkShare, WorkTitle
from works.rules.identifiers import read_isrc, read_iswc

LIVE = Q(state="registered")


def search_works(text: str, *, limit: int = 50) -> list[Work]:
    """Works by title, writer, ISWC or ISRC, in Urdu or Roman letters; the exact title first. At most `limit`."""
    wanted = text.strip()
    if not wanted:
        return []
    for reading, field in ((read_iswc(wanted), "iswc"), (read_isrc(wanted), "recordings__isrc")):
        if reading.has_shape:
            return list(Work.objects.filter(LIVE, **{field: reading.value}).distinct()[:limit])
    ranked = _ranked_titles(wanted, limit * 3)
    by_writer = _works_by_writer(wanted, limit)
    order = {work_id: place for place, work_id in enumerate(dict.fromkeys([*ranked, *by_writer]))}
    works = Work.objects.filter(LIVE, pk__in=list(order)).prefetch_related("titles")
    return sorted(works, key=lambda work: order[work.pk])[:limit]


def works_of(party: Party) -> QuerySet[Work]:
    """Every work in which the party holds or claims a share, or that it registered."""
    held = WorkShare.objects.filter(party=party).values("work_id")
    claimed = party.claims.values("dispute__work_id")
    return Work.objects.filter(Q(pk__in=held) | Q(pk__in=claimed) | Q(registered_by=party)).exclude(state="merged")


def look_alikes(titles: Iterable[str], party_ids: Iterable[int], *, limit: int = 5) -> list[Work]:
    """Registered works that may be the same as one about to be registered: like title, shared writer first."""
    found: dict[int, None] = {}
    for title in titles:
        found.update(dict.fromkeys(_ranked_titles(title, limit)))
    works = list(Work.objects.filter(LIVE, pk__in=found).prefetch_related("shares"))
    parties = set(party_ids)
    shared = {work.pk: any(share.party_id in parties for share in work.shares.all()) for work in works}
    return sorted(works, key=lambda work: (not shared[work.pk], list(found).index(work.pk)))[:limit]


@dataclass(frozen=True, slots=True)
class IndexedWork:
    """A work as matching sees it: every title, every name of its parties and performers, every identifier."""

    work_id: int
    number: str
    iswc: str
    titles: tuple[str, ...]
    names: tuple[str, ...]
    performers: tuple[str, ...]
    isrcs: tuple[str, ...]
    duration: int


def indexed_works() -> list[IndexedWork]:
    """All live works with what matching needs, in five queries, ordered by id."""
    titles: dict[int, list[str]] = defaultdict(list)
    names: dict[int, list[str]] = defaultdict(list)
    performers: dict[int, list[str]] = defaultdict(list)
    isrcs: dict[int, list[str]] = defaultdict(list)
    for work_id, text in WorkTitle.objects.filter(work__state="registered").values_list("work_id", "text"):
        titles[work_id].append(text)
    for work_id, name, original in (
        WorkShare.objects.filter(party__isnull=False, work__state="registered")
        .values_list("work_id", "party__display_name", "party__display_name_original")
        .distinct()
    ):
        names[work_id] += [text for text in (name, original) if text]
    for work_id, isrc, performer in Recording.works.through.objects.values_list(
        "work_id", "recording__isrc", "recording__performer"
    ):
        isrcs[work_id] += [isrc] if isrc else []
        performers[work_id] += [performer] if performer else []
    return [
        IndexedWork(
            work_id=pk,
            number=number,
            iswc=iswc or "",
            titles=tuple(titles[pk]),
            names=tuple(names[pk]),
            performers=tuple(dict.fromkeys(performers[pk])),
            isrcs=tuple(isrcs[pk]),
            duration=duration or 0,
        )
        for pk, number, iswc, duration in Work.objects.filter(LIVE)
        .order_by("pk")
        .values_list("pk", "number", "iswc", "duration")
    ]


def _ranked_titles(wanted: str, limit: int) -> list[int]:
    """Work ids by likeness of a title: equal key, same skeleton, then trigrams."""
    key, bones = text_key(wanted)[:400], skeleton(wanted)
    same_bones = When(skeleton=bones, then=Value(0.8)) if len(bones) > 2 else When(pk=None, then=Value(0.0))
    rank: Any = Greatest(
        Case(When(key=key, then=Value(2.0)), same_bones, default=Value(0.0), output_field=FloatField()),
        TrigramSimilarity("key", key),
    )
    near = Q(key__trigram_similar=key) | Q(key=key)
    if len(bones) > 2:
        near |= Q(skeleton=bones)
    rows = WorkTitle.objects.filter(near, work__state="registered").annotate(rank=rank)
    return list(rows.order_by("-rank", F("work_id")).values_list("work_id", flat=True)[:limit])


def _works_by_writer(wanted: str, limit: int) -> list[int]:
    bones = skeleton(wanted)
    near = Q(names__key=text_key(wanted))
    if len(bones) > 2:
        near |= Q(names__skeleton=bones)
    parties = Party.objects.filter(near).values("pk")
    return list(
        WorkShare.objects.filter(party__in=parties)
        .order_by("work_id")
        .values_list("work_id", flat=True)
        .distinct()[:limit]
    )
