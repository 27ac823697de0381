"""What can be wrong with a file or a row: plain values, so that a whole file can be read and every complaint listed."""

from __future__ import annotations

from dataclasses import dataclass

from cmo_portal.common.texts import Text

SHOWN_VALUE_CHARS = 120


@dataclass(frozen=True, slots=True)
class RowError:
    """One complaint about one row. `row` counts as a spreadsheet shows it (first row = 1; 0 = the whole file)."""

    file: str
    row: int
    column: str
    value: str
    message: Text
    remedy: Text
    code: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """Plain strings in the language of the reader, for JSON and for a downloadable report."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": str(self.message),
            "remedy": str(self.remedy),
            "code": self.code,
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about a file that was read: stripped characters, hidden sheets, skipped rows."""

    code: str
    message: Text
    row: int = 0
    count: int = 1


class FileRefused(Exception):
    """The whole file cannot be taken. Nothing of it may be stored; `message` says what and why, `remedy` what to do."""

    def __init__(self, code: str, message: Text, remedy: Text, *, row: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.row = row

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"

    def as_row_error(self, file: str) -> RowError:
        """The same complaint in the shape of a row error, for lists that show both."""
        return RowError(file, self.row, "", "", self.message, self.remedy, self.code)


class ValueRefused(ValueError):
    """A single value cannot be read by the stated rule. It is refused, never guessed."""

    def __init__(self, code: str, message: Text, remedy: Text) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"

    def at(self, *, file: str, row: int, column: str, value: str) -> RowError:
        """This refusal as the complaint about one cell of a file."""
        return RowError(file, row, column, shorten(value), self.message, self.remedy, self.code)


def shorten(value: str) -> str:
    """A value for a message: at most 120 characters, so that one huge cell cannot fill a page."""
    return value if len(value) <= SHOWN_VALUE_CHARS else value[: SHOWN_VALUE_CHARS - 1] + "…"
