"""What the undoing of an import would mean in money, for the person who confirms it."""

from dataclasses import dataclass

from royalties.queries.stakes import Stake, stakes_of
from works.models import Work
from works.queries.titles import own_titles
from works.services.undoing import UndoPlan

MOST_WORKS = 50  # works that the page names, those with most at stake first


@dataclass(frozen=True, slots=True)
class UndoneWork:
    """A work that would be withdrawn, or put back as it was, and what hangs on it."""

    work: Work
    is_revised: bool
    stake: Stake


@dataclass(frozen=True, slots=True)
class UndoStakes:
    """What hangs on all works that would be taken back, and the first of them. Amounts in minor units: `waiting` is the
    estimate of what usage of the withdrawn works would bring, which finds no work any more; `revised` hangs on works
    that are put back and goes by their former shares."""

    works: tuple[UndoneWork, ...]
    waiting: int
    revised: int
    texts: int
    more: int


def stakes_of_undo(plan: UndoPlan) -> UndoStakes:
    """The works of a plan with their stakes, the largest first. Works that paid or are frozen are never among them."""
    stakes = stakes_of([*plan.made, *plan.revised])
    named = sorted(stakes, key=lambda pk: (-stakes[pk].total, -stakes[pk].plays, pk))[:MOST_WORKS]
    works = Work.objects.prefetch_related(own_titles()).in_bulk(named)
    revised = set(plan.revised)
    return UndoStakes(
        works=tuple(UndoneWork(works[pk], pk in revised, stakes[pk]) for pk in named),
        waiting=sum(stakes[pk].usage for pk in plan.made),
        revised=sum(stakes[pk].total for pk in plan.revised),
        texts=sum(stakes[pk].texts for pk in plan.made),
        more=max(0, plan.count - len(named)),
    )
