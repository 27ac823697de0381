"""One block of a sales report → usage lines: recordings, their works, releases, and what was used how often.

Rules, each kept with the file because the society answers for them:

* a usage of a recording is a usage of each work in it: one line a work, each with the plays of the recording, with its
  length divided among them (a rest of seconds going to the first), and `parts` saying how many works there are;
* a usage of a release is spread over its tracks by `ReleaseRule`: each track was used that often, or the count is
  divided, a remainder going to the first tracks in the order of the report;
* a cue sheet stands for its programme: one line a cue, with the plays of the programme;
* an amount that the service allocates goes to the first line of its usage, so that it is not counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from royalties.formats.dsr.cells import names, plain, seconds, several
from royalties.formats.dsr.layouts import Layout, Roles
from royalties.formats.usage_line import (
    CHANNEL_CHARS,
    CODE_CHARS,
    NUMBER_CHARS,
    SECTION_CHARS,
    UsageLine,
    join_names,
    split_names,
)

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_ISWC = re.compile(r"T[0-9]{10}")


class ReleaseRule(StrEnum):
    """How the count of a release becomes counts of its tracks."""

    EACH_TRACK = "each"
    DIVIDE = "divide"


USE_CODES = {
    "OnDemandStream": "STREAM-OD",
    "NonInteractiveStream": "STREAM-NI",
    "NonInterStream": "STREAM-NI",
    "ContentInfluencedStream": "STREAM-CI",
    "Stream": "STREAM",
    "PermanentDownload": "DOWNLOAD",
    "Download": "DOWNLOAD",
    "ConditionalDownload": "DOWNLOAD-C",
    "TetheredDownload": "DOWNLOAD-T",
    "Broadcast": "BROADCAST",
    "Webcast": "WEBCAST",
    "Simulcast": "SIMULCAST",
    "UserMakeAvailableUserProvided": "UGC",
}


@dataclass(frozen=True, slots=True)
class DsrRules:
    """The society's rules for sales reports. `own_namespaces` mark the work ids that are its own work numbers."""

    releases: ReleaseRule = ReleaseRule.EACH_TRACK
    own_namespaces: Collection[str] = ()
    use_codes: Mapping[str, str] = field(default_factory=lambda: dict(USE_CODES))

    def use_code(self, use_type: str) -> str:
        """The society's code for a kind of use; an unknown one is shortened, in capitals."""
        return self.use_codes.get(use_type) or use_type.upper()[:CODE_CHARS]


@dataclass(slots=True)
class Work:
    """A work named in a block."""

    title: str
    creators: str
    iswc: str
    own_number: str


@dataclass(slots=True)
class Resource:
    """A recording, or a programme, and the works in it."""

    reference: str
    title: str
    performers: str
    isrc: str
    source_id: str
    seconds: int
    line: str
    works: list[Work] = field(default_factory=list)


@dataclass(slots=True)
class Usage:
    """One usage record, its counts already read."""

    row: int
    summary_id: str
    plays: int
    amount: Decimal | None
    royalty_bearing: bool
    line: str
    release: str = ""
    resource: str = ""


@dataclass(slots=True)
class Place:
    """What a summary and the header say about every line of a usage."""

    territory: str
    channel: str
    use_code: str
    currency: str


@dataclass(slots=True)
class Block:
    """The records of one block, collected until the next block begins."""

    block_id: str
    resources: dict[str, Resource] = field(default_factory=dict)
    sub_releases: dict[str, list[str]] = field(default_factory=dict)
    album: str = ""
    cues: list[Resource] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    broken: bool = False


def read_resource(layout: Layout, cells: list[str], line: str) -> Resource:
    """A recording or cue, with its one work where the layout carries it in the same line. Raises ValueRefused."""
    roles = layout.roles
    return Resource(
        cells[roles.reference] if roles.reference else "",
        full_title(cells, roles),
        names(cells[roles.artist]) if roles.artist else "",
        first_isrc(cells[roles.isrc]) if roles.isrc else "",
        plain(cells[roles.source_id]) if roles.source_id else "",
        seconds(cells[roles.duration]) if roles.duration else 0,
        line,
    )


def read_work(layout: Layout, cells: list[str], title: str, own_namespaces: Collection[str]) -> Work:
    """A work of its own record, or the work in a recording's line."""
    roles = layout.roles
    creators = names(cells[roles.creators])
    if roles.arrangers and cells[roles.arrangers]:
        creators = join_names([*split_names(creators), *several(cells[roles.arrangers])])
    iswc = cells[roles.iswc]
    if iswc and not _ISWC.fullmatch(iswc):
        iswc = iswc_in(iswc)
    return Work(title, creators, iswc, own_number(cells[roles.own_number], own_namespaces) if roles.own_number else "")


def own_number(cell: str, own_namespaces: Collection[str]) -> str:
    """The society's own work number among the ids `namespace::id` of a cell."""
    if not cell or not own_namespaces:
        return ""
    for value in several(cell):
        namespace, mark, number = value.partition("::")
        if mark and namespace in own_namespaces:
            return number[:NUMBER_CHARS]
    return ""


def full_title(cells: list[str], roles: Roles) -> str:
    """Title with its subtitle in brackets, as people write it."""
    title = plain(cells[roles.title])
    if roles.subtitle and cells[roles.subtitle]:
        return f"{title} ({plain(cells[roles.subtitle])})"
    return title


def first_isrc(cell: str) -> str:
    """The first ISRC of a cell that has the shape of one."""
    if not cell or _ISRC.fullmatch(cell):
        return cell
    shaped = (value.replace("-", "").upper() for value in several(cell))
    return next((value for value in shaped if _ISRC.fullmatch(value)), "")


def iswc_in(cell: str) -> str:
    """An ISWC written with its points and hyphens, or "" for anything else."""
    bare = cell.replace("-", "").replace(".", "").upper()
    return bare if _ISWC.fullmatch(bare) else ""


def lines_of_usage(block: Block, usage: Usage, place: Place, rules: DsrRules) -> Iterator[UsageLine]:
    """The usage lines of one usage record. Raises LookupError when its recording is not in the block."""
    targets = _targets(block, usage)
    if block.cues:
        targets = [(cue, usage.plays) for cue in block.cues]
    elif usage.release and rules.releases is ReleaseRule.DIVIDE:
        share, rest = divmod(usage.plays, len(targets))
        targets = [(resource, share + (number < rest)) for number, (resource, _plays) in enumerate(targets)]
    section = next(iter(block.resources.values())).title[:SECTION_CHARS] if block.cues and block.resources else ""
    amount = usage.amount
    for resource, plays in targets:
        works = resource.works or [Work(resource.title, "", "", "")]
        length, rest = divmod(resource.seconds, len(works))
        for number, work in enumerate(works):
            yield UsageLine(
                usage.row,
                work.title or resource.title,
                work.creators,
                resource.performers,
                resource.isrc,
                work.iswc,
                work.own_number,
                resource.source_id,
                block.album,
                section,
                plays,
                length + (number < rest),
                len(works),
                place.use_code,
                "",
                None,
                "",
                place.channel[:CHANNEL_CHARS],
                place.territory,
                amount,
                place.currency if amount is not None else "",
                f"{resource.line}\n{usage.line}" if resource.line is not usage.line else usage.line,
            )
            amount = None


def _targets(block: Block, usage: Usage) -> list[tuple[Resource, int]]:
    """The recordings that a usage names, each with the plays of the usage."""
    if usage.resource:
        return [(block.resources[usage.resource], usage.plays)]
    references = block.sub_releases.get(usage.release)
    found = [block.resources[one] for one in references] if references else list(block.resources.values())
    if not found and not block.cues:
        raise LookupError(usage.release)
    return [(resource, usage.plays) for resource in found]
