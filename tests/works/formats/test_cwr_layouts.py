"""The layout table against the record lengths of the documents, and the catalogue of edits and texts behind the checks."""

import re
from itertools import pairwise

import pytest

from works.formats.cwr import texts
from works.formats.cwr.checks.field_edits import FIELD_EDITS
from works.formats.cwr.checks.fields import _TESTS
from works.formats.cwr.edits import edit_told, edits, official_severity
from works.formats.cwr.layouts import VERSIONS, layout_of, record_types

LENGTHS = {
    "HDR": (101, 167),
    "GRH": (28, 28),
    "GRT": (37, 37),
    "TRL": (24, 24),
    **dict.fromkeys(("NWR", "REV", "ISW", "EXC"), (260, 260)),
    "ACK": (159, 159),
    "MSG": (185, 185),
    **dict.fromkeys(("SPU", "OPU"), (183, 183)),
    "SPT": (58, 58),
    "OPT": (None, 58),
    **dict.fromkeys(("SWR", "OWR"), (180, 180)),
    "SWT": (52, 52),
    "OWT": (None, 52),
    "PWR": (110, 112),
    "ALT": (83, 83),
    **dict.fromkeys(("EWT", "VER"), (364, 364)),
    "PER": (118, 118),
    "REC": (266, 540),
    "ORN": (301, 348),
    "INS": (75, 75),
    "IND": (25, 25),
    "COM": (308, 308),
    "ARI": (201, 201),
    "XRF": (None, 38),
    "AGR": (121, 121),
    "TER": (24, 24),
    "IPA": (153, 153),
    "NPA": (350, 350),
    "NPN": (512, 512),
    "NWN": (350, 350),
    "NAT": (663, 663),
    "NPR": (370, 370),
    **dict.fromkeys(("NET", "NCT", "NVT"), (661, 661)),
    "NOW": (342, 342),
}


@pytest.mark.parametrize(("record_type", "lengths"), LENGTHS.items())
def test_every_record_has_the_length_of_the_documents(record_type, lengths):
    for version, length in zip(VERSIONS, lengths, strict=True):
        layout = layout_of(version, record_type)
        assert (layout.length if layout else None) == length


def test_each_version_has_its_records_and_no_others():
    for version, place in zip(VERSIONS, (0, 1), strict=True):
        assert record_types(version) == {name for name, lengths in LENGTHS.items() if lengths[place]}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_fields_of_a_record_follow_one_another_without_gaps(version):
    for record_type in record_types(version):
        fields = layout_of(version, record_type).fields
        assert fields[0].start == 0
        assert all(one.end == other.start for one, other in pairwise(fields))
        assert fields[-1].end == layout_of(version, record_type).length


@pytest.mark.parametrize(
    ("version", "record_type", "field", "start", "length"),
    [
        ("2.1", "HDR", "creation_date", 65, 8),
        ("2.2", "HDR", "cwr_version", 102, 3),
        ("2.1", "NWR", "submitter_work_no", 82, 14),
        ("2.1", "NWR", "iswc", 96, 11),
        ("2.1", "ACK", "recipient_creation_no", 130, 20),
        ("2.1", "SPU", "pr_ownership", 116, 5),
        ("2.1", "SPT", "tis_code", 51, 4),
        ("2.1", "SWR", "writer_designation", 105, 2),
        ("2.1", "SWT", "sequence", 50, 3),
        ("2.2", "PWR", "publisher_seq", 111, 2),
        ("2.2", "REC", "isrc_validity", 507, 20),
        ("2.1", "ORN", "visan_isan", 171, 12),
        ("2.2", "ORN", "visan_root", 302, 12),
    ],
)
def test_fields_stand_where_the_documents_put_them(version, record_type, field, start, length):
    found = layout_of(version, record_type).field(field)
    assert (found.start + 1, found.length) == (start, length)


def test_a_field_that_a_version_does_not_have_is_a_key_error():
    with pytest.raises(KeyError):
        layout_of("2.1", "PWR").field("publisher_seq")


def test_every_field_edit_is_a_numbered_edit_of_a_known_field_with_a_test():
    for record_type, listed in FIELD_EDITS.items():
        layout = layout_of("2.2", record_type)
        for edit in listed:
            assert edit.name in edits(), edit
            assert edit.kind in _TESTS, edit
            assert layout.field(edit.field), edit


def test_the_catalogue_holds_all_numbered_edits():
    assert len(edits()) == 356
    assert official_severity("PWR-F-007", "2.1") is None
    assert official_severity("PWR-F-007", "2.2") == "TR"
    assert official_severity("SPU-F-012", "2.1") == "TR"
    assert official_severity("SPU-F-012", "2.2") == "FR"
    assert official_severity("XXX-F-001", "2.1") is None


def test_a_message_about_a_revision_is_explained_by_the_rule_for_registrations():
    assert edit_told("REV", "F", "005").name == "NWR-F-005"
    assert edit_told("OPU", "F", "013").name == "SPU-F-013"
    assert edit_told("NWR", "F", "999") is None


ONLY_TELLING = {"agreement_gives", "share_changes"}  # what the taking would do; nothing is wrong with it


def test_every_text_names_its_facts_and_has_a_remedy():
    for key, text in texts._TEXTS.items():
        assert text.message and bool(text.remedy) == (key not in ONLY_TELLING), key
        for part in text:
            assert "%" not in re.sub(r"%\(\w+\)s|%%", "", part), key
        if re.fullmatch(r"[A-Z]{3,6}-[A-Z]-\d{3}", key):
            assert key in edits(), key
