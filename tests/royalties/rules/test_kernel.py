"""The kernel: every level equals `allocate`, every pool closes, and slices, order and scale change nothing."""

import hashlib
import itertools
import struct
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_portal.common.money import allocate
from royalties.rules.digest import LineMix, digest_of, join_mixes, mix_lines, run_digest
from royalties.rules.kernel import (
    DISPUTE,
    NO_USAGE,
    UNCLAIMED,
    UNIDENTIFIED,
    UNITS,
    FrozenInputError,
    calculate,
    join_payee_units,
    join_weights,
    payee_units,
    payees,
    split_lines,
    split_shares,
    split_texts,
    statement_rows,
    unused,
    weigh,
)
from royalties.rules.kernel_tables import Lines, LineUnits, Pools, Shares, StatementRows, Texts, UnitRows
from tests.conftest import examples

MILLION = 1_000_000


def table(kind, rows):
    columns = list(zip(*rows, strict=True)) or [()] * len(kind.__dataclass_fields__)
    return kind(*(np.array(column, dtype=np.int64) for column in columns))


@st.composite
def runs(draw):
    """A small run: pools of both signs and two rights, texts with and without a work, shares paid and held."""
    pools = [
        (7 * n + 3, draw(st.integers(-(10**9), 10**9) | st.integers(0, 30)), draw(st.integers(0, 1)))
        for n in range(draw(st.integers(1, 4)))
    ]
    works = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True))
    shares, share_id = [], 100
    for right in (0, 1):
        for work in works:
            cuts = draw(st.lists(st.integers(0, MILLION) | st.sampled_from([250_000, 500_000, 750_000]), max_size=3))
            edges = [0, *sorted(cuts), MILLION]
            for low, high in itertools.pairwise(edges):
                party = draw(st.integers(1, 4))
                payee = draw(st.sampled_from([party, party, 50, DISPUTE, UNCLAIMED]))
                shares.append((right, work, share_id, party, payee, high - low))
                share_id += 1
    texts = [
        (1000 + n, draw(st.integers(0, 10**12)) * 50 + n, draw(st.sampled_from([-1, *works])))
        for n in range(draw(st.integers(1, 8)))
    ]
    lines = [
        (draw(st.sampled_from(pools))[0], draw(st.sampled_from(texts))[0], 9000 + n, draw(st.integers(0, 5)))
        for n in range(draw(st.integers(0, 25)))
    ]
    return pools, lines, texts, shares


def tables(run):
    return tuple(table(kind, rows) for kind, rows in zip((Pools, Lines, Texts, Shares), run, strict=True))


def expected(run):
    """The same run by `allocate` alone: units of lines, amounts of payees, amounts of statement rows."""
    pools, lines, texts, shares = run
    text_of = {text_id: (text_key, work) for text_id, text_key, work in texts}
    line_units, row_units = {}, defaultdict(int)
    for pool, amount, right in pools:
        weights = defaultdict(int)
        for number, text, _, weight in lines:
            if number == pool:
                weights[text] += weight
        if not any(weights.values()):
            row_units.update({(pool, NO_USAGE, -1, -1, -1): amount * UNITS} if amount else {})
        total = amount * UNITS if any(weights.values()) else 0
        by_key = allocate(total, [((text_of[text][0], text), weight) for text, weight in weights.items()])
        works = defaultdict(int)
        for (key, text), units in by_key.items():
            inside = [(line, weight) for number, of, line, weight in lines if (number, of) == (pool, text)]
            line_units.update({(pool, line): part for line, part in allocate(units, inside).items()})
            if text_of[text][1] == -1:
                row_units[pool, UNIDENTIFIED, -1, key, -1] += units
            else:
                works[text_of[text][1]] += units
        for work, units in works.items():
            own = [row for row in shares if row[:2] == (right, work)]
            parts = allocate(units, [((party, share_id), share) for _, _, share_id, party, _, share in own])
            for _, _, share_id, party, payee, _ in own:
                row_units[pool, payee, work, -1, share_id] += parts[party, share_id]
    paid, stated = {}, {}
    for pool, amount, _ in pools:
        units = defaultdict(int)
        for key, part in row_units.items():
            if key[0] == pool:
                units[key[1]] += part
        for payee, money in (
            allocate(amount, [(who, abs(part)) for who, part in units.items()]).items() if units else ()
        ):
            paid[pool, payee] = money
            rows = [(key, abs(part)) for key, part in row_units.items() if key[:2] == (pool, payee)]
            stated.update(allocate(money, rows))
    return line_units, paid, stated


@settings(max_examples=examples(150, 600), deadline=None)
@given(runs())
def test_every_level_equals_the_definition(run):
    result = calculate(*tables(run))
    lines, paid, stated = expected(run)
    found = result.line_units
    assert {(p, k): u for p, _, k, _, u in zip(*(c.tolist() for c in found.columns()), strict=True)} == lines
    rows = zip(*(column.tolist() for column in result.payees.columns()), strict=True)
    assert {(pool, payee): amount for pool, payee, _, amount in rows} == paid
    rows = zip(*(column.tolist() for column in result.statements.columns()), strict=True)
    assert {row[:5]: row[7] for row in rows} == stated


@settings(max_examples=examples(80, 300), deadline=None)
@given(runs())
def test_every_pool_closes_to_the_last_unit_at_every_level(run):
    pools = {pool: amount for pool, amount, _ in run[0]}
    used = {pool for pool, _, _, weight in run[1] if weight}
    result = calculate(*tables(run))
    for pool, amount in pools.items():
        units = amount * UNITS if pool in used else 0
        assert result.line_units.units[result.line_units.pool_no == pool].sum() == units
        assert result.text_units.units[result.text_units.pool_no == pool].sum() == units
        assert result.payees.units[result.payees.pool_no == pool].sum() == amount * UNITS
        assert result.payees.amount[result.payees.pool_no == pool].sum() == amount
        assert result.statements.amount[result.statements.pool_no == pool].sum() == amount


def sliced(run, slices, by_line):
    """The run as workers do it: lines cut by text (or by row for the weighing), works by number, members by id."""
    pools, lines, texts, shares = tables(run)
    by_text = [lines.take(lines.text_id % slices == part) for part in range(slices)]
    by_row = [lines.take(np.arange(len(lines)) % slices == part) for part in range(slices)]
    weights = join_weights([weigh(part) for part in (by_row if by_line else by_text)])
    text_units = split_texts(pools, weights, texts)
    line_units = [split_lines(part, text_units) for part in by_text]
    work_of = texts.work_no[np.searchsorted(texts.text_id, text_units.text_id)]
    parts = [split_shares(pools, text_units.take(work_of % slices == n), texts, shares) for n in range(slices)]
    parts.append(unused(pools, weights))
    paid = payees(pools, join_payee_units([payee_units(part) for part in reversed(parts)]))
    rows = UnitRows.join(parts)
    stated = StatementRows.join([statement_rows(paid, rows.take(rows.payee % slices == n)) for n in range(slices)])
    return line_units, paid, stated


@settings(max_examples=examples(80, 300), deadline=None)
@given(runs(), st.sampled_from([1, 2, 3, 7, 16]), st.booleans())
def test_the_number_and_kind_of_slices_change_nothing(run, slices, by_line):
    line_units, paid, stated = sliced(run, slices, by_line)
    mixes = join_mixes(mix_lines(part) for part in reversed(line_units))
    assert run_digest(paid, stated, mixes) == digest_of(calculate(*tables(run)))


@settings(max_examples=examples(80, 300), deadline=None)
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_all_rows_changes_nothing(run, shuffler):
    shuffled = tuple(shuffler.sample(rows, len(rows)) for rows in run)
    assert digest_of(calculate(*tables(shuffled))) == digest_of(calculate(*tables(run)))


@settings(max_examples=100, deadline=None)
@given(runs(), st.integers(1, 10**9))
def test_one_factor_on_all_weights_changes_nothing(run, factor):
    pools, lines, texts, shares = run
    scaled = [(pool, text, key, weight * factor) for pool, text, key, weight in lines]
    assert digest_of(calculate(*tables((pools, scaled, texts, shares)))) == digest_of(calculate(*tables(run)))


@settings(max_examples=100, deadline=None)
@given(runs())
def test_a_run_over_negative_pools_is_the_exact_mirror(run):
    pools, *rest = run
    there = calculate(*tables(run))
    back = calculate(*tables(([(pool, -amount, right) for pool, amount, right in pools], *rest)))
    assert (there.line_units.units == -back.line_units.units).all()
    assert (there.payees.amount == -back.payees.amount).all()
    assert (there.statements.amount == -back.statements.amount).all()
    assert (there.statements.share_id == back.statements.share_id).all()


# --- one small case by hand ------------------------------------------------------------------------------------------

POOLS = [(1, 100, 0)]
TEXTS = [(10, 5, 70), (11, 6, 70), (12, 7, -1)]
LINES = [(1, 10, 500, 1), (1, 11, 501, 1), (1, 12, 502, 1)]
SHARES = [(0, 70, 1, 3, 3, 500_000), (0, 70, 2, 4, DISPUTE, 500_000)]


def test_a_pool_of_one_rupee_goes_to_its_payees_and_held_buckets():
    result = calculate(*tables((POOLS, LINES, TEXTS, SHARES)))
    assert result.text_units.units.tolist() == [333_334, 333_333, 333_333]
    rows = zip(*(column.tolist() for column in result.payees.columns()), strict=True)
    assert list(rows) == [(1, DISPUTE, 333_333, 33), (1, UNIDENTIFIED, 333_333, 33), (1, 3, 333_334, 34)]


def test_half_a_unit_goes_to_the_lower_party_whatever_its_share_row():
    shares = [(0, 70, 1, 9, 9, 500_000), (0, 70, 2, 3, 3, 500_000)]
    texts = [(10, 5, -1), (11, 6, 70), (12, 7, -1)]
    result = calculate(*tables((POOLS, LINES, texts, shares)))
    units = dict(zip(result.payees.payee.tolist(), result.payees.units.tolist(), strict=True))
    assert (units[3], units[9]) == (166_667, 166_666)


def test_a_pool_without_usage_is_held_whole():
    result = calculate(*tables(([(1, 100, 0), (2, 0, 0)], [], TEXTS, SHARES)))
    assert result.payees.payee.tolist() == [NO_USAGE]
    assert result.payees.amount.tolist() == [100]
    assert result.statements.work_no.tolist() == [-1]


def test_a_pool_whose_lines_weigh_nothing_is_held_whole():
    lines = [(pool, text, key, 0) for pool, text, key, _ in LINES]
    result = calculate(*tables((POOLS, lines, TEXTS, SHARES)))
    amounts = dict(zip(result.payees.payee.tolist(), result.payees.amount.tolist(), strict=True))
    assert amounts == {NO_USAGE: 100, UNIDENTIFIED: 0, DISPUTE: 0, 3: 0}


def test_each_right_uses_its_own_shares():
    pools = [(1, 100, 0), (2, 100, 1)]
    lines = [(1, 10, 500, 1), (2, 10, 500, 1)]
    result = calculate(*tables((pools, lines, TEXTS, [*SHARES, (1, 70, 9, 8, 8, MILLION)])))
    found = zip(*(column.tolist() for column in result.payees.columns()), strict=True)
    assert {(pool, payee): amount for pool, payee, _, amount in found} == {(1, DISPUTE): 50, (1, 3): 50, (2, 8): 100}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shares": SHARES[:1]}, "do not add up"),
        ({"shares": []}, "no frozen shares"),
        ({"shares": [(0, 70, 1, 3, 0, MILLION)]}, "neither a payee nor a reason"),
        ({"shares": [(0, 70, 1, 3, NO_USAGE, MILLION)]}, "neither a payee nor a reason"),
        ({"texts": TEXTS[:2]}, "not among the frozen texts"),
        ({"texts": [*TEXTS, TEXTS[0]]}, "a text stands twice"),
        ({"pools": [(2, 100, 0)]}, "not among the frozen pools"),
        ({"pools": [*POOLS, *POOLS]}, "a pool stands twice"),
        ({"pools": [(1, 2**60, 0)]}, "too large"),
        ({"lines": [*LINES, LINES[0]]}, "a line stands twice"),
    ],
)
def test_frozen_tables_that_contradict_each_other_are_refused(changes, message):
    given_tables = {"pools": POOLS, "lines": LINES, "texts": TEXTS, "shares": SHARES} | changes
    with pytest.raises(FrozenInputError, match=message):
        calculate(*tables(tuple(given_tables.values())))


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="negative"):
        weigh(table(Lines, [(1, 10, 500, -1)]))


def test_payees_of_a_slice_alone_are_refused():
    pools, lines, texts, shares = tables((POOLS, LINES, TEXTS, SHARES))
    rows = split_shares(pools, split_texts(pools, weigh(lines), texts), texts, shares)
    with pytest.raises(FrozenInputError, match="do not sum to its amount"):
        payees(pools, payee_units(rows.take(rows.payee != UNIDENTIFIED)))


def test_statement_rows_that_are_missing_are_refused():
    pools, lines, texts, shares = tables(
        (POOLS, [(1, 10, 500, 1)], TEXTS, [(0, 70, 1, 3, 3, 1), (0, 70, 2, 3, 3, 999_999)])
    )
    rows = split_shares(pools, split_texts(pools, weigh(lines), texts), texts, shares)
    paid = payees(pools, payee_units(rows))
    with pytest.raises(FrozenInputError, match="rows of a payee are missing"):
        statement_rows(paid, rows.take(rows.share_id == 2))


# --- the digest ------------------------------------------------------------------------------------------------------


def test_the_digest_is_the_hash_of_the_bytes_it_promises():
    result = calculate(*tables((POOLS, LINES, TEXTS, SHARES)))
    mix = mix_lines(result.line_units)
    promised = b"payees 3\n"
    promised += struct.pack("<4q", 1, -2, 333_333, 33) + struct.pack("<4q", 1, -1, 333_333, 33)
    promised += struct.pack("<4q", 1, 3, 333_334, 34)
    promised += b"statements 3\n"
    promised += struct.pack("<7q", 1, -2, 70, -1, 2, 333_333, 33) + struct.pack("<7q", 1, -1, -1, 7, -1, 333_333, 33)
    promised += struct.pack("<7q", 1, 3, 70, -1, 1, 333_334, 34)
    promised += f"lines 3 {mix.mix:016x}\n".encode()
    assert digest_of(result) == hashlib.sha256(promised).hexdigest()
    assert digest_of(result) == "77286f4c7e44d70430dc58526f9fe0a21cb348220dbab2fdf9dd5dfb1cac9f54"


def test_one_unit_in_one_line_changes_the_digest():
    result = calculate(*tables((POOLS, LINES, TEXTS, SHARES)))
    lines = result.line_units
    moved = LineUnits(lines.pool_no, lines.text_id, lines.line_key, lines.weight, lines.units + np.array([1, -1, 0]))
    assert run_digest(result.payees, result.statements, mix_lines(moved)) != digest_of(result)


def test_a_run_without_lines_has_a_mix_of_zero():
    assert mix_lines(LineUnits.empty()) == LineMix(0, 0)


def test_the_mix_of_a_line_follows_its_published_definition():
    def scramble(x):
        x = (x + 0x9E3779B97F4A7C15) % 2**64
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
        return x ^ x >> 31

    rows = [(1, 10, 2**40 + 7, 3, 123), (2, 11, -1, 4, -5)]
    total = (
        sum(scramble(scramble(scramble(pool) ^ key % 2**64) ^ units % 2**64) for pool, _, key, _, units in rows) % 2**64
    )
    assert mix_lines(table(LineUnits, rows)) == LineMix(2, total)


def test_a_larger_run_closes_and_does_not_depend_on_its_order():
    dice = np.random.default_rng(3)
    size, text_count, work_count = 60_000, 9_000, 3_000
    text = dice.zipf(1.3, size) % text_count
    pool_of_text = dice.integers(1, 13, text_count)
    lines = Lines(
        pool_of_text[text], text, np.arange(size) + 2**40, dice.integers(1, 4, size) * dice.integers(30, 400, size)
    )
    texts = Texts(np.arange(text_count), dice.permutation(text_count), dice.integers(0, work_count, text_count) - 1)
    work = np.repeat(np.arange(work_count), 3)
    shares = Shares(
        work * 0, work, np.arange(work.size), dice.integers(1, 900, work.size),
        dice.integers(1, 900, work.size), np.tile([333_400, 333_300, 333_300], work_count),
    )  # fmt: skip
    pools = Pools(np.arange(1, 13), dice.integers(10**9, 10**11, 12), np.zeros(12, dtype=np.int64))
    result = calculate(pools, lines, texts, shares)
    assert result.statements.amount.sum() == pools.amount.sum()
    shuffled = calculate(pools, lines.take(dice.permutation(size)), texts, shares.take(dice.permutation(work.size)))
    assert digest_of(shuffled) == digest_of(result)
