"""How alike two works are: compared field by field, with what speaks for and against their being one.

All likenesses are whole numbers from 0 to 10,000; −1 says that one side is silent, which is not disagreement. Works of
one title are often different songs: without a shared number they need a writer in common, or a side that names none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

FULL, MISSING = 10_000, -1
SHOWN = 7_000  # from this score a pair is shown to a person
TITLE, SOUND, WRITERS, LENGTH = "title", "sound", "writers", "length"
ISRC, ISWC, NUMBER, OTHER_ISWC, COUNTS = "isrc", "iswc", "number", "iswc-differs", "numbers-differ"
WEIGHTS = {TITLE: 50, WRITERS: 40, LENGTH: 10}
SILENT = 6_000  # what a silent side counts as: no proof, no disproof
SOUND_PART = 93  # percent: sound alone is worth less than letters
TELLING_SOUND = 4  # consonants
NEAR_LETTERS = 5_500
TITLES_AGREE, WRITERS_AGREE = 8_600, 5_000
SHARED_NUMBER = 9_000  # the score of a shared number when the titles agree as well
MEDLEY_TITLE = 5_000  # a recording of two songs is borne by both: below this its number proves nothing
NUMBER_TITLE = 7_000  # numbers of two senders may be the same by chance
AGAINST = 2_500  # what different ISWCs cost
SECONDS_OF_DOUBT = 20
NAME_AGREES = 88


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What two works are compared by. `voices` are names of writers by their sound, in one order of words each."""

    work: int
    keys: tuple[str, ...]
    skeletons: tuple[str, ...]
    voices: tuple[str, ...]
    seconds: int
    iswcs: tuple[str, ...]
    isrcs: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One compared field: its code, how alike it is, and the values that agree or differ."""

    field: str
    likeness: int
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two works held against each other. `is_shown` when a person should look at them."""

    score: int
    evidence: tuple[Evidence, ...]

    @property
    def is_shown(self) -> bool:
        """Whether this is enough to ask somebody."""
        return self.score >= SHOWN


def compare(one: WorkFacts, other: WorkFacts) -> Likeness:
    """How alike two works are; the order of the two does not matter."""
    letters = _best(one.keys, other.keys)
    sound = _best(*(_sounds(side.skeletons, letters) for side in (one, other))) * SOUND_PART // 100
    title, writers = max(letters, sound), _writers(one.voices, other.voices)
    length = _length(one.seconds, other.seconds)
    shared = _shared(one, other)
    found = [Evidence(TITLE if letters >= sound else SOUND, title), Evidence(WRITERS, writers)]
    found += [Evidence(LENGTH, length, (str(abs(one.seconds - other.seconds)),))] if length != MISSING else []
    found += shared
    counts = _counts(one.keys) != _counts(other.keys)
    found += [Evidence(COUNTS, 0)] if counts else []
    differ = bool(one.iswcs and other.iswcs and not set(one.iswcs) & set(other.iswcs))
    found += [Evidence(OTHER_ISWC, 0, (one.iswcs[0], other.iswcs[0]))] if differ else []
    score = _score(title, writers, length, {item.field for item in shared}, counts)
    return Likeness(max(0, score - AGAINST) if differ else score, tuple(found))


def _score(title: int, writers: int, length: int, shared: set[str], counts: bool) -> int:
    values = {TITLE: title, WRITERS: writers, LENGTH: length}
    score = sum(WEIGHTS[name] * (SILENT if value == MISSING else value) for name, value in values.items()) // 100
    known = (ISRC in shared and max(title, writers) >= MEDLEY_TITLE) or (ISWC in shared)
    if known or (NUMBER in shared and title >= NUMBER_TITLE):
        return max(score, SHARED_NUMBER if title >= TITLES_AGREE else SHOWN)
    if counts or title < TITLES_AGREE or MISSING < writers < WRITERS_AGREE:
        return 0
    return score


def _shared(one: WorkFacts, other: WorkFacts) -> list[Evidence]:
    pairs = ((ISRC, one.isrcs, other.isrcs), (ISWC, one.iswcs, other.iswcs), (NUMBER, one.numbers, other.numbers))
    return [
        Evidence(field, FULL, tuple(sorted(both))) for field, mine, theirs in pairs if (both := {*mine} & {*theirs})
    ]


def _best(texts: Sequence[str], others: Sequence[str]) -> int:
    pairs = [
        max(fuzz.ratio(mine, theirs), fuzz.ratio(mine.replace(" ", ""), theirs.replace(" ", "")))
        for mine in texts
        for theirs in others
        if mine and theirs
    ]
    return round(max(pairs, default=0) * 100)


def _sounds(skeletons: Sequence[str], letters: int) -> list[str]:
    """The sounds that say something: a few consonants are shared by many words, unless the letters come near too."""
    return [sound for sound in skeletons if len(sound) >= TELLING_SOUND or letters >= NEAR_LETTERS]


def _writers(one: Sequence[str], other: Sequence[str]) -> int:
    """The part of the shorter list of writers that stands in the longer one, misspellings allowed."""
    if not one or not other:
        return MISSING
    shorter, longer = sorted((set(one), set(other)), key=len)
    found = sum(any(mine == theirs or fuzz.ratio(mine, theirs) >= NAME_AGREES for theirs in longer) for mine in shorter)
    return FULL * found // len(shorter)


def _length(one: int, other: int) -> int:
    if not one or not other:
        return MISSING
    return max(0, FULL - abs(one - other) * FULL // SECONDS_OF_DOUBT)


def _counts(keys: Sequence[str]) -> frozenset[str]:
    """The numbers in the titles: Part 1 is not Part 2."""
    return frozenset(word for key in keys for word in key.split() if word.isdigit())
