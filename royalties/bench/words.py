"""Words, titles and names for a measurement of the search, in Roman letters and in Urdu, from a fixed seed.

Few words are common and many are rare, as in any language; nine in ten are made of syllables, because the real words
that the demo knows would be far too few for half a million titles.
"""

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

from royalties.demo.words import BENDING, FIRM, MEN, WOMEN, Word

_CONSONANTS = (
    ("b", "ب"), ("p", "پ"), ("t", "ت"), ("j", "ج"), ("ch", "چ"), ("kh", "خ"), ("d", "د"), ("r", "ر"), ("z", "ز"),
    ("s", "س"), ("sh", "ش"), ("gh", "غ"), ("f", "ف"), ("q", "ق"), ("k", "ک"), ("g", "گ"), ("l", "ل"), ("m", "م"),
    ("n", "ن"), ("h", "ہ"),
)  # fmt: skip
_VOWELS = (("a", ""), ("a", ""), ("aa", "ا"), ("i", ""), ("ee", "ی"), ("u", ""), ("oo", "و"), ("e", "ی"), ("o", "و"))
_SMALL = (
    ("ke", "کے"), ("ka", "کا"), ("ki", "کی"), ("mein", "میں"), ("se", "سے"), ("hai", "ہے"), ("na", "نہ"),
    ("tera", "تیرا"), ("mera", "میرا"), ("aur", "اور"), ("meri", "میری"), ("o", "او"), ("aa", "آ"),
)  # fmt: skip


class Lexicon:
    """Words by rank, drawn by Zipf's law; names of people drawn the same way."""

    def __init__(self, seed: int, *, words: int = 40_000, families: int = 8_000) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - reproducible data, not a secret
        known = [Word(word.roman.lower(), word.urdu) for word in (*FIRM, *BENDING)]
        small = [Word(roman, urdu) for roman, urdu in _SMALL]
        self._words = _distinct([*small, *known, *(self._made(2, 3) for _ in range(words))])
        self._firsts = _distinct([*MEN, *WOMEN, *(self._made(2, 2) for _ in range(2_000))])
        self._families = _distinct([self._made(2, 3) for _ in range(families)])
        self._ranks = list(accumulate(1 / (rank + 6) for rank in range(len(self._words))))
        self._name_ranks = list(accumulate(1 / (rank + 20) for rank in range(len(self._families))))

    def title(self) -> Word:
        """One to five words, two or three as a rule."""
        words = [self._drawn(self._words, self._ranks) for _ in range(self.chance.choice((1, 2, 2, 2, 3, 3, 3, 4, 5)))]
        return _joined(words)

    def person(self) -> Word:
        """First and last name."""
        return _joined([self.chance.choice(self._firsts), self._drawn(self._families, self._name_ranks)])

    def _drawn(self, words: Sequence[Word], ranks: Sequence[float]) -> Word:
        return words[min(bisect(ranks, self.chance.random() * ranks[-1]), len(words) - 1)]

    def _made(self, least: int, most: int) -> Word:
        parts = [
            (self.chance.choice(_CONSONANTS), self.chance.choice(_VOWELS))
            for _ in range(self.chance.randint(least, most))
        ]
        end = self.chance.choice(_CONSONANTS) if self.chance.random() < 0.5 else ("", "")
        roman = "".join(consonant[0] + vowel[0] for consonant, vowel in parts) + end[0]
        return Word(roman, "".join(consonant[1] + vowel[1] for consonant, vowel in parts) + end[1])


def misspelt(text: str, chance: random.Random) -> str:
    """The text with one slip in one of its longer words: a letter changed, dropped, doubled by a neighbour or moved."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) > 3]
    place = chance.choice(long or range(len(words)))
    word = words[place]
    at = chance.randrange(1, max(2, len(word) - 1))
    letter = chance.choice("abdeghiklmnoprstuy")
    words[place] = chance.choice(
        (
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[: at - 1] + word[at : at + 1] + word[at - 1] + word[at + 1 :],
        )
    )
    return " ".join(words)


def _distinct(words: Sequence[Word]) -> list[Word]:
    return list({word.roman: word for word in words}.values())


def _joined(words: Sequence[Word]) -> Word:
    roman = " ".join(word.roman for word in words)
    return Word(roman.title(), " ".join(word.urdu for word in words))
