"""Columns: stable order, groups, sums that never wrap, look-ups, and no floats."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.columns import I64, Columns, SumTooLarge, find_rows, group_sums, order_by, starts_of

wide = st.integers(-(2**63), 2**63 - 1)
narrow = st.integers(-3, 3)


@dataclass(frozen=True, slots=True)
class Pairs(Columns):
    left: I64
    right: I64


def column(values):
    return np.array(list(values), dtype=np.int64)


@given(st.lists(st.tuples(narrow, wide, narrow), max_size=60))
def test_rows_are_put_in_order_of_all_keys_and_rows_alike_keep_their_order(rows):
    keys = [column(values) for values in zip(*rows, strict=True)] or [column([])] * 3
    expected = sorted(range(len(rows)), key=lambda position: rows[position])
    assert order_by(*keys).tolist() == expected


@given(st.lists(st.tuples(narrow, narrow), min_size=1, max_size=40).map(sorted))
def test_groups_begin_where_a_key_changes(rows):
    starts = starts_of(*(column(values) for values in zip(*rows, strict=True))).tolist()
    assert starts == [n for n in range(len(rows)) if n == 0 or rows[n] != rows[n - 1]]


def test_sums_of_groups_are_exact_to_the_last_bit_and_refused_beyond():
    values = column([2**62, 2**62 - 1, 5, -(2**62), -(2**62) + 1])
    assert group_sums(values, column([0, 2, 3])).tolist() == [2**63 - 1, 5, -(2**63) + 1]
    with pytest.raises(SumTooLarge):
        group_sums(column([2**62, 2**62]), column([0]))


@given(st.sets(st.tuples(wide, narrow), max_size=20), st.lists(st.tuples(wide, narrow), max_size=10), st.data())
def test_wanted_keys_are_found_or_marked_missing(table, strangers, data):
    table = sorted(table)
    wanted = strangers + (data.draw(st.lists(st.sampled_from(table), max_size=10)) if table else [])
    columns = [column(values) for values in zip(*table, strict=True)] or [column([])] * 2
    asked = [column(values) for values in zip(*wanted, strict=True)] or [column([])] * 2
    found = find_rows(columns, asked).tolist()
    assert found == [table.index(key) if key in table else -1 for key in wanted]


def test_floats_never_enter_a_column():
    with pytest.raises(TypeError):
        Pairs(np.array([1.0]), np.array([1]))


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        Pairs(column([1]), column([1, 2]))


def test_tables_are_taken_joined_and_written_as_records():
    pairs = Pairs(column([1, 2, 3]), column([4, 5, 6]))
    both = Pairs.join([pairs.take(column([2, 0])), Pairs.empty(), pairs])
    assert both.left.tolist() == [3, 1, 1, 2, 3]
    assert len(Pairs.join([])) == 0
    assert both.structured().tolist()[0] == (3, 6)
    assert both.structured().dtype.itemsize == 16
