"""Tables of cue sheets: one row a cue, the production and the episode repeated in each row.

mapping = guess_mapping(headings, rows)                   # shown to a person, then saved for these headings
reader = CueReader(mapping, headings, filename=…, codes=…)
lines = reader.read(rows, complain)                       # CueLine values; refused rows left out
sheets = sheets_of(lines)                                 # one for each episode, in the order of the file
"""

from works.formats.cue_tables.columns import (
    FIELDS,
    SHEET_FIELDS,
    CueColumns,
    fold_heading,
    guess_mapping,
    headings_key,
    known_headings,
    lacking,
    repeated,
)
from works.formats.cue_tables.grouping import (
    COMPANIONS,
    SheetLines,
    companion_faults,
    refused_rows_of,
    sheet_faults,
    sheets_of,
)
from works.formats.cue_tables.reading import CueLine, CueReader, EpisodeFacts, ProductionFacts

__all__ = [
    "COMPANIONS",
    "FIELDS",
    "SHEET_FIELDS",
    "CueColumns",
    "CueLine",
    "CueReader",
    "EpisodeFacts",
    "ProductionFacts",
    "SheetLines",
    "companion_faults",
    "fold_heading",
    "guess_mapping",
    "headings_key",
    "known_headings",
    "lacking",
    "refused_rows_of",
    "repeated",
    "sheet_faults",
    "sheets_of",
]
