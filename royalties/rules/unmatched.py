"""What the public learns of usage without a known work: how much of it there is, beside other usage, and a money band.

Figures of a licensee are nobody else's business: a step says how one text stands to the most used text of the same kind
of use, a band between which two amounts of the society's own list the money lies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cmo_portal.common.money import Currency
from cmo_portal.common.ruledata import Complaint, Reader
from cmo_portal.common.spelling import ALL_VOWELS, skeleton, sound, text_key
from cmo_portal.common.words import Words, gettext_noop, money, say
from royalties.rules.matching.normalise import dashed_parts, name_keys, title_forms

STEPS = 5
APART = 3  # from one step to the next the usage is so many times larger
TELLING = 3  # consonants from which an equal sound is worth showing
FEWEST_TEXTS = 5  # a sum over fewer texts would tell what one of them holds


def step_bounds(most: int) -> list[int]:
    """The least plays of the steps above the first, rising, where `most` is what the most used text has.

    The highest step begins at a third of `most`, each lower one at a third of the step above it.
    """
    if most < 1:
        raise ValueError("a text has at least one play")
    return [-(-most // APART**power) for power in range(STEPS - 1, 0, -1)]


def usage_step(plays: int, most: int) -> int:
    """The step of a text, 1 to STEPS, by its plays and those of the most used text of its kind."""
    return 1 + sum(plays >= bound for bound in step_bounds(most))


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts above `above` up to `up_to`, in minor units; None where the band has no upper end."""

    above: int
    up_to: int | None

    @property
    def words(self) -> Words:
        """The band as people read it."""
        if self.up_to is None:
            return say(gettext_noop("more than %(above)s"), above=money(self.above))
        if not self.above:
            return say(gettext_noop("up to %(limit)s"), limit=money(self.up_to))
        return say(gettext_noop("%(above)s to %(limit)s"), above=money(self.above), limit=money(self.up_to))


def band_of(amount: int, limits: Sequence[int]) -> Band:
    """The band of an amount above zero; `limits` are the upper ends of all bands but the last, rising."""
    if amount < 1:
        raise ValueError("only money has a band")
    above = max((limit for limit in limits if limit < amount), default=0)
    return Band(above, min((limit for limit in limits if limit >= amount), default=None))


def read_bands(data: Mapping[str, Any], currency: Currency) -> tuple[list[int], list[Complaint]]:
    """Read `{"up_to": ["1000.00", "10000.00"]}` as minor units; all faults come back together."""
    reader = Reader(data)
    given = reader.raw("up_to")
    limits: list[int] = []
    if not isinstance(given, list) or not given:
        reader.complain("up_to", given, say(gettext_noop("List the upper ends of the bands.")))
        given = []
    for place, value in enumerate(given):
        faults = len(reader.complaints)
        limit = reader.number_of(f"up_to[{place}]", value, least=Fraction(0)) * currency.scale
        if len(reader.complaints) > faults:
            continue
        if limit.denominator != 1 or limit < 1:
            words = say(gettext_noop("Write an amount with the decimals of the currency."))
            reader.complain(f"up_to[{place}]", value, words)
        elif limits and limit <= limits[-1]:
            reader.complain(f"up_to[{place}]", value, say(gettext_noop("Each band ends above the one before it.")))
        else:
            limits.append(int(limit))
    reader.close()
    return limits, reader.complaints


@dataclass(frozen=True, slots=True)
class TextIndex:
    """What a text is found by: its titles folded and by sound, its names by sound, its words folded and by sound."""

    title_keys: list[str]
    title_sounds: list[str]
    name_sounds: list[str]
    words: list[str]
    sounds: list[str]


def index_of(title: str, people: str) -> TextIndex:
    """The index of a text; `people` are its performers and writers, joined by bars."""
    dashed = dashed_parts(title)  # of `Performer - Title` nobody knows which part is which
    keys = [*title_forms(title), *dashed]
    words = sorted(set(text_key(f"{title} {people}").split()))
    heard = {sound(word) for word in words}
    return TextIndex(
        title_keys=sorted(set(keys)),
        title_sounds=telling_sounds(keys),
        name_sounds=telling_sounds([*name_keys([people]), *dashed]),
        words=words,
        sounds=sorted(heard | {ALL_VOWELS for each in heard if each.startswith(ALL_VOWELS)}),
    )


def telling_sounds(texts: Iterable[str]) -> list[str]:
    """The sounds of whole texts, kh as k as Urdu keyboards have it, where they are long enough to say something."""
    return sorted({bones for text in texts if len(bones := skeleton(text).replace("K", "k")) >= TELLING})
