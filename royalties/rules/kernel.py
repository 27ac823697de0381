"""The calculation of a distribution over columns: pool → text → line, text → work → share → payee → statement line.

Amounts go from the top down. A pool of whole minor units is counted in *units* (10⁻⁴ of a minor unit) and split to the
distinct usage texts of the pool, so that nothing below ever needs to look back at the whole pool:

    L1   pool units      → its texts, by their summed weight          ties: text_key
    L1b  text units      → its lines, by weight                       ties: line_key
    L2   (pool, work)    → the share rows of the work, 1,000,000 each  ties: party_id, share_id
    L3   pool, in minor units → its payees, by their units            ties: payee
    L4   (pool, payee)   → its statement rows, by units               ties: work_no, text_key, share_id

What goes from one step to the next is a sum of whole numbers or a table with a key, so slices (of texts, of works, of
members), their order and their number change nothing. Deductions are taken before the pool; tax is taken at payment.

A text without a work goes whole to the payee UNIDENTIFIED, a pool without any weight whole to NO_USAGE; shares that
cannot be paid name their reason as a negative payee in the frozen table. Nothing is left over and nothing is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cmo_portal.common.columns import (
    I64,
    INT64_MAX,
    NONE,
    find_rows,
    group_sums,
    largest_magnitude,
    order_by,
    starts_of,
)
from cmo_portal.common.exact import allocate_sorted
from cmo_portal.common.money import WHOLE_SHARE

from .kernel_tables import (
    Lines,
    LineUnits,
    PayeeRows,
    PayeeUnits,
    Pools,
    Shares,
    StatementRows,
    Texts,
    TextUnits,
    TextWeights,
    UnitRows,
)

UNITS = 10_000  # units in one minor unit of the currency
MOST_MINOR_UNITS = INT64_MAX // UNITS  # of one pool

UNIDENTIFIED = -1
DISPUTE = -2
UNDOCUMENTED = -3
UNCLAIMED = -4
NO_MANDATE = -5
NO_USAGE = -6
UNCONFIRMED = -7
PUBLIC_DOMAIN = -8
HELD_SHARES = (DISPUTE, UNDOCUMENTED, UNCLAIMED, NO_MANDATE, UNCONFIRMED, PUBLIC_DOMAIN)
HELD_REASONS = {
    UNIDENTIFIED: "unidentified",
    DISPUTE: "dispute",
    UNDOCUMENTED: "undocumented",
    UNCLAIMED: "unclaimed",
    NO_MANDATE: "no_mandate",
    NO_USAGE: "no_usage",
    UNCONFIRMED: "unconfirmed",
    PUBLIC_DOMAIN: "public_domain",
}


class FrozenInputError(ValueError):
    """The frozen tables contradict each other; `keys` names up to ten of the rows at fault."""

    def __init__(self, message: str, keys: Sequence[tuple[int, ...]]) -> None:
        self.keys = tuple(keys)
        super().__init__(f"{message}: {', '.join(str(key) for key in keys)}")


# --- the steps -------------------------------------------------------------------------------------------------------


def weigh(lines: Lines) -> TextWeights:
    """Sum the weights of lines by pool and text. Of one slice; `join_weights` puts slices together."""
    order = order_by(lines.pool_no, lines.text_id)
    pool_no, text_id = lines.pool_no[order], lines.text_id[order]
    starts = starts_of(pool_no, text_id)
    weight = lines.weight[order]
    if weight.size and int(weight.min()) < 0:
        raise ValueError("a weight is negative")
    count = np.diff(starts, append=np.int64(pool_no.size))
    return TextWeights(pool_no[starts], text_id[starts], group_sums(weight, starts), count)


def join_weights(parts: Sequence[TextWeights]) -> TextWeights:
    """Add up what slices have weighed, whether they were cut by text or by line."""
    rows = TextWeights.join(parts)
    rows = rows.take(order_by(rows.pool_no, rows.text_id))
    starts = starts_of(rows.pool_no, rows.text_id)
    sums = group_sums(rows.weight, starts), group_sums(rows.lines, starts)
    return TextWeights(rows.pool_no[starts], rows.text_id[starts], *sums)


def split_texts(pools: Pools, weights: TextWeights, texts: Texts) -> TextUnits:
    """L1: the units of each text in its pool. Where a pool has no weight at all, its texts get nothing (`unused`)."""
    text_row = _rows_of(texts, weights)
    order = order_by(weights.pool_no, texts.text_key[text_row])
    pool_no, weight = weights.pool_no[order], weights.weight[order]
    starts = starts_of(pool_no)
    totals = _pool_units(pools)[_pool_rows(pools, pool_no[starts])]
    totals = np.where(group_sums((weight > 0).astype(np.int64), starts) > 0, totals, 0)
    units = np.empty(len(weights), dtype=np.int64)
    units[order] = allocate_sorted(totals, starts, weight)
    return TextUnits(weights.pool_no, weights.text_id, units)


def unused(pools: Pools, weights: TextWeights) -> UnitRows:
    """The pools that have an amount and no weight: held whole under NO_USAGE until usage or a decision arrives."""
    used = np.zeros(len(pools), dtype=bool)
    used[_pool_rows(pools, weights.pool_no[weights.weight > 0])] = True
    rows = pools.take(~used & (pools.amount != 0))
    none = np.full(len(rows), NONE, dtype=np.int64)
    held = np.full(len(rows), NO_USAGE, dtype=np.int64)
    return UnitRows(rows.pool_no, held, none, none, none, none, _pool_units(rows))


def split_lines(lines: Lines, text_units: TextUnits) -> LineUnits:
    """L1b: the units of each line. A slice must hold all lines of its texts. Raises FrozenInputError."""
    order = order_by(lines.pool_no, lines.text_id, lines.line_key)
    rows = lines.take(order)
    starts = starts_of(rows.pool_no, rows.text_id)
    twice = (rows.line_key[1:] == rows.line_key[:-1]) & (np.diff(rows.pool_no) == 0) & (np.diff(rows.text_id) == 0)
    _refuse(twice, "a line stands twice in one pool", rows.pool_no[1:], rows.line_key[1:])
    keys = rows.pool_no[starts], rows.text_id[starts]
    found = find_rows((text_units.pool_no, text_units.text_id), keys)
    _refuse(found == NONE, "a line has a text without units", *keys)
    units = allocate_sorted(text_units.units[found], starts, rows.weight)
    return LineUnits(*(*rows.columns(), units))


def split_shares(pools: Pools, text_units: TextUnits, texts: Texts, shares: Shares) -> UnitRows:
    """L2: the units of each share of each work, and of each text without a work, in order of UnitRows.

    The texts of one work must come together; works may be cut into slices. Raises FrozenInputError for a work without
    frozen shares and for shares that do not add up to 1,000,000.
    """
    text_row = _rows_of(texts, text_units)
    work_no = texts.work_no[text_row]
    known = work_no != NONE
    held = text_units.take(~known)
    none = np.full(len(held), NONE, dtype=np.int64)
    payee = np.full(len(held), UNIDENTIFIED, dtype=np.int64)
    keys = texts.text_key[text_row[~known]]
    held_rows = UnitRows(held.pool_no, payee, none, keys, none, held.text_id, held.units)
    paid_rows = _split_works(pools, text_units.take(known), work_no[known], shares)
    return in_order(UnitRows.join([paid_rows, held_rows]))


def in_order(rows: UnitRows) -> UnitRows:
    """The rows by pool, payee, work, text and share: the order of statements, of ties and of the digest."""
    return rows.take(order_by(rows.pool_no, rows.payee, rows.work_no, rows.text_key, rows.share_id))


def payee_units(rows: UnitRows) -> PayeeUnits:
    """The units of each payee in each pool, of rows in any order. Of one slice; `join_payee_units` adds slices."""
    return join_payee_units([PayeeUnits(rows.pool_no, rows.payee, rows.units)])


def join_payee_units(parts: Sequence[PayeeUnits]) -> PayeeUnits:
    """Add up the payees of slices."""
    rows = PayeeUnits.join(parts)
    rows = rows.take(order_by(rows.pool_no, rows.payee))
    starts = starts_of(rows.pool_no, rows.payee)
    return PayeeUnits(rows.pool_no[starts], rows.payee[starts], group_sums(rows.units, starts))


def payees(pools: Pools, units: PayeeUnits) -> PayeeRows:
    """L3: the whole minor units of each payee; they sum to each pool exactly.

    Needs the payees of all slices together. Raises FrozenInputError when the units of a pool are not all there.
    """
    starts = starts_of(units.pool_no)
    pool_row = _pool_rows(pools, units.pool_no[starts])
    expected = np.zeros(len(pools), dtype=np.int64)
    expected[pool_row] = group_sums(units.units, starts)
    _refuse(expected != _pool_units(pools), "the units of a pool do not sum to its amount", pools.pool_no)
    amount = allocate_sorted(pools.amount[pool_row], starts, np.abs(units.units))
    return PayeeRows(units.pool_no, units.payee, units.units, amount)


def statement_rows(paid: PayeeRows, rows: UnitRows) -> StatementRows:
    """L4: the whole minor units of each row; they sum to each payee's amount in each pool exactly.

    `rows` may be a slice of members, in any order, but holds all rows of those members. Raises FrozenInputError.
    """
    rows = in_order(rows)
    starts = starts_of(rows.pool_no, rows.payee)
    keys = rows.pool_no[starts], rows.payee[starts]
    found = find_rows((paid.pool_no, paid.payee), keys)
    _refuse(found == NONE, "a row has a payee without an amount", *keys)
    _refuse(group_sums(rows.units, starts) != paid.units[found], "rows of a payee are missing", *keys)
    amount = allocate_sorted(paid.amount[found], starts, np.abs(rows.units))
    return StatementRows(*(*rows.columns(), amount))


# --- the whole at once -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calculation:
    """Every table of a run."""

    text_units: TextUnits
    line_units: LineUnits
    payees: PayeeRows
    statements: StatementRows


def calculate(pools: Pools, lines: Lines, texts: Texts, shares: Shares) -> Calculation:
    """The whole run in one piece; slices of any kind give the same tables."""
    weights = weigh(lines)
    text_units = split_texts(pools, weights, texts)
    line_units = split_lines(lines, text_units)
    rows = UnitRows.join([split_shares(pools, text_units, texts, shares), unused(pools, weights)])
    paid = payees(pools, payee_units(rows))
    return Calculation(text_units, line_units, paid, statement_rows(paid, rows))


# --- inner parts -----------------------------------------------------------------------------------------------------


def _split_works(pools: Pools, units: TextUnits, work_no: I64, shares: Shares) -> UnitRows:
    order = order_by(units.pool_no, work_no)
    pool_no, work_no = units.pool_no[order], work_no[order]
    starts = starts_of(pool_no, work_no)
    totals = group_sums(units.units[order], starts)
    pool_no, work_no = pool_no[starts], work_no[starts]
    shares = shares.take(order_by(shares.right_no, shares.work_no, shares.party_id, shares.share_id))
    right_no = pools.right_no[_pool_rows(pools, pool_no)]
    first, count = _share_sets(shares, right_no, work_no)
    begins = np.cumsum(count) - count
    row = np.arange(int(count.sum())) + np.repeat(first - begins, count)
    split = allocate_sorted(totals, begins, shares.share[row])
    none = np.full(row.size, NONE, dtype=np.int64)
    where = np.repeat(pool_no, count), np.repeat(work_no, count)
    return UnitRows(where[0], shares.payee[row], where[1], none, shares.share_id[row], none, split)


def _share_sets(shares: Shares, right_no: I64, work_no: I64) -> tuple[I64, I64]:
    """For each (right, work): the first of its rows in the ordered shares, and how many there are."""
    starts = starts_of(shares.right_no, shares.work_no)
    counts = np.diff(starts, append=np.int64(len(shares)))
    found = find_rows((shares.right_no[starts], shares.work_no[starts]), (right_no, work_no))
    _refuse(found == NONE, "a work has no frozen shares", right_no, work_no)
    sums = group_sums(shares.share, starts)[found]
    _refuse(sums != WHOLE_SHARE, "shares do not add up to the whole", right_no, work_no, sums)
    strange = (shares.payee <= 0) & ~np.isin(shares.payee, HELD_SHARES)
    _refuse(strange, "a share has neither a payee nor a reason", shares.work_no, shares.share_id, shares.payee)
    return starts[found], counts[found]


def _pool_units(pools: Pools) -> I64:
    if largest_magnitude(pools.amount) > MOST_MINOR_UNITS:
        raise FrozenInputError("a pool is too large", [(largest_magnitude(pools.amount),)])
    return pools.amount * np.int64(UNITS)


def _pool_rows(pools: Pools, pool_no: I64) -> I64:
    order = order_by(pools.pool_no)
    ordered = pools.pool_no[order]
    _refuse(ordered[1:] == ordered[:-1], "a pool stands twice", ordered[1:])
    found = find_rows((ordered,), (pool_no,))
    _refuse(found == NONE, "a pool is not among the frozen pools", pool_no)
    return order[found]


def _rows_of(texts: Texts, used: TextWeights | TextUnits) -> I64:
    """The position of each used text in the table of texts."""
    order = order_by(texts.text_id)
    ordered = texts.text_id[order]
    _refuse(ordered[1:] == ordered[:-1], "a text stands twice", ordered[1:])
    found = find_rows((ordered,), (used.text_id,))
    _refuse(found == NONE, "a text is not among the frozen texts", used.pool_no, used.text_id)
    return order[found]


def _refuse(wrong: np.typing.NDArray[np.bool_], message: str, *keys: I64) -> None:
    if wrong.any():
        rows = np.flatnonzero(wrong)[:10]
        raise FrozenInputError(message, [tuple(int(key[row]) for key in keys) for row in rows])
