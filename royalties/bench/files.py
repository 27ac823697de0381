"""Usage files for a measurement, as in life: few songs played often, most a handful of times; 12 stations of unequal
size; just over half of the lines with an ISRC; some lines of pieces that nobody registered."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from royalties.bench.society import Piece

HEADINGS = ("Date", "Time", "Station", "Title", "Artist", "Composer", "ISRC", "Seconds", "Plays")
SIZES = (34, 20, 12, 8, 6, 5, 4, 3, 2, 2, 2, 2)  # percent of the lines
WITH_ISRC = 0.555
UNKNOWN = 0.13


@dataclass(frozen=True, slots=True)
class StationFile:
    """One file: the code of its station, where it lies, and how many lines it has."""

    code: str
    path: Path
    lines: int


def write_files(folder: Path, pieces: Sequence[Piece], *, lines: int, seed: int) -> list[StationFile]:
    """Write the files; the same seed gives the same bytes."""
    chance = np.random.default_rng(seed)
    shuffled = list(pieces)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - reproducible data
    tails = [_tail(piece, number, lines) for number, piece in enumerate(shuffled)]
    files: list[StationFile] = []
    for number, percent in enumerate(SIZES, 1):
        size = lines * percent // 100 if number < len(SIZES) else lines - sum(file.lines for file in files)
        code = f"FM{number:02d}"
        path = folder / f"{code}.csv"
        _write(path, code, tails, size, chance)
        files.append(StationFile(code, path, size))
    return files


def _tail(piece: Piece, number: int, lines: int) -> str:
    """The cells that are the same on every line of a piece."""
    if number % 100 < UNKNOWN * 100:
        return f"Unknown {number * 7919 % (lines + 1)} at {piece.title},Singer {number % 997},,,"
    isrc = piece.isrc if number % 1000 < UNKNOWN * 1000 + WITH_ISRC * 1000 else ""
    return f"{piece.title},Singer {number % 997},{piece.creators},{isrc},"


def _write(path: Path, code: str, tails: Sequence[str], size: int, chance: np.random.Generator) -> None:
    # Zipf by inversion: the rank of a piece is a power of a uniform number, cut at the number of pieces
    ranks = (len(tails) ** chance.random(size)).astype(np.int64) - 1
    seconds = chance.integers(0, 86_400, size)
    days = chance.integers(1, 31, size)
    lengths = chance.integers(120, 360, size)
    plays = chance.integers(1, 5, size)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADINGS) + "\n")
        columns = (values.tolist() for values in (ranks, seconds, days, lengths, plays))
        file.writelines(
            f"2026-08-{day:02d},{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d},Station {code},{tails[rank]}"
            f"{length},{count}\n"
            for rank, at, day, length, count in zip(*columns, strict=True)
        )
