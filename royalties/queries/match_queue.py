"""The queue of matching: open texts grouped by what they say, ordered by money at stake; one group in detail."""

# ruff: noqa: S608 - the queries are composed of constants; values are parameters
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from royalties.models import TextClaim, UsageMatch
from royalties.queries.matches import latest_matches
from works.queries.regrouping import standing_work

SHOWN_BEFORE, SHOWN_AFTER = 4, 15
SHOWN_TEXTS = 10

# What a unit of weight of a file brings in the pools that it feeds: an estimate for the order of work, nothing is paid
# by it. The weight of a text is plays × seconds, or plays where no duration is known.
STAKES = """
    money AS (SELECT pool_id, sum(amount)::numeric AS amount FROM royalties_poolreceipt GROUP BY 1),
    weight AS (
        SELECT u.pool_id, sum(coalesce(nullif(f.seconds, 0), f.plays))::numeric AS total
        FROM royalties_poolusage u JOIN royalties_usagefile f ON f.id = u.file_id GROUP BY 1
    ),
    stake AS (
        SELECT u.file_id, sum(money.amount / weight.total) AS unit FROM royalties_poolusage u
            JOIN money ON money.pool_id = u.pool_id JOIN weight ON weight.pool_id = u.pool_id AND weight.total > 0
        GROUP BY 1
    )
"""
GROUPS = f"""
    WITH {STAKES},
    grouped AS (
        SELECT o.memory_key, count(*) AS texts, sum(o.plays) AS plays,
            sum(coalesce(nullif(o.seconds, 0), o.plays)) AS weight,
            coalesce(floor(sum(coalesce(nullif(o.seconds, 0), o.plays) * s.unit)), 0)::bigint AS at_stake,
            bool_or(o.outcome = 'queue') AS has_candidates
        FROM royalties_opentext o LEFT JOIN stake s ON s.file_id = o.file_id
        WHERE {{filters}} GROUP BY 1
    ),
    ranked AS (
        SELECT *, row_number() OVER (ORDER BY at_stake DESC, weight DESC, memory_key) AS place,
            count(*) OVER () AS groups
        FROM grouped
    ),
    middle AS (SELECT coalesce(min(place), 1) AS place FROM ranked WHERE memory_key = %(at)s)
    SELECT r.memory_key, r.texts, r.plays, r.at_stake, r.has_candidates, r.place, r.groups,
        (SELECT count(*) FROM royalties_textclaim c WHERE c.key = r.memory_key AND c.state = 'open')
    FROM ranked r, middle WHERE r.place BETWEEN middle.place - {SHOWN_BEFORE} AND middle.place + {SHOWN_AFTER}
    ORDER BY r.place
"""
# The heaviest text of each group stands for it.
LEADERS = """
    SELECT DISTINCT ON (o.memory_key) o.memory_key, t.file_id, t.text_no, t.title, t.creators, t.performers
    FROM royalties_opentext o JOIN royalties_usagetext t ON t.file_id = o.file_id AND t.text_no = o.text_no
    WHERE o.memory_key = ANY (%(keys)s) AND {filters}
    ORDER BY o.memory_key, o.seconds DESC, o.plays DESC, o.file_id, o.text_no
"""
MEMBERS = """
    SELECT t.file_id, t.text_no, t.title, t.creators, t.performers, t.album, t.isrc, t.iswc, t.own_number, t.length,
        t.line_count, t.plays, f.uid, f.filename, f.period_start, f.period_end, s.name,
        (SELECT string_agg(DISTINCT r.number, ', ') FROM royalties_usageclaim c JOIN royalties_run r ON r.id = c.run_id
            WHERE c.file_id = t.file_id AND c.released_at IS NULL AND r.state <> 'draft'),
        count(*) OVER ()
    FROM royalties_usagetext t JOIN royalties_usagefile f ON f.id = t.file_id
        JOIN royalties_usagesource s ON s.id = f.source_id
    WHERE (t.file_id = %(file)s AND t.text_no = %(text)s) OR (t.file_id, t.text_no) IN (
        SELECT o.file_id, o.text_no FROM royalties_opentext o WHERE o.memory_key = %(key)s)
    ORDER BY (t.file_id = %(file)s AND t.text_no = %(text)s) DESC, t.plays DESC, t.file_id, t.text_no
    LIMIT %(limit)s
"""
WORKS = """
    SELECT w.id, w.uid, w.number, coalesce(w.iswc, ''), coalesce(w.duration, 0),
        ARRAY(SELECT DISTINCT t.text FROM works_worktitle t WHERE t.work_id = w.id ORDER BY t.text),
        ARRAY(SELECT DISTINCT p.display_name || coalesce(nullif(' · ' || p.display_name_original, ' · '), '')
            FROM works_workshare s JOIN members_party p ON p.id = s.party_id WHERE s.work_id = w.id ORDER BY 1),
        ARRAY(SELECT DISTINCT p.name || coalesce(nullif(' · ' || p.name_original, ' · '), '')
            FROM works_recordingperformer p JOIN works_recordingwork l ON l.recording_id = p.recording_id
            WHERE l.work_id = w.id ORDER BY 1),
        ARRAY(SELECT DISTINCT r.isrc FROM works_recording r JOIN works_recordingwork l ON l.recording_id = r.id
            WHERE l.work_id = w.id AND r.isrc <> '' ORDER BY 1)
    FROM works_work w WHERE w.id = ANY (%s) AND w.state = 'registered'
"""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which open texts to show: of a source (id), a file (id), with candidates or without, those that members claim,
    with these words."""

    source: int | None = None
    file: int | None = None
    outcome: str = ""
    words: str = ""
    claimed: bool = False

    def sql(self) -> tuple[str, dict[str, Any]]:
        """The condition on `o`, an open text, and its parameters."""
        parts: dict[str, object] = {"o.source_id = %(source)s": self.source, "o.file_id = %(file)s": self.file}
        parts["o.outcome = %(outcome)s"] = self.outcome or None
        wanted = [part for part, value in parts.items() if value is not None]
        if self.claimed:
            wanted.append(
                "EXISTS (SELECT 1 FROM royalties_textclaim c WHERE c.key = o.memory_key AND c.state = 'open')"
            )
        if self.words:
            wanted.append(
                "EXISTS (SELECT 1 FROM royalties_usagetext t WHERE t.file_id = o.file_id AND t.text_no = o.text_no"
                " AND (t.title ILIKE %(words)s OR t.creators ILIKE %(words)s OR t.performers ILIKE %(words)s))"
            )
        words = self.words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        values = {"source": self.source, "file": self.file, "outcome": self.outcome, "words": f"%{words}%"}
        return " AND ".join(wanted) or "true", values


@dataclass(frozen=True, slots=True)
class Group:
    """Open texts that say the same, as a line of the queue. `at_stake` is estimated, in minor units; 0 if unknown.
    `claims` counts the members who claim them."""

    key: str
    texts: int
    plays: int
    at_stake: int
    has_candidates: bool
    place: int
    file_id: int
    text_no: int
    title: str
    people: str
    claims: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The part of the queue round the current group."""

    groups: tuple[Group, ...]
    current: Group | None
    before: Group | None
    after: Group | None
    total: int


def queue_page(chosen: QueueFilter, at: bytes) -> QueuePage:
    """The groups round the one with the key `at`, or from the top; two queries."""
    condition, values = chosen.sql()
    with connection.cursor() as cursor:
        cursor.execute(GROUPS.format(filters=condition), values | {"at": at})
        found = cursor.fetchall()
        keys = [bytes(row[0]) for row in found]
        cursor.execute(LEADERS.format(filters=condition), values | {"keys": keys})
        leaders = {bytes(row[0]): row[1:] for row in cursor.fetchall()}
    groups = tuple(_group(row, leaders[bytes(row[0])]) for row in found if bytes(row[0]) in leaders)
    wanted = at.hex()
    number = next((number for number, group in enumerate(groups) if group.key == wanted), 0)
    return QueuePage(
        groups=groups,
        current=groups[number] if groups else None,
        before=groups[number - 1] if groups and number else None,
        after=groups[number + 1] if number + 1 < len(groups) else None,
        total=found[0][6] if found else 0,
    )


def _group(row: tuple[Any, ...], leader: tuple[Any, ...]) -> Group:
    key, texts, plays, at_stake, has_candidates, place, _groups, claims = row
    file_id, text_no, title, creators, performers = leader
    people = " · ".join(filter(None, (performers.replace("|", ", "), creators.replace("|", ", "))))
    return Group(
        key=bytes(key).hex(),
        texts=texts,
        plays=int(plays),
        at_stake=at_stake,
        has_candidates=has_candidates,
        place=place,
        file_id=file_id,
        text_no=text_no,
        title=title,
        people=people,
        claims=claims,
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of a group with where it stands. `frozen_in` names the runs that have frozen its file already."""

    file_id: int
    text_no: int
    title: str
    creators: str
    performers: str
    album: str
    isrc: str
    iswc: str
    own_number: str
    length: int
    lines: int
    plays: int
    file_uid: str
    filename: str
    period_start: Any
    period_end: Any
    source: str
    frozen_in: str

    @property
    def shown_creators(self) -> str:
        """The writers, as people read them."""
        return self.creators.replace("|", ", ")

    @property
    def shown_performers(self) -> str:
        """The performers, as people read them."""
        return self.performers.replace("|", ", ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that a text may mean, as the clerk sees it. `score` is −1 when it was found by searching."""

    number_on_page: int
    work_id: int
    uid: str
    number: str
    iswc: str
    length: int
    titles: tuple[str, ...]
    creators: tuple[str, ...]
    performers: tuple[str, ...]
    isrcs: tuple[str, ...]
    score: int
    features: dict[str, int]
    vetoes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A text to be decided: the texts that say the same (its own first), its newest match, its candidates, and the
    claims of members that wait. A claimed work is the first of the candidates."""

    texts: tuple[Wording, ...]
    text_count: int
    match: UsageMatch | None
    candidates: tuple[Candidate, ...]
    claims: tuple[TextClaim, ...]

    @property
    def text(self) -> Wording:
        """The text itself."""
        return self.texts[0]

    @property
    def frozen_in(self) -> str:
        """The runs that have frozen any of the texts already."""
        return ", ".join(sorted({text.frozen_in for text in self.texts if text.frozen_in}))


def item(file_id: int, text_no: int, key: bytes) -> Item | None:
    """A text in detail, with every open text of the same key; four queries. None when there is no such text."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"file": file_id, "text": text_no, "key": key, "limit": SHOWN_TEXTS})
        rows = cursor.fetchall()
    if not rows or rows[0][:2] != (file_id, text_no):
        return None
    texts = tuple(Wording(*(*row[:12], str(row[12]), *row[13:17], row[17] or "")) for row in rows)
    match = latest_matches([(file_id, text_no)]).get((file_id, text_no))
    claims = open_claims(key)
    return Item(
        texts, rows[0][18], match, candidates(_claimed_first(match.candidates if match else [], claims)), claims
    )


def open_claims(key: bytes) -> tuple[TextClaim, ...]:
    """The claims to a text that wait, the oldest first, with their members and works."""
    rows = TextClaim.objects.filter(key=key, state="open").select_related("member__party", "work__merged_into")
    return tuple(rows.order_by("pk"))


def _claimed_first(compared: list[dict[str, Any]], claims: Iterable[TextClaim]) -> list[dict[str, Any]]:
    """The works that members claim before the others, with the comparison where there was one."""
    known = {one["work"]: one for one in compared}
    claimed = dict.fromkeys(standing_work(claim.work).pk for claim in claims)
    first = [known.get(work, {"work": work}) for work in claimed]
    return first + [one for one in compared if one["work"] not in claimed]


def candidates(compared: list[dict[str, Any]]) -> tuple[Candidate, ...]:
    """The works of stored comparisons, in their order; works that were merged or refused since are left out."""
    if not compared:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(WORKS, [[one["work"] for one in compared]])
        works = {row[0]: row[1:] for row in cursor.fetchall()}
    known = [one for one in compared if one["work"] in works]
    return tuple(_candidate(number, one, works[one["work"]]) for number, one in enumerate(known, 1))


def _candidate(number: int, compared: dict[str, Any], work: tuple[Any, ...]) -> Candidate:
    uid, own_number, iswc, length, titles, creators, performers, isrcs = work
    return Candidate(
        number_on_page=number,
        work_id=compared["work"],
        uid=str(uid),
        number=own_number,
        iswc=iswc,
        length=length,
        titles=tuple(titles),
        creators=tuple(creators),
        performers=tuple(performers),
        isrcs=tuple(isrcs),
        score=compared.get("score", -1),
        features=compared.get("features", {}),
        vetoes=tuple(compared.get("vetoes", ())),
    )
