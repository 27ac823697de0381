"""The societies of the CISAC list: their three-digit codes, names and countries.

Source: the CISAC list of societies, as registration files use it.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "tables" / "societies.csv"


@dataclass(frozen=True, slots=True)
class Society:
    """A society of the CISAC list: three-digit code, name as other files must print it, membership status, country."""

    code: str
    name: str
    status: str
    country: str


@cache
def societies() -> dict[str, Society]:
    """Every society of the list by its three-digit code."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Society(**row) for row in csv.DictReader(file)}
