"""The short code lists of CWR 2.x that describe a work, with their names in words.

A code is what is stored and what goes into files; the name is what people read, in their language. The long lists have
modules of their own: `languages`, `instruments`, `work_types`.
"""

from collections.abc import Mapping, Sequence

from cmo_portal.common.texts import Text, _

CodeList = Mapping[str, Text]

TITLE_TYPES: CodeList = {
    "OT": _("Original title"),
    "AT": _("Alternative title"),
    "TE": _("First line of the text"),
    "FT": _("Formal title"),
    "IT": _("Incorrect title"),
    "TT": _("Original title translated"),
    "PT": _("Part title"),
    "RT": _("Restricted title"),
    "ET": _("Extra search title"),
    "OL": _("Original title in its own script"),
    "AL": _("Alternative title in its own script"),
}
# Titles that help to find a work but are not shown to the public: wrong ones, restricted ones, mere search words.
HIDDEN_TITLE_TYPES = frozenset({"IT", "RT", "ET"})

CATEGORIES: CodeList = {
    "POP": _("Popular"),
    "JAZ": _("Jazz"),
    "SER": _("Serious"),
    "UNC": _("Not classified"),
}
VERSION_TYPES: CodeList = {"ORI": _("Original work"), "MOD": _("Modified version of a work")}
TEXT_MUSIC: CodeList = {
    "MTX": _("Words and music, made together"),
    "MTN": _("Words and music, made at different times"),
    "MUS": _("Music only"),
    "TXT": _("Words only"),
}
COMPOSITE_TYPES: CodeList = {
    "MED": _("Medley"),
    "POT": _("Potpourri"),
    "COS": _("Composite of samples"),
    "UCO": _("Composite of another kind"),
}
EXCERPT_TYPES: CodeList = {"MOV": _("Movement"), "UEX": _("Excerpt of another kind")}
MUSIC_ARRANGEMENTS: CodeList = {
    "ORI": _("The original music"),
    "ARR": _("Arrangement of the music"),
    "ADM": _("Additions to the music"),
    "NEW": _("New music"),
    "UNS": _("Arrangement of another kind"),
}
LYRIC_ADAPTATIONS: CodeList = {
    "ORI": _("The original words"),
    "NON": _("No words"),
    "TRA": _("Translation of the words"),
    "MOD": _("Changed words"),
    "ADL": _("Additional words"),
    "REP": _("Words put in place of the original ones"),
    "NEW": _("New words"),
    "UNS": _("Adaptation of another kind"),
}
PURPOSES: CodeList = {
    "COM": _("Commercial, jingle or trailer"),
    "FIL": _("Film"),
    "GEN": _("General use"),
    "LIB": _("Production music library"),
    "MUL": _("Multimedia"),
    "RAD": _("Radio"),
    "TEL": _("Television"),
    "THR": _("Theatre"),
    "VID": _("Video"),
}
PRODUCTION_USES: CodeList = {
    "B": _("Background"),
    "L": _("Logo"),
    "T": _("Theme"),
    "V": _("Visual"),
    "R": _("Rolled-up cue"),
}
NOTE_SUBJECTS: CodeList = {
    "DL": _("Direct licensing"),
    "SC": _("Change of shares"),
    "DW": _("Another work"),
    "IQ": _("Inquiry list"),
    "RQ": _("Requested work"),
    "GW": _("Note for GEMA"),
    "EW": _("Note for SACEM"),
}
NOTE_RIGHTS: CodeList = {
    "PER": _("Performing right"),
    "MEC": _("Mechanical right"),
    "SYN": _("Synchronisation right"),
    "ALL": _("All rights"),
}
IDENTIFIER_TYPES: CodeList = {
    "W": _("Number of the work"),
    "R": _("Number of a recording"),
    "P": _("Number of a product"),
    "V": _("Number of a video"),
}
SCRIPTS: CodeList = {
    "Latn": _("Roman letters"),
    "Arab": _("Urdu and Arabic letters"),
    "Deva": _("Devanagari letters"),
    "Guru": _("Gurmukhi letters"),
}


def name_of(codes: CodeList, code: str) -> Text:
    """The name of a code; a code nobody knows stays as it is."""
    return codes.get(code, code)


def choices_of(codes: CodeList, *, blank: Text | None = None) -> Sequence[tuple[str, Text]]:
    """A code list as the choices of a field, with a blank one first where `blank` names it."""
    head = [("", blank)] if blank is not None else []
    return [*head, *codes.items()]
