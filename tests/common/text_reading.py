"""Reading a text table in a test by its own guessed layout."""

from cmo_portal.common.tables import (
    DEFAULT_LIMITS,
    inspect_table,
    open_table,
)

GOOD = "Title,Artist,Plays\r\nSohni Dharti,Mehnaz,7\r\nRanjish Hi Sahi,Mehdi Hassan,12\r\n"


def read(path, *, limits=DEFAULT_LIMITS, layout=None, name=None):
    """Rows (number, cells), reader and guess of a file read with its own guessed layout."""
    name = name or path.name
    guess = inspect_table(path, filename=name, limits=limits)
    with open_table(path, filename=name, layout=layout or guess.layout, limits=limits) as table:
        rows = [(row.number, row.cells) for chunk in table for row in chunk]
    return rows, table, guess
