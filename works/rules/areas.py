"""Areas beside each other: whether one holds all of another, meets it, and what is left of it without another."""

import datetime as dt

from members.rules.territories import ALWAYS, WORLD, area_written, codes_of, leaves_of, lines_of, terms, written


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
    turned = [(not included, code) for included, code in out]
    if area == WORLD and out[0][1] == WORLD:
        return written(turned[1:])
    if area == WORLD or all(included for included, _code in out):
        return written([*terms(area), *turned])
    return written(lines_of(area_written(area) & ~area_written(taken)))


def left_in_time(area: str, taken: str) -> list[tuple[dt.date, dt.date, str]]:
    """What is left of an area, exactly, on every day: as `without` where that holds always, else stretch by stretch, as
    countries join and leave the groups. (First day, last day, area); days on which nothing is left are left out."""
    firsts = sorted({ALWAYS[0]} | changes_of(area) | changes_of(taken))
    lasts = [*(day - dt.timedelta(days=1) for day in firsts[1:]), ALWAYS[1]]
    left = {day: area_written(area, day) & ~area_written(taken, day) for day in firsts}
    found = without(area, taken)
    if found and not changes_of(found) - set(firsts) and all(area_written(found, day) == left[day] for day in firsts):
        return [(*ALWAYS, found)]
    return [
        (first, last, _stable(left[first], first, last))
        for first, last in zip(firsts, lasts, strict=True)
        if left[first]
    ]


def changes_of(area: str) -> set[dt.date]:
    """The days on which the countries of an area change."""
    leaves = leaves_of(area)
    begun = {leaf.belongs_from for leaf in leaves if leaf.belongs_from > ALWAYS[0]}
    return begun | {leaf.belongs_until + dt.timedelta(days=1) for leaf in leaves if leaf.belongs_until < ALWAYS[1]}


def _stable(countries: int, first: dt.date, last: dt.date) -> str:
    """These countries as an area that means them on all days of a stretch: by groups if those stay as they are."""
    found = written(lines_of(countries, first))
    if any(first < day <= last for day in changes_of(found)):
        return written([(True, code) for code in codes_of(countries, at_most=countries.bit_count())])
    return found
