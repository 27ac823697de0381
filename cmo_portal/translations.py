"""Which texts of the portal have no Urdu yet: reads the code and templates, and compares with the .po files.

Only the standard library and Django's own reading of templates are used, so the check needs no gettext tools. Every
app keeps its own file, `<app>/locale/ur/LC_MESSAGES/django.po`, for its code and `templates/<app>/`; the file at the
top holds everything else. All files are read together, as Django reads them.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

from cmo_portal.launcher.messages import Entry, read_entries

APPS: Final = ("members", "works", "licensing", "royalties")
CODE_FOLDERS: Final = ("cmo_portal", *APPS)
# How many leading arguments of a call are text, and whether the first of them is the context.
CALLS: Final = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (2, True),
    "pgettext_lazy": (2, True),
    "npgettext": (3, True),
    "npgettext_lazy": (3, True),
}
LITERAL: Final = r"u?(?:'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
TEMPLATE_CALL: Final = re.compile(
    rf"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)"
)
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]|(?<!%)\{(\w*)\}|(?<!%)%[sd]")


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the code: its context, singular and plural, and where it stands."""

    context: str | None
    singular: str
    plural: str | None
    path: str
    line: int

    @property
    def key(self) -> tuple[str | None, str]:
        """What a .po file finds it by."""
        return self.context, self.singular

    @property
    def catalogue(self) -> str:
        """The .po file that should hold it, from the top of the project."""
        parts = Path(self.path).parts
        app = parts[1] if parts[0] == "templates" and len(parts) > 1 else parts[0]
        folder = f"{app}/locale" if app in APPS else "locale"
        return f"{folder}/{{language}}/LC_MESSAGES/django.po"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A text that cannot be shown in the language: what is wrong and what to do."""

    message: Message
    problem: str

    def __str__(self) -> str:
        return f"{self.message.path}:{self.message.line}: {self.message.singular!r}: {self.problem}"


def messages(root: Path) -> list[Message]:
    """Every text marked for translation in the code and templates below `root`, in the order of the files."""
    found: list[Message] = []
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                found += _in_code(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            found += _in_template(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    return found


def complaints(root: Path, language: str = "ur") -> list[Complaint]:
    """What hinders the portal from being read in `language` throughout, one complaint for each text."""
    known = catalogue(root, language)
    seen: set[tuple[str | None, str]] = set()
    found = []
    for message in messages(root):
        if message.key in seen or not message.singular.strip():
            continue
        seen.add(message.key)
        problem = _problem(message, known.get(message.key))
        if problem:
            found.append(Complaint(message, problem))
    return found


def catalogue(root: Path, language: str) -> dict[tuple[str | None, str], Entry]:
    """All .po files of a language together; a finished entry wins over an unfinished one of another file."""
    known: dict[tuple[str | None, str], Entry] = {}
    for folder in ("locale", *(f"{name}/locale" for name in CODE_FOLDERS)):
        path = root / folder / language / "LC_MESSAGES" / "django.po"
        for entry in read_entries(path.read_text(encoding="utf-8")) if path.exists() else ():
            key = (entry.context, entry.singular or "")
            if key not in known or entry.pair():
                known[key] = entry
    return known


def _problem(message: Message, entry: Entry | None) -> str:
    if entry is None:
        return f"not in {message.catalogue.format(language='ur')}. Add it with its Urdu."
    if entry.pair() is None:
        return "its Urdu is empty or marked as fuzzy. Write or confirm it."
    if message.plural and (entry.plural != message.plural or len(entry.forms) < 2):
        return "the plural in the .po file differs from the code or lacks a form. Write msgstr[0] and msgstr[1]."
    allowed = _places(message.singular) | _places(message.plural or "")
    wrong = [name for text in entry.forms.values() for name in _places(text) ^ allowed if _matters(name, message)]
    return (
        f"the places to fill differ: {', '.join(sorted(set(wrong)))}. Use those of the English text." if wrong else ""
    )


def _places(text: str) -> set[str]:
    return {found.group(0) for found in PLACEHOLDER.finditer(text)}


def _matters(place: str, message: Message) -> bool:
    """In a plural pair one form may leave out the number; every other place must be kept."""
    return message.plural is None or (place in _places(message.singular)) == (place in _places(message.plural))


def _in_code(source: str, path: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS:
            continue
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        message = _message(name, [text for text in texts if isinstance(text, str)], path, node.lineno)
        if message:
            yield message


def _in_template(source: str, path: str) -> Iterator[Message]:
    written = templatize(source, origin=path)
    for found in TEMPLATE_CALL.finditer(written):
        texts = [str(ast.literal_eval(literal)) for literal in re.findall(LITERAL, found[2])]
        message = _message(found[1], texts, path, written.count("\n", 0, found.start()) + 1)
        if message:
            yield message


def _message(call: str, texts: list[str], path: str, line: int) -> Message | None:
    """Make a message of the text arguments of a call; None when they are not written out in full."""
    count, has_context = CALLS[call]
    if len(texts) < count:
        return None
    context = texts[0] if has_context else None
    rest = texts[1:count] if has_context else texts[:count]
    return Message(context, rest[0], rest[1] if len(rest) > 1 else None, path, line)


def as_entry(message: Message) -> str:
    """The lines of an empty .po entry for a message, for a translator to fill."""
    lines = [f"#: {message.path}"]
    if message.context is not None:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.singular)}")
    if message.plural is None:
        return "\n".join([*lines, 'msgstr ""', ""])
    return "\n".join([*lines, f"msgid_plural {_quoted(message.plural)}", 'msgstr[0] ""', 'msgstr[1] ""', ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    pieces = [f'"{piece}"' for piece in re.split(r"(?<=\\n)", escaped.replace("\n", "\\n")) if piece]
    return "\n".join(['""', *pieces]) if len(pieces) > 1 else (pieces or ['""'])[0]


def header(language: str) -> str:
    """The head of a new .po file."""
    return (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    )
