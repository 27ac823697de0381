"""Compiles translations (.po) into the form that gettext reads (.mo), so that no gettext tools have to be installed.

Both formats are described in the manual of GNU gettext ("The Format of PO Files", "The Format of GNU MO Files").
"""

from __future__ import annotations

import ast
import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAGIC = 0x950412DE
CONTEXT_END = "\x04"
PLURAL_END = "\x00"
KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)\s+(\".*\")$")


class PoError(ValueError):
    """A line of a .po file that cannot be understood, with its number."""


@dataclass
class Entry:
    """One message: its context, its text and plural, and the translations by plural form."""

    context: str | None = None
    singular: str | None = None
    plural: str | None = None
    forms: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    def pair(self) -> tuple[str, str] | None:
        """Key and value for the .mo file; None when there is nothing to say or a translator is not sure yet."""
        if self.singular is None or (self.fuzzy and self.singular) or not any(self.forms.values()):
            return None
        if self.plural is not None and not all(self.forms.values()):
            return None
        key = self.singular if self.plural is None else self.singular + PLURAL_END + self.plural
        if self.context is not None:
            key = self.context + CONTEXT_END + key
        return key, PLURAL_END.join(self.forms[number] for number in sorted(self.forms))


def read_entries(text: str) -> Iterator[Entry]:
    """Every entry of a .po file, in its order. Raises PoError with the line number."""
    entry, target, fuzzy = Entry(), "", False
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("#"):
            # a flag line speaks of the next entry; an obsolete entry (#~) uses it up
            fuzzy = not line.startswith("#~") and (fuzzy or (line.startswith("#,") and "fuzzy" in line))
            continue
        if not line:
            continue
        found = KEYWORD.match(line)
        if found:
            name = found[1]
            if name in ("msgctxt", "msgid") and entry.forms:
                yield entry
                entry = Entry()
            if name in ("msgctxt", "msgid") and fuzzy:
                entry.fuzzy, fuzzy = True, False
            target = name
            put(entry, target, unquoted(found[3], number))
        elif line.startswith('"') and target:
            put(entry, target, unquoted(line, number))
        else:
            raise PoError(f"line {number}: not understood: {line[:60]}")
    if entry.forms:
        yield entry


def put(entry: Entry, target: str, text: str) -> None:
    """Add text to the part of the entry that a keyword named; later lines continue the first."""
    if target == "msgctxt":
        entry.context = (entry.context or "") + text
    elif target == "msgid":
        entry.singular = (entry.singular or "") + text
    elif target == "msgid_plural":
        entry.plural = (entry.plural or "") + text
    else:
        form = int(target[7:-1]) if "[" in target else 0
        entry.forms[form] = entry.forms.get(form, "") + text


def unquoted(quoted: str, number: int) -> str:
    """The text of a quoted string; its escapes are those of C, which Python shares."""
    try:
        value = ast.literal_eval(quoted)
    except (SyntaxError, ValueError) as error:
        raise PoError(f"line {number}: the quotes or escapes are wrong: {quoted[:60]}") from error
    return str(value)


def compiled(text: str) -> bytes:
    """The .mo file for the text of a .po file."""
    pairs = sorted(
        (key.encode(), value.encode()) for key, value in filter(None, (entry.pair() for entry in read_entries(text)))
    )
    count = len(pairs)
    keys_at, values_at = 28, 28 + 8 * count
    text_at = 28 + 16 * count
    table, texts, position = [], [], text_at
    for text_of in ([key for key, _ in pairs], [value for _, value in pairs]):
        for item in text_of:
            table.append(struct.pack("<II", len(item), position))
            texts.append(item + b"\0")
            position += len(item) + 1
    head = struct.pack("<IIIIIII", MAGIC, 0, count, keys_at, values_at, 0, text_at)
    return head + b"".join(table) + b"".join(texts)


def compile_all(root: Path) -> list[Path]:
    """Compile every .po under a `locale` folder that is newer than its .mo; the .mo files written."""
    written = []
    for pattern in ("locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po"):
        for source in sorted(root.glob(pattern)):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
                continue
            try:
                content = compiled(source.read_text(encoding="utf-8"))
            except PoError as error:
                raise PoError(f"{source.relative_to(root)}, {error}") from error
            draft = target.with_suffix(f".{os.getpid()}.new")
            draft.write_bytes(content)
            draft.replace(target)
            written.append(target)
    return written
