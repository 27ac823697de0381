"""The society's own table for registering many works: one row for each share of a writer or publisher (XLSX, CSV)."""

from works.formats.bulk.columns import COLUMNS, Column
from works.formats.bulk.reading import BulkFault, BulkShare, BulkTable, BulkWork, read_bulk
from works.formats.bulk.texts import text_of

__all__ = ["COLUMNS", "BulkFault", "BulkShare", "BulkTable", "BulkWork", "Column", "read_bulk", "text_of"]
