"""How well a text and a work agree: features, one score, and what speaks against deciding without a person.

All similarities are whole numbers from 0 to 10,000; −1 says that one side is silent, which is not disagreement. The
score is the mean of the features that are known, by their weights. Vetoes do not change the score: they say why a text
goes to a person although its score is high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from cmo_portal.common.spelling import skeleton_word
from royalties.rules.matching.repertoire import WorkEntry
from royalties.rules.matching.settings import FULL, MatchSettings
from royalties.rules.matching.texts import TextKeys

MISSING = -1
SOUND_PART = 90  # percent: sound alone is worth less than letters
DASHED_PART = 98
SECONDS_OF_DOUBT = 20  # a difference of this many seconds counts as no agreement at all
WORD_AGREES = 82  # one letter of five is another name: Qasim, Wasim
SHORT_WORD_AGREES = 70
TITLE_AGREES = 93
NAME_AGREES = 95
PART_IS_TITLE = 9_000


def _words(text: str) -> list[str]:
    return text.split()


# Words before and after a name that do not tell people apart.
_WEAK_WORDS = frozenset(
    _words(
        "ustad mian syed begum sahib bibi pandit pt dr mr mrs ms sir lady the and band group party orchestra ensemble"
    )
    + _words("استاد میاں سید بیگم صاحب صاحبہ اینڈ پارٹی گروپ")
)
# Words of titles that sources leave out or spell as they like.
_SMALL_WORDS = frozenset(
    _words("the a an of and in on to for de la le el ka ki ke kay se say ko mein me main hai hay ho na ne e o")
    + _words("کا کی کے سے کو میں ہے ہو نہ نے و دی")
)
_ROMAN_NUMERALS = frozenset(_words("ii iii iv vi vii viii ix xi xii"))

VETO_NO_TITLE = "no-title"
VETO_TITLE = "title-differs"
VETO_NO_NAMES = "no-names"
VETO_NAMES = "names-differ"
VETO_NUMBERS = "numbers-differ"
VETO_SOUND_ONLY = "sound-only"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A text held against one work: its score, the features behind it, and the vetoes."""

    position: int
    work_id: int
    score: int
    features: dict[str, int]
    vetoes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain values for storing beside the decision."""
        return {"work": self.work_id, "score": self.score, "features": self.features, "vetoes": list(self.vetoes)}


def compare(keys: TextKeys, entry: WorkEntry, position: int, settings: MatchSettings) -> Comparison:
    """The comparison of a text with a work, still without vetoes: `with_vetoes` adds them to the few that matter."""
    features = {
        "title_letters": _title_letters(keys, entry),
        "title_sound": _best_ratio(keys.title_skeletons, entry.title_skeletons),
        "names_letters": _names_letters(keys, entry),
        "names_sound": _best_ratio(keys.names_skeletons, entry.names_skeletons),
        "joined": _joined(keys, entry),
        "length": _length(keys.seconds, entry.seconds),
    }
    features["title"] = max(features["title_letters"], features["title_sound"] * SOUND_PART // 100)
    features["names"] = max(features["names_letters"], features["names_sound"] * SOUND_PART // 100, MISSING)
    return Comparison(position, entry.work_id, _weighted(features, settings.weights), features)


def with_vetoes(comparison: Comparison, keys: TextKeys, entry: WorkEntry, settings: MatchSettings) -> Comparison:
    """The comparison with what speaks against linking without a person."""
    return replace(comparison, vetoes=_vetoes(keys, entry, comparison.features, settings))


def title_similarity(keys: TextKeys, entry: WorkEntry) -> int:
    """How similar the titles are, by letters or by sound: the guard of links by identifier. 0 without a title."""
    if not keys.forms:
        return 0
    return max(_title_letters(keys, entry), _best_ratio(keys.title_skeletons, entry.title_skeletons))


def _weighted(features: dict[str, int], weights: dict[str, int]) -> int:
    known = [(weight, features[name]) for name, weight in weights.items() if features[name] != MISSING]
    total = sum(weight for weight, _value in known)
    return sum(weight * value for weight, value in known) // total if total else 0


def _scaled(similarity: float) -> int:
    return round(similarity * 100)


def _title_letters(keys: TextKeys, entry: WorkEntry) -> int:
    whole = max(
        (
            max(fuzz.ratio(own, other), fuzz.token_sort_ratio(own, other))
            for own in keys.forms
            for other in entry.titles
        ),
        default=0.0,
    )
    return max(_scaled(whole), _best_ratio(keys.dashed, entry.titles) * DASHED_PART // 100)


def _best_ratio(texts: Sequence[str], others: Sequence[str]) -> int:
    """The best plain ratio of any pair; MISSING when a side has no text."""
    pairs = [fuzz.ratio(own, other) for own in texts for other in others if own and other]
    return _scaled(max(pairs)) if pairs else MISSING


def _names_letters(keys: TextKeys, entry: WorkEntry) -> int:
    """The best agreement of any role with any role: services call composers artists and the other way round."""
    if keys.names:
        pairs = [
            (own, other) for own in (keys.performers, keys.creators) for other in (entry.performers, entry.creators)
        ]
        return max(
            (_names_agree(own, _in_script_of(own, other)) for own, other in pairs if own and other), default=MISSING
        )
    if keys.dashed and (entry.performers or entry.creators):
        people = [" ".join(_in_script_of(keys.dashed, names)) for names in (entry.performers, entry.creators)]
        return _best_ratio(keys.dashed, people)
    return MISSING


def _roles(keys: TextKeys, entry: WorkEntry) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """All pairs of a role of the text and a role of the work in which both have names."""
    others = [names for names in (entry.performers, entry.creators) if names]
    return [(own, other) for own in (keys.performers, keys.creators) if own for other in others]


def _in_script_of(own: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """The names written in the letters of the text; all of them when there are none such.

    Folded Latin names are ASCII and names of other scripts are not, which is all that has to be known here.
    """
    plain = all(map(str.isascii, own))
    return [name for name in names if name.isascii() == plain] or names


def _names_agree(own: Sequence[str], other: Sequence[str]) -> int:
    one, two = " ".join(own), " ".join(other)
    # The set forgives a missing guest, the sort does not forgive a shared surname alone; blanks are easily lost.
    words = fuzz.token_set_ratio(one, two) * 0.6 + fuzz.token_sort_ratio(one, two) * 0.4
    return _scaled(max(words, fuzz.ratio(one.replace(" ", ""), two.replace(" ", ""))))


def _joined(keys: TextKeys, entry: WorkEntry) -> int:
    """All words of both sides: right when title and names stand in the wrong columns or run together."""
    if not keys.forms or not (keys.scripts & entry.scripts):
        return MISSING
    own, other = keys.joined, entry.joined_latin if keys.joined.isascii() else entry.joined
    together = fuzz.ratio(own.replace(" ", ""), other.replace(" ", ""))
    return _scaled(fuzz.token_set_ratio(own, other) * 0.7 + together * 0.3)


def _length(own: int, other: int) -> int:
    if not own or not other:
        return MISSING
    return max(0, FULL - abs(own - other) * FULL // SECONDS_OF_DOUBT)


def _vetoes(keys: TextKeys, entry: WorkEntry, features: dict[str, int], settings: MatchSettings) -> tuple[str, ...]:
    found = []
    if not keys.forms:
        found.append(VETO_NO_TITLE)
    elif not _titles_agree(keys, entry):
        found.append(VETO_TITLE)
    if features["names"] == MISSING:
        found.append(VETO_NO_NAMES)
    elif features["names"] < settings.names_guard or (keys.names and not _names_have_partners(keys, entry)):
        found.append(VETO_NAMES)
    if keys.forms and not _numbers(_title_parts(keys, entry)) & _numbers(entry.titles):
        found.append(VETO_NUMBERS)
    if features["title_letters"] * 100 < features["title"] * 80 or (
        features["names_letters"] * 100 < features["names"] * 80
    ):
        found.append(VETO_SOUND_ONLY)
    return tuple(found)


def _title_parts(keys: TextKeys, entry: WorkEntry) -> list[str]:
    """The forms of the title, and the part of `Title - Album 7` that is this work's title."""
    parts = [part for part in keys.dashed if _best_ratio((part,), entry.titles) >= PART_IS_TITLE]
    return [*keys.forms, *parts]


def _titles_agree(keys: TextKeys, entry: WorkEntry) -> bool:
    """Whether some form of the title and some title of the work are the same words, spelling mistakes allowed.

    One other word makes another song: a performer has many titles that share most of their words.
    """
    for own in _title_parts(keys, entry):
        for other in entry.titles:
            if fuzz.ratio(own.replace(" ", ""), other.replace(" ", "")) >= TITLE_AGREES:
                return True
            mine, theirs = _title_words(own), _title_words(other)
            if _all_have_partners(mine, theirs) and _all_have_partners(theirs, mine):
                return True
    return False


def _title_words(form: str) -> list[str]:
    words = form.split()
    return [word for word in words if word not in _SMALL_WORDS] or words


def _numbers(forms: Sequence[str]) -> set[tuple[str, ...]]:
    """The numbers in each form of a title: Part 1 is not Part 2, and no. 40 is not no. 41."""
    return {tuple(word for word in form.split() if word.isdigit() or word in _ROMAN_NUMERALS) for form in forms}


def _names_have_partners(keys: TextKeys, entry: WorkEntry) -> bool:
    """Whether some name of the text is some name of the work, word by word, or one list of names holds the other.

    Families of musicians share all but one word of their names: نصرت and راحت are the difference that counts.
    """
    others = [_telling_words(name) for name in entry.performers + entry.creators]
    if any(_same_person(_telling_words(name), other) for name in keys.names for other in others):
        return True
    return any(
        _run_together(own, other) or _same_people(own, _in_script_of(own, other)) for own, other in _roles(keys, entry)
    )


def _same_people(own: Sequence[str], other: Sequence[str]) -> bool:
    """Every word of the shorter list of names has its partner in the longer: Lodhi, Naveed is Naveed Lodhi."""
    sides = [[word for name in names for word in _telling_words(name)] for names in (own, other)]
    shorter, longer = sorted(sides, key=len)
    return len(shorter) > 1 and _all_have_partners(shorter, longer)


def _telling_words(name: str) -> list[str]:
    words = name.split()
    return [word for word in words if word not in _WEAK_WORDS] or words


def _same_person(own: list[str], other: list[str]) -> bool:
    """Every word of the shorter name has its partner in the longer; one word of several is not enough."""
    shorter, longer = sorted((own, other), key=len)
    if len(shorter) == 1 < len(longer):
        return _run_together(shorter, longer)
    return _all_have_partners(shorter, longer)


def _run_together(own: Sequence[str], other: Sequence[str]) -> bool:
    """The same letters with blanks lost or in the wrong place."""
    return bool(own and other) and fuzz.ratio(*("".join(side).replace(" ", "") for side in (own, other))) >= NAME_AGREES


def _all_have_partners(words: list[str], others: list[str]) -> bool:
    return all(any(_same_word(word, other) for other in others) for word in words)


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    likeness = fuzz.ratio(one, other)
    if likeness >= WORD_AGREES:
        return True
    sound = skeleton_word(one)
    # A sound of one consonant is shared by very many words: then the letters have to be close as well.
    return bool(sound) and sound == skeleton_word(other) and (len(sound) > 1 or likeness >= SHORT_WORD_AGREES)
