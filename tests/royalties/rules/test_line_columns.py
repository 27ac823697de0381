"""Lines as columns weigh what each line weighs by itself, whatever codes and times they carry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.formats.packed import pack, unpack
from royalties.rules.line_columns import UNKNOWN, CodedLines, LineColumns
from royalties.rules.points import LARGEST_WEIGHT, UnknownCode, WeightTooLarge, line_weight, read_line_rule

USES = ("", "feature", "jingle")
DAYPARTS = ("", "off", "prime")
WEIGHTS = {"feature": "1", "jingle": "0.25"}
PRIME = {"code": "prime", "weight": "2", "from": "18:00", "to": "22:00"}
OFF = {"code": "off", "weight": "1", "from": "22:00", "to": "18:00"}

lines = st.lists(
    st.tuples(
        st.integers(0, 10**6),  # plays
        st.integers(0, 10**4),  # seconds
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(UNKNOWN, 1439),
        st.sampled_from([1, 2, 3]),
    ),
    min_size=1,
    max_size=30,
)


def coded(rows: list[tuple[int, ...]], texts: int = 4) -> CodedLines:
    numbers = [(row_no, row_no % texts) for row_no in range(len(rows))]
    columns = zip(*(own + tuple(row) for own, row in zip(numbers, rows, strict=True)), strict=True)
    return CodedLines(USES, DAYPARTS, LineColumns(*(np.array(column, dtype=np.int64) for column in columns)))


def rule_of(**more):
    rule, complaints = read_line_rule({"formula": "seconds", **more})
    assert not complaints
    return rule


def alone(rule, row) -> int:
    """The definition: the code where there is one, else the hour, else the default."""
    plays, seconds, use, daypart, minute, parts = row
    number = rule.daypart_number(DAYPARTS[daypart])
    if not DAYPARTS[daypart] and minute != UNKNOWN:
        number = rule.daypart_number("prime" if 18 * 60 <= minute < 22 * 60 else "off")
    return line_weight(rule, plays, seconds, rule.use_number(USES[use]), number) * 6 // parts


@given(lines)
def test_columns_weigh_what_each_line_weighs(rows):
    rule = rule_of(use_weights=WEIGHTS, default_use="feature", dayparts=[PRIME, OFF], default_daypart="off")
    assert coded(rows).weights(rule, 6).tolist() == [alone(rule, row) for row in rows]
    assert coded(rows).unknown_codes(rule) == {}


@given(lines)
def test_a_rule_that_weighs_all_alike_asks_for_no_codes(rows):
    part = coded(rows)
    assert part.weights(rule_of()).tolist() == [row[0] * row[1] for row in rows]
    assert part.unknown_codes(rule_of()) == {}


@given(lines)
def test_what_the_rule_does_not_name_is_counted_by_its_code_and_never_weighed(rows):
    rule = rule_of(use_weights=WEIGHTS, dayparts=[PRIME])
    missing = {
        ("use", ""): sum(USES[row[2]] == "" for row in rows),
        ("daypart", "off"): sum(DAYPARTS[row[3]] == "off" for row in rows),
        ("daypart", ""): sum(DAYPARTS[row[3]] == "" and not 18 * 60 <= row[4] < 22 * 60 for row in rows),
    }
    part = coded(rows)
    assert part.unknown_codes(rule) == {key: count for key, count in missing.items() if count}
    if any(missing.values()):
        with pytest.raises(UnknownCode):
            part.weights(rule)


@given(lines, st.integers(1, 5))
def test_slices_share_out_whole_texts(rows, slices):
    part = coded(rows)
    taken = [part.of_slice(slices, number).lines for number in range(slices)]
    assert sorted(row for one in taken for row in one.row_no.tolist()) == part.lines.row_no.tolist()
    texts = [set(one.text_no.tolist()) for one in taken]
    assert sum(len(one) for one in texts) == len(set().union(*texts))


@given(st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 8)))
def test_packed_columns_come_back_as_they_were(rows):
    table = LineColumns(*np.array(rows, dtype=np.int64).reshape(-1, 8).T)
    assert [column.tolist() for column in unpack(LineColumns, pack(table)).columns()] == [
        column.tolist() for column in table.columns()
    ]


def test_a_weight_that_its_part_of_the_works_makes_too_large_is_refused():
    part = coded([(LARGEST_WEIGHT // 2, 1, 0, 0, UNKNOWN, 1)])
    assert part.weights(rule_of(), 2).tolist() == [LARGEST_WEIGHT // 2 * 2]
    with pytest.raises(WeightTooLarge):
        part.weights(rule_of(), 3)
