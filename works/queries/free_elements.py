"""Words and music that belong to nobody: the verdict on a day, by the law of the society's own country.

What was recorded of authors and laws is read as it is, or as it was known at the end of a day
(cmo_portal.common.known).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmo_portal.common.known import Books
from cmo_portal.common.texts import Text
from cmo_portal.common.words import Words
from members.models.territories import own_territory
from works.models import Element, ProtectionTerm, PublicDomainElement, WorkShare
from works.rules.free_shares import OWNERLESS_ROLES, element_of
from works.rules.public_domain import Author, Term, verdict


@dataclass(frozen=True, slots=True)
class FreeElement:
    """Words or music with the verdict on them: `is_free` None when a fact is missing."""

    element: str
    name: Text
    is_free: bool | None
    sentences: tuple[Words, ...]
    notes: tuple[str, ...]

    @property
    def state(self) -> str:
        """The verdict as a state that pages have a shape for."""
        return {True: "free", False: "protected", None: "unknown"}[self.is_free]


def free_elements(
    works: Sequence[int], *, on: dt.date, known_on: dt.date | None = None
) -> dict[int, tuple[FreeElement, ...]]:
    """work id → the verdicts on its words and its music, for works of which something is recorded. Two queries."""
    rows: dict[int, list[PublicDomainElement]] = defaultdict(list)
    for row in Books(known_on).rows(PublicDomainElement, work_id__in=list(works)):
        rows[row.work_id].append(row)
    terms = protection_terms(known_on) if rows else ()
    return {work: tuple(_verdicts(mine, terms, on)) for work, mine in rows.items()}


def free_shares(rows: Iterable[WorkShare], *, on: dt.date) -> set[int]:
    """The numbers of those shares without an owner that stand for words or music of nobody. At most two queries."""
    ownerless = [row for row in rows if row.state == "unclaimed" and row.role in OWNERLESS_ROLES]
    recorded = free_elements([row.work_id for row in ownerless], on=on) if ownerless else {}
    free = {work: free_names(elements) for work, elements in recorded.items()}
    return {row.pk for row in ownerless if element_of(row.role, free.get(row.work_id, frozenset()))}


def free_names(elements: Iterable[FreeElement]) -> frozenset[str]:
    """Which elements are free beyond doubt."""
    return frozenset(each.element for each in elements if each.is_free)


def protection_terms(known_on: dt.date | None = None) -> tuple[Term, ...]:
    """The laws of the society's own country in the order of their days."""
    rows = Books(known_on).rows(ProtectionTerm, territory=own_territory())
    in_turn = sorted(rows, key=lambda row: row.valid_from)
    return tuple(Term(row.years_after_death, row.valid_from, row.valid_to, row.revives, row.source) for row in in_turn)


def _verdicts(rows: Sequence[PublicDomainElement], terms: Sequence[Term], on: dt.date) -> Iterable[FreeElement]:
    for element in Element:
        mine = [row for row in rows if row.element == element]
        if mine:
            opinion = verdict([_author(row) for row in mine], terms, on)
            notes = tuple(row.note for row in mine if row.note)
            yield FreeElement(element.value, element.label, opinion.is_free, opinion.words, notes)


def _author(row: PublicDomainElement) -> Author:
    names = tuple((language, name) for language, name in (("en", row.author), ("ur", row.author_original)) if name)
    return Author(row.reason, names or (("en", ""),), row.died_in, row.century)
