"""Finding works: for the public, for a member, for staff, and as columns for matching."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import BigIntegerField, Case, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from cmo_portal.common.spelling import skeleton, text_key
from members.models import Party
from works.models import RecordingWork, Work, WorkShare, WorkTitle
from works.queries.search import found_works_ids, like_titled_ids

LIVE = Q(state="registered")
GONE = ("merged", "withdrawn")  # no work of its own any more
OUT = (*GONE, "refused")  # nothing of it is corrected any more
SHARE_STATES = {"disputed": "disputed", "open": "unclaimed", "unconfirmed": "unconfirmed"}
LONGEST_QUERY = 200
MOST_FOUND = 200  # works that the list of staff shows for a text
COMPARED = 100  # works of each kind of likeness that a title is compared with
ALIKE = 0.45  # from this score a title is shown as a look-alike
TELLING = 5  # consonants from which an equal sound is no accident


def likest_works(text: str) -> list[int]:
    """Ids of the works that a text may mean to a list, as the public search ranks them but in any state; none where
    nothing is looked for."""
    return found_works_ids(text, limit=MOST_FOUND, everything=True)


def ranked(works: QuerySet[Work], text: str, likest: Sequence[int]) -> list[int]:
    """Ids of the works of a list: the likest first, best first, then all others: with a title that is the text, that
    begins so, by title."""
    listed = set(works.filter(pk__in=likest).values_list("pk", flat=True))
    titles, key = WorkTitle.objects.filter(work=OuterRef("pk")), text_key(text)[:LONGEST_QUERY]
    nearness = Case(
        When(Exists(titles.filter(key=key)), then=0),
        When(Exists(titles.filter(key__startswith=key)), then=1),
        default=2,
    )
    others = works.exclude(pk__in=likest).order_by(nearness, "title", "pk").values_list("pk", flat=True)
    return [*(pk for pk in likest if pk in listed), *others]


def in_order(works: QuerySet[Work], ids: Sequence[int]) -> QuerySet[Work]:
    """The works of a list in the order of their ids."""
    place = Func(Value(list(ids), ArrayField(BigIntegerField())), F("pk"), function="array_position")
    return works.order_by(place, "pk")


def found_works(*, text: str = "", state: str = "", likest: Sequence[int] = ()) -> QuerySet[Work]:
    """Works for staff: those that a text may mean (`likest`), in any state but merged; by what is open about them."""
    works = Work.objects.all() if state == "withdrawn" else Work.objects.exclude(state__in=GONE)
    if text.strip():
        works = works.filter(pk__in=likest)
    if state in ("submitted", "registered", "refused", "withdrawn"):
        return works.filter(state=state)
    if state in SHARE_STATES:
        wanted = WorkShare.objects.filter(work=OuterRef("pk"), state=SHARE_STATES[state])
        return works.filter(Exists(wanted))
    return works


def works_of(party: Party) -> QuerySet[Work]:
    """Every work in which the party holds or claims a share, or that it registered."""
    held = WorkShare.objects.filter(party=party).values("work_id")
    claimed = party.claims.values("dispute__work_id")
    sent = Work.objects.filter(registered_by=party)
    followed = sent.filter(merged_into__isnull=False).values("merged_into_id")
    mine = Q(pk__in=held) | Q(pk__in=claimed) | Q(registered_by=party) | Q(pk__in=followed)
    return Work.objects.filter(mine).exclude(state__in=GONE)


def own_alone(party: Party) -> QuerySet[Work]:
    """The works of a party in which nobody else has a share, and no part is without an owner."""
    others = WorkShare.objects.filter(Q(party=None) | ~Q(party=party), work=OuterRef("pk"))
    return works_of(party).exclude(Exists(others))


def my_works(party: Party, *, text: str = "", show: str = "", likest: Sequence[int] | None = None) -> QuerySet[Work]:
    """The member's works, found as the public finds them and by parts of a title, and by what they lack: `disputed`,
    `open` (a part without an owner), `unconfirmed` (not agreed by all sides) or `silent` (no recording). Each row knows
    all of them. `likest` is what `likest_works` said of the text, where it was asked already."""
    works = works_of(party).annotate(
        is_disputed=Exists(WorkShare.objects.filter(work=OuterRef("pk"), state="disputed")),
        is_open=Exists(WorkShare.objects.filter(work=OuterRef("pk"), state="unclaimed")),
        is_unconfirmed=Exists(WorkShare.objects.filter(work=OuterRef("pk"), state="unconfirmed")),
        is_silent=~Exists(RecordingWork.objects.filter(work_id=OuterRef("pk"))),
    )
    if text.strip():
        works = works.filter(meant_by(text, likest))
    flags = {"disputed": "is_disputed", "open": "is_open", "unconfirmed": "is_unconfirmed", "silent": "is_silent"}
    return works.filter(**{flags[show]: True}) if show in flags else works


def meant_by(text: str, likest: Sequence[int] | None = None) -> Q:
    """Works that a text may mean in a list that is filtered and sorted: as the public search finds them, whatever their
    state, and those with these words anywhere in a title, however many."""
    return _titled(text) | Q(pk__in=likest_works(text) if likest is None else likest)


def _titled(text: str) -> Q:
    """Works with a number or a title that holds these words, or their sound in the other script."""
    key, bones = text_key(text)[:LONGEST_QUERY], skeleton(text)[:200]
    fits = Q(key__contains=key)
    if len(bones) > 2:
        fits |= Q(skeleton__contains=bones)
    titles = WorkTitle.objects.filter(fits).values("work_id")
    return Q(pk__in=titles) | Q(number__iexact=text.strip()[:14])


def look_alikes(titles: Iterable[str], party_ids: Iterable[int], *, limit: int = 5) -> list[Work]:
    """Registered works that may be the same as one about to be registered: like title, shared writer first."""
    scores: dict[int, Any] = {}
    for title in titles:
        for work_id, score in _title_scores(title, limit * 3).items():
            if score > ALIKE:
                scores[work_id] = max(score, scores.get(work_id, 0))
    works = list(Work.objects.filter(LIVE, pk__in=scores))
    shared = set(
        WorkShare.objects.filter(work__in=works, party_id__in=list(party_ids)).values_list("work_id", flat=True)
    )
    return sorted(works, key=lambda work: (work.pk not in shared, -scores[work.pk], work.pk))[:limit]


def has_namesake(titles: Iterable[str]) -> bool:
    """Whether a registered work has one of these titles, or one that sounds the same."""
    same = Q()
    for title in titles:
        same |= Q(key=text_key(title)[:400])
        if len(skeleton(title)) >= TELLING:
            same |= Q(skeleton=skeleton(title)[:200])
    return bool(same) and WorkTitle.objects.filter(same, work__state="registered").exists()


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
    for work_id, isrc in RecordingWork.objects.filter(recording__isrc__isnull=False).values_list(
        "work_id", "recording__isrc"
    ):
        isrcs[work_id].append(isrc or "")
    credits = RecordingWork.objects.filter(recording__performers__isnull=False).order_by(
        "recording_id", "recording__performers__position"
    )
    for work_id, name, original in credits.values_list(
        "work_id", "recording__performers__name", "recording__performers__name_original"
    ):
        performers[work_id] += [text for text in (name, original) if text]
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


def _title_scores(wanted: str, limit: int) -> dict[int, Any]:
    """Work id → how well a title fits: 5 the same, 4 begins so, 3 the same sound, 1.5 holds it, below 1 looks alike."""
    key, bones = text_key(wanted)[:400], skeleton(wanted)[:200]
    if not key:
        return {}
    rows = WorkTitle.objects.filter(work__in=like_titled_ids(wanted, limit=COMPARED), work__state="registered")
    alike = Greatest(TrigramSimilarity("key", key), TrigramSimilarity("skeleton", bones) * Value(0.8))
    score: Any = Case(
        When(key=key, then=Value(5.0)),
        When(key__startswith=f"{key} ", then=Value(4.0)),
        When(skeleton=bones, then=Value(3.0 if len(bones) > 2 else 1.2)),  # short words share their consonants often
        When(key__contains=key, then=Value(1.5)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    ranked = rows.annotate(score=score + alike).order_by("-score", F("work_id"))
    found: dict[int, Any] = {}
    for work_id, value in ranked.values_list("work_id", "score")[:limit]:
        found.setdefault(work_id, value)
    return found
