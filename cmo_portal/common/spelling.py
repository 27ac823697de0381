"""Keys by which spellings meet: the same words written otherwise, and the same sounds in Urdu and in Roman letters.

`text_key` is for equality and search; `skeleton` keeps consonants only, so that `نصرت` and `Nusrat` share one. A
skeleton finds candidates and decides nothing: common names collide. What people see is always the text as written.
"""

import re
import unicodedata

_FOLDED = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ہ": "ہ", "ه": "ہ", "ة": "ہ", "ۃ": "ہ", "ۂ": "ہ", "أ": "ا", "إ": "ا",
        "آ": "ا", "ٱ": "ا", "ؤ": "و", "ـ": None, "\u200c": None, "\u200d": None,
    }
)  # fmt: skip
_NUMERALS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_BLANKS = re.compile(r"\s+")

# Arabic letters by sound; aspirates (letter + ھ) are handled before single letters.
_ASPIRATES = {"کھ": "K", "خ": "K", "گھ": "G", "غ": "G", "چھ": "C", "جھ": "j", "تھ": "t", "ٹھ": "t", "دھ": "d",
              "ڈھ": "d", "پھ": "f", "بھ": "b", "ڑھ": "r"}  # fmt: skip
_ARABIC = {
    "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "چ": "C", "د": "d",
    "ڈ": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ژ": "z", "ر": "r", "ڑ": "r", "ش": "S", "ف": "f", "ق": "k",
    "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "و": "v", "ی": "y",
}  # fmt: skip
_ROMAN_PAIRS = (("sch", "S"), ("sh", "S"), ("ch", "C"), ("kh", "K"), ("gh", "G"), ("ph", "f"), ("th", "t"),
                ("dh", "d"), ("bh", "b"), ("jh", "j"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("w", "v"), ("c", "k"))  # fmt: skip
_SHORT_FORMS = dict.fromkeys(("mohd", "md", "mohammad", "mohammed", "muhammed"), "muhammad")
_ROMAN_DROPPED = set("aeiouh")


def text_key(text: str) -> str:
    """Lower case, one form for look-alike letters and numerals, no accents or vowel marks, words apart by one blank."""
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDED).translate(_NUMERALS).replace("&", " and ")
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", folded.casefold()) if not unicodedata.combining(sign)
    )
    return _BLANKS.sub(" ", _NOT_WORD.sub(" ", plain)).strip()


def skeleton(text: str) -> str:
    """The consonants of a text without blanks, equal for the usual Urdu and Roman spellings of one name; at most 200."""
    words = (_SHORT_FORMS.get(word, word) for word in text_key(text).split())
    return "".join(_without_doubles(_word_skeleton(word)) for word in words)[:200]


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


def _word_skeleton(word: str) -> str:
    return _arabic_skeleton(word) if any("\u0600" <= sign <= "\u06ff" for sign in word) else _roman_skeleton(word)


def _arabic_skeleton(word: str) -> str:
    for letters, sound in _ASPIRATES.items():
        word = word.replace(letters, sound)
    out = []
    for place, sign in enumerate(word):
        if sign in "وی" and place:
            continue
        out.append(sign if sign.isascii() else _ARABIC.get(sign, ""))
    return "".join(out)


def _roman_skeleton(word: str) -> str:
    for letters, sound in _ROMAN_PAIRS:
        word = word.replace(letters, sound)
    out = []
    for place, sign in enumerate(word):
        if sign in _ROMAN_DROPPED or (sign in "vy" and place):
            continue
        out.append(sign)
    return "".join(out)


def _without_doubles(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", text)
