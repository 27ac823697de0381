"""Exact splitting of whole numbers in bulk: quotient and remainder of products that do not fit, largest remainders.

`cmo_portal.common.money.allocate` is the definition of a split; everything here is its bulk form and gives the same
numbers. Where int64 cannot be proved to suffice, Python's own integers take over and the answer is the same.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from cmo_portal.common.columns import I64, INT64_MAX, counts_of, largest_magnitude, order_by, starts_of
from cmo_portal.common.money import NothingToAllocateTo, allocate

AMOUNT_LIMIT = 2**62
WEIGHT_SUM_LIMIT = 2**61

Objects = npt.NDArray[np.object_]


class KernelRangeError(ArithmeticError):
    """The numbers lie outside the range in which the int64 method is proved exact."""


# --- quotient and remainder ------------------------------------------------------------------------------------------


def mul_div(amount: int, weights: I64, weight_sum: int) -> tuple[I64, I64]:
    """For each weight w, 0 ≤ w ≤ weight_sum: q = amount·w ÷ weight_sum rounded down, r = amount·w − q·weight_sum.

    Both are int64 and exact although amount·w may have 120 bits. Raises KernelRangeError outside the proved range:
    0 ≤ amount < 2⁶², 0 < weight_sum < 2⁶¹, ((amount >> 50) + 3)·weight_sum < 2⁶³.
    """
    if not (0 <= amount < AMOUNT_LIMIT and 0 < weight_sum < WEIGHT_SUM_LIMIT):
        raise KernelRangeError(f"amount {amount} or sum of weights {weight_sum} is out of range")
    if ((amount >> 50) + 3) * weight_sum > INT64_MAX:
        raise KernelRangeError(f"amount {amount} and sum of weights {weight_sum} are out of range together")
    if weights.size and (int(weights.min()) < 0 or int(weights.max()) > weight_sum):
        raise KernelRangeError("a weight lies outside 0 to the sum of weights")
    return _quotients(np.array([amount], dtype=np.int64), weights, np.array([weight_sum], dtype=np.int64))


def mul_div_reference(amount: int, weights: I64, weight_sum: int) -> tuple[Objects, Objects]:
    """The same as `mul_div` with Python's integers, for any size: slow, and right by construction."""
    products = weights.astype(object) * amount
    quotients = products // weight_sum
    return quotients, products - quotients * weight_sum


def _quotients(amount: I64, weight: I64, weight_sum: I64) -> tuple[I64, I64]:
    """Quotient and remainder row by row, for rows inside the proved range.

    The floating guess is off by at most q·2⁻⁵⁰ + 2 (five roundings and a cut), so amount·weight − guess·weight_sum lies
    within ±2⁶³ by the bound that every caller has checked. Products and differences that wrap are right mod 2⁶⁴, hence
    right outright, and one floored division moves the guess to the only pair with 0 ≤ r < weight_sum. The float decides
    nothing. This is the only place where a product may wrap.
    """
    guess = weight.astype(np.float64) * (amount.astype(np.float64) / weight_sum.astype(np.float64))
    quotient = guess.astype(np.int64)
    remainder = weight * amount - quotient * weight_sum
    correction = remainder // weight_sum
    quotient += correction
    remainder -= correction * weight_sum
    if not bool(((remainder >= 0) & (remainder < weight_sum)).all()):
        raise KernelRangeError("a remainder lies outside its range")
    return quotient, remainder


# --- splitting -------------------------------------------------------------------------------------------------------


def allocate_columns(total: int, weights: I64, tie_keys: I64) -> I64:
    """Split one total over rows by weight; ties of the remainder go to the lower key. Int64 in the order of the rows.

    Raises NothingToAllocateTo when all weights are zero and the total is not, ValueError for a negative weight.
    """
    if abs(total) > INT64_MAX:
        raise KernelRangeError(f"the amount {total} does not fit")
    return allocate_groups(np.array([total], dtype=np.int64), np.zeros(weights.size, dtype=np.int64), weights, tie_keys)


def allocate_groups(totals: I64, group_no: I64, weights: I64, tie_keys: I64) -> I64:
    """Split `totals[g]` over the rows with `group_no == g`, for all groups at once; the order of rows is irrelevant.

    Every group that has a total other than zero needs a row with a weight. Raises as `allocate_columns` does.
    """
    order = order_by(group_no, tie_keys)
    ordered = group_no[order]
    starts = starts_of(ordered)
    _every_total_has_rows(totals, ordered[starts])
    parts = np.empty(weights.size, dtype=np.int64)
    parts[order] = allocate_sorted(totals[ordered[starts]], starts, weights[order])
    return parts


def _every_total_has_rows(totals: I64, present: I64) -> None:
    lonely = totals != 0
    lonely[present] = False
    if lonely.any():
        raise NothingToAllocateTo(f"group {int(np.flatnonzero(lonely)[0])} has an amount and no rows")


def allocate_sorted(totals: I64, starts: I64, weights: I64) -> I64:
    """Split each total over its group of consecutive rows; within a group the earlier row wins a tie.

    `starts` are the positions where the groups begin; no group is empty. This is the core of all splits.
    """
    if weights.size == 0:
        return np.zeros(0, dtype=np.int64)
    if int(weights.min()) < 0:
        raise ValueError("a weight is negative")
    counts = counts_of(starts, weights.size)
    sums = _exact_sums(weights, starts, counts)
    if largest_magnitude(totals) > INT64_MAX:
        raise KernelRangeError("an amount does not fit")
    amounts: I64 = np.abs(totals)
    empty = (sums == 0) & (amounts != 0)
    if empty.any():
        raise NothingToAllocateTo(f"group {int(np.flatnonzero(empty)[0])} has an amount and no weight")
    slow = _outside_range(amounts, sums)
    parts = _allocate_fast(np.where(slow, 0, amounts), np.where(slow | (sums == 0), 1, sums), starts, counts, weights)
    for group in np.flatnonzero(slow):
        rows = slice(int(starts[group]), int(starts[group]) + int(counts[group]))
        parts[rows] = _allocate_reference(int(amounts[group]), weights[rows])
    if (totals < 0).any():
        parts = np.where(np.repeat(totals < 0, counts), -parts, parts)
    return parts


def _exact_sums(weights: I64, starts: I64, counts: I64) -> Any:
    """The sum of weights of each group: int64, or Python integers where int64 might wrap."""
    if largest_magnitude(weights) * int(counts.max()) <= INT64_MAX:
        return np.add.reduceat(weights, starts)
    return np.add.reduceat(weights.astype(object), starts)


def _outside_range(amounts: I64, sums: Any) -> npt.NDArray[np.bool_]:
    """The groups for which the int64 method is not proved."""
    too_large = (amounts >= AMOUNT_LIMIT) | (sums >= WEIGHT_SUM_LIMIT)
    bound: I64 = INT64_MAX // ((amounts >> np.int64(50)) + 3)
    outside: npt.NDArray[np.bool_] = np.asarray(too_large | (sums > bound), dtype=bool)
    return outside


def _allocate_reference(amount: int, weights: I64) -> list[int]:
    parts = allocate(amount, [(position, int(weight)) for position, weight in enumerate(weights)])
    return list(parts.values())


def _allocate_fast(amounts: I64, sums: Any, starts: I64, counts: I64, weights: I64) -> I64:
    sums = np.asarray(sums, dtype=np.int64)
    parts, remainders = _quotients(np.repeat(amounts, counts), weights, np.repeat(sums, counts))
    short: I64 = amounts - np.add.reduceat(parts, starts)
    with_remainder: I64 = np.add.reduceat((remainders > 0).astype(np.int64), starts)
    if bool(((short < 0) | ((short > 0) & (short >= with_remainder))).any()):
        raise KernelRangeError("the quotients of a group do not close to its amount")
    parts[_largest(short, counts, remainders)] += 1
    return parts


# --- the largest remainders ------------------------------------------------------------------------------------------


def _largest(short: I64, counts: I64, remainders: I64) -> I64:
    """The rows that receive one unit more: in each group the `short` largest remainders, the earlier row in a tie."""
    needy = short > 0
    rows = np.flatnonzero(np.repeat(needy, counts))
    if rows.size == 0:
        return rows
    short, counts = short[needy], counts[needy]
    group = np.repeat(np.arange(short.size, dtype=np.int64), counts)
    falling = remainders[rows]
    falling = int(falling.max()) - falling  # ascending from the largest remainder
    bits = int(falling.max()).bit_length()
    width = min(bits, 63 - int(short.size).bit_length())
    shift = np.int64(bits - width)
    rank = (group << np.int64(width)) | (falling >> shift)
    begins = np.cumsum(counts) - counts
    limit = np.sort(rank)[begins + short - 1]
    limit_of_row = np.repeat(limit, counts)
    chosen = rank < limit_of_row
    still: I64 = short - np.add.reduceat(chosen.astype(np.int64), begins)
    tied = np.flatnonzero(rank == limit_of_row)
    if shift:  # the rank holds only the leading bits of a remainder: put its ties in full order
        tied = tied[order_by(group[tied], falling[tied])]
    chosen[_first_of_each(tied, group[tied], still)] = True
    return rows[chosen]


def _first_of_each(rows: I64, group: I64, wanted: I64) -> I64:
    """Of rows in order of their group, the first `wanted[group]` of each group."""
    counts = np.bincount(group, minlength=wanted.size)
    begins = np.cumsum(counts) - counts
    place = np.arange(rows.size) - np.repeat(begins, counts)
    return rows[place < np.repeat(wanted, counts)]
