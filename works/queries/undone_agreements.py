"""The agreements of an import on the pages of its undoing: for who asks, and for who confirms."""

from collections.abc import Sequence
from typing import Any

from works.models import Agreement
from works.queries.agreements import works_reached

SHOWN = 100  # agreements named on a page


def undone_agreements(
    going: Sequence[Agreement], staying: Sequence[tuple[Agreement, tuple[str, ...]]]
) -> dict[str, Any]:
    """The agreements that go, each with how many works it reaches now, and those that stay, with the reasons."""
    return {
        "agreements": [(each, works_reached(each)) for each in going[:SHOWN]],
        "more_agreements": max(0, len(going) - SHOWN),
        "resting_agreements": staying[:SHOWN],
        "more_resting_agreements": max(0, len(staying) - SHOWN),
    }
