"""Which works the numbers printed in a cue sheet name: ours, the ISWC, the ISRC of a recording; and where they fail."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.texts import Text, _, say
from works.models import RecordingWork, Work

REGISTERED = Q(state="registered") | Q(state="merged", merged_into__state="registered")
SEVERAL_SHOWN = 5
NAMES: dict[str, Text] = {"work_number": _("work number"), "iswc": _("ISWC"), "isrc": _("ISRC")}


@dataclass(frozen=True, slots=True)
class Printed:
    """The numbers of one cue, ISWC and ISRC in their kept forms."""

    work_number: str = ""
    iswc: str = ""
    isrc: str = ""

    def numbers(self) -> list[tuple[str, str]]:
        """Which number → its value, those that are printed; ours as we write it."""
        ours = digits_to_ascii(self.work_number).upper().replace(" ", "").replace("-", "")
        return [each for each in (("work_number", ours), ("iswc", self.iswc), ("isrc", self.isrc)) if each[1]]


@dataclass(frozen=True, slots=True)
class NumberFault:
    """Why a cue has no work by its numbers, or not by this one: the number it is about, and what to do."""

    field: str
    value: str
    message: Text
    remedy: Text
    code: str


class PrintedNumbers:
    """The registered works that printed numbers name, fetched at once: three queries."""

    def __init__(self, printed: Iterable[Printed]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for one in printed:
            for field, value in one.numbers():
                wanted[field].add(value)
        self._works: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._numbers: dict[int, str] = {}
        standing = Work.objects.filter(REGISTERED).annotate(stands=Coalesce("merged_into_id", "pk"))
        standing = standing.annotate(own=Coalesce("merged_into__number", "number"))
        for field, column in (("work_number", "number"), ("iswc", "iswc")):
            rows = standing.filter(**{f"{column}__in": wanted[field]})
            for value, pk, number in rows.values_list(column, "stands", "own"):
                self._found(field, str(value), pk, number)
        links = RecordingWork.objects.filter(recording__isrc__in=wanted["isrc"], work__state="registered")
        for isrc, pk, number in links.values_list("recording__isrc", "work_id", F("work__number")):
            self._found("isrc", str(isrc), pk, number)

    def work_of(self, printed: Printed) -> int | None:
        """The work that the numbers of a cue name together; None when they name none, or none that all agree on."""
        agreed = self._agreed(printed)
        return next(iter(agreed)) if len(agreed) == 1 else None

    def faults(self, printed: Printed) -> list[NumberFault]:
        """Everything that the numbers of a cue leave open: none of ours, several works, or one against the other."""
        named = [(field, value, self._works.get((field, value), set())) for field, value in printed.numbers()]
        known = [each for each in named if each[2]]
        agreed = self._agreed(printed)
        if len(known) > 1 and not agreed:
            return [self._contradiction(known)]
        faults = [
            self._unknown(field, value) for field, value, works in named if not works and (not known or _is_ours(field))
        ]
        if len(agreed) > 1:
            faults.append(self._several(*known[-1][:2], agreed))
        return faults

    def _found(self, field: str, value: str, pk: int, number: str) -> None:
        self._works[field, value].add(pk)
        self._numbers[pk] = number

    def _agreed(self, printed: Printed) -> set[int]:
        """The works that every known number of the cue names."""
        known = [works for number in printed.numbers() if (works := self._works.get(number, set()))]
        return set.intersection(*known) if known else set()

    def _told(self, works: Iterable[int]) -> str:
        return ", ".join(sorted(self._numbers[pk] for pk in works)[:SEVERAL_SHOWN])

    def _unknown(self, field: str, value: str) -> NumberFault:
        message = {
            "work_number": _("No registered work of ours has this number."),
            "iswc": _("No registered work of ours has this ISWC."),
            "isrc": _("No recording with this ISRC is linked to a registered work."),
        }[field]
        remedy = _("Compare it with the cue sheet; if it is right, find the work by its title on the page of the cue.")
        return NumberFault(field, value, message, remedy, f"{field}-unknown")

    def _several(self, field: str, value: str, works: Iterable[int]) -> NumberFault:
        message = say(_("The recording holds several works: {numbers}."), numbers=self._told(works))
        return NumberFault(field, value, message, _("Choose the one that is heard on the page of the cue."), "several")

    def _contradiction(self, known: list[tuple[str, str, set[int]]]) -> NumberFault:
        (field, value, works), (other, _value, others) = known[0], known[-1]
        message = say(
            _("The numbers of this cue name different works: by {first} {works}, by {second} {others}."),
            first=NAMES[field], works=self._told(works), second=NAMES[other], others=self._told(others),
        )  # fmt: skip
        remedy = _("Correct the wrong one, or choose the work on the page of the cue.")
        return NumberFault(field, value, message, remedy, "contradiction")


def _is_ours(field: str) -> bool:
    """A number of ours that no work bears is a misprint, even if another number of the cue leads to a work."""
    return field == "work_number"
