"""One record as a line of full length, strictly: what does not fit is a problem, never cut or dropped in silence."""

from collections.abc import Mapping
from dataclasses import dataclass

from works.formats.cwr.characters import NAMES, forbidden_characters, transliterated
from works.formats.cwr.layouts import Field, RecordLayout, layout_of
from works.formats.cwr.texts import text_of
from works.formats.cwr.values import is_digits

_NUMERIC = frozenset({"N", "N%", "D", "T"})
# Fields that stay blank although their requirement or format says otherwise.
_ALWAYS_BLANK = frozenset({"constant_blank", "filler", "blank1", "blank2"})
_MAY_BE_BLANK = _ALWAYS_BLANK | {"first_name", "writer_first_name"}
_BLANK_WHEN_UNUSED = frozenset({"avi_society", *_ALWAYS_BLANK})
_NAME_FIELDS = frozenset(
    {
        "publisher_name",
        "last_name",
        "first_name",
        "writer1_last_name",
        "writer1_first_name",
        "writer2_last_name",
        "writer2_first_name",
        "writer_first_name",
    }
)


@dataclass(frozen=True, slots=True)
class WriteProblem:
    """Why a value cannot be written. `message` and `remedy` are English with %(name)s places, filled from `facts`."""

    record_type: str
    field: str
    value: str
    message: str
    remedy: str
    facts: Mapping[str, str]

    @property
    def text(self) -> str:
        """The message in English, filled in."""
        return self.message % self.facts


class CwrWriteError(ValueError):
    """Something cannot be written as CWR; `problems` says all of it."""

    def __init__(self, problems: tuple[WriteProblem, ...]) -> None:
        super().__init__("; ".join(f"{each.record_type} {each.field}: {each.text}" for each in problems))
        self.problems = problems


def problem(key: str, record_type: str, field: str, value: str, **facts: str) -> WriteProblem:
    """A problem with the text called `key`."""
    message, remedy = text_of(key)
    filled = {"field": field.replace("_", " "), "value": value, **facts}
    return WriteProblem(record_type, field, value, message, remedy, filled)


def encoded(
    version: str, record_type: str, texts: Mapping[str, str], *, is_echo: bool = False
) -> tuple[str, list[WriteProblem]]:
    """A record's line without its end, and what is wrong with it. Fields not in `texts` are blank or zero.

    An echo may leave mandatory fields blank and names with forbidden signs, as they came from another sender.
    """
    layout = layout_of(version, record_type)
    if layout is None:
        return "", [problem("no_such_record", record_type, "record_type", record_type, version=version)]
    problems: list[WriteProblem] = []
    known = {"record_type": record_type, **texts}
    parts = [_field(layout, field, known.get(field.name, ""), problems) for field in layout.fields]
    if not is_echo:
        problems += _rule_problems(layout, known)
    return "".join(parts), problems


def _rule_problems(layout: RecordLayout, texts: Mapping[str, str]) -> list[WriteProblem]:
    problems = []
    for field in layout.fields:
        text = texts.get(field.name, "")
        if field.format in _NUMERIC:
            continue
        if not text.strip() and field.required == "M" and field.name not in _MAY_BE_BLANK:
            problems.append(problem("required", layout.record_type, field.name, text))
        forbidden = forbidden_characters(transliterated(text), NAMES) if field.name in _NAME_FIELDS else ""
        if forbidden:
            problems.append(problem("names", layout.record_type, field.name, text, characters=forbidden))
    return problems


def _field(layout: RecordLayout, field: Field, text: str, problems: list[WriteProblem]) -> str:
    if field.format in _NUMERIC:
        return _number(layout, field, text, problems)
    ascii_text = transliterated(text).strip()
    leftover = "".join(dict.fromkeys(char for char in ascii_text if not (char.isascii() and char.isprintable())))
    if leftover:
        problems.append(problem("titles", layout.record_type, field.name, text, characters=leftover))
    if len(ascii_text) > field.length:
        problems.append(problem("too_long", layout.record_type, field.name, text, limit=str(field.length)))
    return ascii_text[: field.length].ljust(field.length)


def _number(layout: RecordLayout, field: Field, text: str, problems: list[WriteProblem]) -> str:
    if not text and field.name in _BLANK_WHEN_UNUSED:
        return " " * field.length
    if text and not is_digits(text):
        problems.append(problem("digits", layout.record_type, field.name, text))
        return "0" * field.length
    if len(text) > field.length:
        problems.append(problem("too_long", layout.record_type, field.name, text, limit=str(field.length)))
    return text[-field.length :].zfill(field.length)
