"""Files by which numbers are asked for and given: our CSV tables, and the ISR and ISA records of CWR 3.0.

requests  lines of facts → the bytes of a file; the same facts give the same bytes
answers   the bytes of an answer → answers, each with its row; what cannot be read is said of its row

The columns are described for the agencies in docs/number-files.md.
"""

from works.formats.number_files.answers import Answer, Verdict, answers_in
from works.formats.number_files.requests import (
    IPI_COLUMNS,
    ISWC_COLUMNS,
    IsrHeader,
    isr_faults,
    isr_filename,
    write_isr,
    write_table,
)

__all__ = [
    "IPI_COLUMNS",
    "ISWC_COLUMNS",
    "Answer",
    "IsrHeader",
    "Verdict",
    "answers_in",
    "isr_faults",
    "isr_filename",
    "write_isr",
    "write_table",
]
