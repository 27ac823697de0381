"""The titles of a work of ours in a file."""

from works.formats.cwr.codes import code_names
from works.formats.cwr.work import WorkTitle
from works.queries.exports import OwnWork
from works.services.cwr_sending import LONGEST_TITLE, ToSend, roman

_NEEDS_LANGUAGE = ("OL", "AL")


def main_title(work: OwnWork, sending: ToSend) -> str:
    """The title of the work, or the first of the others that can be written."""
    found = next(filter(None, (roman(text) for text in (work.title, *(title.text for title in work.titles)))), "")
    if not found:
        sending.refuse("no_roman_title", "NWR", "title", work.title)
    return found


def other_titles(work: OwnWork, main: str, sending: ToSend) -> tuple[WorkTitle, ...]:
    """The titles beside the main one that can be written."""
    told: dict[WorkTitle, None] = {}
    for title in work.titles:
        text, language = roman(title.text), sending.language(title.language)
        kind = _title_type(title.title_type, language)
        if text == main and kind == "AT":
            continue
        if not text or len(text) > LONGEST_TITLE:
            sending.note("title_left_out", "ALT", "title", title.text)
            continue
        told[WorkTitle(title=text, title_type=kind, language=language)] = None
    return tuple(told)


def _title_type(kind: str, language: str) -> str:
    """The type of a title beside the main one; titles in national letters need a language."""
    known = kind in code_names("title_type") and kind != "OT"
    return kind if known and (language or kind not in _NEEDS_LANGUAGE) else "AT"
