"""The consonant skeleton: one key for the Urdu and the Roman spellings of a word.

Urdu does not write its short vowels, and Roman spellings of one word differ mostly in vowels, h and doubled letters.
What is left is the same in both scripts: نصرت and Nusrat are `nsrt`. A skeleton finds candidates and supports a
decision; it never decides alone, because common names share their skeletons.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from royalties.rules.matching.normalise import text_key

_CONSONANTS = {
    "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "چ": "C", "خ": "K",
    "د": "d", "ڈ": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ژ": "z", "ر": "r", "ڑ": "r", "ش": "S", "غ": "g",
    "ف": "f", "ق": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n",
    "ٻ": "b", "ڀ": "b", "ٺ": "t", "ٿ": "t", "ٽ": "t", "ڄ": "j", "ڃ": "n", "ڇ": "C", "ڌ": "d", "ڏ": "d", "ڊ": "d",
    "ڍ": "d", "ڙ": "r", "ڦ": "p", "ڳ": "g", "ڱ": "n", "ڻ": "n", "ټ": "t", "ډ": "d", "ړ": "r", "ږ": "z", "ښ": "S",
    "ڼ": "n", "ګ": "g",
}  # fmt: skip
_DROPPED = frozenset("اآعحہیوaeiouh")
# Roman spellings of one sound, longer ones first; c before e, i, y is s, otherwise k.
_ROMAN_SOUNDS = (
    (re.compile(r"tch|chh|ch"), "C"),
    (re.compile(r"ssh|sch|sh"), "S"),
    (re.compile(r"kkh|kh"), "K"),
    (re.compile(r"gh"), "g"),
    (re.compile(r"ph"), "p"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"ck|c|q"), "k"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"v"), "w"),
    (re.compile(r"zh"), "z"),
)
# Written out before the folding of text_key, which cannot tell ھ (the breath in kh, gh) from ہ any more.
_BREATHED = ((re.compile("[کك]ھ"), "خ"), (re.compile("گھ"), "غ"))
_DOUBLED = re.compile(r"(\D)\1+")
_STARTERS = {"و": "w", "w": "w", "ی": "y", "y": "y"}


@lru_cache(maxsize=1 << 16)
def skeleton_word(word: str) -> str:
    """The skeleton of one folded word: capitals C, S, K stand for ch, sh, kh; "" when only vowels are left."""
    if word.isascii():
        for sound, sign in _ROMAN_SOUNDS:
            word = sound.sub(sign, word)
    found: list[str] = []
    for place, letter in enumerate(word):
        if letter in _STARTERS:
            sign = "" if place else _STARTERS[letter]
        else:
            sign = "" if letter in _DROPPED else _CONSONANTS.get(letter, letter)
        if sign and (not found or found[-1] != sign or sign.isdigit()):
            found.append(sign)
    return "".join(found)


def skeleton_words(text: str) -> list[str]:
    """The skeletons of the words of a text as it was written; words without consonants are left out."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        for pair, letter in _BREATHED:
            text = pair.sub(letter, text)
    return [found for word in text_key(text).split() if (found := skeleton_word(word))]


def skeleton(text: str) -> str:
    """The skeleton of a whole text without blanks; doubled letters are folded across words as well."""
    return _DOUBLED.sub(r"\1", "".join(skeleton_words(text)))


def names_skeleton(texts: Iterable[str]) -> str:
    """The skeletons of the words of names in alphabetical order: Lodhi, Naveed sounds like Naveed Lodhi."""
    return "".join(sorted(word for text in texts for word in skeleton_words(text)))
