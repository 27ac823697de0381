"""How long money that could not be paid waits for its owner."""

from collections.abc import Mapping
from typing import Any

from cmo_portal.common.ruledata import Complaint, Reader


def read_claim_years(data: Mapping[str, Any]) -> tuple[int, list[Complaint]]:
    """Read `{"years": "3"}`: financial years after the one of collection. All faults come back together."""
    reader = Reader(data)
    years = reader.integer("years", least=1, most=99)
    reader.close()
    return years, reader.complaints
