"""What becomes of the share of words or music that belong to nobody: by the society's dated rule, proposed only.

A share without an owner in the role of an author (A) stands for the words, of a composer (C) for the music. The rule
says: it stays free; or it goes to the living creators of the work in proportion to what they hold; or a part of it goes
to the arranger, adaptor or translator and the rest stays free. Whatever it says, the right stays whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cmo_portal.common.money import allocate
from works.rules.composites import Owned
from works.rules.splits import WHOLE

ELEMENT_ROLES: Mapping[str, str] = {"A": "words", "C": "music"}
BOTH_ROLE = "CA"
OWNERLESS_ROLES = (*ELEMENT_ROLES, BOTH_ROLE)  # of shares that stand for words, for music, for both
CREATORS = frozenset({"CA", "C", "A", "AR", "AD", "TR", "SA", "SR"})
ARRANGERS = frozenset({"AR", "AD", "TR", "SA", "SR"})


@dataclass(frozen=True, slots=True)
class FreeShareRule:
    """The rule of one element: `unclaimed`, `co_creators`, or `arranger` with a part in 1/10,000 of a percent."""

    use: str
    arranger_part: int = 0


def element_of(role: str, free_elements: frozenset[str]) -> str:
    """Which free element an ownerless share of a role stands for: words, music, both, or blank when it is none."""
    if role == BOTH_ROLE:
        return "both" if {"words", "music"} <= free_elements else ""
    element = ELEMENT_ROLES.get(role, "")
    return element if element in free_elements else ""


def free_share_owners(
    owners: Sequence[Owned], free_elements: frozenset[str], rules: Mapping[str, FreeShareRule]
) -> tuple[Owned, ...]:
    """The owners of a right after the rules; the total is what it was. An element without a rule stays free, and so
    does whatever the rule gives to people the work does not have. A share of words and music together follows the
    rule of the words."""
    after = [owner for owner in owners if not _is_free(owner, free_elements)]
    named = [owner for owner in after if owner.party is not None]
    for owner in owners:
        if not _is_free(owner, free_elements):
            continue
        element = element_of(owner.role, free_elements)
        rule = rules.get("words" if element == "both" else element, FreeShareRule("unclaimed"))
        after += _shared_out(owner, rule, named)
    return _added_up(after)


def _is_free(owner: Owned, free_elements: frozenset[str]) -> bool:
    return owner.party is None and bool(element_of(owner.role, free_elements))


def _shared_out(free: Owned, rule: FreeShareRule, named: Sequence[Owned]) -> list[Owned]:
    roles = ARRANGERS if rule.use == "arranger" else CREATORS
    heirs = [owner for owner in named if owner.role in roles] if rule.use != "unclaimed" else []
    if not heirs:
        return [free]
    part = rule.arranger_part if rule.use == "arranger" else WHOLE
    given = dict(allocate(free.share, [(0, Fraction(part)), (1, Fraction(WHOLE - part))]))
    shares = allocate(given[0], [(place, Fraction(heir.share)) for place, heir in enumerate(heirs)])
    rows = [Owned(heir.party, heir.role, shares[place]) for place, heir in enumerate(heirs)]
    return [*rows, Owned(None, free.role, given[1])]


def _added_up(owners: Sequence[Owned]) -> tuple[Owned, ...]:
    """One row for a party in a role, the larger first; nothing of nothing."""
    totals: dict[tuple[int, str], int] = {}
    for owner in owners:
        key = (owner.party or 0, owner.role)
        totals[key] = totals.get(key, 0) + owner.share
    found = [Owned(party or None, role, share) for (party, role), share in totals.items() if share]
    return tuple(sorted(found, key=lambda owner: (-owner.share, owner.party or 0, owner.role)))
