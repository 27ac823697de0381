"""Free texts of people: cleaned, with their lines kept, and not endless."""

from cmo_portal.common.cleaning import clean_lines
from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.texts import _, say

LONGEST_NOTE = 2000


def read_text(text: str, *, limit: int) -> str:
    """The text line by line without control characters; blank when nothing is written. Raises ValueRefused."""
    cleaned = clean_lines(text)
    if len(cleaned) > limit:
        raise ValueRefused(
            "text-length",
            say(_("This is longer than {limit} characters."), limit=limit),
            _("Shorten it, or add a document."),
        )
    return cleaned
