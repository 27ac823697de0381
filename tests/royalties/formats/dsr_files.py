"""Builds sales reports record by record, for tests: a good one in a line, a broken one by changing it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

NAME = "DSR_SURSANGAM_STREAMER_Premium_2026-03_PK_1of1_20260415T101500.tsv"


def record(*cells: str | int) -> str:
    return "\t".join(map(str, cells))


def head(profile: str = "BasicAudioProfile", version: str = "1.2", **changed: str) -> str:
    values = {
        "message": "dsrf/3.0",
        "id": "M-1",
        "created": "2026-04-15T10:15:00Z",
        "file": "1",
        "files": "1",
        "start": "2026-03-01",
        "end": "2026-03-31",
    } | changed
    return record(
        "HEAD",
        values["message"],
        profile,
        version,
        values["id"],
        values["created"],
        values["file"],
        values["files"],
        values["start"],
        values["end"],
        "PADPIDA1",
        "STREAMER",
        "Premium",
        "PADPIDA2",
        "SURSANGAM",
        "",
    )


def summary(key: str = "1", usages: int = 10, service: str = "Premium", use: str = "OnDemandStream") -> str:
    """SY02.02 of 22 cells."""
    return record(
        "SY02.02", key, "", "", "SubscriptionModel", use, "PK", service, usages, 100, "PKR", "9100000.50",
        "", "", "", "", "", "PerformingRight", "Music", "", "", "",
    )  # fmt: skip


def recording(
    block: str,
    reference: str = "A1",
    title: str = "Chandni Raatein",
    *,
    subtitle: str = "",
    isrc: str = "PKA012600001",
    iswc: str = "T0345246801",
    writers: str = "Feroze Nizami|Mushir Kazmi",
    duration: str = "PT3M6S",
    own: str = "",
) -> str:
    """AS02.02 of 22 cells: a recording with its one work."""
    return record(
        "AS02.02", block, reference, f"id-{block}-{reference}", isrc, title, subtitle, "Noor Jehan", "", duration,
        "SoundRecording", iswc, writers, "", "", "", "", "", "", "", own, "true",
    )  # fmt: skip


def bare_recording(block: str, reference: str = "A1", title: str = "Medley", duration: str = "PT3M1S") -> str:
    """AS01.01 of 12 cells: a recording whose works follow."""
    return record(
        "AS01.01", block, reference, f"id-{block}", "PKA012600002", title, "", "Noor Jehan", "", duration,
        "SoundRecording", "true",
    )  # fmt: skip


def work(block: str, title: str, writers: str = "", iswc: str = "") -> str:
    """MW01.01, empty cells at the end left out."""
    return record("MW01.01", block, f"w-{title}", iswc, title, "", writers)


def release(block: str, title: str = "Best of") -> str:
    return record("RE01", block, "R1", f"rel-{block}", "", "", "", "Noor Jehan", "", title)


def streams(block: str, count: int | str = 10, *, key: str = "1", resource: str = "A1", of_release: str = "") -> str:
    """SU02 of 10 cells."""
    return record("SU02", block, key, f"tx-{block}", of_release, resource, "true", count, "", "")


def report(*body: str, summaries: Sequence[str] = (), foot: str | None = None, header: str | None = None) -> str:
    """A whole report with right counts in FOOT, unless another foot ("" for none) is given."""
    lines = [header or head(), *(summaries or [summary()]), *body]
    blocks = len({line.split("\t")[1] for line in body if "\t" in line and not line.startswith(("#", "SR", "SY"))})
    blocks += sum(line.startswith("SR0") for line in body)
    count = len(lines) + 1
    if foot is None:
        foot = record("FOOT", count, count, len(lines) - len(body) - 1, blocks, blocks)
    return "\n".join([*lines, foot] if foot else lines) + "\n"


def save(folder: Path, content: str | bytes, name: str = NAME) -> Path:
    data = content if isinstance(content, bytes) else content.encode()
    path = folder / "upload"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path
