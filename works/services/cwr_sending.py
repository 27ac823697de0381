"""A work of ours on its way into a file: what becomes of it, and what is said of what cannot go."""

from dataclasses import dataclass, field

from works.formats.cwr.characters import TITLES, forbidden_characters, transliterated
from works.formats.cwr.codes import code_names
from works.formats.cwr.encoding import WriteProblem, problem
from works.formats.cwr.work import WorkTransaction
from works.rules.languages import cwr_language

LONGEST_TITLE = 60


@dataclass(slots=True)
class ToSend:
    """A work on its way into a file: its transaction, why it cannot go (`refusals`), what it leaves out (`notes`)."""

    work: WorkTransaction | None = None
    refusals: list[WriteProblem] = field(default_factory=list)
    notes: list[WriteProblem] = field(default_factory=list)

    def refuse(self, key: str, record: str, name: str, value: str, **facts: str) -> None:
        """Say why the work cannot be written."""
        self.refusals.append(problem(key, record, name, value, **facts))

    def note(self, key: str, record: str, name: str, value: str, **facts: str) -> None:
        """Say what the file does not carry."""
        self.notes.append(problem(key, record, name, value, **facts))

    def language(self, code: str) -> str:
        """A language as the table of CWR has it; blank, and told, where it has none."""
        known = cwr_language(code.lower()) if code else ""
        if code and known not in code_names("language"):
            self.note("language_left_out", "NWR", "language", code)
            return ""
        return known

    def leave_out(self, record: str, name: str, text: str) -> str:
        """Say that a text is not sent; the blank that stands in its place."""
        self.note("detail_left_out", record, name, text)
        return ""

    def written(self, record: str, name: str, text: str, longest: int) -> str:
        """The text in the letters of CWR; blank, and told, when it cannot be written or is too long."""
        found = roman(text)
        if text.strip() and (not found or len(found) > longest):
            return self.leave_out(record, name, text)
        return found


def roman(text: str) -> str:
    """The text in the letters of CWR; blank when it has letters that cannot be written."""
    found = " ".join(transliterated(text).split())
    return found if found.isascii() and not forbidden_characters(found, TITLES) else ""
