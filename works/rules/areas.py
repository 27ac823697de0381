"""Areas beside each other: whether one holds all of another, meets it, and what is left of it without another."""

import datetime as dt

from members.rules.territories import area_written, lines_of, terms, written


def covers(area: str, other: str, on: dt.date) -> bool:
    """Whether every country of `other` belongs to `area` on a day."""
    return area == other or not area_written(other, on) & ~area_written(area, on)


def meets(area: str, other: str) -> bool:
    """Whether the two have had a country in common at any time."""
    return bool(area_written(area) & area_written(other))


def without(area: str, taken: str) -> str:
    """What is left of an area; blank where nothing is. A group stays a group whose members come and go."""
    if not area_written(area) & ~area_written(taken):
        return ""
    out = terms(taken)
    if all(included for included, _code in out):
        return written([*terms(area), *((False, code) for _included, code in out)])
    return written(lines_of(area_written(area) & ~area_written(taken)))
