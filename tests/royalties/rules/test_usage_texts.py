"""Distinct texts and repeated rows of a file that is read in parts."""

from typing import Any

from royalties.rules.usage_texts import IDENTITY, SAID, RowKeys, TextTable

EMPTY = dict.fromkeys((*IDENTITY, *SAID, "album"), "")


def chunk(*lines: dict[str, Any]) -> dict[str, list[Any]]:
    """Columns of lines; what a line does not say is empty, one play of no known length."""
    whole = [{**EMPTY, "plays": 1, "seconds": 0, "row_no": 0, **line} for line in lines]
    return {name: [line[name] for line in whole] for name in whole[0]}


def test_texts_are_numbered_over_the_parts_of_a_file() -> None:
    table = TextTable()
    assert table.add(chunk({"title": "A"}, {"title": "B"}, {"title": "A"})) == [1, 2, 1]
    assert table.add(chunk({"title": "B"}, {"title": "C"})) == [2, 3]
    assert [text.text.title for text in table.texts()] == ["A", "B", "C"] and len(table) == 3


def test_sums_and_the_longest_play_are_those_of_all_parts() -> None:
    table = TextTable()
    table.add(chunk({"title": "A", "plays": 2, "seconds": 100}, {"title": "A", "plays": 3, "seconds": 250}))
    table.add(chunk({"title": "A", "plays": 1, "seconds": 90}))
    (only,) = table.texts()
    assert (only.text.lines, only.text.plays, only.text.seconds, only.seconds) == (3, 6, 250, 200 + 750 + 90)


def test_acts_and_identifiers_tell_texts_apart() -> None:
    table = TextTable()
    lines = [{"title": "A"}, {"title": "A", "section": "x"}, {"title": "A", "isrc": "PKA012600001"}]
    assert table.add(chunk(*lines)) == [1, 2, 3]
    assert [text.section for text in table.texts()] == ["", "x", ""]


def test_the_first_album_of_the_alphabet_is_kept_whatever_the_order() -> None:
    for order in ("ZAM", "MAZ", "AZM"):
        table = TextTable()
        for album in order:
            table.add(chunk({"title": "A", "album": album}, {"title": "A"}))
        assert [text.text.album for text in table.texts()] == ["A"]


def test_rows_that_say_the_same_are_counted_with_the_first_of_them() -> None:
    keys = RowKeys()
    keys.add(chunk({"row_no": 2, "used_at": "10:00"}, {"row_no": 3, "used_at": "10:05"}), [1, 1])
    keys.add(chunk({"row_no": 4, "used_at": "10:05"}, {"row_no": 5, "used_at": "10:05", "plays": 2}), [1, 1])
    keys.add(chunk({"row_no": 6, "used_at": "10:05"}), [1])
    keys.add(chunk({"row_no": 7, "used_at": "10:05"}), [2])
    repeats = keys.repeats()
    assert (repeats.count, repeats.first_row) == (2, 4)
    assert RowKeys().repeats().count == 0
