"""Tables from strangers: CSV, TSV and XLSX become rows of texts within limits; what is wrong becomes a list.

guess = inspect_table(path, filename="march.csv")        # shown to a person, who confirms guess.layout
with open_table(path, filename="march.csv", layout=guess.layout) as table:
    for chunk in table:                                  # lists of Row(number, cells)
        ...
table.errors, table.refused, table.notices               # complete after the last chunk
"""

from cmo_portal.common.tables.encoding import ENCODINGS
from cmo_portal.common.tables.errors import FileRefused, Notice, RowError, ValueRefused, shorten
from cmo_portal.common.tables.inspecting import TableGuess, inspect_table
from cmo_portal.common.tables.layout import DELIMITERS, Row, TableKind, TableLayout
from cmo_portal.common.tables.limits import DEFAULT_LIMITS, TableLimits
from cmo_portal.common.tables.reading import TableReader, open_table
from cmo_portal.common.tables.writing import bare, inert, write_refused

__all__ = [
    "DEFAULT_LIMITS",
    "DELIMITERS",
    "ENCODINGS",
    "FileRefused",
    "Notice",
    "Row",
    "RowError",
    "TableGuess",
    "TableKind",
    "TableLayout",
    "TableLimits",
    "TableReader",
    "ValueRefused",
    "bare",
    "inert",
    "inspect_table",
    "open_table",
    "shorten",
    "write_refused",
]
