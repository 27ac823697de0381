"""Reading the data of a rule (parsed JSON) with every complaint listed, never only the first.

A rule of the society is data: exact decimals as strings, codes, days, lists of records. A `Reader` walks one record,
gives typed values, and notes each fault with the place where it stands. The caller builds its rule only when the list
of complaints is empty.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .money import AmountError, Currency, parse_fraction
from .periods import FIRST_DAY, LAST_DAY
from .words import Words, gettext_noop, say, text

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault in the data of a rule: where it stands (`components[2].rates`), the value met, and what is wrong."""

    place: str
    value: str
    words: Words


class RuleDataError(ValueError):
    """The data of a rule is faulty; `complaints` lists every fault."""

    def __init__(self, complaints: list[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(f"{c.place}: {c.words.render(str, _bare)}" for c in complaints))


def _bare(figure: Any) -> str:
    return str(figure.value)


class Reader:
    """One record of rule data. Faults go to the shared list `complaints`; the value is then a harmless stand-in."""

    def __init__(self, data: Any, place: str = "", complaints: list[Complaint] | None = None) -> None:
        self.place = place
        self.complaints: list[Complaint] = [] if complaints is None else complaints
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self._read: set[str] = set()
        if not isinstance(data, Mapping):
            self.complain("", data, say(gettext_noop("A record with named fields is needed here.")))

    def at(self, key: str) -> str:
        """The place of a field, for a complaint."""
        return f"{self.place}.{key}" if self.place and key else self.place or key

    def complain(self, key: str, value: Any, words: Words) -> None:
        """Note a fault of one field."""
        self.complaints.append(Complaint(self.at(key), "" if value is None else str(value)[:200], words))

    def has(self, key: str) -> bool:
        """Whether the field is present and not null."""
        self._read.add(key)
        return self.data.get(key) is not None

    def raw(self, key: str) -> Any:
        """The field as it stands, None when absent."""
        self._read.add(key)
        return self.data.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank; needed unless a default is given."""
        value = self._needed(key, default)
        if value is None or value == default:
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self.complain(key, value, say(gettext_noop("Write a text here.")))
            return default or ""
        return value

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """One of the words allowed."""
        value = self.text(key, default)
        if value and value not in allowed:
            options = text(", ".join(sorted(allowed)))
            self.complain(key, value, say(gettext_noop("Choose one of: %(options)s."), options=options))
        return value if value in allowed else default or min(allowed)

    def number(
        self, key: str, default: Fraction | None = None, *, least: Fraction | None = None, most: Fraction | None = None
    ) -> Fraction:
        """An exact decimal, written as a string such as "7.5", within bounds where given."""
        value = self._needed(key, default)
        if value is None or isinstance(value, Fraction):
            return default or Fraction(0)
        return self.number_of(key, value, least=least, most=most)

    def number_of(
        self, key: str, value: Any, *, least: Fraction | None = None, most: Fraction | None = None
    ) -> Fraction:
        """Read one value as an exact decimal; `key` only names its place."""
        if not isinstance(value, str):
            self.complain(key, value, say(gettext_noop("Write the number as text in quotes, so that it stays exact.")))
            return least or Fraction(0)
        try:
            number = parse_fraction(value)
        except AmountError:
            self.complain(key, value, say(gettext_noop("Write a plain decimal number such as 7.5.")))
            return least or Fraction(0)
        if (least is not None and number < least) or (most is not None and number > most):
            self.complain(key, value, say(gettext_noop("This number is outside the range allowed here.")))
        return number

    def integer(self, key: str, default: int | None = None, *, least: int = 0, most: int | None = None) -> int:
        """A whole number, written as a string."""
        stand_in = None if default is None else Fraction(default)
        bound = None if most is None else Fraction(most)
        value = self.number(key, stand_in, least=Fraction(least), most=bound)
        if value.denominator != 1:
            self.complain(key, self.data.get(key), say(gettext_noop("Write a whole number here.")))
        return int(value)

    def amount(self, key: str, currency: Currency) -> Fraction:
        """A price in major units, as exact minor units; it may be finer than one minor unit and is never negative."""
        return self.number(key, least=Fraction(0)) * currency.scale

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.complain(key, value, say(gettext_noop("Write true or false.")))
            return default
        return value

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A day as 2026-07-01; None when it is absent and not needed."""
        value = self._needed(key, None) if needed else self.raw(key)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            self.complain(key, value, say(gettext_noop("Write the day as year-month-day, such as 2026-07-01.")))
            return None
        return day

    def names(self, key: str) -> Names:
        """A name: one text, or one per language as {"en": "seats", "ur": "نشستیں"}."""
        value = self._needed(key, None)
        if isinstance(value, str) and value.strip():
            return (("en", value),)
        if isinstance(value, Mapping) and value and all(isinstance(v, str) and v.strip() for v in value.values()):
            return tuple((str(language), name) for language, name in value.items())
        if value is not None:
            self.complain(key, value, say(gettext_noop("Write a name, or one name for each language.")))
        return ()

    def record(self, key: str) -> "Reader":
        """The record inside one field."""
        return Reader(self.raw(key), self.at(key), self.complaints)

    def records(self, key: str, *, needed: bool = True) -> Iterator["Reader"]:
        """The records of a list; an empty or missing list is a fault when it is needed."""
        value = self.raw(key)
        if value is None and not needed:
            return
        if not isinstance(value, list) or (needed and not value):
            self.complain(key, value, say(gettext_noop("A list with at least one entry is needed here.")))
            return
        for position, entry in enumerate(value):
            yield Reader(entry, f"{self.at(key)}[{position}]", self.complaints)

    def mapping(self, key: str) -> dict[str, Any]:
        """A field with free names, such as weights by code; empty when absent."""
        value = self.raw(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.complain(key, value, say(gettext_noop("A record with named fields is needed here.")))
            return {}
        return {str(name): entry for name, entry in value.items()}

    def close(self) -> None:
        """Complain about every field that nobody asked for: a misspelt name must not pass silently."""
        for key in self.data:
            if key not in self._read:
                self.complain(key, self.data[key], say(gettext_noop("This field is not known here.")))

    def _needed(self, key: str, default: Any) -> Any:
        value = self.raw(key)
        if value is None and default is None:
            self.complain(key, None, say(gettext_noop("This field is needed.")))
        return default if value is None else value
