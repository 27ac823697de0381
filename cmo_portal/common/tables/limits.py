"""How much of a stranger's file we are willing to read. A setting may raise a limit for one upload door."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Limits of one upload; a file exactly at a limit is accepted, one step above it is refused.

    Sizes are bytes, characters, rows or seconds as the name says. `record_lines` is how many lines one quoted record
    may span before its opening quotation mark counts as never closed. `errors` is how many complaints are kept.
    """

    file_bytes: int = 50 * 1024 * 1024
    rows: int = 2_000_000
    columns: int = 200
    cell_chars: int = 32 * 1024
    line_chars: int = 500_000
    record_lines: int = 100
    zip_ratio: int = 100
    unpacked_bytes: int = 500 * 1024 * 1024
    zip_members: int = 20
    worker_memory_bytes: int = 1024 * 1024 * 1024
    worker_cpu_seconds: int = 20
    worker_seconds: int = 60
    chunk_rows: int = 5_000
    errors: int = 20_000


DEFAULT_LIMITS = TableLimits()
