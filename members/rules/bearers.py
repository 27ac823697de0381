"""Whether a name that somebody writes beside a number may be one of the names of the party whose number it is.

Order of words, case, accents, look-alike letters and the script do not matter, initials and left-out middle names
neither, nor the words that say that a firm is one. All else is another name, which a person has to look at: the number
alone would decide who is paid.
"""

from functools import lru_cache

from rapidfuzz.distance import OSA

from members.rules.names import HEARD, heard, name_key, name_skeleton

TELLING = 4  # consonants from which an equal sound of a whole name is no accident
LIKE, RUN_TOGETHER = 0.5, 0.7  # how like words of one sound, and names, are in one script: Hasan and Sana are not
LONG = 5  # letters from which one wrong letter leaves a word what it is
CUT_AT = 30  # signs: a registration file cuts the names of people there, those of firms later
FIRM_WORDS = frozenset(
    {"music", "publishing", "publishers", "publisher", "publications", "edition", "editions", "limited", "ltd",
     "private", "pvt", "inc", "incorporated", "llc", "llp", "plc", "corp", "corporation", "company", "co", "gmbh", "ag",
     "bv", "sa", "srl", "ab", "as", "the", "and"}
)  # fmt: skip


@lru_cache(maxsize=1 << 14)
def is_name_of(text: str, form: str, *, whole: bool = False) -> bool:
    """Whether a written name may be this name; with `whole`, only where no word of either is left out."""
    words, others = sorted((name_key(text).split(), name_key(form).split()))
    if not words or not others:
        return False
    if _is_same(words, others):
        return True
    if whole:
        return False
    words, others = sorted((_telling(words), _telling(others)))
    return _is_same(words, others) or _is_part(words, others, is_cut=min(len(text), len(form)) >= CUT_AT)


def _is_same(words: list[str], others: list[str]) -> bool:
    """The same words in any order, by their letters or their sounds, or run together otherwise."""
    if sorted(words) == sorted(others) or "".join(words) == "".join(others):
        return True
    sounds, sounded = name_skeleton(" ".join(words)), name_skeleton(" ".join(others))
    if len(sounds) >= TELLING and sounds == sounded and _is_alike("".join(words), "".join(others), RUN_TOGETHER):
        return True
    return len(words) == len(others) and _has_all(words, others, is_cut=False)


def _telling(words: list[str]) -> list[str]:
    """The words without those that any firm has; all of them where no other is left."""
    return [word for word in words if word not in FIRM_WORDS] or words


def _is_part(words: list[str], others: list[str], *, is_cut: bool) -> bool:
    """Every word of the shorter name is one of the longer, which has fewer words more than it shares with it."""
    shorter, longer = sorted((words, others), key=len)
    return len(longer) - len(shorter) < len(shorter) and _has_all(shorter, longer, is_cut=is_cut)


def _has_all(shorter: list[str], longer: list[str], *, is_cut: bool) -> bool:
    """Whether each word of the shorter name has one of its own in the longer, one of them at least by more than its
    initial; whole words choose first."""
    free, is_told = list(longer), False
    for word in sorted(shorter, key=len, reverse=True):
        fitting = [other for other in free if _is_word(word, other, is_cut=is_cut)]
        if not fitting:
            return False
        found = max(fitting, key=len)
        free.remove(found)
        is_told = is_told or min(len(word), len(found)) > 1
    return is_told


def _is_word(word: str, other: str, *, is_cut: bool) -> bool:
    """Whether two folded words may be one: the same letters or sound, an initial, a slip of the pen, a word cut off."""
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    if len(short) == 1 or (is_cut and len(short) >= TELLING):
        return long.startswith(short)
    if len(short) >= LONG and OSA.distance(short, long) == 1:
        return True
    if heard(word) != heard(other) or heard(word).startswith(f"{HEARD}~"):
        return False
    return _is_alike(word, other, LIKE)


def _is_alike(one: str, other: str, least: float) -> bool:
    """Whether texts of one sound are written alike too, as far as they are in one script."""
    return one.isascii() != other.isascii() or OSA.normalized_similarity(one, other) >= least
