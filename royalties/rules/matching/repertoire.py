"""The repertoire as a matcher sees it: columns of works turned into keys, sets and an inverted index of rare words."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from cmo_portal.common.spelling import skeleton, skeleton_words, text_key
from royalties.rules.matching.identifiers import isrc_of, iswc_of, number_of
from royalties.rules.matching.normalise import name_keys, name_set_key, title_forms
from royalties.rules.matching.scripts import scripts_of
from royalties.rules.matching.skeleton import names_skeleton

SHORTEST_SKELETON = 3
# Tokens of the index other than plain words carry a mark that no folded word can begin with.
SOUND_MARK, TITLE_MARK, TITLE_SOUND_MARK = "~", "=", "#"


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """One work with its keys: forms of all its titles, names by role, skeletons, and all its words as one text.

    `joined_latin` holds the words in Latin letters, `joined` those in other letters; each is all words when its own
    are missing.
    """

    work_id: int
    titles: tuple[str, ...]
    creators: tuple[str, ...]
    performers: tuple[str, ...]
    title_skeletons: tuple[str, ...]
    names_skeletons: tuple[str, ...]
    joined: str
    joined_latin: str
    scripts: frozenset[str]
    seconds: int


class WorkIndex:
    """All works that usage may be linked to; built once for a run and only read afterwards.

    A work is addressed inside by its position in the columns; `entries[position].work_id` is the caller's id.
    """

    def __init__(self) -> None:
        self.entries: list[WorkEntry] = []
        self.position_of: dict[int, int] = {}
        self.by_isrc: dict[str, list[int]] = defaultdict(list)
        self.by_iswc: dict[str, list[int]] = defaultdict(list)
        self.by_number: dict[str, list[int]] = defaultdict(list)
        self.by_exact: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.postings: dict[str, array[int]] = {}

    @classmethod
    def from_columns(
        cls,
        work_ids: Sequence[int],
        titles: Sequence[Sequence[str]],
        *,
        creators: Sequence[Sequence[str]] | None = None,
        performers: Sequence[Sequence[str]] | None = None,
        isrcs: Sequence[Sequence[str]] | None = None,
        iswcs: Sequence[str] | None = None,
        numbers: Sequence[str] | None = None,
        seconds: Sequence[int] | None = None,
    ) -> WorkIndex:
        """Build the index from columns of one length, a row a work; their order does not matter.

        `titles` holds all titles of a work, alternative ones and those of its recordings included, in any script;
        `creators` and `performers` its people; `isrcs` the ISRCs of its recordings; `seconds` 0 where not known.
        """
        size = len(work_ids)
        nothing: Sequence[Sequence[str]] = [()] * size
        index = cls()
        rows = zip(
            work_ids,
            titles,
            creators or nothing,
            performers or nothing,
            isrcs or nothing,
            iswcs or [""] * size,
            numbers or [""] * size,
            seconds or [0] * size,
            strict=True,
        )
        # In the order of the ids, so that equal candidates have one order whatever the query gave.
        for work_id, own_titles, makers, players, recordings, iswc, number, length in sorted(rows, key=_first):
            index._add(work_id, own_titles, makers, players, length)
            index._add_identifiers(recordings, iswc, number, len(index.entries) - 1)
        return index

    def __len__(self) -> int:
        return len(self.entries)

    def rarity(self, token: str) -> int:
        """How telling a token is: 1000 · log2(works ÷ works that have it); 0 for an unknown one."""
        found = self.postings.get(token)
        return round(1000 * log2(max(len(self.entries), 2) / len(found))) if found else 0

    def _add(
        self, work_id: int, titles: Sequence[str], creators: Sequence[str], performers: Sequence[str], seconds: int
    ) -> None:
        forms = [title_forms(title) or (text_key(title),) for title in titles]
        makers, players = name_keys(creators), name_keys(performers)
        people = [*creators, *performers]
        voices = [names for role in (creators, performers) for names in _writings(role)]
        everything = list(dict.fromkeys([*(own[0] for own in forms), *makers, *players]))
        latin = [text for text in everything if text.isascii()]
        entry = WorkEntry(
            work_id=work_id,
            titles=tuple(dict.fromkeys(form for own in forms for form in own if form)),
            creators=makers,
            performers=players,
            title_skeletons=tuple(dict.fromkeys(filter(None, map(skeleton, titles)))),
            names_skeletons=tuple(dict.fromkeys(filter(None, map(names_skeleton, voices)))),
            joined=" ".join([text for text in everything if not text.isascii()] or everything),
            joined_latin=" ".join(latin or everything),
            scripts=frozenset().union(*map(scripts_of, titles)),
            seconds=seconds,
        )
        position = len(self.entries)
        self.entries.append(entry)
        self.position_of[work_id] = position
        for token in set(_tokens(entry, titles, people)):
            self.postings.setdefault(token, array("l")).append(position)
        # A name in two scripts is two names here, but a source writes one of them.
        groups = [names for role in (makers, players) for names in _writings(role)]
        sets = {name_set_key(names) for names in groups} - {""}
        for key in {(own[0], names) for own in forms for names in sets if own[0]}:
            self.by_exact[key].append(position)

    def lead_on(self, work_id: int, *, iswc: str = "", number: str = "") -> None:
        """Let the numbers of a merged work name the work that stands for it; unknown works are passed over."""
        position = self.position_of.get(work_id)
        if position is not None:
            self._add_identifiers((), iswc, number, position)

    def _add_identifiers(self, isrcs: Iterable[str], iswc: str, number: str, position: int) -> None:
        for isrc in {isrc_of(value) for value in isrcs} - {""}:
            self.by_isrc[isrc].append(position)
        if found := iswc_of(iswc):
            self.by_iswc[found].append(position)
        if found := number_of(number):
            self.by_number[found].append(position)


def _writings(names: Sequence[str]) -> list[Sequence[str]]:
    """The names as they are and, where they mix Latin (ASCII once folded) with other letters, each kind by itself."""
    latin = [name for name in names if name.isascii()]
    if not names or len(latin) in {0, len(names)}:
        return [names] if names else []
    return [names, latin, [name for name in names if not name.isascii()]]


def _first(row: tuple[Any, ...]) -> int:
    work_id: int = row[0]
    return work_id


def _tokens(entry: WorkEntry, titles: Sequence[str], people: Sequence[str]) -> Iterator[str]:
    """Everything a work can be found by: words, their skeletons, titles without blanks, skeletons of whole titles."""
    for text in (*entry.titles, *entry.creators, *entry.performers):
        yield from text.split()
    for text in (*titles, *people):
        for word in skeleton_words(text):
            if len(word) >= SHORTEST_SKELETON:
                yield SOUND_MARK + word
    for form in entry.titles:
        yield TITLE_MARK + form.replace(" ", "")
    for sound in entry.title_skeletons:
        yield TITLE_SOUND_MARK + sound
