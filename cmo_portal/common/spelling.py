"""Keys by which spellings meet: the same words written otherwise, and the same sounds in Urdu and in Roman letters.

`text_key` is for equality and search: it folds compatibility forms, case, accents, vowel marks, look-alike letters of
Arabic and Urdu keyboards, digits and punctuation. `skeleton` keeps consonants only: Urdu does not write short vowels,
and Roman spellings of a word differ mostly in vowels, h and doubled letters, so that نصرت and Nusrat are both `nsrt`. A
skeleton finds candidates and decides nothing: common names share theirs. What people see is always the text as written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FOLDED = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ې": "ی", "ے": "ی", "ۍ": "ی",
        "ك": "ک", "ڪ": "ک",
        "ه": "ہ", "ھ": "ہ", "ة": "ہ", "ۃ": "ہ", "ە": "ہ",
        "ٱ": "ا", "ۅ": "و", "ۆ": "و",
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h",
        "&": " and ",
        "ء": None, "ـ": None, "\u200b": None, "\u200c": None, "\u200d": None, "\u200e": None, "\u200f": None,
        "\u061c": None, "\u2060": None, "\ufeff": None, "'": None, "’": None, "‘": None, "ʼ": None, "`": None,
        "´": None, "ʿ": None, "ʾ": None,
    }
)  # fmt: skip
# Vowel signs of Indic scripts are not letters to the expression engine, but they are part of the word.
_NOT_WORD = re.compile(r"(?:[^\w\u0900-\u0dff]|_)+")

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
ALL_VOWELS = "~"  # no folded word holds this sign
_STARTERS = {"و": "w", "w": "w", "ی": "y", "y": "y"}


def text_key(text: str) -> str:
    """The words of a text, folded, with single blanks between them; "" when it has no letter and no digit."""
    if text.isascii():
        folded = text.lower().translate(_FOLDED)
    else:
        # Decomposed last, so that accents and vowel marks can be dropped as signs of their own.
        folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
        folded = unicodedata.normalize("NFD", folded).translate(_FOLDED)
        if not folded.isascii():
            folded = "".join(map(_plain_letter, folded))
            # Whole letters again: Korean syllables fall into parts when decomposed.
            folded = unicodedata.normalize("NFC", folded)
    return _NOT_WORD.sub(" ", folded).strip()


@lru_cache(maxsize=8192)
def _plain_letter(sign: str) -> str:
    """The sign without marks; a digit of any script as 0-9. Vowel signs of Indic scripts stay in their words."""
    if unicodedata.category(sign) == "Mn" and not "\u0900" <= sign <= "\u0dff":
        return ""
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


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


def sound(word: str) -> str:
    """What stands for one folded word in the search: its skeleton with kh as k, for Urdu keys do not tell them apart;
    ~ and the word itself when it is all vowels. The database has the same function (works/migrations/search.sql)."""
    return _DOUBLED.sub(r"\1", skeleton_word(word).replace("K", "k")) or f"{ALL_VOWELS}{word}"


def script_of(text: str) -> str:
    """ISO 15924 code of the script most letters are in: `Arab`, `Deva`, `Guru` or `Latn`; blank without letters."""
    counts = {"Arab": 0, "Deva": 0, "Guru": 0, "Latn": 0}
    for sign in text:
        if sign.isalpha():
            name = unicodedata.name(sign, "")
            for code, word in (("Arab", "ARABIC"), ("Deva", "DEVANAGARI"), ("Guru", "GURMUKHI"), ("Latn", "LATIN")):
                counts[code] += name.startswith(word)
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""


def is_plain_roman(text: str) -> bool:
    """Whether a text has letters and all of them are A to Z without accents."""
    return text.isascii() and any(sign.isalpha() for sign in text)
