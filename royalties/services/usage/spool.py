"""The spool of a file: its lines and distinct texts, written once as the tables will hold them, waiting for a yes.

A file is parsed once. What people look at before they say yes is exactly what is copied when they do, and the copy
itself is as fast as PostgreSQL takes rows. The spool lies beside the uploaded file and goes when the file is decided.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from operator import mul
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from royalties.formats.copy_text import Written, escaped, rows
from royalties.formats.usage_line import UsageChunk
from royalties.models import UsageFile
from royalties.rules.matching import memory_key
from royalties.rules.usage_texts import Repeats, RowKeys, TextTable

LINE_COLUMNS = (
    "file_id", "row_no", "text_no", "plays", "seconds", "use_code", "daypart", "used_on", "used_at", "channel",
    "territory", "source_amount", "source_row", "parts", "raw",
)  # fmt: skip
TEXT_COLUMNS = (
    "file_id", "text_no", "section", "title", "creators", "performers", "isrc", "iswc", "own_number", "album", "length",
    "memory_key", "line_count", "plays", "seconds",
)  # fmt: skip
TEXTS_AT_ONCE = 20_000
INCOMING = "incoming-"  # what an upload is called until it is known to be new
LEFT_AFTER = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SpoolFacts:
    """Where a spool lies (names below the media folder), how large its parts are, and the totals of its rows."""

    lines: str
    texts: str
    line_bytes: int
    text_bytes: int
    line_count: int
    text_count: int
    plays: int
    seconds: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the file's report."""
        return asdict(self)


class SpoolWriter:
    """Takes chunk after chunk of usage lines of one file.

    `counted`: several lines may come from one row of the file, so the lines are numbered apart from the rows.
    """

    def __init__(self, file_id: int, lines: IO[bytes], *, counted: bool = False) -> None:
        self._before = f"{file_id}\t"
        self._counted = counted
        self._lines = lines
        self._texts = TextTable()
        self._keys = RowKeys()
        self._numbers, self._words = Written(str), Written(str)
        self._days, self._amounts = Written(dt.date.isoformat), _Amounts()
        self.line_count = self.plays = self.seconds = 0
        self.odd_amounts = 0

    def add(self, chunk: UsageChunk) -> None:
        """Write these lines and take in their texts. Products of plays and seconds must fit into 64 bits."""
        if not len(chunk):
            return
        given = chunk.columns
        text_numbers = self._texts.add(given)
        self._keys.add(given, text_numbers)
        amounts = list(map(self._amounts.__getitem__, zip(given["amount"], given["currency"], strict=True)))
        own_rows = list(map(str, given["row_no"]))
        numbers = map(str, range(self.line_count + 1, self.line_count + len(chunk) + 1)) if self._counted else own_rows
        self._lines.write(
            rows(
                numbers,
                map(str, text_numbers),
                self._numbers.column(given["plays"]),
                self._numbers.column(given["seconds"]),
                self._words.column(given["use_code"]),
                self._words.column(given["daypart"]),
                self._days.column(given["used_on"]),
                given["used_at"],
                self._words.column(given["channel"]),
                self._words.column(given["territory"]),
                amounts,
                own_rows if self._counted else ["0"] * len(chunk),
                self._numbers.column(given["parts"]),
                escaped(given["raw"]),
                before=self._before,
            )
        )
        self.line_count += len(chunk)
        self.plays += sum(given["plays"])
        self.seconds += sum(map(mul, given["plays"], given["seconds"]))
        self.odd_amounts = self._amounts.odd

    def write_texts(self, target: IO[bytes]) -> int:
        """Write the distinct texts; returns how many."""
        waiting: list[tuple[str, ...]] = []
        for numbered in self._texts.texts():
            text = numbered.text
            waiting.append(
                (
                    str(numbered.number),
                    *escaped((numbered.section, *text[:7])),
                    str(text.seconds),
                    f"\\\\x{memory_key(text).hex()}",
                    str(text.lines),
                    str(text.plays),
                    str(numbered.seconds),
                )
            )
            if len(waiting) >= TEXTS_AT_ONCE:
                target.write(rows(*zip(*waiting, strict=True), before=self._before))
                waiting.clear()
        target.write(rows(*zip(*waiting, strict=True), before=self._before))
        return len(self._texts)

    def repeats(self) -> Repeats:
        """Rows that say the same as a row above them."""
        return self._keys.repeats()


class _Amounts(dict[tuple[Decimal | None, str], str]):
    """(amount, currency) → whole minor units of the currency of account as COPY text.

    Amounts in another currency, or finer than a minor unit, stay in the raw row alone: nothing is rounded here.
    """

    def __init__(self) -> None:
        super().__init__()
        self._currencies = {"", str(settings.CURRENCY["code"])}
        self._decimals = int(settings.CURRENCY["decimals"])
        self.odd = 0

    def __missing__(self, key: tuple[Decimal | None, str]) -> str:
        amount, currency = key
        if amount is None:
            self[key] = "\\N"
            return "\\N"
        minor = amount.scaleb(self._decimals)
        if currency not in self._currencies or minor != minor.to_integral_value():
            self.odd += 1  # not remembered, so that each is counted
            return "\\N"
        self[key] = str(int(minor))
        return self[key]


def spool_path(name: str) -> Path:
    """The place of a part of a spool."""
    return Path(settings.MEDIA_ROOT) / name


@contextmanager
def new_spool() -> Iterator[tuple[str, str, IO[bytes], IO[bytes]]]:
    """Two fresh parts (names and streams of lines and texts), removed again when the block fails."""
    base = f"usage/{uuid.uuid4()}"
    names = (f"{base}.lines", f"{base}.texts")
    usage_folder()
    try:
        for name in names:
            spool_path(name).touch(mode=0o600)
        with spool_path(names[0]).open("wb") as lines, spool_path(names[1]).open("wb") as texts:
            yield *names, lines, texts
    except BaseException:
        drop_spool({"lines": names[0], "texts": names[1]})
        raise


def usage_folder() -> Path:
    """Where uploaded usage files and spools lie."""
    folder = Path(settings.MEDIA_ROOT) / "usage"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def sweep_spools(*, now: dt.datetime) -> int:
    """Remove parts that a killed process left a day ago (F21): incoming uploads, and spools that no file waits with.
    Returns how many."""
    waiting = UsageFile.objects.filter(state="checked").values_list("report__spool", flat=True)
    kept = {Path(str(spool[part])).name for spool in waiting if spool for part in ("lines", "texts")}
    count = 0
    for path in usage_folder().iterdir():
        left = path.name.startswith(INCOMING) or (path.suffix in {".lines", ".texts"} and path.name not in kept)
        if left and now.timestamp() - path.stat().st_mtime > LEFT_AFTER.total_seconds():
            path.unlink(missing_ok=True)
            count += 1
    return count


def drop_spool(facts: dict[str, Any] | None) -> None:
    """Remove the parts of a spool; a part that is gone already is no error."""
    for part in ("lines", "texts"):
        if facts and facts.get(part):
            spool_path(str(facts[part])).unlink(missing_ok=True)
