"""Answers to a publisher's file: strict bytes, messages before their records, statuses, conflicts."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.works.formats.cwr_files import (
    NWR,
    OWN_WORK,
    SPT,
    SPU,
    WORK,
    as_bytes,
    changed,
    cwr_file,
    cwr_lines,
    read_all,
)
from tests.works.formats.test_cwr_edits import FIELD_CASES
from works.formats.cwr.acknowledgement import Answer, write_acknowledgement
from works.formats.cwr.answer_view import answer_of
from works.formats.cwr.edits import edit_told, fault_of
from works.formats.cwr.encoding import CwrWriteError
from works.formats.cwr.layouts import layout_of
from works.formats.cwr.profile import STRICT, CheckProfile
from works.formats.cwr.work import WorkTransaction, WorkWriter
from works.formats.cwr.work_view import work_of
from works.formats.cwr.writer import FileSender

DATA = Path(__file__).parents[2] / "data" / "cwr"
COMP = FileSender("SO", "362", "COMP", "PORTAL", "1")
CREATED = datetime(2026, 11, 22, 9, 30, 5)  # noqa: DTZ001 - a file's header has no time zone
PROCESSED = date(2026, 11, 21)
EXISTING = WorkTransaction(
    transaction_type="EXC",
    version="2.1",
    title="CONFLICT",
    submitter_work_no="PK000077",
    distribution_category="POP",
    writers=(
        WorkWriter(is_controlled=False, last_name="SOMEBODY, ELSE", writer_designation="CA", pr_ownership=1_000_000),
    ),
)


def answered(reading, answers, file_faults=()):
    out = io.BytesIO()
    write_acknowledgement(
        out,
        original=reading.header,
        sender=COMP,
        created=CREATED,
        processed=PROCESSED,
        answers=answers,
        file_faults=file_faults,
    )
    return out.getvalue()


def golden_answers():
    with (DATA / "CW260003SPM_362.V21").open("rb") as stream:
        reading, transactions = read_all(stream.read())
    reset, refused, conflict, left_out = transactions
    assert [transaction.is_rejected for transaction in transactions] == [False, True, False, False]
    return reading, [
        Answer(reset, "AS", "PK000011", better={0: {"iswc": "T0345246801"}, 3: {"ipi_name_no": "00014107338"}}),
        Answer(refused, "RJ"),
        Answer(conflict, "CO", "PK000013", conflicts=(EXISTING,)),
        Answer(left_out, "AC", "PK000014"),
    ]


def test_the_answer_to_the_golden_file_is_the_golden_answer():
    reading, answers = golden_answers()
    assert answered(reading, answers).decode() == (DATA / "CW260004362_SPM.V21").read_bytes().decode()


def test_an_answer_is_strict_in_every_byte():
    data = answered(*golden_answers())
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    lines = data.decode("ascii").split("\r\n")[:-1]
    for text in lines:
        assert len(text) == layout_of("2.1", text[:3]).length
        assert text == text.upper()
        assert text.isprintable()
    assert lines[0].startswith("HDRSO000000362COMP ")


def test_an_answer_read_by_our_own_reader_breaks_no_edit():
    reading, transactions = read_all(answered(*golden_answers()), "CW260004362_SPM.V21", STRICT)
    assert reading.faults == ()
    assert [fault for transaction in transactions for fault in transaction.faults] == []


def test_the_records_of_an_answer_count_on_through_messages_work_and_conflict():
    _, transactions = read_all(answered(*golden_answers()))
    for place, transaction in enumerate(transactions):
        assert [record.sequence for record in transaction.records] == list(range(len(transaction.records)))
        assert {record.transaction_sequence for record in transaction.records} == {place}


def test_an_answer_points_to_the_file_and_transaction_it_answers():
    _, transactions = read_all(answered(*golden_answers()))
    answers = [answer_of(transaction) for transaction in transactions]
    assert {(one.created, one.created_time, one.original_group) for one in answers} == {
        (date(2026, 11, 5), "120000", 1)
    }
    assert [one.original_sequence for one in answers] == [0, 1, 2, 3]
    assert [one.submitter_work_no for one in answers] == ["SPM0011", "SPM0012", "SPM0013", "SPM0014"]
    assert {one.processed for one in answers} == {PROCESSED}
    assert all(one.recipient_work_no for one in answers if one.status in ("AS", "AC"))


def test_a_message_stands_before_the_record_it_talks_about_and_names_a_numbered_edit():
    reading, answers = golden_answers()
    _, transactions = read_all(answered(reading, answers))
    seen = 0
    for answer, transaction in zip(answers, transactions, strict=True):
        records = transaction.records
        for place, record in enumerate(records):
            if record.type != "MSG":
                continue
            seen += 1
            named = edit_told(record["record_type_in_error"], record["message_level"], record["validation_no"])
            assert named is not None
            talked_about = next(one for one in records[place:] if one.type != "MSG")
            original = answer.transaction.records[record.number("original_record_seq")]
            assert talked_about.type == original.type == record["record_type_in_error"]
    assert seen == 3


SUB = ("SPU", {**SPU, "ip_no": "P2", "publisher_name": "GAMMA SUB", "publisher_type": "SE", "ipi_name_no": "",
               "pr_ownership": "", "mr_ownership": "", "sr_ownership": ""})  # fmt: skip
SUB_LINE = ("SPT", {**SPT, "ip_no": "P2", "tis_code": "0840", "pr_collection": "", "sr_collection": ""})
WITH_SUB = (*WORK[:3], SUB, SUB_LINE, *WORK[3:])  # whose territory the publisher above collects too
ELSEWHERE = [  # rules of the work or of a line that are found at a party
    (WITH_SUB, "SPT-R-005", ("SPT", 4, "SPU 3:")),
    (changed(WORK, "SPT", pr_collection="04000"), "NWR-T-027", ("NWR", 0, "SPU 1:")),
]


@pytest.mark.parametrize("version", ["2.1", "2.2"])
@pytest.mark.parametrize("records", [records for records, *_others in FIELD_CASES] + [one[0] for one in ELSEWHERE])
def test_a_message_names_the_type_of_the_record_it_points_to(records, version):
    reading, (sent,) = read_all(cwr_file(("NWR", [records]), version=version))
    _, (answer,) = read_all(answered(reading, [Answer(sent, "RJ")]))
    messages = [record for record in answer.records if record.type == "MSG"]
    assert messages or all(fault.severity == "W" for fault in sent.faults)
    for message in messages:
        assert sent.records[message.number("original_record_seq")].type == message["record_type_in_error"]
        assert edit_told(message["record_type_in_error"], message["message_level"], message["validation_no"])


@pytest.mark.parametrize(("records", "edit", "told"), ELSEWHERE)
def test_what_a_rule_finds_at_a_record_of_another_type_names_that_record_in_its_text(records, edit, told):
    reading, (sent,) = read_all(cwr_file(("NWR", [records])))
    _, (answer,) = read_all(answered(reading, [Answer(sent, "RJ")]))
    messages = {
        (one["record_type_in_error"], one.number("original_record_seq"), one["text"].split(":")[0] + ":")
        for one in answer.records
        if one.type == "MSG" and one["validation_no"] == edit[-3:]
    }
    assert messages == {told}


def test_the_message_types_follow_the_severities():
    _, transactions = read_all(answered(*golden_answers()))
    told = [[message.message_type for message in answer_of(transaction).messages] for transaction in transactions]
    assert told == [["F"], ["T"], [], ["R"]]
    assert answer_of(transactions[0]).messages[0].text == "'20261301' IN COPYRIGHT DATE IS NOT A DATE. - FIELD RESET"


def test_the_work_goes_back_with_its_reset_fields_and_what_we_know_better():
    _, transactions = read_all(answered(*golden_answers()))
    work = answer_of(transactions[0]).works[0]
    assert (work.copyright_date, work.iswc, work.writers[0].ipi_name_no) == (None, "T0345246801", "00014107338")


def test_only_a_conflict_has_an_existing_work_behind_it():
    _, transactions = read_all(answered(*golden_answers()))
    answers = [answer_of(transaction) for transaction in transactions]
    assert [len(answer.conflicts) for answer in answers] == [0, 0, 1, 0]
    assert answers[2].conflicts[0].writers[0].last_name == "SOMEBODY, ELSE"


def test_the_same_input_gives_the_same_bytes():
    assert answered(*golden_answers()) == answered(*golden_answers())


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"status": "SR", "recipient_work_no": "PK1"}, "transaction_status"),
        ({"status": "ZZ"}, "transaction_status"),
        ({"status": "AS"}, "recipient_creation_no"),
        ({"status": "AC", "recipient_work_no": " "}, "recipient_creation_no"),
        ({"status": "CO"}, "transaction_status"),
        ({"status": "RJ", "conflicts": (EXISTING,)}, "transaction_status"),
        ({"status": "AS", "recipient_work_no": "X" * 21}, "recipient_creation_no"),
    ],
)
def test_an_answer_that_contradicts_itself_is_refused_with_a_reason(answer, field):
    reading, transactions = read_all(cwr_file(("NWR", [WORK])))
    with pytest.raises(CwrWriteError) as refused:
        answered(reading, [Answer(transactions[0], **answer)])
    assert [problem.field for problem in refused.value.problems] == [field]
    assert refused.value.problems[0].text


@pytest.mark.parametrize("status", ["RA", "RJ", "NP", "DU", "RC"])
def test_a_status_without_acceptance_needs_no_number_of_ours(status):
    reading, transactions = read_all(cwr_file(("NWR", [WORK])))
    _, answers = read_all(answered(reading, [Answer(transactions[0], status)]))
    assert answer_of(answers[0]).status == status


def test_an_answer_in_2_2_carries_version_and_software_in_its_header():
    reading, transactions = read_all(cwr_file(("NWR", [WORK]), version="2.2"))
    data = answered(reading, [Answer(transactions[0], "AS", "PK1")])
    first = data.decode().split("\r\n")[0]
    assert (len(first), first[101:107], first[107:113]) == (167, "2.2002", "PORTAL")
    again, answers = read_all(data, "CW260001362_SPM.V22", STRICT)
    assert (again.version, again.faults, answers[0].faults) == ("2.2", (), ())


def test_faults_of_the_file_become_answers_about_its_header_and_its_trailer():
    lines = cwr_lines(("NWR", [WORK]))
    reading, _ = read_all(as_bytes([lines[0], *lines[1:-1]]), profile=CheckProfile(tolerated=()))
    assert reading.is_refused
    _, answers = read_all(answered(reading, [], reading.faults))
    assert [(answer_of(one).original_type, answer_of(one).status) for one in answers] == [("TRL", "RJ")]
    assert answer_of(answers[0]).messages[0].rule == "last record is TRL"

    wrong_sender = cwr_file(("NWR", [WORK]), sender_type="XX")
    reading, _ = read_all(wrong_sender, profile=STRICT)
    _, answers = read_all(answered(reading, [], reading.faults))
    assert [answer_of(one).original_type for one in answers] == ["HDR"]


def test_nothing_to_answer_is_no_file():
    reading, _ = read_all(cwr_file(("NWR", [WORK])))
    with pytest.raises(CwrWriteError) as refused:
        answered(reading, [])
    assert refused.value.problems[0].text == "There is nothing to write."


def test_a_refused_work_goes_back_with_whatever_it_holds():
    broken = changed(changed(OWN_WORK, "NWR", title="", recorded="?"), "OWR", pr_ownership="X", last_name="Köhler, ñ¤")
    reading, transactions = read_all(cwr_file(("NWR", [(*broken, ("ALT", {"title": "¤"}))])))
    data = answered(reading, [Answer(transactions[0], "RJ")])
    _, answers = read_all(data, profile=CheckProfile())
    assert [fault.edit for fault in answers[0].faults] == ["ACK-F-009"]
    work = answer_of(answers[0]).works[0]
    assert (work.title, work.writers[0].last_name, work.titles[0].title) == ("", "KOEHLER, N?", "?")


def test_records_that_cannot_be_shown_are_told_before_the_work():
    lines = cwr_lines(("NWR", [WORK]))
    lines.insert(8, "ALX0000000000000006LOST")
    reading, transactions = read_all(as_bytes(lines))
    _, answers = read_all(answered(reading, [Answer(transactions[0], "AC", "PK1")]))
    records = answers[0].records
    assert [record.type for record in records[:3]] == ["ACK", "MSG", "NWR"]
    assert (records[1]["record_type_in_error"], records[1]["validation_no"]) == ("NWR", "008")
    assert records[1].number("original_record_seq") == 0 and records[1]["text"].startswith("ALX 6: ")


def test_a_transaction_of_an_unknown_type_is_answered_as_its_group_says():
    lines = [text.replace("NWR0000000000000000", "NWX0000000000000000") for text in cwr_lines(("NWR", [WORK]))]
    reading, transactions = read_all(as_bytes(lines))
    _, answers = read_all(answered(reading, [Answer(transactions[0], "RJ")]))
    answer = answer_of(answers[0])
    assert (answer.original_type, answer.works) == ("NWR", ())
    assert ("NWR", "T", "001") in {(one.record_type, one.level, one.validation_no) for one in answer.messages}


def test_warnings_are_not_told():
    reading, transactions = read_all(cwr_file(("NWR", [changed(WORK, "SWR", ipi_name_no="00000000298")])))
    assert [fault.severity.value for fault in transactions[0].faults] == ["W"]
    _, answers = read_all(answered(reading, [Answer(transactions[0], "AS", "PK1")]))
    assert answer_of(answers[0]).messages == ()


def test_a_fault_that_only_our_records_show_is_told_like_the_others():
    reading, transactions = read_all(cwr_file(("NWR", [WORK])))
    fault = fault_of(transactions[0], "NWR-T-013")
    _, answers = read_all(answered(reading, [Answer(transactions[0], "RJ", faults=(fault,))]))
    message = answer_of(answers[0]).messages[0]
    assert (message.record_type, message.level, message.validation_no) == ("NWR", "T", "013")
    assert fault_of(transactions[0], "NWR-T-013", profile=CheckProfile(switched_off=("NWR-T-013",))) is None


def test_a_long_message_is_cut_to_its_field():
    long = changed(WORK, "NWR", language="", title="Ж" * 60)
    text = "\r\n".join(cwr_lines(("NWR", [long]), character_set="UTF-8")) + "\r\n"
    reading, transactions = read_all(text.encode())
    _, answers = read_all(answered(reading, [Answer(transactions[0], "RJ")]))
    assert all(len(one.text) <= 150 for one in answer_of(answers[0]).messages)
    assert answer_of(answers[0]).title == "?" * 60


def test_an_agreement_is_answered_with_its_records():
    with (DATA / "CW260002SPM_362.V21").open("rb") as stream:
        reading, transactions = read_all(stream.read())
    _, answers = read_all(answered(reading, [Answer(transactions[0], "AS", "A100")]), profile=STRICT)
    assert [record.type for record in answers[0].records] == ["ACK", "AGR", "TER", "TER", "IPA", "NPA", "IPA"]
    assert answer_of(answers[0]).submitter_work_no == "AG100"
    assert answers[0].faults == ()


def test_the_work_behind_an_answer_reads_as_the_work_that_was_sent():
    reading, transactions = read_all(cwr_file(("NWR", [WORK])))
    _, answers = read_all(answered(reading, [Answer(transactions[0], "AS", "PK1")]))
    assert answer_of(answers[0]).works[0] == work_of(transactions[0])
    assert work_of(transactions[0]).title == NWR["title"]
