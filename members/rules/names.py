"""Names of people and firms: what may be written, the upper-case Roman form, and the keys by which spellings meet.

Three forms stand side by side (domain.md section 5.3): the name in its own script, its Roman form, and the upper-case
ASCII form that registration files allow. `key` finds equal spellings, `skeleton` finds spellings of the same sound
across Urdu and Roman letters, `words` finds a name by any of its words.
"""

import unicodedata

from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.spelling import ALL_VOWELS, skeleton, sound, text_key
from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.texts import _, say

LONGEST_NAME = 160
HEARD = ":"  # before a sound among words; no folded word holds it
_ROMAN_MARKS = " '’.-&/(),"
_ASCII_FORMS = str.maketrans(
    {"Æ": "AE", "Ø": "O", "Œ": "OE", "ẞ": "SS", "ß": "SS", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "İ": "I", "ı": "I",
     "’": "'", "‘": "'", "ʻ": "'", "ʼ": "'"}
)  # fmt: skip


def read_roman_name(text: str) -> str:
    """A name in Roman letters, accents allowed. Raises ValueRefused for other scripts, digits only, or endless text."""
    name = _short(clean_text(text))
    foreign = [sign for sign in name if not _is_roman(sign)]
    if foreign:
        raise ValueRefused(
            "name-script",
            say(_("This field takes Roman letters (A to Z); “{sign}” is not one."), sign=foreign[0]),
            _("Write the name as it stands in English on the card; its own script has a field of its own."),
        )
    if not any(sign.isalpha() for sign in name):
        raise ValueRefused("name-letters", _("A name has at least one letter."), _("Write the name in full."))
    return name


def read_original_name(text: str, *, limit: int = LONGEST_NAME) -> str:
    """A name in any script. Raises ValueRefused when it has no letter or is longer than `limit` characters."""
    name = _short(clean_text(text), limit)
    if not any(sign.isalpha() for sign in name):
        raise ValueRefused("name-letters", _("A name has at least one letter."), _("Write the name in full."))
    return name


def registration_form(text: str) -> str:
    """The upper-case ASCII form of a Roman name, for registration files: accents dropped, blanks single.

    A letter without such a form stays as it is, so that the file's own check refuses it: nothing is dropped silently.
    """
    parts = unicodedata.normalize("NFKD", clean_text(text).upper().translate(_ASCII_FORMS))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def name_key(name: str) -> str:
    """Equal for spellings that differ in case, accents, blanks and look-alike letters only."""
    return text_key(name)[:400]


def name_skeleton(name: str) -> str:
    """The consonants of a name, equal for its usual Urdu and Roman spellings: it finds candidates, decides nothing."""
    return skeleton(name)[:200]


def name_words(*forms: str) -> list[str]:
    """By what the single words of a name are found: each word of its forms, folded, and each word's sound."""
    words = list(dict.fromkeys(word for form in forms for word in name_key(form).split()))
    return list(dict.fromkeys([*words, *(heard(word) for word in words)]))


def heard(word: str) -> str:
    """The sound of one folded word among the words of a name. Words of vowels alone differ too much between the
    scripts: that there is one is all that is kept."""
    spoken = sound(word)
    return f"{HEARD}{ALL_VOWELS if spoken.startswith(ALL_VOWELS) else spoken}"


def _short(name: str, limit: int = LONGEST_NAME) -> str:
    if not name:
        raise ValueRefused("blank", _("Nothing is written here."), _("Write the name."))
    if len(name) > limit:
        raise ValueRefused(
            "name-length",
            say(_("This is longer than {limit} characters."), limit=limit),
            _("Write the name alone."),
        )
    return name


def _is_roman(sign: str) -> bool:
    return sign in _ROMAN_MARKS or sign.isdigit() or (sign.isalpha() and "LATIN" in unicodedata.name(sign, ""))
