"""Usage tables of licensees: a saved mapping of their own columns onto the one usage line.

guess = guess_mapping(headings, rows)                    # a proposal, shown to a person and then stored
reader = MappedReader(mapping, table.headings, filename=…, period=(first_day, last_day))
for rows in table:                                       # a TableReader of cmo_portal.common.tables
    chunk = reader.read(rows, table.complain)            # UsageChunk: columns, refused rows left out
"""

from royalties.formats.mapped_csv.applying import MappedReader
from royalties.formats.mapped_csv.guessing import MappingGuess, guess_field, guess_mapping, known_headings
from royalties.formats.mapped_csv.mapping import (
    CONSTANT_FIELDS,
    MAPPED_FIELDS,
    ColumnMapping,
    TitleShape,
    headings_key,
    mapping_faults,
)

__all__ = [
    "CONSTANT_FIELDS",
    "MAPPED_FIELDS",
    "ColumnMapping",
    "MappedReader",
    "MappingGuess",
    "TitleShape",
    "guess_field",
    "guess_mapping",
    "headings_key",
    "known_headings",
    "mapping_faults",
]
