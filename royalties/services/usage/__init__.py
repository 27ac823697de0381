"""Usage files from upload to tables: receive, map, read, then take or refuse. Nothing counts before a person's yes."""

from cmo_portal.kept_words import spoken
from royalties.services.usage.landing import land_file, start_landing, start_matching
from royalties.services.usage.mapping import (
    Look,
    Trial,
    allow_repeats,
    confirm_mapping,
    keep_layout,
    look_at,
    try_mapping,
)
from royalties.services.usage.opening import period_of_report
from royalties.services.usage.reading import read_file, start_reading
from royalties.services.usage.receiving import KnownFile, OverlappingFiles, receive_file
from royalties.services.usage.refused_rows import refused_rows_name
from royalties.services.usage.refusing import refuse_file
from royalties.services.usage.sources import save_source
from royalties.services.usage.spool import drop_spool, sweep_spools

__all__ = [
    "KnownFile",
    "Look",
    "OverlappingFiles",
    "Trial",
    "allow_repeats",
    "confirm_mapping",
    "drop_spool",
    "keep_layout",
    "land_file",
    "look_at",
    "period_of_report",
    "read_file",
    "receive_file",
    "refuse_file",
    "refused_rows_name",
    "save_source",
    "spoken",
    "start_landing",
    "start_matching",
    "start_reading",
    "sweep_spools",
    "try_mapping",
]
