"""Texts as people mean them: composed, with single blanks, without signs that nobody sees.

A text of invisible signs alone (marks of direction, zero-width signs, fillers) is blank: every form, table and request
cleans its texts here, so that none of them stores a title that no page can show.
"""

import re
import unicodedata

_CONTROL = {"Cc", "Cf", "Co", "Cs", "Cn"}
_JOINERS = "\u200c\u200d"  # zero-width (non-)joiners are part of Urdu spelling
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters by name, blank by look
_BLANKS = re.compile(r"\s+")
_LINE_ENDS = re.compile(r"\r\n?|\n")


def clean_text(text: str) -> str:
    """The text composed (NFC), with single blanks and without control and direction-override characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (
        sign if unicodedata.category(sign) not in _CONTROL or sign in _JOINERS else " " if sign.isspace() else ""
        for sign in unicodedata.normalize("NFC", text)
    )
    cleaned = _BLANKS.sub(" ", "".join(kept)).strip()
    return cleaned if any(map(_is_seen, cleaned)) else ""


def clean_lines(text: str) -> str:
    """As `clean_text`, line by line: the line ends of a longer text are kept."""
    return "\n".join(map(clean_text, _LINE_ENDS.split(text))).strip()


def _is_seen(sign: str) -> bool:
    """Whether a sign is visible by itself: a joiner, a filler, or a mark that needs a letter below it, is not."""
    return sign not in _JOINERS and sign not in _FILLERS and unicodedata.category(sign)[0] not in "ZM"
