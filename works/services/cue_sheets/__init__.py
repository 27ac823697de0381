"""What the documentation desk does with cue sheets.

productions   list a production or an episode, change it, withdraw it
sheets        enter cues, link them to works, confirm a sheet, withdraw it, mark it as used
files         receive a table, check it, take it, undo the import
"""

from works.services.cue_sheets.files import (
    KnownCueFile,
    confirm_cue_mapping,
    import_cue_file,
    look_at_cue_file,
    receive_cue_file,
    refuse_cue_file,
    undo_cue_import,
)
from works.services.cue_sheets.productions import (
    EpisodeEntry,
    ProductionEntry,
    save_episode,
    save_production,
    withdraw_production,
)
from works.services.cue_sheets.sheets import (
    CueEntry,
    confirm_sheet,
    link_cue,
    mark_sheets_used,
    open_sheet,
    remove_cue,
    reopen_sheet,
    save_cue,
    withdraw_sheet,
)

__all__ = [
    "CueEntry",
    "EpisodeEntry",
    "KnownCueFile",
    "ProductionEntry",
    "confirm_cue_mapping",
    "confirm_sheet",
    "import_cue_file",
    "link_cue",
    "look_at_cue_file",
    "mark_sheets_used",
    "open_sheet",
    "receive_cue_file",
    "refuse_cue_file",
    "remove_cue",
    "reopen_sheet",
    "save_cue",
    "save_episode",
    "save_production",
    "undo_cue_import",
    "withdraw_production",
    "withdraw_sheet",
]
