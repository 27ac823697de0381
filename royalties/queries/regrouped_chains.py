"""Shares and agreements of works as they will stand after a merge or split, for the one definition of who collects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from works.queries.chain_tables import STATES
from works.queries.chains import Loaded
from works.rules.chains import OPEN_END, Named, Owners
from works.rules.regrouping import SharePart

NEW_WORK = 1 << 50  # stands for a work that is not made yet
COPIED = 1 << 39  # set in the number of a share that is to stand in two works: rows of the register are below it
CONTESTED = COPIED | (1 << 38)  # from here, shares that only a dispute will make


def regrouped_chains(loaded: Loaded, parts: Mapping[int, Sequence[SharePart]]) -> Loaded:
    """What was loaded for the works as they are, as the works `parts` (id → shares) to be. A share keeps its area, its
    days and its owner; what agreements say of any of the works they say of the first one."""
    row_of = {int(share): row for row, share in enumerate(loaded.owners.share_id.tolist())}
    columns: list[list[int]] = []
    seen: set[int] = set()
    for work, shares in parts.items():
        for place, part in enumerate(shares):
            if part.row in row_of:
                columns.append(_kept(loaded, row_of[part.row], work, part, part.row in seen))
                seen.add(part.row)
            elif not part.row:
                columns.append(_contested(work, place, part))
    table = np.array(columns, dtype=np.int64).reshape(len(columns), 11)
    owners = Owners(*(table[:, place] for place in range(8)))
    first = next(iter(parts))
    named_rows = list(zip(*(column.tolist() for column in loaded.named.columns()), strict=True))
    pairs = {agreement: included for agreement, _work, included in named_rows}
    pairs |= {agreement: included for agreement, work, included in named_rows if work == first}  # its own word counts
    named = Named(
        np.array(list(pairs), dtype=np.int64),
        np.full(len(pairs), first, dtype=np.int64),
        np.array(list(pairs.values()), dtype=np.int64),
    )
    return replace(loaded, owners=owners, owner_id=table[:, 8], state_no=table[:, 9], role_no=table[:, 10], named=named)


def _kept(loaded: Loaded, row: int, work: int, part: SharePart, again: bool) -> list[int]:
    owner = [int(column[row]) for column in loaded.owners.columns()]
    owner[0] |= COPIED if again else 0
    owner[1], owner[3] = work, part.share
    return [*owner, int(loaded.owner_id[row]), int(loaded.state_no[row]), int(loaded.role_no[row])]


def _contested(work: int, place: int, part: SharePart) -> list[int]:
    """A part that is held for its dispute, everywhere and always."""
    return [CONTESTED + place, work, 0, part.share, 0, 1, 1, OPEN_END, 0, STATES.index("disputed"), 0]
