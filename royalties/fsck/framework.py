"""What a check is: a numbered promise (M01–M28) and a function that looks for rows that break it.

A check re-derives its figures from raw rows and trusts no stored sum. What it finds is data: which promise, which
object, what is wrong, and by how much.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction

from cmo_portal.common.plans import bulk_plans
from cmo_portal.common.texts import Text
from royalties.models import Run


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a check looks. With a run, the tables of results are read for that run alone; without, for every run."""

    run: Run | None = None

    @property
    def run_id(self) -> int | None:
        """The run's id for SQL; NULL means every run."""
        return self.run.pk if self.run else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach. `by` is how far it is off, in the unit that `what` names (mostly minor units of money)."""

    code: str
    object: str
    what: str
    by: int = 0

    def as_json(self) -> dict[str, Any]:
        """The finding as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Breach:
    """A finding before it has its code."""

    object: str
    what: str
    by: int = 0


Function = Callable[[Scope], Iterable[Breach]]


@dataclass(frozen=True, slots=True)
class Check:
    """A promise, in words for the page, and every function that looks after it."""

    code: str
    title: Text
    functions: tuple[Function, ...]


_checks: dict[str, Check] = {}


def check(code: str, title: Text) -> Callable[[Function], Function]:
    """Register a function that looks for breaches of a promise; several may look after one."""

    def register(function: Function) -> Function:
        known = _checks.get(code)
        _checks[code] = Check(code, known.title if known else title, (*(known.functions if known else ()), function))
        return function

    return register


def all_checks() -> list[Check]:
    """Every check in the order of its code."""
    return [_checks[code] for code in sorted(_checks)]


def findings(scope: Scope, codes: Iterable[str] | None = None) -> list[Finding]:
    """What the checks find, in order of the codes; empty when the books are right."""
    wanted = set(codes) if codes else None
    with transaction.atomic(), bulk_plans():
        return [
            Finding(known.code, breach.object, breach.what, breach.by)
            for known in all_checks()
            if wanted is None or known.code in wanted
            for function in known.functions
            for breach in function(scope)
        ]


def breaches(query: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> list[Breach]:
    """Breaches straight from SQL that selects object, what and by."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Breach(str(name), str(what), int(by or 0)) for name, what, by in cursor.fetchall()]
