"""Free texts of people: cleaned, with their lines kept, and not endless."""

import re

from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.texts import _, say
from members.rules.names import clean_text

LONGEST_NOTE = 2000


def read_text(text: str, *, limit: int) -> str:
    """The text line by line without control characters; blank when nothing is written. Raises ValueRefused."""
    lines = [clean_text(line) for line in re.split(r"\r\n?|\n", text)]
    cleaned = "\n".join(lines).strip()
    if len(cleaned) > limit:
        raise ValueRefused(
            "text-length",
            say(_("This is longer than {limit} characters."), limit=limit),
            _("Shorten it, or add a document."),
        )
    return cleaned
