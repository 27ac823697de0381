"""The digest of a run: one sha256 that two calculations share exactly when every paisa went to the same place.

It is a hash of these bytes, one after another:

* the ASCII line `payees N\\n`, then N records of 4 little-endian signed 64-bit numbers: pool_no, payee, units,
  amount, in ascending order of (pool_no, payee);
* the ASCII line `statements N\\n`, then N records of 7 such numbers: pool_no, payee, work_no, text_key, share_id,
  units, amount, in ascending order of the first five;
* the ASCII line `lines N X\\n`, where X is, as 16 hexadecimal digits, the sum modulo 2⁶⁴ of the mixes of all line
  results. The mix of a line is m(m(m(pool_no) ^ line_key) ^ units), all in unsigned 64-bit arithmetic that wraps, with
  m(x): x += 0x9E3779B97F4A7C15; x = (x ^ x >> 30) · 0xBF58476D1CE4E5B9; x = (x ^ x >> 27) · 0x94D049BB133111EB;
  x ^ x >> 31.

So the digest depends neither on how a run was cut into slices nor on the order in which they came back: line mixes are
added, and the other two tables are put in order of their keys.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmo_portal.common.columns import I64, order_by

from .kernel import Calculation
from .kernel_tables import LineUnits, PayeeRows, StatementRows

U64 = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class LineMix:
    """The line results of one slice: how many there are and the sum of their mixes modulo 2⁶⁴."""

    lines: int
    mix: int

    def __add__(self, other: "LineMix") -> "LineMix":
        return LineMix(self.lines + other.lines, (self.mix + other.mix) % 2**64)


def mix_lines(lines: LineUnits) -> LineMix:
    """The mix of a slice of line results, whatever their order."""
    state = _mix(lines.pool_no.view(np.uint64).copy())
    state = _mix(state ^ lines.line_key.view(np.uint64))
    state = _mix(state ^ lines.units.view(np.uint64))
    return LineMix(len(lines), int(np.add.reduce(state)) if state.size else 0)


def join_mixes(mixes: Iterable[LineMix]) -> LineMix:
    """Add up the slices of a run."""
    return sum(mixes, LineMix(0, 0))


def run_digest(payees: PayeeRows, statements: StatementRows, lines: LineMix) -> str:
    """The digest of a run as 64 hexadecimal digits; the rows may come in any order."""
    payees = payees.take(order_by(payees.pool_no, payees.payee))
    keys = (statements.pool_no, statements.payee, statements.work_no, statements.text_key, statements.share_id)
    order = order_by(*keys)
    digest = hashlib.sha256(f"payees {len(payees)}\n".encode("ascii"))
    digest.update(_records(payees.pool_no, payees.payee, payees.units, payees.amount))
    digest.update(f"statements {len(statements)}\n".encode("ascii"))
    digest.update(_records(*(column[order] for column in (*keys, statements.units, statements.amount))))
    digest.update(f"lines {lines.lines} {lines.mix:016x}\n".encode("ascii"))
    return digest.hexdigest()


def digest_of(calculation: Calculation) -> str:
    """The digest of a calculation that was made in one piece."""
    return run_digest(calculation.payees, calculation.statements, mix_lines(calculation.line_units))


def _mix(state: U64) -> U64:
    """A fixed one-to-one scrambling of 64 bits; the products wrap on purpose."""
    state += np.uint64(0x9E3779B97F4A7C15)
    state ^= state >> np.uint64(30)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    state *= np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return state


def _records(*columns: I64) -> bytes:
    return np.stack([column.astype("<i8") for column in columns], axis=1).tobytes()
