"""The tolerant reader: what real files do wrong, one trap each, and what stops it."""

import pytest

from tests.works.formats.cwr_files import (
    WORK,
    as_bytes,
    changed,
    cwr_file,
    cwr_lines,
    header,
    only,
    read_all,
    reading,
)
from works.formats.cwr.profile import STRICT
from works.formats.cwr.records import Severity

GOOD = cwr_lines(("NWR", [WORK]))
SECOND = changed(WORK, "NWR", submitter_work_no="SPM0002")
REVISED = (("REV", SECOND[0][1]), *WORK[1:])


def file_complaints(data, **options):
    opened, _ = read_all(data, **options)
    return {(fault.edit, fault.severity.value) for fault in opened.faults}


def test_a_correct_file_is_read_without_any_complaint():
    opened, transactions = read_all(as_bytes(GOOD))
    assert opened.faults == ()
    assert [transaction.faults for transaction in transactions] == [()]
    assert (opened.version, opened.transaction_count, opened.record_count, opened.rejected_count) == ("2.1", 1, 10, 0)
    assert [(group.id, group.transaction_type, group.transactions, group.records) for group in opened.groups] == [
        ("00001", "NWR", 1, 8)
    ]
    assert opened.trailer["record_count"] == "00000010"


def test_header_and_version_are_known_before_any_transaction_is_read():
    opened = reading(as_bytes(GOOD))
    assert (opened.version, opened.header.sender_name, opened.header.sender_number) == (
        "2.1",
        "SAFFRON PUBLISHING",
        "000000199",
    )
    assert opened.transaction_count == 0


def test_a_record_keeps_its_raw_line_and_line_number():
    record = only(WORK).records[1]
    assert record.raw == GOOD[3]
    assert (record.line, record.sequence, record.transaction_sequence) == (4, 1, 0)


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_any_line_end_gives_the_same_transactions(ending):
    _, transactions = read_all(as_bytes(GOOD, ending))
    assert transactions == read_all(as_bytes(GOOD))[1]


def test_a_file_without_a_last_line_end_and_with_blanks_behind_it_is_correct():
    data = as_bytes(GOOD).removesuffix(b"\r\n")
    for tail in (b"", b"\r\n\r\n", b"\r\n\x1a", b"\r\n  \r\n\x00"):
        opened, _ = read_all(data + tail)
        assert opened.faults == ()


def test_blank_lines_between_records_are_remarked_on_and_not_counted():
    opened, transactions = read_all(as_bytes([*GOOD[:3], "", *GOOD[3:]]))
    assert [fault.text for fault in opened.faults] == ["There are blank lines between the records."]
    assert transactions[0].faults == ()


def test_trimmed_records_are_filled_and_told_once_for_each_record_type():
    opened, transactions = read_all(as_bytes([text.rstrip() for text in GOOD]))
    habits = {fault.record_type for fault in opened.faults}
    assert {"HDR", "NWR", "SPU", "SWR"} <= habits
    assert all(fault.severity is Severity.WARNING and fault.edit == "PREFIX-F-009" for fault in opened.faults)
    assert not transactions[0].is_rejected


def test_records_with_blanks_behind_the_layout_are_cut():
    opened, transactions = read_all(as_bytes([text + "   " for text in GOOD]))
    assert {fault.text for fault in opened.faults if fault.record_type == "NWR"} == {
        "NWR records are longer than their layout, by blanks."
    }
    assert transactions[0].faults == ()


def test_text_behind_the_layout_is_kept_with_a_warning():
    lines = [*GOOD[:3], GOOD[3] + "EXTRA", *GOOD[4:]]
    opened, transactions = read_all(as_bytes(lines))
    assert transactions[0].records[1].surplus == "EXTRA"
    assert [fault.value for fault in opened.faults] == ["EXTRA"]


def test_a_count_stands_for_many_complaints_of_a_habit():
    works = [changed(WORK, "NWR", submitter_work_no=f"SPM{number}") for number in range(5)]
    opened, _ = read_all(as_bytes([text.rstrip() for text in cwr_lines(("NWR", works))]))
    assert {fault.record_type: fault.count for fault in opened.faults}["SPU"] == 5


def test_lower_case_is_read_as_upper_case_where_codes_are_compared():
    lines = [text.lower() for text in GOOD]
    opened, transactions = read_all(as_bytes(lines))
    assert not opened.is_refused
    assert not transactions[0].is_rejected
    assert transactions[0].header["title"] == "evening in lahore"


# -- what stops the run


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"\x1a", b"NWR", b"hello", "HDR".encode("utf-16"), b"PK\x03\x04", b"\x00" * 5000]
)
def test_an_empty_or_foreign_file_stops_the_run_with_a_reason(data):
    opened, transactions = read_all(data)
    assert transactions == []
    assert not opened.is_readable
    assert opened.is_refused
    assert len(opened.faults) == 1
    assert opened.faults[0].remedy_text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_told_its_encoding_and_what_to_do(encoding):
    opened, _transactions = read_all(as_bytes(GOOD).decode().encode(encoding))
    assert "UTF-16" in opened.faults[0].text and "plain text" in opened.faults[0].remedy_text


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(range(64)), b"%PDF-1.7", bytes(range(256)) * 4])
def test_a_file_that_is_no_text_is_told_so(data):
    opened, _transactions = read_all(data)
    assert "no text" in opened.faults[0].text


def test_a_file_without_a_header_stops_the_run():
    assert file_complaints(as_bytes(GOOD[1:])) == {("FILE-E-002", "ER")}


def test_an_unknown_edi_version_stops_the_run():
    assert file_complaints(as_bytes([header(edi_version="09.99"), *GOOD[1:]])) == {("HDR-F-009", "ER")}


def test_a_file_of_a_version_to_come_stops_the_run_with_its_version():
    line_30 = "HDRPBDMP TEST PUBLISHER".ljust(102) + "3.2000"
    opened, _ = read_all(as_bytes([line_30, *GOOD[1:]]))
    assert [fault.text for fault in opened.faults] == ["The file is in CWR 3.2, which is not read here."]


# -- versions


def test_the_version_comes_from_the_header_before_the_group_before_the_name():
    data = cwr_file(("NWR", [WORK]), version="2.2")
    assert reading(data, "x.V22").version == "2.2"
    by_group = [
        text.replace("2.2002", "      ", 1) if place == 0 else text
        for place, text in enumerate(cwr_lines(("NWR", [WORK]), version="2.2"))
    ]
    assert reading(as_bytes(by_group), "x.V21").version == "2.2"
    assert reading(as_bytes([GOOD[0]]), "CW260001SPM_362.V22").version == "2.2"
    assert reading(as_bytes([GOOD[0]]), "file").version == "2.1"


def test_a_dispute_about_the_version_is_reported():
    opened, _ = read_all(as_bytes(GOOD), "CW260001SPM_362.V22")
    assert opened.version == "2.1"
    assert [fault.text for fault in opened.faults] == [
        "The version is - by the header, 2.1 by the group and 2.2 by the file name."
    ]


def test_a_sender_number_of_eleven_digits_is_joined_from_type_and_id():
    opened = reading(cwr_file(("NWR", [WORK]), sender_type="09", sender_id="000000020"))
    assert opened.header.sender_number == "09000000020"


@pytest.mark.parametrize(
    ("fields", "edit"),
    [
        ({"sender_type": "XX"}, "HDR-F-002"),
        ({"sender_id": "000000DP1"}, "HDR-F-003"),
        ({"sender_type": "SO", "sender_id": "000000998"}, "HDR-F-004"),
        ({"sender_type": "SO", "sender_id": "000000362", "sender_name": "COMPS"}, "HDR-F-006"),
        ({"creation_date": "20261301"}, "HDR-F-010"),
        ({"transmission_date": "2026ABCD"}, "HDR-F-011"),
        ({"character_set": "EBCDIC"}, "HDR-F-014"),
    ],
)
def test_a_doubtful_header_is_reported_and_read_on(fields, edit):
    data = cwr_file(("NWR", [WORK]), **fields)
    assert file_complaints(data) == {(edit, "W")}
    assert file_complaints(data, profile=STRICT) == {(edit, "ER")}


def test_a_society_named_in_other_letters_is_no_fault():
    assert (
        file_complaints(cwr_file(("NWR", [WORK]), sender_type="SO", sender_id="000000362", sender_name="Comp")) == set()
    )


# -- groups and counts


@pytest.mark.parametrize(
    ("place", "old", "new", "edit"),
    [
        (1, "GRHNWR00001", "GRHNWR00007", "GRH-F-002"),
        (1, "GRHNWR", "GRHXXX", "GRH-F-001"),
        (1, "02.10", "02.00", "GRH-F-004"),
        (8, "GRT00001", "GRT00002", "GRT-F-001"),
        (8, "GRT0000100000001", "GRT0000100000050", "GRT-F-002"),
        (8, "00000008   ", "        0008", "GRT-F-003"),
        (9, "TRL00001", "TRL00003", "TRL-F-001"),
        (9, "TRL0000100000001", "TRL0000100000002", "TRL-F-002"),
        (9, "00000010", "00000722", "TRL-F-003"),
    ],
)
def test_a_wrong_number_in_the_envelope_is_a_warning_or_by_choice_a_refusal(place, old, new, edit):
    lines = list(GOOD)
    assert old in lines[place]
    lines[place] = lines[place].replace(old, new)[: len(lines[place])]
    _, transactions = read_all(as_bytes(lines))
    assert (edit, "W") in file_complaints(as_bytes(lines))
    assert not transactions[0].is_rejected
    assert {severity for name, severity in file_complaints(as_bytes(lines), profile=STRICT) if name == edit} <= {
        "ER",
        "GR",
    }


def test_a_second_group_of_a_type_is_reported():
    data = cwr_file(("NWR", [WORK]), ("NWR", [SECOND]))
    assert ("GRH-F-005", "W") in file_complaints(data)


def test_a_group_without_transactions_is_reported():
    assert ("FILE-E-006", "W") in file_complaints(cwr_file(("NWR", [])))


def test_a_missing_group_trailer_is_reported_and_the_works_are_read():
    two = cwr_lines(("NWR", [WORK]), ("REV", [REVISED]))
    lines = [text for text in two if not text.startswith("GRT")]
    opened, transactions = read_all(as_bytes(lines))
    assert [transaction.type for transaction in transactions] == ["NWR", "REV"]
    assert {"FILE-E-004", "FILE-E-007"} <= {fault.edit for fault in opened.faults}


def test_a_file_cut_before_its_trailer_is_refused():
    opened, transactions = read_all(as_bytes(GOOD[:-1]))
    assert opened.is_refused
    assert [(fault.edit, fault.line) for fault in opened.faults] == [("FILE-E-005", 9)]
    assert len(transactions) == 1


def test_records_behind_the_trailer_refuse_the_file():
    assert ("FILE-E-008", "ER") in file_complaints(as_bytes([*GOOD, *GOOD]))


def test_a_detail_without_any_header_is_reported():
    opened, _ = read_all(as_bytes([GOOD[0], GOOD[1], GOOD[3], *GOOD[2:]]))
    assert "A record of type SPU belongs to no transaction." in [fault.text for fault in opened.faults]


def test_a_transaction_outside_any_group_is_read():
    opened, transactions = read_all(as_bytes([GOOD[0], *GOOD[2:8], GOOD[9]]))
    assert len(transactions) == 1
    assert "A transaction stands outside any group." in [fault.text for fault in opened.faults]


# -- numbering


def test_a_jump_of_transaction_numbers_is_a_warning():
    lines = cwr_lines(("NWR", [WORK, SECOND]))
    jumped = [text.replace("00000001", "00000002", 1) if text[3:11] == "00000001" else text for text in lines]
    _, transactions = read_all(as_bytes(jumped))
    assert {(fault.edit, fault.severity.value) for fault in transactions[1].faults} == {("PREFIX-F-003", "W")}


def test_blank_and_garbled_sequence_numbers_harm_nothing():
    lines = list(GOOD)
    lines[2] = "NWR" + " " * 8 + lines[2][11:]
    lines[4] = "SPT00000000000000X2" + lines[4][19:]
    _, transactions = read_all(as_bytes(lines))
    assert not transactions[0].is_rejected
    assert {"PREFIX-F-002", "PREFIX-F-004", "PREFIX-F-006"} <= {fault.edit for fault in transactions[0].faults}


def test_details_of_a_work_whose_header_is_missing_refuse_the_work_before():
    lines = cwr_lines(("NWR", [WORK, SECOND]))
    headless = [text for text in lines if not text.startswith("NWR00000001")]
    _, transactions = read_all(as_bytes(headless))
    assert [transaction.is_rejected for transaction in transactions] == [True]
    assert ("PREFIX-F-004", "TR") in {(fault.edit, fault.severity.value) for fault in transactions[0].faults}


def test_a_header_of_an_unknown_type_opens_a_refused_transaction():
    lines = [text.replace("NWR00000001", "NWX00000001") for text in cwr_lines(("NWR", [WORK, SECOND]))]
    _, transactions = read_all(as_bytes(lines))
    assert [(transaction.type, transaction.is_rejected) for transaction in transactions] == [
        ("NWR", False),
        ("NWX", True),
    ]


@pytest.mark.parametrize("kind", ["ALX", "   ", "9Q?"])
def test_a_detail_of_an_unknown_type_is_left_out(kind):
    lines = list(GOOD)
    lines.insert(8, kind + "0000000000000006" + "X" * 30)
    _, transactions = read_all(as_bytes(lines))
    assert {(fault.edit, fault.severity.value) for fault in transactions[0].faults} == {("NWR-T-008", "RR")}
    assert not transactions[0].is_rejected


def test_a_work_number_used_twice_in_a_file_refuses_the_second_work():
    _, transactions = read_all(cwr_file(("NWR", [WORK, WORK])))
    assert [transaction.is_rejected for transaction in transactions] == [False, True]


def test_types_mixed_in_one_group_are_taken_each_by_its_own():
    ack = (
        (
            "ACK",
            {
                "original_transaction_type": "NWR",
                "processing_date": "20261102",
                "transaction_status": "RA",
                "creation_title": "X",
            },
        ),
    )
    _, transactions = read_all(cwr_file(("REV", [WORK, REVISED, ack])))
    assert [transaction.type for transaction in transactions] == ["NWR", "REV", "ACK"]
    assert [(fault.edit, fault.severity.value) for fault in transactions[0].faults] == [("NWR-T-022", "W")]
    assert "ACK-T-004" in {fault.edit for fault in transactions[2].faults}
