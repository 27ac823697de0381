"""CWR 3 tells no ownership, only who collects what where; this is what its lines say for one territory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from members.rules.territories import WORLD, area_of, in_order
from works.formats.cwr.work import CollectionLine, RightShares, WorkPublisher, WorkTransaction, WorkWriter

EVERY_RECIPIENT = ("", "0", "00", "000", "0000")


def lines_for(lines: Iterable[CollectionLine], recipient: str) -> list[CollectionLine]:
    """The lines meant for one recipient: his own where there are any, else those for all."""
    listed = list(lines)
    own = [line for line in listed if line.recipient_code.lstrip("0") == recipient.lstrip("0") != ""]
    return own or [line for line in listed if line.recipient_code in EVERY_RECIPIENT]


def share_at(lines: Iterable[CollectionLine], tis: str, on: date | None = None) -> RightShares:
    """What a party collects in one country by its lines, read in order."""
    wanted = area_of(tis, on)
    segments = in_order((line.is_include, area_of(line.tis_code, on), line.collection) for line in lines)
    return next((shares for area, shares in segments if area & wanted), (0, 0, 0))


def collecting(work: WorkTransaction, *, tis: str, recipient: str, on: date | None = None) -> WorkTransaction:
    """The work with what its parties collect in a country in the place of their ownership, and their societies."""

    def told(lines: tuple[CollectionLine, ...]) -> dict[str, object]:
        mine = lines_for(lines, recipient)
        shares = share_at(mine, tis, on)
        named = [(line.pr_society, line.mr_society, line.sr_society) for line in mine if line.is_include]
        societies = named[0] if named else ("", "", "")
        rights = ("pr", "mr", "sr")
        return {
            **{f"{right}_ownership": share for right, share in zip(rights, shares, strict=True)},
            **{f"{right}_society": code for right, code in zip(rights, societies, strict=True)},
        }

    def publisher(one: WorkPublisher) -> WorkPublisher:
        return replace(one, **told(one.territories))  # type: ignore[arg-type]

    def writer(one: WorkWriter) -> WorkWriter:
        return replace(one, **told(one.territories))  # type: ignore[arg-type]

    return replace(
        work,
        publishers=tuple(publisher(one) for one in work.publishers),
        writers=tuple(writer(one) for one in work.writers),
    )


def is_worldwide(work: WorkTransaction) -> bool:
    """Whether every party collects the same everywhere: one line each, for the world."""
    lines = [one.territories for one in work.publishers] + [one.territories for one in work.writers]
    return all(len(each) == 1 and each[0].is_include and each[0].tis_code == WORLD for each in lines if each)
