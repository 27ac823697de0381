"""Dividing a pool into leaf pools by given percents: headliner and support, medium by medium, reserve and rest.

Sections may lie within sections. Each level is split by largest remainder, so the leaves always sum to the pool.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cmo_portal.common.money import WHOLE_SHARE, AmountError, allocate, parse_share
from cmo_portal.common.ruledata import Complaint, Names, Reader
from cmo_portal.common.words import gettext_noop, percent, say


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a pool: `share` counts millionths of the level it stands in; a section without sections is a leaf.

    `held` marks a leaf that waits whole, such as an act whose set list is missing.
    """

    key: str
    share: int
    names: Names = ()
    held: bool = False
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf pool: the keys from the pool down to it, its amount in minor units, and whether it waits whole."""

    path: tuple[str, ...]
    amount: int
    held: bool


class SharesNotWhole(ValueError):
    """The sections of one level do not add up to exactly 100 %."""


def split_sections(total: int, sections: Sequence[Section]) -> list[Leaf]:
    """Split `total` minor units into leaves, in the order of their keys. Ties of a remainder go to the lower key.

    No sections at all give one leaf with an empty path. Raises SharesNotWhole.
    """
    return list(_leaves((), total, sections, held=False))


def _leaves(path: tuple[str, ...], total: int, sections: Sequence[Section], *, held: bool) -> Iterator[Leaf]:
    if not sections:
        yield Leaf(path, total, held)
        return
    share_sum = sum(section.share for section in sections)
    if share_sum != WHOLE_SHARE:
        where = "/".join(path) or "the pool"
        raise SharesNotWhole(f"the sections below {where} add up to {share_sum} of {WHOLE_SHARE}")
    amounts = allocate(total, [(section.key, section.share) for section in sections])
    by_key = {section.key: section for section in sections}
    for key, amount in amounts.items():
        section = by_key[key]
        yield from _leaves((*path, key), amount, section.sections, held=held or section.held)


def read_sections(data: Mapping[str, Any]) -> tuple[tuple[Section, ...], list[Complaint]]:
    """Read `{"sections": [{"key", "percent", "name", "held", "sections": […]}]}`; all faults come back together."""
    reader = Reader(data)
    sections = _read_level(reader)
    reader.close()
    return sections, reader.complaints


def _read_level(reader: Reader) -> tuple[Section, ...]:
    sections = tuple(_read_one(entry) for entry in reader.records("sections", needed=False))
    share_sum = sum(section.share for section in sections)
    keys = [section.key for section in sections]
    if len(set(keys)) != len(keys):
        reader.complain("sections", ", ".join(keys), say(gettext_noop("Each section needs a key of its own.")))
    if sections and share_sum != WHOLE_SHARE:
        total = percent(Fraction(share_sum * 100, WHOLE_SHARE))
        words = say(gettext_noop("The sections add up to %(total)s; they must make exactly 100 percent."), total=total)
        reader.complain("sections", ", ".join(keys), words)
    return sections


def _read_one(entry: Reader) -> Section:
    share = 0
    written = entry.text("percent")
    try:
        share = parse_share(written) if written else 0
    except AmountError:
        entry.complain("percent", written, say(gettext_noop("Write a percentage with at most four decimals.")))
    if share < 0:
        entry.complain("percent", written, say(gettext_noop("A share cannot be negative.")))
    section = Section(
        key=entry.text("key"),
        share=max(share, 0),
        names=entry.names("name") if entry.has("name") else (),
        held=entry.flag("held"),
        sections=_read_level(entry),
    )
    entry.close()
    return section
