"""The tables of a calculation as columns: what goes into the kernel, what passes between its steps, what comes out."""

from dataclasses import dataclass

from cmo_portal.common.columns import I64, Columns

# --- tables in -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pools(Columns):
    """Leaf pools: `amount` in minor units (negative in a reversal), `right_no` the right category of its shares."""

    pool_no: I64
    amount: I64
    right_no: I64


@dataclass(frozen=True, slots=True)
class Lines(Columns):
    """Usage lines: `line_key` is unique in a pool and fixed at landing; `weight` as royalties.rules.points makes it."""

    pool_no: I64
    text_id: I64
    line_key: I64
    weight: I64


@dataclass(frozen=True, slots=True)
class Texts(Columns):
    """Distinct usage texts: `text_key` is unique and fixed at landing; `work_no` is −1 where nothing matched."""

    text_id: I64
    text_key: I64
    work_no: I64


@dataclass(frozen=True, slots=True)
class Shares(Columns):
    """Frozen shares: those of one (right_no, work_no) add up to exactly 1,000,000.

    `payee` is who is paid (the party, or whoever collects for it), or the negative reason why the share is held.
    """

    right_no: I64
    work_no: I64
    share_id: I64
    party_id: I64
    payee: I64
    share: I64


# --- tables between and out ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextWeights(Columns):
    """What a text weighs in a pool, in order of (pool_no, text_id), and how many lines it has there."""

    pool_no: I64
    text_id: I64
    weight: I64
    lines: I64


@dataclass(frozen=True, slots=True)
class TextUnits(Columns):
    """Units of a text in a pool, row by row as in TextWeights."""

    pool_no: I64
    text_id: I64
    units: I64


@dataclass(frozen=True, slots=True)
class LineUnits(Columns):
    """Weight and units of a line, in order of (pool_no, text_id, line_key)."""

    pool_no: I64
    text_id: I64
    line_key: I64
    weight: I64
    units: I64


@dataclass(frozen=True, slots=True)
class UnitRows(Columns):
    """Units by pool, payee and cause, in that order: a share of a work, or a text without one, or a pool without use.

    Columns that do not apply hold −1: the text of a share row, the work and share of a row that is held whole.
    """

    pool_no: I64
    payee: I64
    work_no: I64
    text_key: I64
    share_id: I64
    text_id: I64
    units: I64


@dataclass(frozen=True, slots=True)
class PayeeUnits(Columns):
    """Units of a payee in a pool, in order of (pool_no, payee)."""

    pool_no: I64
    payee: I64
    units: I64


@dataclass(frozen=True, slots=True)
class PayeeRows(Columns):
    """Whole minor units of a payee in a pool, in order of (pool_no, payee)."""

    pool_no: I64
    payee: I64
    units: I64
    amount: I64


@dataclass(frozen=True, slots=True)
class StatementRows(Columns):
    """Statement and suspense lines: a UnitRows row and its whole minor units, in the same order."""

    pool_no: I64
    payee: I64
    work_no: I64
    text_key: I64
    share_id: I64
    text_id: I64
    units: I64
    amount: I64
