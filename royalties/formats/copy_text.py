"""PostgreSQL's text COPY format: columns of texts become the bytes of rows, escaped by the column and not by the cell.

Source: PostgreSQL documentation, COPY, "Text Format": tab between columns, \\N for NULL, backslash before itself, and
\\t, \\n, \\r for what would end a column or a row.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

NULL = "\\N"
_BETWEEN = "\x00"  # no text of PostgreSQL holds it
_ESCAPED = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_REMEMBERED = 200_000


def escaped(values: Sequence[str]) -> Sequence[str]:
    """The texts of a column as COPY wants them. Raises ValueError for a NUL, which no column can hold."""
    joined = _BETWEEN.join(values)
    if joined.count(_BETWEEN) != max(len(values) - 1, 0):
        raise ValueError("a text holds a NUL")
    if not any(sign in joined for sign, _written in _ESCAPED):
        return values
    for sign, written in _ESCAPED:
        joined = joined.replace(sign, written)
    return joined.split(_BETWEEN)


class Written(dict[Any, str]):
    """Value → its COPY text, each different value written once; for columns with few different values. None is NULL."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        super().__init__({None: NULL})
        self._write = write

    def __missing__(self, value: Any) -> str:
        if len(self) > _REMEMBERED:
            self.clear()
            self[None] = NULL
        text = self[value] = escaped([self._write(value)])[0]
        return text

    def column(self, values: Iterable[Any]) -> list[str]:
        """The texts of a column."""
        return list(map(self.__getitem__, values))


def rows(*columns: Iterable[str], before: str = "") -> bytes:
    """The rows of columns that are escaped already; `before` stands at the start of each row and ends in a tab."""
    lines = list(map("\t".join, zip(*columns, strict=True)))
    return (before + f"\n{before}".join(lines) + "\n").encode() if lines else b""
