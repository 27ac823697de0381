"""Distinct texts of usage: what sources wrote about one piece of music, with how often, and the keys of that text.

A month of lines holds far fewer texts than lines. Every text is matched once and the answer applied to all its lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from cmo_portal.common.spelling import skeleton, skeleton_words
from royalties.rules.matching.normalise import dashed_parts, name_keys, name_set_key, title_forms, title_key
from royalties.rules.matching.scripts import scripts_of
from royalties.rules.matching.skeleton import names_skeleton

MEMORY_KEY_VERSION = "1"
TEXT_COLUMNS = ("title", "creators", "performers", "isrc", "iswc", "own_number")


class UsageText(NamedTuple):
    """One distinct text. `creators` and `performers` hold names joined by a bar; `seconds` is 0 where not known."""

    title: str
    creators: str = ""
    performers: str = ""
    isrc: str = ""
    iswc: str = ""
    own_number: str = ""
    album: str = ""
    seconds: int = 0
    lines: int = 1
    plays: int = 0


@dataclass(frozen=True, slots=True)
class TextKeys:
    """The keys of one text, made once: what candidates are found by and compared with."""

    forms: tuple[str, ...]
    dashed: tuple[str, ...]
    creators: tuple[str, ...]
    performers: tuple[str, ...]
    joined: str
    title_skeletons: tuple[str, ...]
    names_skeletons: tuple[str, ...]
    words: frozenset[str]
    skeletons: frozenset[str]
    scripts: frozenset[str]
    seconds: int

    @property
    def names(self) -> tuple[str, ...]:
        """Creators and performers."""
        return self.creators + self.performers


def keys_of(text: UsageText) -> TextKeys:
    """The keys of a text. A title without a letter (a track number, columns that slid) gives way to the album."""
    title = text.title
    forms = title_forms(title)
    if not any(letter.isalpha() for form in forms for letter in form) and text.album:
        title, forms = text.album, (*title_forms(text.album), *forms)
    creators, performers = name_keys([text.creators]), name_keys([text.performers])
    people = f"{text.creators} {text.performers}"
    dashed = dashed_parts(title)
    sounds = [skeleton(form) for form in (title, *forms[1:], *dashed)] if forms else []
    # A source that writes `Performer - Title` has its names among the parts of the title.
    voices = [
        names_skeleton([names]) for names in ((text.creators, text.performers) if creators or performers else dashed)
    ]
    words = {word for form in forms for word in form.split()}
    words.update(word for name in creators + performers for word in name.split())
    return TextKeys(
        forms=forms,
        dashed=dashed,
        creators=creators,
        performers=performers,
        joined=" ".join(dict.fromkeys([*forms[:1], *creators, *performers])),
        title_skeletons=tuple(dict.fromkeys(filter(None, sounds))),
        names_skeletons=tuple(dict.fromkeys(filter(None, (names_skeleton([voice]) for voice in voices)))),
        words=frozenset(words),
        skeletons=frozenset(skeleton_words(f"{title} {people}")),
        scripts=scripts_of(title),
        seconds=text.seconds,
    )


class TextIdentity(NamedTuple):
    """What makes two writings one text: the key of the title and the sets of names. Cheap, unlike all the keys."""

    title: str
    creators: str
    performers: str

    @property
    def has_names(self) -> bool:
        """Whether anybody is named."""
        return bool(self.creators or self.performers)


def identity_of(text: UsageText) -> TextIdentity:
    """The identity of a text, for memory and exact keys."""
    return TextIdentity(title_key(text.title), name_set_key([text.creators]), name_set_key([text.performers]))


def memory_key(text: UsageText, identity: TextIdentity | None = None) -> bytes:
    """The 32 bytes under which a decision about a text is remembered: its normalised title and sets of names.

    Only a text without title and names is told apart by its identifiers. `identity` saves making it a second time.
    """
    identity = identity or identity_of(text)
    parts: tuple[str, ...] = identity
    if not any(identity):
        parts = (*identity, text.isrc, text.iswc, text.own_number)
    return hashlib.sha256("\x1f".join((MEMORY_KEY_VERSION, *parts)).encode()).digest()


def distinct_texts(
    columns: dict[str, Sequence[str]], plays: Sequence[int], seconds: Sequence[int]
) -> tuple[list[UsageText], npt.NDArray[np.int64]]:
    """The distinct texts of many lines, and for each line the position of its text.

    `columns` holds TEXT_COLUMNS and, if known, `album`; all sequences have one length. Texts are in the order of their
    first line. `lines` and `plays` of a text are sums; `seconds` is the longest play and `album` the first in the
    alphabet, so that neither depends on the order of lines.
    """
    size = len(plays)
    codes = np.zeros(size, dtype=np.int64)
    for name in TEXT_COLUMNS:
        if not any(columns[name]):
            continue  # most files leave most columns empty
        numbers, values = pd.factorize(np.array(columns[name], dtype=object))
        # Numbered anew after each column: the product of two counts of distinct values stays far below 2**63.
        codes = pd.factorize(codes * (len(values) + 1) + numbers)[0].astype(np.int64)
    count = int(codes.max()) + 1 if size else 0
    first = np.full(count, size, dtype=np.int64)
    np.minimum.at(first, codes, np.arange(size, dtype=np.int64))
    lines = np.bincount(codes, minlength=count)
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, codes, np.asarray(plays, dtype=np.int64))
    longest = np.zeros(count, dtype=np.int64)
    np.maximum.at(longest, codes, np.asarray(seconds, dtype=np.int64))
    albums = _first_albums(columns.get("album"), codes, count)
    facts = zip(first.tolist(), albums, longest.tolist(), lines.tolist(), sums.tolist(), strict=True)
    own = [columns[name] for name in TEXT_COLUMNS]
    texts = [UsageText._make((*(column[place] for column in own), *rest)) for place, *rest in facts]
    return texts, codes


def _first_albums(albums: Sequence[str] | None, codes: npt.NDArray[np.int64], count: int) -> list[str]:
    found = [""] * count
    for code, album in zip(codes.tolist(), albums or (), strict=False):
        if album and (not found[code] or album < found[code]):
            found[code] = album
    return found
