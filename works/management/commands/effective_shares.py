"""`manage effective_shares`: who may collect a right of a work in a country on a day, as known then or now."""

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from cmo_portal.common import clock
from cmo_portal.common.known import Books
from cmo_portal.common.money import decimal_text
from members.models import Party
from members.models.parties import Right
from members.rules.territories import Leaf, leaves_of, territories
from works.models import Work
from works.queries.chain_words import sentences
from works.queries.chains import Collection, CollectionShare, Fault, Step, collection_of, day_of_collection
from works.rules.identifiers import read_iswc


class Command(BaseCommand):
    """The same function as the work page and distribution runs use (works.rules.chains)."""

    help = "Who may collect a right of a work in a country on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """--work, --right, --territory, --on, --known-on, --json."""
        parser.add_argument("--work", required=True, help="the work: W0000001, its ISWC, or the uid of its page")
        parser.add_argument("--right", required=True, choices=Right.values)
        parser.add_argument("--territory", required=True, help="TIS number of a country or group, for instance 0586")
        parser.add_argument("--on", required=True, help="the day of use, for instance 2026-06-30")
        parser.add_argument(
            "--collected-on",
            help="the day of collection; without it, when a run collects that begins today (or on --known-on)",
        )
        parser.add_argument("--known-on", help="what was known at the end of this day; without it, what is known now")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the parts with their ways; CommandError names the option that cannot be read."""
        on, known_on = self._day("--on", options["on"]), self._known(options["known_on"])
        work = self._work(options["work"], Books(known_on))
        found = self._collection(
            self._territory(options["territory"]),
            work_id=work.pk,
            right=options["right"],
            on=on,
            collected_on=self._collected(options["collected_on"], on, known_on),
            known_on=known_on,
        )
        if options["json"]:
            told = {"work": options["work"], "answered_for": work.number, **as_data(found)}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(sentences(found, mark=str)))

    def _work(self, text: str, books: Books) -> Work:
        """The work with this number, ISWC or address; what was merged, by what was known, leads to the work it was."""
        work = Work.objects.filter(_named(text.strip())).order_by("pk").first()
        if work is None:
            raise CommandError(f"--work {text}: there is no work with this number.")
        known = books.by_id(Work, [work.pk])[work.pk]
        while known.merged_into_id is not None:
            known = books.by_id(Work, [known.merged_into_id])[known.merged_into_id]
        return known

    def _territory(self, text: str) -> str:
        code = text.strip().zfill(4)
        if code not in territories():
            raise CommandError(f"--territory {text}: not a TIS number.")
        return code

    def _collection(self, territory: str, **asked: Any) -> Collection:
        """The answer for a country, or for a group whose countries all have the same."""
        countries = sorted(leaf.code for leaf in leaves_of(territory) if _holds(leaf, asked["on"]))
        if not countries:
            raise CommandError(f"--territory {territory} holds no country on this day.")
        first = collection_of(territory=countries[0], **asked)
        for country in countries[1:]:
            other = collection_of(territory=country, **asked)
            if (other.parts, other.gaps, other.is_held) != (first.parts, first.gaps, first.is_held):
                raise CommandError(
                    f"--territory {territory} is a group of countries that differ: {countries[0]} and {country} have"
                    " other collectors. Ask for one country."
                )
        return replace(first, territory=territory)

    def _day(self, option: str, text: str) -> dt.date:
        try:
            return dt.date.fromisoformat(text.strip())
        except ValueError as error:
            raise CommandError(f"{option} {text}: not a day. Write it as 2026-06-30.") from error

    def _collected(self, text: str | None, on: dt.date, known_on: dt.date | None) -> dt.date:
        if text is None:
            return day_of_collection(on=on, today=clock.today(), known_on=known_on)
        day = self._day("--collected-on", text)
        if day < on:
            raise CommandError(f"--collected-on {text}: nothing is collected before it is used. Give a day from {on}.")
        return day

    def _known(self, text: str | None) -> dt.date | None:
        if text is None:
            return None
        day = self._day("--known-on", text)
        if day > clock.today():
            raise CommandError(f"--known-on {text}: nobody knows yet what will be known then. Give a day up to today.")
        return day


def _holds(leaf: Leaf, on: dt.date) -> bool:
    """Whether a country belongs to the asked area on a day, and is one then."""
    country = territories()[leaf.code]
    return leaf.belongs_from <= on <= leaf.belongs_until and country.exists_from <= on <= country.exists_until


def _named(text: str) -> Q:
    """How a work may be named: W0000001, T-123.456.789-4, the uid of its page, or the number of its row."""
    named = Q(number=text.upper())
    if (iswc := read_iswc(text)).has_shape:
        named |= Q(iswc=iswc.value)
    if text.isascii() and text.isdecimal() and len(text) < 19:
        named |= Q(pk=int(text))
    try:
        return named | Q(uid=UUID(text))
    except ValueError:
        return named


def as_data(found: Collection) -> dict[str, Any]:
    """A collection for machines: shares as exact percentages and as units of 1,000,000."""
    return {
        "right": found.right,
        "territory": found.territory,
        "on": found.on.isoformat(),
        "collected_on": found.collected_on.isoformat(),
        "known_on": found.known_on.isoformat() if found.known_on else None,
        "held_whole": found.is_held,
        "parts": [_part(part) for part in found.parts],
        "gaps": [agreement.number for agreement in found.gaps],
        "words": sentences(found, mark=str),
    }


def _part(part: CollectionShare) -> dict[str, Any]:
    return {
        "percent": decimal_text(Fraction(part.units, 10_000)),
        "units": part.units,
        "state": part.state,
        "party": _step(part.steps[-1])["party"] if part.steps else None,
        "path": [_step(step) for step in part.steps],
        "at_fault": [_fault(fault) for fault in part.faults],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "party": _named_party(step.party),
        "agreement": step.agreement.number if step.agreement else None,
        "grounds": list(step.grounds),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "agreement": fault.agreement.number,
        "party": _named_party(fault.party),
        "percent": decimal_text(Fraction(fault.part, 10_000)),
    }


def _named_party(party: Party) -> dict[str, str]:
    return {"id": str(party.uid), "name": party.display_name}
