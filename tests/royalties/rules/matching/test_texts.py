"""Distinct texts: every text once, its lines and plays added up, whatever the order of the lines."""

import random
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from royalties.rules.matching.texts import TEXT_COLUMNS, UsageText, distinct_texts, identity_of, keys_of, memory_key

WORD = st.sampled_from(["", "a", "b", "A", "دل"])


def columns_of(rows):
    return {name: [row[place] for row in rows] for place, name in enumerate(TEXT_COLUMNS)}


def test_lines_of_one_text_are_one_text_with_its_sums():
    rows = [("x", "", "p", "", "", ""), ("y", "", "p", "", "", ""), ("x", "", "p", "", "", "")]
    texts, codes = distinct_texts(columns_of(rows) | {"album": ["B", "", "A"]}, [1, 2, 3], [10, 20, 30])
    assert texts == [
        UsageText("x", performers="p", album="A", seconds=30, lines=2, plays=4),
        UsageText("y", performers="p", seconds=20, lines=1, plays=2),
    ]
    assert codes.tolist() == [0, 1, 0]


def test_no_lines_have_no_texts():
    texts, codes = distinct_texts(columns_of([]), [], [])
    assert texts == []
    assert codes.size == 0


@given(st.lists(st.tuples(st.tuples(*[WORD] * 6), st.integers(0, 9), st.integers(0, 9)), max_size=40), st.integers())
def test_distinct_texts_agree_with_counting_and_do_not_depend_on_the_order(lines, seed):
    texts, codes = distinct_texts(
        columns_of([row for row, _p, _s in lines]), [p for _r, p, _s in lines], [s for _r, _p, s in lines]
    )
    assert {text[:6]: text.lines for text in texts} == Counter(row for row, _p, _s in lines)
    assert all(texts[code][:6] == row for code, (row, _p, _s) in zip(codes, lines, strict=True))
    assert sum(text.plays for text in texts) == sum(plays for _r, plays, _s in lines)
    shuffled = lines.copy()
    random.Random(seed).shuffle(shuffled)
    again, _codes = distinct_texts(
        columns_of([row for row, _p, _s in shuffled]), [p for _r, p, _s in shuffled], [s for _r, _p, s in shuffled]
    )
    assert set(again) == set(texts)


def test_plays_add_up_beyond_32_bits():
    texts, codes = distinct_texts(columns_of([("x", "", "", "", "", "")] * 3), [2**40] * 3, [0] * 3)
    assert texts[0].plays == 3 * 2**40
    assert codes.dtype == np.int64


def test_a_memory_key_folds_writing_and_order_of_names_and_knows_roles_apart():
    text = UsageText("Ranjish Hi Sahi", "Nisar Bazmi|Ahmad Faraz", "Mehdi Hassan")
    key = memory_key(text)
    assert len(key) == 32
    assert key == memory_key(UsageText("RANJISH hi sahi!", "Faraz Ahmad; Bazmi Nisar", "Hassan Mehdi"))
    assert key == memory_key(text, identity_of(text))
    assert key == memory_key(text._replace(isrc="PKA019900001", plays=9))
    assert key != memory_key(UsageText("Ranjish Hi Sahi", "Mehdi Hassan", "Nisar Bazmi|Ahmad Faraz"))


def test_texts_without_words_are_told_apart_by_their_identifiers():
    assert memory_key(UsageText("", isrc="A")) != memory_key(UsageText("unknown", isrc="B"))


def test_the_keys_of_a_text_hold_its_words_names_and_sounds():
    keys = keys_of(UsageText("012-Sohni Dharti", performers="Mehnaz Begum"))
    assert "sohni dharti" in keys.forms
    assert keys.names == ("mehnaz begum",)
    assert {"sohni", "dharti", "mehnaz", "begum"} <= keys.words
    assert "sndrt" in keys.title_skeletons
