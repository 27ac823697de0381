"""What a tariff version changes: its examples and the live licences of its tariff, priced by both versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cmo_portal.common.money import percent_between
from cmo_portal.common.periods import Period
from licensing.models import Licence, TariffVersion
from licensing.queries.tariffs import currency, shown_versions, terms_of
from licensing.rules.tariff_terms import Tariff as Terms
from licensing.rules.tariffs import assess_answers

MOST_LICENCES = 200


@dataclass(frozen=True, slots=True)
class Effect:
    """One case under both versions. Fees in minor units; None where a version cannot price the case."""

    text: str
    before: int | None
    after: int | None

    @property
    def difference(self) -> int | None:
        """After minus before."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def percent(self) -> Fraction | None:
        """The difference as a percentage of what it was."""
        if self.before in (None, 0) or self.difference is None:
            return None
        return percent_between(self.difference, self.before, 1)


@dataclass(frozen=True, slots=True)
class Impact:
    """A version beside the one that counted before it; `licences` are those running under the tariff now."""

    before: TariffVersion | None
    examples: list[Effect]
    licences: list[Effect]

    @property
    def total_before(self) -> int:
        """What the licences pay now."""
        return sum(effect.before or 0 for effect in self.licences)

    @property
    def total_after(self) -> int:
        """What they would pay."""
        return sum(effect.after or 0 for effect in self.licences)


def impact_of(version: TariffVersion) -> Impact:
    """Fee before and after for the worked examples and for up to MOST_LICENCES live licences."""
    others = shown_versions(version.tariff).exclude(pk=version.pk).filter(version__lt=version.version)
    before = others.order_by("-version").first()
    after_terms = terms_of(version)
    before_terms = terms_of(before) if before else None
    examples = [
        Effect(
            "; ".join(f"{name} = {value}" for name, value in example.answers),
            _fee(before_terms, dict(example.answers), example.period),
            _fee(after_terms, dict(example.answers), example.period),
        )
        for example in after_terms.examples
    ]
    return Impact(before, examples, [_licence_effect(licence, after_terms) for licence in _live(version)])


def _live(version: TariffVersion) -> list[Licence]:
    found = Licence.objects.filter(tariff_version__tariff=version.tariff, state="active")
    return list(found.select_related("quote", "premises").order_by("-starts_on", "-pk")[:MOST_LICENCES])


def _licence_effect(licence: Licence, terms: Terms) -> Effect:
    answers = licence.quote.inputs["answers"]
    period = Period(licence.starts_on, licence.ends_on)
    return Effect(f"{licence.number} {licence.premises.name}", licence.quote.fee, _fee(terms, answers, period))


def _fee(terms: Terms | None, answers: Mapping[str, Any], period: Period | None) -> int | None:
    """The fee, leaving out answers that the version does not ask for; None where it asks for more than was answered."""
    if terms is None:
        return None
    known = {asked.name for asked in terms.inputs}
    found, _complaints = assess_answers(terms, {k: v for k, v in answers.items() if k in known}, currency(), period)
    return found.fee if found else None
