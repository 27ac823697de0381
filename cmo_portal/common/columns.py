"""Columns of whole numbers: tables as int64 arrays, put in order, grouped, looked up and added without a wrap.

Everything is stable and independent of the platform: no hash decides anything, no float adds anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
INT64_MAX = 2**63 - 1
NONE = -1  # stands in a column of identifiers where there is none

_DIGIT_BITS = 16  # numpy sorts 16-bit keys by counting, which is the fastest stable sort that it has


class SumTooLarge(ArithmeticError):
    """A sum of whole numbers would not fit into 63 bits."""


def whole(values: Any) -> I64:
    """The values as a contiguous int64 array; TypeError for floats, so that nothing inexact comes in unseen."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"a column of whole numbers is needed, not {array.dtype}")
    return np.ascontiguousarray(array, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Columns:
    """Base of all tables here: every field is an int64 array and all have one length."""

    def __post_init__(self) -> None:
        lengths = set()
        for field in fields(self):
            array = whole(getattr(self, field.name))
            object.__setattr__(self, field.name, array)
            lengths.add(array.shape)
        if len(lengths) > 1 or any(len(shape) != 1 for shape in lengths):
            raise ValueError(f"{type(self).__name__}: the columns differ in length: {lengths}")

    def __len__(self) -> int:
        return int(getattr(self, fields(self)[0].name).size)

    def columns(self) -> tuple[I64, ...]:
        """The arrays in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def take(self, rows: Any) -> Self:
        """The rows at these positions, or under this mask, in that order."""
        return type(self)(*(column[rows] for column in self.columns()))

    @classmethod
    def empty(cls) -> Self:
        """A table without rows."""
        return cls(*(np.zeros(0, dtype=np.int64) for _ in fields(cls)))

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """One table after another."""
        if not parts:
            return cls.empty()
        return cls(*(np.concatenate(together) for together in zip(*(p.columns() for p in parts), strict=True)))

    def structured(self) -> npt.NDArray[np.void]:
        """The table as one structured array, little-endian 8-byte fields in the order of the columns."""
        names = [field.name for field in fields(self)]
        table = np.empty(len(self), dtype=[(name, "<i8") for name in names])
        for name, column in zip(names, self.columns(), strict=True):
            table[name] = column
        return table


def order_by(*keys: I64) -> I64:
    """The positions that put rows in ascending order of the keys, the first key first; rows alike keep their order."""
    size = keys[0].size
    if _in_order(keys):
        return np.arange(size, dtype=np.int64)
    order: I64 | None = None
    for key in reversed(keys):
        values = key if order is None else key[order]
        if size < 2 or bool((values[1:] >= values[:-1]).all()):
            continue  # a stable pass over sorted values would change nothing
        low, high = int(values.min()), int(values.max())
        rest = values.view(np.uint64) - np.uint64(low % 2**64)  # mod 2**64, so right for any span
        for shift in range(0, (high - low).bit_length(), _DIGIT_BITS):
            digit = ((rest >> np.uint64(shift)) & np.uint64(2**_DIGIT_BITS - 1)).astype(np.uint16)
            step = np.argsort(digit, kind="stable")
            rest = rest[step]
            order = step if order is None else order[step]
    return np.arange(size, dtype=np.int64) if order is None else order


def _in_order(keys: Sequence[I64]) -> bool:
    """Whether the rows are in ascending order already; what was stored in order costs no second sorting."""
    tied: npt.NDArray[np.bool_] = np.ones(max(keys[0].size - 1, 0), dtype=bool)
    for key in keys:
        if bool((tied & (key[1:] < key[:-1])).any()):
            return False
        tied &= key[1:] == key[:-1]
    return True


def starts_of(*keys: I64) -> I64:
    """Where each group begins in rows that are already in order of the keys."""
    size = keys[0].size
    if size == 0:
        return np.zeros(0, dtype=np.int64)
    new = np.zeros(size, dtype=bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)


def counts_of(starts: I64, size: int) -> I64:
    """How many rows each group has."""
    return np.diff(starts, append=np.int64(size))


def largest_magnitude(values: I64) -> int:
    """The largest absolute value, 0 for none."""
    return max(int(values.max()), -int(values.min())) if values.size else 0


def group_sums(values: I64, starts: I64) -> I64:
    """The sum of each group of consecutive rows. Raises SumTooLarge where a sum could wrap."""
    if starts.size == 0:
        return np.zeros(0, dtype=np.int64)
    longest = int(counts_of(starts, values.size).max())
    if largest_magnitude(values) * longest <= INT64_MAX:
        sums: I64 = np.add.reduceat(values, starts)
        return sums
    exact = np.add.reduceat(values.astype(object), starts)
    if max(abs(int(value)) for value in exact) > INT64_MAX:
        raise SumTooLarge("a sum of weights or units does not fit into 63 bits")
    return exact.astype(np.int64)


def find_rows(table: Sequence[I64], wanted: Sequence[I64]) -> I64:
    """For each wanted key its position in a table in ascending order of the same keys; −1 where it is missing."""
    have, want = _codes(table, wanted)
    if have.size == 0:
        return np.full(want.size, NONE, dtype=np.int64)
    position = np.minimum(np.searchsorted(have, want), have.size - 1)
    return np.where(have[position] == want, position, NONE)


def _codes(table: Sequence[I64], wanted: Sequence[I64]) -> tuple[I64, I64]:
    """Both sides' keys as one int64 each, in the same order as the keys themselves."""
    both = [np.concatenate(pair) for pair in zip(table, wanted, strict=True)]
    if not both[0].size:
        return table[0], wanted[0]
    spans = [(int(column.min()), int(column.max())) for column in both]
    if sum((high - low).bit_length() for low, high in spans) > 63:
        both = [np.searchsorted(_distinct(column), column) for column in both]
        spans = [(0, int(column.max())) for column in both]
    code = np.zeros(both[0].size, dtype=np.int64)
    for column, (low, high) in zip(both, spans, strict=True):
        code = (code << np.int64((high - low).bit_length())) | (column - low)
    return code[: table[0].size], code[table[0].size :]


def _distinct(column: I64) -> I64:
    ordered = np.sort(column)
    return ordered[starts_of(ordered)]
