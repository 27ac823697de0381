"""Reading a sales report in a test: its lines and its report, or why it is refused."""

import time

import pytest

from cmo_portal.common.tables import DEFAULT_LIMITS, FileRefused
from royalties.formats.dsr import open_dsr
from tests.royalties.formats import dsr_files as dsr

GOOD = (dsr.release("1"), dsr.recording("1"), dsr.streams("1"))


def read(tmp_path, content, *, name=dsr.NAME, limits=DEFAULT_LIMITS, rules=None):
    """Lines and report of a file."""
    with open_dsr(dsr.save(tmp_path, content, name), filename=name, limits=limits, rules=rules) as reader:
        lines = [line for chunk in reader.chunks() for line in chunk.lines()]
    return lines, reader.report


def refusal_of(tmp_path, content, **options):
    started = time.monotonic()
    with pytest.raises(FileRefused) as refusal:
        read(tmp_path, content, **options)
    assert time.monotonic() - started < 10
    assert str(refusal.value.message)
    assert str(refusal.value.remedy)
    return refusal.value.code


def codes(report):
    return [(error.row, error.code) for error in report.errors]


def notices(report):
    return {notice.code for notice in report.notices}
