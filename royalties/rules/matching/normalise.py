"""Keys of titles and names: what two writings of the same text have in common.

Keys are for comparing; what people see is always the text as it was sent. `text_key` folds compatibility forms, case,
accents, vowel marks, look-alike letters of Arabic and Urdu keyboards, digits and punctuation. A title has several
forms: a version in brackets may tell two works apart, so it is cut off into a second form and never thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cmo_portal.common.spelling import text_key

# What people write when they know nothing: it is emptiness, not text.
NULL_WORDS = frozenset(
    {
        "", "null", "none", "nil", "unk", "unknown", "n a", "na", "nan", "not available", "not applicable",
        "various", "various artists", "various artist", "va", "v a", "misc", "miscellaneous", "artist", "title",
        "unknown artist", "unknown title", "no title", "untitled track", "diverse", "verschiedene", "traditional",
        "trad", "anonymous", "anon", "نامعلوم", "متفرق", "روایتی",
    }
)  # fmt: skip
_TITLE_NULLS = NULL_WORDS - {"nil", "traditional", "trad", "anonymous", "various", "misc", "artist", "title", "va"}

_TRACK = re.compile(r"\s*(?:\d{1,3}\s*[-.):_]+|track\s*\d{1,3}\s*[-.:)_]*)\s*(?=\S)", re.IGNORECASE)
_ZERO_TRACK = re.compile(r"\s*0\d{1,2}\s*[-.):_ ]\s*(?=\S)")
_BRACKETS = re.compile(r"[(\[{（【][^()\[\]{}（）【】]*[)\]}）】]")
_FEATURE_WORD = r"(?:feat(?:uring)?|ft|f/)\.?\s"
_FEATURED = re.compile(rf"[\s(\[{{-]+{_FEATURE_WORD}(.*)$", re.IGNORECASE)
_NAME_SPLIT = re.compile(
    rf"\s*(?:[|;/&+,،؛\n]|\s-\s|\bvs\.?\s|\b{_FEATURE_WORD}|\s(?:and|with|x|und|y|et|اور|و)\s)\s*", re.IGNORECASE
)
# Without one of these a title has a single form; nearly all titles of a repertoire have none.
_ORNAMENT = re.compile(r"[(\[{（【]|^\s*(?:\d|track)|f(?:ea)?t|f/", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—~:|]+\s+")


def title_forms(title: str) -> tuple[str, ...]:
    """The keys of a title: as written first, then without track number, brackets and featured names. None is empty."""
    whole = title_key(title)
    if not whole:
        return ()
    if _ORNAMENT.search(title) is None:
        return (whole,)
    forms = [whole]
    bare = _ZERO_TRACK.sub("", title, count=1) if _ZERO_TRACK.match(title) else title
    forms.append(text_key(bare))
    for cut in (_without_brackets(bare), _TRACK.sub("", bare, count=1)):
        forms.append(text_key(cut))
        forms.append(text_key(_FEATURED.sub("", cut)))
    forms.append(text_key(_FEATURED.sub("", _without_brackets(_TRACK.sub("", bare, count=1)))))
    return tuple(dict.fromkeys(form for form in forms if form and form not in _TITLE_NULLS))


def title_key(title: str) -> str:
    """The key of a title as written, the first of its forms; "" when it says nothing."""
    key = text_key(title)
    return "" if key in _TITLE_NULLS else key


def _without_brackets(title: str) -> str:
    """The title without its bracketed parts, unless nothing would be left."""
    cut = _BRACKETS.sub(" ", _BRACKETS.sub(" ", title))
    return cut if cut.strip() else title


def dashed_parts(title: str) -> tuple[str, ...]:
    """The keys of the parts of `Performer - Title` or `Title - Album`; none unless there are two parts or more.

    Which part is the title is not known: the caller compares all of them.
    """
    parts = [text_key(part) for part in _DASH.split(title)]
    parts = [part for part in parts if part and part not in _TITLE_NULLS]
    return tuple(dict.fromkeys(parts)) if len(parts) > 1 else ()


def name_keys(names: Iterable[str]) -> tuple[str, ...]:
    """The keys of all names in the texts given, split at the usual separators; null words are no names."""
    found: dict[str, None] = {}
    for text in names:
        for part in _NAME_SPLIT.split(text):
            key = text_key(part)
            if key and key not in NULL_WORDS:
                found[key] = None
    return tuple(found)


def name_set_key(names: Iterable[str]) -> str:
    """One key for a set of names whatever their order and the order of words in each; "" for no names."""
    return "/".join(sorted({" ".join(sorted(key.split())) for key in name_keys(names)}))
