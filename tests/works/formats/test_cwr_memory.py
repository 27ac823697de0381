"""Files of any size: what is held in memory does not grow with them."""

import io
import tracemalloc
from pathlib import Path

import pytest

from works.bench.cwr import write_sample
from works.formats.cwr.reader import read_cwr


class Repeated(io.RawIOBase):
    """A file whose one group holds the works of another over and over, made while it is read."""

    def __init__(self, path: Path, times: int) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        self._pieces = iter([b"".join(lines[:2]), *[b"".join(lines[2:-2])] * times, b"".join(lines[-2:])])
        self._held = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._held) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._held += piece
        given, self._held = self._held[:size], self._held[size:]
        return given


def peak_of(path: Path, times: int) -> tuple[int, int]:
    """Transactions read and the highest memory in bytes."""
    tracemalloc.start()
    count = sum(1 for _row in read_cwr(Repeated(path, times), path.name))  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


@pytest.mark.long
def test_a_hundred_times_the_works_need_the_same_memory(tmp_path: Path) -> None:
    path = tmp_path / "CW260001362_000.V21"
    write_sample(path, 400, "2.1")
    peak_of(path, 1)  # tables are read once
    count, small = peak_of(path, 2)
    many, large = peak_of(path, 100)
    assert (count, many) == (800, 40_000)
    assert large < small + 1_500_000, (small, large)
