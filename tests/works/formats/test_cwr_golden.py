"""Files of our own making, laid out by hand from the documents: what is read from them, and byte-identical writing."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.works.formats.cwr_files import PWR, WORK, changed, only, plus_records
from works.formats.cwr.answer_view import answer_of
from works.formats.cwr.codes import AnswerState
from works.formats.cwr.profile import STRICT, TOLERANT
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.registrations import write_registrations
from works.formats.cwr.work import CollectionLine
from works.formats.cwr.work_view import work_of
from works.formats.cwr.writer import FileSender

DATA = Path(__file__).parents[2] / "data" / "cwr"
REGISTRATIONS = ["CW260001SPM_362.V21", "CW260001SPM_362.V22"]
SENDER = FileSender("PB", "199", "SAFFRON PUBLISHING", "SAFFRON OFFICE", "4")
CREATED = datetime(2026, 11, 1, 10, 15)  # noqa: DTZ001 - a file's header has no time zone


def transactions_of(name, profile=TOLERANT):
    with (DATA / name).open("rb") as stream:
        reading = read_cwr(stream, name, profile=profile)
        return reading, list(reading)


def works_of(name):
    return [work_of(transaction) for transaction in transactions_of(name)[1]]


@pytest.mark.parametrize("name", [*REGISTRATIONS, "CW260002SPM_362.V21"])
@pytest.mark.parametrize("profile", [TOLERANT, STRICT])
def test_a_correct_file_breaks_no_edit_even_strictly(name, profile):
    reading, transactions = transactions_of(name, profile)
    assert reading.faults == ()
    assert [fault for transaction in transactions for fault in transaction.faults] == []


@pytest.mark.parametrize("name", REGISTRATIONS)
def test_every_record_type_of_a_registration_is_in_the_golden_files(name):
    _, transactions = transactions_of(name)
    types = {record.type for transaction in transactions for record in transaction.records}
    shared = (
        "NWR REV SPU NPN SPT OPU SWR NWN SWT PWR OWR ALT NAT EWT NET NOW VER NVT PER NPR REC ORN INS IND COM NCT ARI"
    )
    assert types == set(shared.split()) | ({"OPT", "OWT", "XRF"} if name.endswith("V22") else set())


@pytest.mark.parametrize("name", REGISTRATIONS)
def test_a_strict_file_read_and_written_again_is_byte_identical(name):
    works = works_of(name)
    out = io.BytesIO()
    groups = [(kind, [work for work in works if work.transaction_type == kind]) for kind in ("NWR", "REV")]
    totals = write_registrations(out, version=works[0].version, sender=SENDER, created=CREATED, groups=groups)
    assert out.getvalue().decode() == (DATA / name).read_bytes().decode()
    assert (totals.groups, totals.transactions) == (2, 3)


def test_a_work_is_read_with_titles_parties_shares_and_recordings():
    work = works_of("CW260001SPM_362.V22")[0]
    assert (work.transaction_type, work.version, work.title, work.language) == ("NWR", "2.2", "EVENING IN LAHORE", "UR")
    assert (work.submitter_work_no, work.iswc, work.duration) == ("SPM0001", "T0345246801", 225)
    assert (work.copyright_date, work.distribution_category, work.component_count) == (date(2020, 3, 15), "POP", 2)
    assert [(title.title, title.title_type) for title in work.titles] == [("SHAM-E-LAHORE", "AT")]
    assert [title.title for title in work.national_titles] == ["SHAM E LAHORE"]
    assert work.excerpt_source.title == "CITY SUITE"
    assert work.version_source.national_writers[0].name == "FAIZ"
    assert [(performer.last_name, performer.ipi_name_no) for performer in work.performers] == [
        ("THE BAND", "00000000493")
    ]
    recording = work.recordings[0]
    assert (recording.isrc, recording.ean, recording.release_date) == (
        "GBABC2000001",
        "4006381333931",
        date(2020, 3, 20),
    )
    assert (recording.release_duration, recording.isrc_validity, recording.display_artist) == (227, "Y", "THE BAND")
    assert work.origins[0].production_title == "THE KITE SELLER"
    assert work.instrumentations[0].instruments[0].instrument == "SIT"
    assert work.components[0].national_titles[0].title == "FIRST PART"
    assert work.information[0].note == "PLEASE CHECK"
    assert work.cross_references[0].identifier == "123456BR"


def test_the_chains_of_a_work_keep_shares_territories_and_agreements():
    work = works_of("CW260001SPM_362.V22")[0]
    first, second, third = work.chains()
    assert [(one.publisher_type, one.publisher_name) for one in first] == [
        ("E", "SAFFRON PUBLISHING"),
        ("SE", "THAMES SUB-PUBLISHING"),
    ]
    original = first[0]
    assert original.ownership == (250_000, 500_000, 500_000)
    assert (original.ipi_name_no, original.pr_society, original.agreement_type) == ("00000000199", "362", "OG")
    assert [(line.is_include, line.tis_code, line.collection) for line in original.territories] == [
        (True, "2136", (250_000, 500_000, 500_000)),
        (False, "0826", (0, 0, 0)),
    ]
    assert original.national_names[0].name == "SAFFRON PUBLISHING (PVT) LTD"
    assert (second[0].is_controlled, second[0].publisher_name) == (False, "INDUS SONGS")
    assert second[0].territories == (
        CollectionLine(
            is_include=True, tis_code="0586", pr_collection=125_000, mr_collection=250_000, sr_collection=250_000
        ),
    )
    assert third[0].publisher_unknown


def test_the_writers_of_a_work_keep_roles_links_and_shares():
    work = works_of("CW260001SPM_362.V22")[0]
    controlled, other, unknown = work.writers
    assert (controlled.is_controlled, controlled.last_name, controlled.writer_designation) == (True, "AHMED", "C")
    assert controlled.ownership == (250_000, 0, 0)
    assert [(link.publisher_ip_no, link.publisher_seq, link.society_agreement_no) for link in controlled.links] == [
        ("P1", 1, "SA100")
    ]
    assert (other.last_name, other.links[0].publisher_ip_no) == ("O'NEIL-KHAN (JR.)", "P3")
    assert unknown.writer_unknown


def test_the_file_of_a_careless_sender_is_read_with_its_faults_located():
    reading, transactions = transactions_of("tolerated.V21")
    assert reading.header.sender_number == "09000000020"
    assert not reading.is_refused
    assert [transaction.is_rejected for transaction in transactions] == [False, False]
    assert {(fault.edit, fault.severity.value) for fault in transactions[0].faults} == {
        ("SWR-F-029", "W"),
        ("NWR-T-008", "RR"),
    }
    assert {(fault.edit, fault.severity.value) for fault in transactions[1].faults} == {("NWR-T-022", "W")}
    assert {fault.edit for fault in reading.faults} == {
        "PREFIX-F-009",
        "GRH-F-002",
        "GRT-F-001",
        "GRT-F-002",
        "GRT-F-003",
        "TRL-F-001",
        "TRL-F-002",
        "TRL-F-003",
    }
    work = work_of(transactions[0])
    assert [writer.last_name for writer in work.writers] == ["AHMED", "Khan,", "BUTT"]


def test_the_answers_of_a_sister_society_are_read_with_messages_works_and_conflicts():
    reading, transactions = transactions_of("CW260007052_SPM.V21")
    answers = [answer_of(transaction) for transaction in transactions if transaction.type == "ACK"]
    assert [(answer.status, answer.state) for answer in answers] == [
        ("CO", AnswerState.CONFLICT),
        ("AS", AnswerState.PAYABLE),
        ("NP", AnswerState.NO_SHARE),
    ]
    conflict = answers[0]
    assert (conflict.created, conflict.created_time) == (date(2026, 11, 1), "101500")
    assert (conflict.original_group, conflict.original_sequence, conflict.original_type) == (1, 0, "NWR")
    assert (conflict.submitter_work_no, conflict.recipient_work_no) == ("SPM0001", "R900001")
    assert [work.transaction_type for work in (*conflict.works, *conflict.conflicts)] == ["NWR", "EXC"]
    assert conflict.conflicts[0].writers[0].last_name == "SOMEBODY"
    message = conflict.messages[0]
    assert (message.message_type, message.record_type, message.level, message.validation_no) == ("F", "NWR", "F", "005")
    assert message.rule == "copyright date valid, else zeros"
    assert transactions[3].type == "ISW"
    assert work_of(transactions[3]).iswc == "T0345246801"
    assert reading.faults == ()


def test_only_answers_have_an_answer_view_and_only_works_a_work_view():
    _, transactions = transactions_of("CW260007052_SPM.V21")
    with pytest.raises(ValueError):
        work_of(transactions[0])
    with pytest.raises(ValueError):
        answer_of(transactions[3])


# -- corrections


def test_a_reset_field_and_a_record_left_out_do_not_reach_the_work():
    records = plus_records(
        changed(WORK, "NWR", copyright_date="20261399", recorded="X"),
        ("PER", {"last_name": "FIRST"}),
        ("NPR", {"name": "FIRST NATIONAL"}),
        ("PER", {"last_name": ""}),
        ("NPR", {"name": "SECOND NATIONAL"}),
    )
    work = work_of(only(records))
    assert (work.copyright_date, work.recorded) == (None, "U")
    assert [(one.last_name, [name.name for name in one.national_names]) for one in work.performers] == [
        ("FIRST", ["FIRST NATIONAL"])
    ]


def test_the_name_of_a_link_is_replaced_by_the_name_above():
    work = work_of(only(changed(WORK, "PWR", publisher_name="SAFRON")))
    assert work.writers[0].links[0].publisher_name == PWR["publisher_name"]


def test_identifiers_are_normalised_and_shapeless_ones_left_out():
    records = plus_records(
        changed(changed(WORK, "SPU", ipi_name_no="199"), "SWR", ipi_name_no="NONE"),
        ("REC", {"isrc": "gbabc2000001", "ean": "12"}),
    )
    work = work_of(only(records))
    assert work.publishers[0].ipi_name_no == "00000000199"
    assert work.writers[0].ipi_name_no == ""
    assert (work.recordings[0].isrc, work.recordings[0].ean) == ("GBABC2000001", "")
