"""The reader at its limits: letters of other sets, lines and files of any size, complaints without end."""

import tracemalloc

from tests.works.formats.cwr_files import (
    OWN_WORK,
    WORK,
    as_bytes,
    changed,
    cwr_file,
    cwr_lines,
    line,
    only,
    read_all,
    reading,
)
from works.formats.cwr.profile import CheckProfile

GOOD = cwr_lines(("NWR", [WORK]))

# -- letters


def test_national_letters_are_read_in_the_announced_character_set():
    titled = (*WORK, ("NAT", {"title": "لاہور کی شام", "title_type": "OL", "language": "UR"}))
    text = "\r\n".join(cwr_lines(("NWR", [titled]), character_set="UTF-8")) + "\r\n"
    opened, transactions = read_all(text.encode())
    assert opened.faults == ()
    assert transactions[0].records[-1]["title"] == "لاہور کی شام"


def test_unannounced_letters_and_control_characters_are_remarked_on():
    lines = list(GOOD)
    lines[3] = lines[3].replace("SAFFRON", "SAFFR\x00N")
    opened, transactions = read_all("\r\n".join(lines).encode("latin-1"))
    assert transactions[0].records[1]["publisher_name"] == "SAFFR N PUBLISHING"
    assert "The line holds control characters." in {fault.text for fault in opened.faults}
    lines[3] = lines[3].replace("\x00", "Ö")
    for encoding in ("latin-1", "utf-8"):
        opened, transactions = read_all("\r\n".join(lines).encode(encoding))
        assert transactions[0].records[1]["publisher_name"] == "SAFFRÖN PUBLISHING"
        assert "The line holds letters outside the announced character set." in {fault.text for fault in opened.faults}


def test_a_byte_order_mark_is_passed_over():
    opened, _ = read_all(b"\xef\xbb\xbf" + as_bytes(GOOD))
    assert opened.faults == ()


def test_a_line_of_a_million_characters_is_reported():
    lines = list(GOOD)
    lines[3] += "Z" * 1_000_000
    opened, transactions = read_all(as_bytes(lines))
    assert "The line is longer than 10,000 characters." in [fault.text for fault in opened.faults]
    assert transactions[0].records[1]["publisher_name"] == "SAFFRON PUBLISHING"


# -- profiles and limits


def test_an_edit_that_a_profile_switches_off_is_not_applied():
    broken = changed(OWN_WORK, "NWR", title="")
    assert only(broken).is_rejected
    assert not only(broken, profile=CheckProfile(switched_off=("NWR-F-001",))).is_rejected
    assert not only(broken, profile=CheckProfile(switched_off=("NWR-",))).is_rejected


def test_alike_complaints_are_listed_up_to_a_bound_and_counted_beyond():
    rubbish = ["XYZ" + "A" * 20] * 5_000
    opened, transactions = read_all(as_bytes([*GOOD[:2], *rubbish, *GOOD[2:]]))
    assert len(transactions) == 1
    assert len(opened.faults) < 210
    assert max(fault.count for fault in opened.faults) > 4_000


def test_a_transaction_of_too_many_records_is_refused_without_filling_the_memory():
    flood = [line("2.1", "ALT", {"title": "X", "title_type": "AT"}, 0, 6)] * 25_000
    _, transactions = read_all(as_bytes([*GOOD[:8], *flood, *GOOD[8:]]))
    assert len(transactions[0].records) == 20_000
    assert any(fault.text == "The transaction has more than 20000 records." for fault in transactions[0].faults)


def test_memory_does_not_grow_with_the_file():
    def peak(count):
        works = [changed(WORK, "NWR", submitter_work_no=f"SPM{number}") for number in range(count)]
        opened = reading(cwr_file(("NWR", works)))
        del works
        tracemalloc.start()
        for _ in opened:
            pass
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    peak(5)  # tables and caches are filled by the first file
    # What remains per work is its number, kept to find one used twice.
    assert peak(1_500) - peak(150) < 1_350 * 150 + 100_000
