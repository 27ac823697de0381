"""Recordings for pages: of a work, of the whole register, and the works that have none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cmo_portal.common.known import NOW, Books
from cmo_portal.common.spelling import skeleton, text_key
from members.models import Member, Party
from members.queries.parties import matching_parties
from works.models import Recording, RecordingPerformer, RecordingWork, Work, WorkShare, WorkTitle
from works.queries.repertoire import own_alone
from works.queries.search import TELLING
from works.queries.titles import own_titles
from works.rules.identifiers import read_isrc

LONGEST_QUERY = 200
SUGGESTED = 3  # recordings offered for a work


def recordings_of(work: Work, *, books: Books = NOW, limit: int | None = None) -> list[Recording]:
    """The recordings of a work with their performers, in the order in which they came; two queries, as known before one
    more."""
    links = books.rows(RecordingWork, "recording", work_id=work.pk)
    recordings = sorted((link.recording for link in links), key=lambda recording: recording.pk)[:limit]
    books.attach(recordings, "performers")
    return recordings


def found_recordings(*, text: str = "", show: str = "") -> QuerySet[Recording]:
    """Recordings for staff: by ISRC, by words of a title or by a performer; `loose` are those without a work."""
    rows = Recording.objects.prefetch_related("performers", "works", own_titles("works__"))
    if show == "loose":
        rows = rows.exclude(Exists(RecordingWork.objects.filter(recording=OuterRef("pk"))))
    wanted = text.strip()[:LONGEST_QUERY]
    if not wanted:
        return rows
    isrc = read_isrc(wanted)
    if isrc.is_valid:
        return rows.filter(isrc=isrc.value)
    key, bones = text_key(wanted), skeleton(wanted)[:200]
    if not key:
        return rows.none()
    named = Q(key__startswith=key)
    if len(bones) >= TELLING:
        named |= Q(skeleton=bones)
    by_name = RecordingPerformer.objects.filter(named).values("recording_id")
    return rows.filter(named | Q(pk__in=by_name))


def own_recordings(works: Sequence[Work]) -> dict[int, list[RecordingWork]]:
    """For each work its links to recordings, with these and their performers. Two queries for a page of works."""
    found: dict[int, list[RecordingWork]] = {work.pk: [] for work in works}
    links = RecordingWork.objects.filter(work__in=works).select_related("recording")
    for link in links.prefetch_related("recording__performers").order_by("work_id", "pk"):
        found[link.work_id].append(link)
    return found


def silent_works(*, parties: Sequence[int] | None = None) -> QuerySet[Work]:
    """Registered works without a recording, with a share of one of these parties; of all where none are named."""
    works = Work.objects.filter(~Exists(RecordingWork.objects.filter(work_id=OuterRef("pk"))), state="registered")
    if parties is None:
        return works
    return works.filter(pk__in=WorkShare.objects.filter(party__in=parties, state="active").values("work_id"))


@dataclass(frozen=True, slots=True)
class SilentParty:
    """A member with the number of her works that have no recording."""

    pk: int
    name: str
    number: str
    works: int


def silent_parties(text: str = "", *, limit: int = 20) -> list[SilentParty]:
    """Members by how many of their registered works have no recording, most first; by member number or name where
    asked for. Two queries, three for a name."""
    members = Member.objects.all()
    if text:
        members = members.filter(Q(number__iexact=text) | Q(party__in=matching_parties(text)))
    silent = silent_works().values("pk")
    rows = (
        WorkShare.objects.filter(state="active", party__in=members.values("party_id"), work__in=silent)
        .values("party_id", "party__display_name", "party__member__number")
        .annotate(works=Count("work_id", distinct=True))
        .order_by("-works", "party_id")[:limit]
    )
    return [
        SilentParty(row["party_id"], row["party__display_name"], row["party__member__number"], row["works"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recording that may be one of a work, by the likeness of its title."""

    recording: Recording
    is_loose: bool


def suggestions(works: Sequence[Work], party: Party) -> dict[int, list[Suggestion]]:
    """For each work at most three recordings of the same title, in whatever spelling, that are linked to no work or to
    works that are this party's alone. Four queries for a page of works."""
    keys, bones = _titles_of(works)
    alike = Q(key__in=list(keys)) | Q(skeleton__in=list(bones))
    rows = Recording.objects.filter(alike, isrc__isnull=False).prefetch_related("performers")
    others = RecordingWork.objects.filter(recording=OuterRef("pk")).exclude(work__in=own_alone(party).values("pk"))
    free = rows.exclude(Exists(others)).annotate(links=Count("parts")).order_by("pk")[: len(works) * 20]
    mine = set(RecordingWork.objects.filter(work__in=works).values_list("recording_id", "work_id"))
    found: dict[int, list[Suggestion]] = {work.pk: [] for work in works}
    for recording in free:
        for work_id in keys.get(recording.key, set()) | bones.get(recording.skeleton, set()):
            if (recording.pk, work_id) not in mine and len(found[work_id]) < SUGGESTED:
                found[work_id].append(Suggestion(recording, is_loose=recording.links == 0))
    return found


def _titles_of(works: Sequence[Work]) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """Keys and telling skeletons of the titles of works → the works."""
    keys: dict[str, set[int]] = {}
    bones: dict[str, set[int]] = {}
    for work_id, key, skeletal in WorkTitle.objects.filter(work__in=works).values_list("work_id", "key", "skeleton"):
        keys.setdefault(key, set()).add(work_id)
        if len(skeletal) >= TELLING:
            bones.setdefault(skeletal, set()).add(work_id)
    return keys, bones
