"""One line of a file as a record: decoded, padded or cut to its layout, sliced into fields."""

from functools import cache
from typing import NamedTuple

from works.formats.cwr.layouts import CONTROL_RECORDS, layout_of
from works.formats.cwr.lines import RawLine
from works.formats.cwr.records import CwrRecord
from works.formats.cwr.values import is_digits

# Names by which HDR may announce a character set, looked for in the upper-cased field.
_ENCODINGS = (("UTF-8", "utf-8"), ("UTF8", "utf-8"), ("BIG5", "big5hkscs"), ("GB", "gb18030"), ("ASCII", "ascii"))
_CODE_FORMATS = frozenset("LFB")
# Everything that is not a character: it can be stored nowhere and shows nothing.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


class ParsedLine(NamedTuple):
    """A record and what had to be done to read it."""

    record: CwrRecord
    was_short: bool
    was_long: bool
    had_controls: bool
    had_foreign_letters: bool


def encoding_of(character_set: str) -> str | None:
    """The Python name of a character set that HDR announces; ASCII when it is blank, None when it is unknown."""
    upper = character_set.upper()
    if not upper:
        return "ascii"
    return next((codec for name, codec in _ENCODINGS if name in upper), None)


def decoded(data: bytes, encoding: str) -> tuple[str, bool]:
    """The text of a line, and whether it holds letters that the announced character set does not.

    UTF-8 is tried next because it is hardly ever valid by chance; Latin-1 comes last because it can read any byte.
    """
    try:
        return data.decode(encoding), False
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


def parse_line(line: RawLine, version: str, encoding: str = "ascii") -> ParsedLine:
    """Slice a line by the layout of its record type. Never fails: what cannot be read is left out of the values."""
    text, foreign = decoded(line.data, encoding)
    clean = text if text.isprintable() else text.translate(_CONTROLS)
    record_type = clean[:3].upper().strip()
    layout = layout_of(version, record_type)
    if layout is None:
        record = CwrRecord(record_type, line.number, clean, {}, _number(clean[3:11]), _number(clean[11:19]))
        return ParsedLine(record, False, False, clean != text, foreign)
    values = {
        name: clean[start:end].strip().upper() if upper else clean[start:end].strip()
        for name, start, end, upper in _slices(version, record_type)
    }
    prefixed = record_type not in CONTROL_RECORDS
    record = CwrRecord(
        record_type,
        line.number,
        clean,
        values,
        _number(clean[3:11]) if prefixed else None,
        _number(clean[11:19]) if prefixed else None,
        clean[layout.length :].strip(),
    )
    return ParsedLine(record, len(clean) < layout.length, len(clean) > layout.length, clean != text, foreign)


@cache
def _slices(version: str, record_type: str) -> tuple[tuple[str, int, int, bool], ...]:
    layout = layout_of(version, record_type)
    fields = layout.fields if layout else ()
    return tuple((field.name, field.start, field.end, field.format in _CODE_FORMATS) for field in fields)


def _number(text: str) -> int | None:
    return int(text) if is_digits(text) else None
