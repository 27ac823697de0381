"""How fast CWR is read, checked and written here, beside other people's readers on the same file in the same run."""

import datetime as dt
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from works.bench.peers import PEERS, interpreter_of, reading_of
from works.formats.cwr.lines import raw_lines
from works.formats.cwr.parsing import parse_line
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.registrations import write_registrations
from works.formats.cwr.work import CollectionLine, PublisherLink, WorkPublisher, WorkTransaction, WorkWriter
from works.formats.cwr.work_view import work_of
from works.formats.cwr.writer import FileSender
from works.rules.identifiers import ipi_name_check_digits

CREATED = dt.datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 - a file's header has no time zone
SENDER = FileSender("SO", "362", "COMP", "PORTAL", "1")
WRITERS = 3
RUNS = 3


def measure_cwr(path: Path, folder: Path) -> dict[str, Any]:
    """Our stages and the peers on one file. Seconds are the best of three runs, ratios are peer ÷ our reading."""
    data = path.read_bytes()
    version = read_cwr(io.BytesIO(data), path.name).version
    works = [work_of(row) for row in read_cwr(io.BytesIO(data), path.name) if row.is_work and not row.is_rejected]
    stages = {
        "records": _best(lambda: sum(1 for line in raw_lines(io.BytesIO(data)) if parse_line(line, version))),
        "reading with checks": _best(lambda: sum(1 for _row in read_cwr(io.BytesIO(data), path.name))),
        "writing": _best(lambda: _written(works, version)),
    }
    ours = stages["reading with checks"]
    return {
        "file": path.name,
        "bytes": len(data),
        "works": len(works),
        "stages": {
            name: {"seconds": round(taken, 4), "works_per_second": round(len(works) / taken)}
            for name, taken in stages.items()
        },
        "peers": {peer.name: _peer(peer, path, folder, version, ours) for peer in PEERS},
    }


def _peer(peer: Any, path: Path, folder: Path, version: str, ours: float) -> dict[str, Any]:
    if version not in peer.versions:
        return {"skipped": f"it does not read {version}"}
    python = interpreter_of(peer, folder)
    if python is None:
        return {"skipped": "it cannot be installed here"}
    runs = [reading_of(peer, python, path) for _run in range(RUNS)]
    if any("refused" in run for run in runs):
        return runs[0]
    best = min(runs, key=lambda run: float(run["seconds"]))
    return {**best, "ratio": round(best["seconds"] / ours, 2)}


def _best(act: Callable[[], object]) -> float:
    taken = []
    for _run in range(RUNS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _written(works: list[WorkTransaction], version: str) -> bytes:
    out = io.BytesIO()
    groups = [(kind, [work for work in works if work.transaction_type == kind]) for kind in ("NWR", "REV")]
    write_registrations(out, version=version, sender=SENDER, created=CREATED, groups=groups)
    return out.getvalue()


def write_sample(path: Path, count: int, version: str, sender: FileSender = SENDER) -> None:
    """A correct file of published works; the same number gives the same bytes."""
    with path.open("wb") as out:
        groups = [("NWR", _sample_works(count, version))]
        write_registrations(out, version=version, sender=sender, created=CREATED, groups=groups)


def _sample_works(count: int, version: str) -> Iterator[WorkTransaction]:
    for number in range(1, count + 1):
        house = _publisher(number % 50 + 1)
        yield WorkTransaction(
            transaction_type="NWR",
            version=version,
            title=f"SONG NUMBER {number}",
            submitter_work_no=f"W{number:07d}",
            language="UR",
            distribution_category="POP",
            publishers=(house,),
            writers=tuple(_writer(number * WRITERS + place, place, house, version) for place in range(WRITERS)),
        )


def _publisher(number: int) -> WorkPublisher:
    collected = CollectionLine(is_include=True, tis_code="2136", pr_collection=500_000, mr_collection=1_000_000)
    return WorkPublisher(
        is_controlled=True,
        publisher_seq=1,
        ip_no=f"P{number:08d}",
        publisher_name=f"HOUSE {number}",
        publisher_type="E",
        ipi_name_no=_ipi(number),
        pr_society="362",
        pr_ownership=500_000,
        mr_ownership=1_000_000,
        territories=(collected,),
    )


def _writer(number: int, place: int, house: WorkPublisher, version: str) -> WorkWriter:
    share = (166_700, 166_700, 166_600)[place]
    link = PublisherLink(
        publisher_ip_no=house.ip_no,
        publisher_name=house.publisher_name,
        writer_ip_no=f"P{number + 1000:08d}",
        publisher_seq=1 if version == "2.2" else 0,
    )
    return WorkWriter(
        is_controlled=True,
        ip_no=f"P{number + 1000:08d}",
        last_name=f"LAST{number}",
        first_name=f"FIRST{number}",
        writer_designation="CA",
        ipi_name_no=_ipi(number + 1000),
        pr_society="362",
        pr_ownership=share,
        territories=(CollectionLine(is_include=True, tis_code="2136", pr_collection=share),),
        links=(link,),
    )


def _ipi(number: int) -> str:
    digits = f"{number:09d}"
    return digits + ipi_name_check_digits(digits)
