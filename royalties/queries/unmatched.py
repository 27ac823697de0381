"""Usage without a known work as the public sees it: the list, the money held for all of it, the bands of one text."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Min, QuerySet, Sum, Value, When

from cmo_portal.common.spelling import text_key
from cmo_portal.wording import words_text
from royalties.models import RuleVersion, SuspenseLine, UnmatchedText
from royalties.queries.rules import in_force, money_of_account
from royalties.rules.unmatched import FEWEST_TEXTS, band_of, read_bands
from works.queries.search import LONGEST_QUERY, asked_sounds

ORDER = ("by_ear", "place")  # as typed before those that only sound so, then the most used first


def unmatched_texts(
    *, words: str = "", kind: str = "", since: dt.date | None = None, until: dt.date | None = None
) -> QuerySet[UnmatchedText]:
    """Texts without a known work that hold all of these words, in whatever spelling and script, by kind of use, and by
    the days of the files that report them. In the order of ORDER those that have the words as they are typed come
    first."""
    key = text_key(words.replace("\x00", "")[:LONGEST_QUERY])
    rows = UnmatchedText.objects.annotate(by_ear=Value(0, output_field=IntegerField()))
    if key:
        as_typed = When(words__contains=key.split(), then=Value(0))
        heard = UnmatchedText.objects.annotate(by_ear=Case(as_typed, default=Value(1), output_field=IntegerField()))
        rows = heard.filter(sounds__contains=asked_sounds(key))
    elif words.strip():
        return rows.none()
    if kind:
        rows = rows.filter(kinds__contains=[kind])
    if since:
        rows = rows.filter(last_day__gte=since)
    return rows.filter(first_day__lte=until) if until else rows


@dataclass(frozen=True, slots=True)
class HeldUntil:
    """What published runs hold for usage without a known work and pay until a day. `amount` is exact where it comes of
    enough texts to tell nothing of one of them; otherwise None, and `band` says how much it is about."""

    day: dt.date
    texts: int
    amount: int | None
    band: str


@dataclass(frozen=True, slots=True)
class Pot:
    """All that is held for usage without a known work: in sum, and by the last day to claim it."""

    texts: int
    amount: int | None
    band: str
    parts: tuple[HeldUntil, ...]


class Bands:
    """The money bands in force on a day; without such a rule an amount has no band."""

    def __init__(self, on: dt.date) -> None:
        self.version: RuleVersion | None = in_force(kind="bands", on=on).first()
        self._limits = read_bands(self.version.parameters, money_of_account())[0] if self.version else []

    def text(self, amount: int) -> str:
        """The band of an amount in words; blank for none."""
        return words_text(band_of(amount, self._limits).words) if amount > 0 and self._limits else ""


def unmatched_pot(bands: Bands) -> Pot:
    """The whole of what published runs hold as not yet identified, and still pay."""
    lines = SuspenseLine.objects.filter(reason="unidentified", state="open", run__state="published")
    rows = lines.values("prescribes_on").annotate(texts=Count("pk"), amount=Sum("amount")).order_by("prescribes_on")
    parts = tuple(_part(row["prescribes_on"], row["texts"], row["amount"], bands) for row in rows)
    texts, amount = sum(row["texts"] for row in rows), sum(row["amount"] for row in rows)
    # Beside parts that are not told exactly, an exact sum would tell them.
    is_told = texts >= FEWEST_TEXTS and sum(part.amount is None for part in parts) != 1
    return Pot(texts, amount if is_told else None, bands.text(amount), parts)


def _part(day: dt.date, texts: int, amount: int, bands: Bands) -> HeldUntil:
    return HeldUntil(day, texts, amount if texts >= FEWEST_TEXTS else None, bands.text(amount))


def listed_at() -> dt.datetime | None:
    """When the list was made last; None while it has no row."""
    return UnmatchedText.objects.aggregate(first=Min("listed_at"))["first"]
