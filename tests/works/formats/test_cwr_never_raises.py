"""Whatever bytes come in, the reader answers with transactions and complaints, and an answer can be written."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from works.formats.cwr.acknowledgement import Answer, write_acknowledgement
from works.formats.cwr.agreement import agreement_of
from works.formats.cwr.answer_view import answer_of
from works.formats.cwr.collection import collecting
from works.formats.cwr.layouts import is_third
from works.formats.cwr.profile import STRICT, TOLERANT
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.work_view import work_of
from works.formats.cwr.writer import FileSender

DATA = Path(__file__).parents[2] / "data" / "cwr"
FILES = sorted(path.name for path in DATA.iterdir())
UNANSWERED = frozenset({"ACK", "ISW", "EXC"})
COMP = FileSender("SO", "362", "COMP")
CREATED = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 - a file's header has no time zone


def consumed(data, name="x.V21", profile=TOLERANT):
    """Read everything, look at every view, answer every transaction, and read that answer again."""
    reading = read_cwr(io.BytesIO(data), name, profile=profile)
    transactions = list(reading)
    for transaction in transactions:
        for work in transaction.works():
            work_of(work)
        if transaction.is_work:
            collecting(work_of(transaction), tis="0586", recipient="362")
        if transaction.type == "AGR":
            agreement_of(transaction)
        if transaction.type == "ACK":
            answer_of(transaction)
        for fault in transaction.faults:
            assert fault.text and fault.remedy_text and fault.line > 0
    for fault in reading.faults:
        assert fault.text and fault.remedy_text
    if (
        reading.is_readable
        and not is_third(reading.version)
        and any(one.type not in UNANSWERED for one in transactions)
    ):
        _answer(reading, transactions)
    return reading, transactions


def _answer(reading, transactions):
    answers = [
        Answer(one, "RJ" if one.is_rejected else "AS", "PK1") for one in transactions if one.type not in UNANSWERED
    ]
    out = io.BytesIO()
    write_acknowledgement(
        out,
        original=reading.header,
        sender=COMP,
        created=CREATED,
        processed=date(2026, 11, 22),
        answers=answers,
        file_faults=reading.faults,
    )
    again = read_cwr(io.BytesIO(out.getvalue()), f"x.V{reading.version.replace('.', '')}", profile=STRICT)
    assert sum(1 for transaction in again if transaction.type == "ACK") >= len(answers)
    assert again.faults == ()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("profile", [TOLERANT, STRICT])
def test_every_golden_file_is_consumed_whole(name, profile):
    reading, transactions = consumed((DATA / name).read_bytes(), name, profile)
    assert reading.is_readable
    assert transactions


@pytest.mark.parametrize("name", ["CW260007052_SPM.V21", "tolerated.V21"])
def test_a_file_cut_at_any_byte_is_reported_and_never_complete(name):
    data = (DATA / name).read_bytes()
    end = data.rstrip(b"\r\n\x1a").rfind(b"TRL")
    for cut in range(0, end + 3):
        reading = read_cwr(io.BytesIO(data[:cut]), name)
        for _ in reading:
            pass
        assert reading.is_refused, cut


@pytest.mark.parametrize("name", FILES)
def test_every_line_dropped_doubled_swapped_or_trimmed_is_survived(name):
    lines = (DATA / name).read_bytes().splitlines(keepends=True)
    for place in range(len(lines)):
        before, line, after = lines[:place], lines[place], lines[place + 1 :]
        swapped = [*before, after[0], line, *after[1:]] if after else [*before, line]
        for changed in (
            [*before, *after],
            [*before, line, line, *after],
            swapped,
            [*before, line[: len(line) // 2] + b"\n", *after],
            [*before, line.lower(), *after],
        ):
            consumed(b"".join(changed), name)


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["cut", "drop", "double", "swap", "trim", "splice", "overwrite", "blank"]),
        st.integers(0, 10_000),
        st.binary(min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=6,
)


def mutated(data, mutations):
    lines = data.splitlines(keepends=True)
    for kind, number, noise in mutations:
        if not lines:
            break
        place = number % len(lines)
        line = lines[place]
        column = number % (len(line) + 1)
        if kind == "cut":
            return b"".join(lines[:place]) + line[:column]
        if kind == "drop":
            del lines[place]
        elif kind == "double":
            lines.insert(place, line)
        elif kind == "swap":
            other = (place + 1 + number // 7) % len(lines)
            lines[place], lines[other] = lines[other], line
        else:
            lines[place] = {
                "trim": line[:column].rstrip() + b"\r\n",
                "splice": line[:column] + noise + line[column:],
                "overwrite": line[:column] + noise + line[column + len(noise) :],
                "blank": b" " * column + line[column:],
            }[kind]
    return b"".join(lines)


@settings(max_examples=examples(100, 400), deadline=None)
@given(st.sampled_from(FILES), MUTATIONS, st.sampled_from([TOLERANT, STRICT]))
def test_no_mixture_of_damages_raises(name, mutations, profile):
    consumed(mutated((DATA / name).read_bytes(), mutations), name, profile)


@settings(max_examples=examples(60, 250), deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["2.1", "2.2"]))
def test_no_bytes_behind_a_header_raise(noise, version):
    header = (DATA / f"CW260001SPM_362.V{version.replace('.', '')}").read_bytes().splitlines(keepends=True)[:2]
    consumed(b"".join(header) + noise)


@settings(max_examples=examples(60, 250), deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_at_all_raise(noise):
    consumed(noise)
    consumed(b"HDR" + noise)
