"""CWR 3.0 and 3.1: layouts, golden files laid out from the documents, what is read, and sums on the territory tree."""

from pathlib import Path

import pytest

from tests.works.formats.cwr_files import as_bytes, line, read_all
from works.formats.cwr.agreement import AgreementTerritory, agreement_of
from works.formats.cwr.answer_view import answer_of
from works.formats.cwr.codes import AnswerState
from works.formats.cwr.collection import collecting, is_worldwide, share_at
from works.formats.cwr.layouts import layout_of, record_types
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.records import Severity
from works.formats.cwr.work import CollectionLine
from works.formats.cwr.work_view import work_of

DATA = Path(__file__).parents[2] / "data" / "cwr"
NEW, OLD = "CW260005SPM_0362_V3-1-0.SUB", "CW260006SPM_0362_V3-0-0.SUB"
# Record lengths of the documents: 3.1, and 3.0 where it differs (None: not there).
LENGTHS = {
    "HDR": (195, 195), "GRH": (21, 26), "GRT": (24, 24), "TRL": (24, 24), "WRK": (218, 218), "EXC": (216, 216),
    "DRW": (108, 108), "LIC": (104, 104), "ACK": (206, 206), "SPU": (105, 103), "OPU": (105, 103), "NPN": (518, 516),
    "SPT": (101, 99), "OPT": (101, 99), "SWR": (136, 134), "OWR": (136, 134), "NWN": (356, 354), "SWT": (69, 67),
    "OWT": (69, 67), "MAN": (45, None), "PWR": (75, 73), "ALT": (83, 83), "NAT": (667, 667), "OWK": (360, 360),
    "NOT": (665, 665), "NOW": (346, 346), "PER": (126, 126), "NPR": (377, 377), "REC": (327, 346), "NRC": (333, 292),
    "ORN": (364, 364), "FTV": (284, 284), "INS": (75, 75), "IND": (25, 25), "MSG": (185, 185), "XRF": (39, 39),
    "ARI": (201, None), "ISR": (None, 107), "ISA": (None, 147), "WRI": (None, 136),
}  # fmt: skip


def opened(name):
    with (DATA / name).open("rb") as stream:
        reading = read_cwr(stream, name)
        return reading, list(reading)


@pytest.mark.parametrize(("record_type", "lengths"), LENGTHS.items())
def test_every_record_has_the_length_of_the_documents(record_type, lengths):
    for version, length in zip(("3.1", "3.0"), lengths, strict=True):
        layout = layout_of(version, record_type)
        assert (layout.length if layout else None) == length


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_each_version_has_its_records_and_no_others(version):
    place = ("3.1", "3.0").index(version)
    assert record_types(version) == {name for name, lengths in LENGTHS.items() if lengths[place]}


@pytest.mark.parametrize(("name", "version"), [(NEW, "3.1"), (OLD, "3.0")])
def test_a_correct_file_is_read_without_a_refusal(name, version):
    reading, transactions = opened(name)
    assert (reading.version, reading.faults, reading.rejected_count) == (version, (), 0)
    assert {fault.severity for row in transactions for fault in row.faults} <= {Severity.WARNING}
    assert reading.header.sender_number == "00000000199"


@pytest.mark.parametrize(("name", "lacking"), [(NEW, set()), (OLD, {"MAN", "ARI"})])
def test_every_record_type_of_a_work_is_in_the_golden_files(name, lacking):
    types = {record.type for row in opened(name)[1] for record in row.records}
    control, others = {"HDR", "GRH", "GRT", "TRL"}, {"EXC", "ISR", "ISA", "WRI", "DRW", "LIC", "ACK", "MSG"}
    assert types >= set(LENGTHS) - control - others - lacking
    assert types >= ({"DRW", "LIC", "ACK", "MSG"} if name == NEW else {"ISR", "ISA", "WRI"})


@pytest.mark.parametrize("name", [NEW, OLD])
def test_a_work_is_read_with_its_parties_lines_and_sources(name):
    work = work_of(opened(name)[1][0])
    assert (work.title, work.submitter_work_no, work.iswc, work.duration) == (
        "EVENING IN LAHORE", "SPM0001", "T0345246801", 225)  # fmt: skip
    publisher, unknown = work.publishers
    assert (publisher.publisher_name, publisher.publisher_type, unknown.publisher_unknown) == (
        "SAFFRON PUBLISHING", "E", True)  # fmt: skip
    assert publisher.national_names[0].name == "SAFFRON ISHAAT"
    assert [(each.is_include, each.tis_code) for each in publisher.territories] == [(True, "2136"), (False, "0840")]
    assert publisher.territories[0].pr_society == "362"
    assert [(writer.last_name, writer.writer_designation) for writer in work.writers] == [
        ("AHMED", "CA"),
        ("KHAN", "AR"),
    ]
    assert work.writers[0].manuscript == ((750_000, 750_000, 750_000) if name == NEW else None)
    assert work.version_source.title == "CITY SUITE"
    assert work.version_source.national_titles[0].title == "SHEHR"
    assert (work.recordings[0].recording_title, work.recordings[0].release_duration) == ("EVENING LIVE", 240)
    assert work.instrumentations[0].instruments[0].instrument == "SIT"
    assert work.cross_references[0].identifier == "R900001"


def test_what_parties_collect_in_a_country_stands_for_their_ownership():
    work = work_of(opened(NEW)[1][0])
    here = collecting(work, tis="0586", recipient="362")
    assert here.publishers[0].ownership == (250_000, 500_000, 500_000)
    assert [writer.ownership for writer in here.writers] == [(500_000, 250_000, 250_000), (250_000, 0, 0)]
    assert [writer.pr_society for writer in here.writers] == ["362", "052"]
    assert collecting(work, tis="0840", recipient="362").publishers[0].ownership == (0, 0, 0)
    assert not is_worldwide(work)


def test_a_later_line_corrects_an_earlier_one():
    lines = [
        CollectionLine(is_include=True, tis_code="2136", pr_collection=500_000),
        CollectionLine(is_include=False, tis_code="2106"),
        CollectionLine(is_include=True, tis_code="0586", pr_collection=250_000),
    ]
    shares = {code: share_at(lines, code)[0] for code in ("0826", "0356", "0586")}
    assert shares == {"0826": 500_000, "0356": 0, "0586": 250_000}


def test_the_letters_of_a_status_mean_what_their_version_means():
    answer = next(answer_of(row) for row in opened(NEW)[1] if row.type == "ACK")
    assert (answer.status, answer.state, answer.recipient_work_no) == ("SR", AnswerState.PAYABLE, "W0000001")
    assert [message.text for message in answer.messages] == ["COPYRIGHT DATE RESET"]


def changed_golden(record_type, **fields):
    """The golden work of 3.1 with fields of the first record of a type replaced."""
    lines = (DATA / NEW).read_bytes().decode().split("\r\n")[:-1]
    place = next(place for place, text in enumerate(lines) if text.startswith(record_type))
    layout = layout_of("3.1", record_type)
    values = {field.name: lines[place][field.start : field.end] for field in layout.fields}
    lines[place] = line(
        "3.1", record_type, {**values, **fields}, int(values["transaction_seq"]), int(values["record_seq"])
    )
    return read_all(as_bytes(lines), NEW)[1][0]


@pytest.mark.parametrize(
    ("record_type", "fields", "text"),
    [
        ("SPT", {"pr_collection": "02507"}, "collected"),
        ("MAN", {"mr_manuscript": "07507"}, "manuscript"),
        ("WRK", {"title": ""}, "title is blank"),
    ],
)
def test_a_transaction_that_breaks_a_rule_is_refused_with_its_place(record_type, fields, text):
    row = changed_golden(record_type, **fields)
    told = [fault for fault in row.faults if fault.severity is Severity.TRANSACTION]
    assert row.is_rejected and told[0].line > 0 and (text in told[0].text or "territory" in told[0].text.lower())
    assert told[0].edit == ""


@pytest.mark.parametrize("share", ["02506", "02494"])
def test_a_sum_within_the_tolerance_passes(share):
    assert not changed_golden("SPT", pr_collection=share).is_rejected


def test_an_agreement_is_read_with_everything_it_says():
    with (DATA / "CW260002SPM_362.V21").open("rb") as stream:
        agreement = agreement_of(next(iter(read_cwr(stream, "CW260002SPM_362.V21"))))
    assert (agreement.submitter_agreement_no, agreement.agreement_type) == ("AG100", "OG")
    assert (agreement.start_date.isoformat(), agreement.end_date.isoformat()) == ("2020-01-01", "2029-12-31")
    (block,) = agreement.blocks
    assert block.territories == (
        AgreementTerritory(is_include=True, tis_code="2136"),
        AgreementTerritory(is_include=False, tis_code="0840"),
    )
    assert [(side.agreement_role, side.last_name, side.pr_share, side.mr_share) for side in block.sides] == [
        ("AS", "AHMED", 500_000, 0),
        ("AC", "SAFFRON PUBLISHING", 500_000, 1_000_000),
    ]
    assert block.sides[0].national_names[0].name == "AHMED"
