"""What a reading says, kept in every language of the portal: the page shows it in the language of whoever looks."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override

from cmo_portal.common.tables import FileRefused, Notice, RowError
from cmo_portal.common.texts import Text, say

ERRORS_SHOWN = 200
ISOLATE, END = "\u2068", "\u2069"


def told_with(template: Text, **values: object) -> Text:
    """As `say`, each value kept apart from the direction of the sentence: a number or a Roman title inside Urdu."""
    return say(template, **{name: f"{ISOLATE}{value}{END}" for name, value in values.items()})


def without_marks(text: str) -> str:
    """A sentence of `told_with` for a file: nothing unseen goes into a spreadsheet."""
    return text.replace(ISOLATE, "").replace(END, "")


def in_all_languages(text: Text) -> dict[str, str]:
    """The text in each language of the portal."""
    spoken: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            spoken[code] = str(text)
    return spoken


def notices_as_data(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices for a JSON column."""
    return [
        {"code": notice.code, "row": notice.row, "count": notice.count, "message": in_all_languages(notice.message)}
        for notice in notices
    ]


def errors_as_data(errors: Sequence[RowError]) -> list[dict[str, Any]]:
    """The first complaints for a JSON column; the others are in the file of refused rows."""
    return [
        {
            "row": error.row,
            "column": error.column,
            "value": error.value,
            "code": error.code,
            "message": in_all_languages(error.message),
            "remedy": in_all_languages(error.remedy),
        }
        for error in errors[:ERRORS_SHOWN]
    ]


def refusal_as_data(refusal: FileRefused) -> dict[str, Any]:
    """Why a whole file cannot be taken."""
    return {
        "code": refusal.code,
        "row": refusal.row,
        "message": in_all_languages(refusal.message),
        "remedy": in_all_languages(refusal.remedy),
    }


def spoken(report: dict[str, Any]) -> dict[str, Any]:
    """A stored report with each of its texts in the language of the reader."""
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    codes = {code for code, _name in settings.LANGUAGES}

    def say(value: Any) -> Any:
        if isinstance(value, dict):
            if value and set(value) <= codes:
                return value.get(language, next(iter(value.values())))
            return {key: say(inner) for key, inner in value.items()}
        return [say(inner) for inner in value] if isinstance(value, list) else value

    return {key: say(value) for key, value in report.items() if key not in {"spool", "layout"}}
