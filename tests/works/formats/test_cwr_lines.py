"""Bytes into lines: every kind of line end, the bound on length, and what a chunk border may cut."""

import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from works.formats.cwr.lines import LONGEST_LINE, raw_lines
from works.formats.cwr.parsing import decoded, encoding_of


def lines_of(data):
    return [(line.data, line.ending) for line in raw_lines(io.BytesIO(data))]


class Trickle(io.BytesIO):
    """A stream that gives one byte at a time."""

    def read(self, size=-1):
        return super().read(1)


def test_each_kind_of_line_end_divides_lines():
    assert lines_of(b"A\r\nB\nC\rD") == [(b"A", b"\r\n"), (b"B", b"\n"), (b"C", b"\r"), (b"D", b"")]


def test_a_line_end_cut_by_a_chunk_border_is_one_line_end():
    lines = [(line.data, line.ending) for line in raw_lines(Trickle(b"A\r\nB\r\n"))]
    assert lines == [(b"A", b"\r\n"), (b"B", b"\r\n")]


@given(st.binary(max_size=200))
def test_the_way_the_bytes_arrive_changes_nothing(data):
    assert list(raw_lines(Trickle(data))) == list(raw_lines(io.BytesIO(data)))


@given(st.binary(max_size=300))
def test_no_byte_is_lost(data):
    assert b"".join(part for pair in lines_of(data) for part in pair) == data


def test_a_line_of_a_million_characters_is_cut_and_the_next_one_read():
    lines = list(raw_lines(io.BytesIO(b"X" * 1_000_000 + b"\r\nB")))
    assert [(len(line.data), line.is_cut) for line in lines] == [(LONGEST_LINE, True), (1, False)]
    assert lines[1].number == 2


def test_a_line_without_end_does_not_fill_the_memory():
    class Endless(io.BytesIO):
        left = 400

        def read(self, size=-1):
            self.left -= 1
            return b"X" * 65_536 if self.left else b""

    tracemalloc.start()
    lines = list(raw_lines(Endless()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(lines) == 1
    assert peak < 2_000_000


def test_a_character_set_of_the_header_is_found_by_its_name():
    assert encoding_of("") == "ascii"
    assert encoding_of("Traditional Big5") == "big5hkscs"
    assert encoding_of("utf-8") == "utf-8"
    assert encoding_of("EBCDIC") is None


def test_letters_outside_the_announced_set_are_read_and_remarked_on():
    assert decoded("É".encode(), "ascii") == ("É", True)
    assert decoded("É".encode("latin-1"), "ascii") == ("É", True)
    assert decoded(b"E", "ascii") == ("E", False)
