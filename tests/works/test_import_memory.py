"""Registration files of any size: neither their check nor their import holds more of a larger one in memory."""

import gc
import io
import tracemalloc
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File

from cmo_portal.common import clock
from members.queries import bearers
from works.bench.cwr import write_sample
from works.formats.cwr import lines
from works.formats.cwr.codes import societies
from works.formats.cwr.writer import FileSender
from works.services import answering, imports

pytestmark = pytest.mark.django_db
BASE, TIMES = 30, 20  # works of the smaller file, and how many times as many the larger one has
ROOM = (
    500_000  # bytes for a file 20 times as large: the numbers that the reader remembers, and what waits to be collected
)


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def peaks_of(count: int, sender: str, folder: Path, by: Any) -> tuple[int, int]:
    """The highest memory in bytes while a file of so many works is checked, and while it is taken."""
    path = folder / f"CW260001{sender}_362.V21"
    write_sample(path, count, "2.1", FileSender("SO", sender, societies()[sender].name))
    data = io.BytesIO(path.read_bytes())
    tracemalloc.start()
    try:
        file = imports.check_registration_file(upload=data, filename=path.name, by=by)
        checked = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        file = imports.import_registration_file(file=file, by=by, now=clock.now())
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert file.report["accepted"] == count
    return checked, taken


@pytest.mark.long
def test_twenty_times_the_works_are_checked_and_taken_in_the_same_memory(
    tmp_path: Path, by: Any, monkeypatch: Any
) -> None:
    for module in (imports, answering):
        monkeypatch.setattr(module, "SLICE", 20)
    monkeypatch.setattr(answering, "MEMORY", 4_096)  # the smaller file fills every buffer too
    # a bounded cache that the larger file would fill further
    monkeypatch.setattr(bearers, "is_name_of", lru_cache(64)(bearers.is_name_of.__wrapped__))
    monkeypatch.setattr(lines, "_CHUNK", 4_096)
    monkeypatch.setattr(File, "DEFAULT_CHUNK_SIZE", 4_096)
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()  # what the process held before does not put off the collections
    gc.collect()
    gc.set_threshold(200, 2, 2)  # what is given up is collected at once, so that a peak is what is held
    try:
        peaks_of(BASE * TIMES, "052", tmp_path, by)  # tables are read and the caches of names are as full as they get
        small, large = peaks_of(BASE, "036", tmp_path, by), peaks_of(BASE * TIMES, "010", tmp_path, by)
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
    assert all(much < little + ROOM for little, much in zip(small, large, strict=True)), (small, large)
