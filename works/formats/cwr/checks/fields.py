"""The tests on single fields: required, in a table, a date, a share in range, an identifier, allowed characters."""

from collections.abc import Callable
from functools import lru_cache

from members.rules.territories import is_territory
from works.formats.cwr import codes
from works.formats.cwr.characters import NAMES, TITLES, forbidden_characters
from works.formats.cwr.checks.field_edits import FIELD_EDITS, FieldEdit
from works.formats.cwr.edits import Findings
from works.formats.cwr.records import CwrRecord
from works.formats.cwr.values import is_date_or_none, is_digits, percent, read_date, read_duration, read_number
from works.rules.identifiers import (
    IdentifierProblem,
    IdentifierReading,
    read_ean,
    read_ipi_base,
    read_ipi_name,
    read_isrc,
    read_iswc,
)

# A test answers with the key of the text that says what is wrong, or with nothing.
Test = Callable[[str, str], str]


def check_fields(findings: Findings, index: int, record: CwrRecord) -> None:
    """Hold every field of a record against its numbered edits."""
    for edit in FIELD_EDITS.get(record.type, ()):
        value = record[edit.field]
        problem = _TESTS[edit.kind](value, edit.argument)
        if problem:
            _complain(findings, index, edit, value, problem)


def _complain(findings: Findings, index: int, edit: FieldEdit, value: str, problem: str) -> None:
    facts = {"allowed": _allowed(edit)}
    if edit.kind in (TITLES, NAMES):
        facts["characters"] = forbidden_characters(value, edit.kind)
    if problem == "check_digit" and not findings.profile.check_digits_refuse:
        findings.warn(problem, index, edit=edit.name, field=edit.field, value=value, **facts)
        return
    findings.add(edit.name, index, field=edit.field, value=value, replacement=edit.default, text=problem, **facts)


def _allowed(edit: FieldEdit) -> str:
    if edit.kind == "share":
        return percent(int(edit.argument))
    return ", ".join(edit.argument) or "blank"


def _required(value: str, _: str) -> str:
    return "" if value else "required"


def _code(value: str, table: str) -> str:
    return "" if not value or value in codes.code_names(table) else "code"


def _code_required(value: str, table: str) -> str:
    return _required(value, "") or _code(value, table)


def _flag(value: str, allowed: str) -> str:
    return "" if not value or (len(value) == 1 and value in allowed) else "flag"


def _flag_required(value: str, allowed: str) -> str:
    return "" if len(value) == 1 and value in allowed else "flag"


def _date(value: str, _: str) -> str:
    return "" if is_date_or_none(value) else "date"


def _date_required(value: str, _: str) -> str:
    return "" if read_date(value) or not is_date_or_none(value) else "required"


def _time(value: str, _: str) -> str:
    return "time" if read_duration(value) is None else ""


def _digits(value: str, _: str) -> str:
    return "" if not value or is_digits(value) else "digits"


def _count(value: str, _: str) -> str:
    return "" if read_number(value) else "count"


def _share(value: str, limit: str) -> str:
    steps = read_number(value)
    if steps is None:
        return "share"
    return "share_range" if steps > int(limit) else ""


def _society(value: str, _: str) -> str:
    return "" if not value or codes.is_society(value.zfill(3)) else "society"


def _society_required(value: str, _: str) -> str:
    return _required(value, "") or _society(value, "")


def _territory(value: str, _: str) -> str:
    return "" if is_digits(value) and is_territory(value.zfill(4)) else "territory"


def _right(value: str, _: str) -> str:
    return "" if value == "ALL" or value in codes.code_names("right") else "code"


def _status(value: str, _: str) -> str:
    return "" if codes.is_status(value) else "code"


def _organisation(value: str, _: str) -> str:
    # The table of transmitters is not published as data, so only what it can never hold is refused.
    return "organisation" if len(value) != 3 or value in (codes.PUBLIC_DOMAIN_SOCIETY, codes.NO_SOCIETY) else ""


def _titles(value: str, _: str) -> str:
    return TITLES if forbidden_characters(value, TITLES) else ""


def _names(value: str, _: str) -> str:
    return NAMES if forbidden_characters(value, NAMES) else ""


def _identifier(reader: Callable[[str], IdentifierReading], name: str) -> Test:
    # The same parties come back in work after work.
    @lru_cache(maxsize=4096)
    def problem_of(value: str) -> IdentifierProblem | None:
        return reader(value).problem

    def test(value: str, _: str) -> str:
        problem = problem_of(value) if value.strip("0") else None
        if problem in (None, IdentifierProblem.BLANK):
            return ""
        return "check_digit" if problem is IdentifierProblem.CHECK_DIGIT else name

    return test


_TESTS: dict[str, Test] = {
    "required": _required,
    "code": _code,
    "code_required": _code_required,
    "flag": _flag,
    "flag_required": _flag_required,
    "date": _date,
    "date_required": _date_required,
    "time": _time,
    "digits": _digits,
    "count": _count,
    "share": _share,
    "society": _society,
    "society_required": _society_required,
    "territory": _territory,
    "right": _right,
    "status": _status,
    "organisation": _organisation,
    "titles": _titles,
    "names": _names,
    "ipi": _identifier(read_ipi_name, "ipi"),
    "ipi_base": _identifier(read_ipi_base, "ipi_base"),
    "iswc": _identifier(read_iswc, "iswc"),
    "isrc": _identifier(read_isrc, "isrc"),
    "ean": _identifier(read_ean, "ean"),
}
