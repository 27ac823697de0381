"""The numbered edits on fields, order and content: for each, a work that breaks it and the severity it deserves."""

import pytest

from tests.works.formats.cwr_files import NWR, OWN_WORK, PWR, SPU, SWR, WORK, behind, changed, edits_of, only, without

REC = ("REC", {"isrc": "GBABC2000001", "isrc_validity": "Y"})
ORN = ("ORN", {"intended_purpose": "LIB", "cd_identifier": "INTERNET", "library": "SAFFRON LIBRARY"})
ALT = ("ALT", {"title": "SHAM-E-LAHORE", "title_type": "AT"})
MOD = changed(
    changed(WORK, "NWR", version_type="MOD", music_arrangement="ARR", lyric_adaptation="NON"),
    "SWR",
    writer_designation="AR",
)
MOD = (
    *MOD,
    ("OWR", {"ip_no": "W9", "last_name": "QADIR", "writer_designation": "CA"}),
)


def nwr(**fields):
    return changed(WORK, "NWR", **fields)


def spu(**fields):
    return changed(WORK, "SPU", **fields)


def opu(**fields):
    added = {
        "publisher_seq": "02",
        "ip_no": "P2",
        "publisher_name": "INDUS SONGS",
        "publisher_type": "E",
        "publisher_unknown": "N",
        **fields,
    }
    return behind(WORK, "SPT", ("OPU", added))


def swr(**fields):
    return changed(WORK, "SWR", **fields)


def owr(**fields):
    return (*WORK, ("OWR", {"ip_no": "W2", "last_name": "KHAN", "writer_designation": "A", **fields}))


def spt(**fields):
    return changed(WORK, "SPT", **fields)


def swt(**fields):
    return changed(WORK, "SWT", **fields)


def plus(*records):
    return (*WORK, *records)


FIELD_CASES = [
    (nwr(title=""), "NWR-F-001", "TR"),
    (nwr(language="ID"), "NWR-F-002", "TR"),
    (nwr(submitter_work_no=""), "NWR-F-003", "TR"),
    (nwr(iswc="0345246801"), "NWR-F-004", "FR"),
    (nwr(iswc="T0345246802"), "NWR-F-004", "W"),
    (nwr(copyright_date="20260230"), "NWR-F-005", "FR"),
    (nwr(distribution_category="ROC"), "NWR-F-006", "TR"),
    (nwr(distribution_category=""), "NWR-F-006", "TR"),
    (nwr(duration="009900"), "NWR-F-008", "FR"),
    (nwr(recorded=""), "NWR-F-009", "FR"),
    (nwr(recorded="X"), "NWR-F-009", "FR"),
    (nwr(text_music_rel="XXX"), "NWR-F-010", "FR"),
    (nwr(composite_type="XXX", component_count="002"), "NWR-F-011", "FR"),
    (nwr(version_type="WRO"), "NWR-F-012", "TR"),
    (nwr(excerpt_type="XXX"), "NWR-F-013", "FR"),
    (nwr(grand_rights="U"), "NWR-F-016", "FR"),
    (nwr(cwr_work_type="ZZ"), "NWR-F-017", "FR"),
    (nwr(composite_type="MED"), "NWR-F-018", "TR"),
    (nwr(component_count="003"), "NWR-F-019", "TR"),
    (nwr(composite_type="MED", component_count="001"), "NWR-F-020", "TR"),
    (nwr(composite_type="MED", component_count="A"), "NWR-F-020", "TR"),
    (nwr(music_arrangement="XXX"), "NWR-F-022", "TR"),
    (nwr(lyric_adaptation="XXX"), "NWR-F-023", "TR"),
    (nwr(title="CAFÉ"), "NWR-F-024", "TR"),
    (nwr(distribution_category="SER", duration="000000"), "NWR-F-007", "TR"),
    (nwr(distribution_category="SER"), "NWR-T-003", "TR"),
    (changed(MOD, "NWR", music_arrangement=""), "NWR-F-014", "TR"),
    (changed(MOD, "NWR", lyric_adaptation=""), "NWR-F-015", "TR"),
    (nwr(cwr_work_type="FM"), "NWR-T-039", "TR"),
    (spu(ip_no=""), "SPU-F-002", "TR"),
    (spu(publisher_name=""), "SPU-F-004", "TR"),
    (spu(publisher_type=""), "SPU-F-005", "TR"),
    (spu(publisher_type="XX"), "SPU-F-006", "TR"),
    (spu(publisher_unknown="N"), "SPU-F-007", "TR"),
    (opu(publisher_unknown="X"), "SPU-F-008", "FR"),
    (opu(publisher_unknown="Y"), "SPU-F-009", "FR"),
    (opu(publisher_name=""), "SPU-F-004", "TR"),
    (spu(ipi_name_no="0000000019A"), "SPU-F-010", "FR"),
    (spu(ipi_name_no="00000000198"), "SPU-F-010", "W"),
    (spu(pr_ownership="0500A"), "SPU-F-013", "TR"),
    (spu(pr_ownership="05001"), "SPU-F-013", "TR"),
    (spu(mr_ownership="10001"), "SPU-F-016", "TR"),
    (spu(sr_ownership="10001"), "SPU-F-018", "TR"),
    (spu(special_agreements="X"), "SPU-F-020", "FR"),
    (spu(first_recording_refusal="X"), "SPU-F-021", "FR"),
    (spu(tax_id="AB"), "SPU-F-023", "FR"),
    (spu(ipi_base_no="I-000000229-8"), "SPU-F-024", "W"),
    (spu(ipi_base_no="NONE"), "SPU-F-024", "FR"),
    (opu(special_agreements="R"), "SPU-F-027", "FR"),
    (opu(publisher_type=""), "SPU-F-028", "FR"),
    (spu(publisher_name="STIM", ipi_name_no=""), "SPU-F-029", "TR"),
    (spu(agreement_type="XX"), "SPU-F-030", "FR"),
    (spu(usa_license="X"), "SPU-F-031", "FR"),
    (spu(publisher_name="SAFFRON, PUBLISHING"), "SPU-F-037", "W"),
    (swr(ip_no=""), "SWR-F-001", "TR"),
    (swr(last_name=""), "SWR-F-003", "TR"),
    (swr(writer_unknown="Y"), "SWR-F-004", "TR"),
    (owr(writer_unknown="X"), "SWR-F-005", "FR"),
    (owr(writer_unknown="Y"), "SWR-F-006", "FR"),
    (owr(last_name=""), "SWR-F-003", "TR"),
    (swr(writer_designation=""), "SWR-F-007", "TR"),
    (swr(writer_designation="XX"), "SWR-F-008", "TR"),
    (swr(ipi_name_no="X"), "SWR-F-009", "FR"),
    (swr(pr_ownership="10001"), "SWR-F-011", "TR"),
    (swr(mr_ownership="XXXXX"), "SWR-F-013", "TR"),
    (swr(sr_ownership="99999"), "SWR-F-015", "TR"),
    (swr(reversionary="X"), "SWR-F-016", "FR"),
    (swr(first_recording_refusal="U"), "SWR-F-017", "FR"),
    (swr(work_for_hire="U"), "SWR-F-018", "FR"),
    (swr(tax_id="X"), "SWR-F-021", "FR"),
    (swr(ipi_base_no="X"), "SWR-F-022", "FR"),
    (swr(usa_license="X"), "SWR-F-024", "FR"),
    (swr(last_name="AHMED;"), "SWR-F-029", "W"),
    (swr(first_name="SANA*"), "SWR-F-030", "W"),
    (spt(ip_no="P9"), "SPT-F-002", "TR"),
    (spt(pr_collection="05001"), "SPT-F-006", "TR"),
    (spt(mr_collection="10001"), "SPT-F-007", "TR"),
    (spt(sr_collection="10001"), "SPT-F-008", "TR"),
    (spt(tis_code="9999"), "SPT-F-009", "TR"),
    (spt(incl_excl="X"), "SPT-F-010", "TR"),
    (spt(shares_change="U"), "SPT-F-011", "FR"),
    (spt(sequence="   "), "SPT-F-012", "RR"),
    (spt(sequence="X"), "SPT-F-012", "RR"),
    (spt(sequence="002"), "SPT-F-013", "RR"),
    (swt(ip_no="W9"), "SWT-F-002", "TR"),
    (swt(pr_collection="10001"), "SWT-F-003", "TR"),
    (swt(mr_collection="10001"), "SWT-F-004", "TR"),
    (swt(sr_collection="10001"), "SWT-F-005", "TR"),
    (swt(tis_code="ABCD"), "SWT-F-006", "TR"),
    (swt(incl_excl=""), "SWT-F-007", "TR"),
    (swt(shares_change="U"), "SWT-F-008", "FR"),
    (swt(sequence="A"), "SWT-F-009", "RR"),
    (swt(sequence="003"), "SWT-F-010", "RR"),
    (plus(("ALT", {"title": "", "title_type": "AT"})), "ALT-F-001", "RR"),
    (plus(("ALT", {"title": "X", "title_type": "XX"})), "ALT-F-002", "FR"),
    (plus(("ALT", {"title": "X", "title_type": "OT"})), "ALT-F-002", "FR"),
    (plus(("ALT", {"title": "X", "title_type": "AT", "language": "XX"})), "ALT-F-003", "RR"),
    (plus(("ALT", {"title": "ÉTÉ", "title_type": "AT"})), "ALT-F-004", "RR"),
    (plus(("ALT", {"title": "¤", "title_type": "OL", "language": "UR"})), "ALT-F-005", "RR"),
    (plus(("ALT", {"title": "ÉTÉ", "title_type": "OL"})), "ALT-F-006", "RR"),
    (plus(("NAT", {"title": "", "title_type": "AT"})), "NAT-F-001", "RR"),
    (plus(("NAT", {"title": "X", "title_type": ""})), "NAT-F-002", "FR"),
    (plus(("NAT", {"title": "X", "title_type": "AT", "language": "??"})), "NAT-F-003", "RR"),
    (plus(("EWT", {"title": ""})), "EWT-F-001", "RR"),
    (plus(("EWT", {"title": "X", "iswc": "T1"})), "EWT-F-002", "FR"),
    (plus(("VER", {"title": "X", "language": "XX"})), "VER-F-003", "FR"),
    (plus(("VER", {"title": "ÄÖ"})), "VER-F-009", "RR"),
    (plus(("VER", {"title": "X"}), ("VER", {"title": "Y"})), "VER-R-001", "TR"),
    (plus(("EWT", {"title": "X"}), ("EWT", {"title": "Y"})), "EWT-R-001", "TR"),
    (plus(("PER", {"last_name": ""})), "PER-F-001", "RR"),
    (plus(("PER", {"last_name": "X", "ipi_name_no": "Z"})), "PER-F-002", "FR"),
    (plus(("PER", {"last_name": "A, B"})), "PER-F-004", "W"),
    (plus(("PER", {"last_name": "A", "first_name": "B_"})), "PER-F-005", "W"),
    (plus(("REC", {})), "REC-F-001", "RR"),
    (plus(("REC", {**REC[1], "release_date": "20261399"})), "REC-F-002", "FR"),
    (plus(("REC", {**REC[1], "release_duration": "ABCDEF"})), "REC-F-003", "FR"),
    (plus(("REC", {**REC[1], "ean": "12"})), "REC-F-009", "FR"),
    (plus(("REC", {**REC[1], "ean": "4006381333932"})), "REC-F-009", "W"),
    (plus(("REC", {**REC[1], "isrc": "G1ABC2000001"})), "REC-F-010", "FR"),
    (plus(("REC", {**REC[1], "recording_format": "X"})), "REC-F-011", "FR"),
    (plus(("REC", {**REC[1], "recording_technique": "X"})), "REC-F-012", "FR"),
    (plus(("REC", {**REC[1], "media_type": "XXX"})), "REC-F-014", "FR"),
    (plus(("REC", {**REC[1], "album_title": "ÅÄÖ"})), "REC-F-015", "FR"),
    (plus(("ORN", {**ORN[1], "intended_purpose": "XXX"})), "ORN-F-001", "RR"),
    (plus(("ORN", {**ORN[1], "cd_identifier": ""})), "ORN-F-004", "RR"),
    (plus(("ORN", {**ORN[1], "cut_number": "1A"})), "ORN-F-005", "FR"),
    (plus(("ORN", {**ORN[1], "bltvr": "X"})), "ORN-F-006", "FR"),
    (plus(("ORN", {**ORN[1], "year_of_production": "20XX"})), "ORN-F-008", "FR"),
    (plus(("ORN", {"intended_purpose": "GEN"})), "ORN-F-010", "RR"),
    (plus(("ORN", {"intended_purpose": "FIL"})), "ORN-F-013", "TR"),
    (plus(("ORN", {"intended_purpose": "FIL", "production_title": "Ç"})), "ORN-F-011", "RR"),
    (plus(("INS", {}), ("IND", {"instrument": "XXX"})), "IND-F-001", "RR"),
    (plus(("INS", {}), ("IND", {"instrument": "SIT", "players": "A"})), "IND-F-002", "RR"),
    (plus(("COM", {"title": "PART", "writer1_last_name": "X"})), "COM-R-001", "RR"),
    (plus(("COM", {"title": "", "writer1_last_name": "X"})), "COM-F-001", "RR"),
    (plus(("COM", {"title": "P", "writer1_last_name": ""})), "COM-F-004", "RR"),
    (plus(("COM", {"title": "P", "writer1_last_name": "X", "writer2_first_name": "Y"})), "COM-F-007", "FR"),
    (plus(("COM", {"title": "P", "writer1_last_name": "X", "duration": "1X"})), "COM-F-003", "FR"),
    (plus(("COM", {"title": "P", "writer1_last_name": "X", "iswc": "1"})), "COM-F-002", "FR"),
    (plus(("ARI", {"society": "362", "type_of_right": "ALL"})), "ARI-R-001", "RR"),
    (plus(("ARI", {"society": "998", "type_of_right": "ALL", "work_no": "1"})), "ARI-F-001", "RR"),
    (plus(("ARI", {"society": "000", "type_of_right": "XXX", "work_no": "1"})), "ARI-F-002", "RR"),
    (plus(("ARI", {"society": "000", "type_of_right": "PER", "note": "N"})), "ARI-F-003", "RR"),
]


@pytest.mark.parametrize("version", ["2.1", "2.2"])
@pytest.mark.parametrize(
    ("records", "edit", "severity"), FIELD_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_broken_field_is_told_by_its_edit_and_severity(records, edit, severity, version):
    assert (edit, severity) in edits_of(records, version)


@pytest.mark.parametrize("field", ["pr_society", "mr_society", "sr_society"])
def test_an_unknown_society_refuses_the_work_in_2_1_and_is_blanked_in_2_2(field):
    numbers = {"pr_society": ("12", "10"), "mr_society": ("15", "12"), "sr_society": ("17", "14")}[field]
    for records, edit in (
        (spu(**{field: "998"}), f"SPU-F-0{numbers[0]}"),
        (swr(**{field: "998"}), f"SWR-F-0{numbers[1]}"),
    ):
        assert (edit, "TR") in edits_of(records, "2.1")
        assert (edit, "FR") in edits_of(records, "2.2")


@pytest.mark.parametrize(
    ("record", "edit", "severity"),
    [
        (("REC", {**REC[1], "recording_title": "É"}), "REC-F-016", "TR"),
        (("REC", {**REC[1], "version_title": "É"}), "REC-F-017", "TR"),
        (("REC", {**REC[1], "isrc_validity": ""}), "REC-F-018", "RR"),
        (
            ("XRF", {"organisation_code": "000", "identifier": "1", "identifier_type": "W", "validity": "Y"}),
            "XRF-F-001",
            "RR",
        ),
        (
            ("XRF", {"organisation_code": "052", "identifier": "1", "identifier_type": "X", "validity": "Y"}),
            "XRF-F-002",
            "RR",
        ),
        (
            ("XRF", {"organisation_code": "052", "identifier": "1", "identifier_type": "V", "validity": ""}),
            "XRF-F-003",
            "RR",
        ),
    ],
)
def test_fields_of_2_2_have_edits_of_their_own(record, edit, severity):
    assert (edit, severity) in edits_of(plus(record), "2.2")


def test_a_validity_written_as_one_character_in_a_field_of_twenty_is_read():
    assert edits_of(plus(("REC", {**REC[1], "isrc_validity": "         Y"})), "2.2") == set()


@pytest.mark.parametrize(
    ("records", "version", "edit", "severity"),
    [
        (plus(("OPT", {})), "2.1", "NWR-T-008", "RR"),
        (plus(("XRF", {})), "2.1", "NWR-T-008", "RR"),
        (plus(("TER", {})), "2.1", "NWR-T-008", "RR"),
        (plus(("MSG", {})), "2.1", "NWR-T-008", "RR"),
        (behind(WORK, "NWR", ALT), "2.1", "NWR-T-018", "TR"),
        (behind(WORK, "NWR", ALT), "2.2", "NWR-T-043", "TR"),
        (plus(REC, ("PER", {"last_name": "X"})), "2.1", "NWR-T-018", "TR"),
        (plus(("NPR", {"name": "X"})), "2.1", "NWR-T-018", "TR"),
        (behind(WORK, "NWR", ("NPN", {"publisher_name": "X"})), "2.1", "NPN-R-001", "RR"),
        (behind(WORK, "SPT", ("NPN", {"publisher_name": "X"})), "2.1", "NPN-R-001", "RR"),
        (behind(WORK, "SWT", ("NWN", {"last_name": "X"})), "2.1", "NWN-R-001", "RR"),
        ((WORK[0], WORK[2], WORK[1], *WORK[3:]), "2.1", "SPT-F-001", "TR"),
        ((*WORK[:3], WORK[4], WORK[3], WORK[5]), "2.1", "SWT-F-001", "TR"),
        ((*WORK[:4], WORK[5], WORK[4]), "2.1", "SWT-F-001", "TR"),
        ((*WORK[:3], WORK[5], *WORK[3:]), "2.1", "PWR-R-002", "RR"),
        (plus(ALT, ("PWR", PWR)), "2.2", "NWR-T-043", "TR"),
        (plus(("IND", {"instrument": "SIT"})), "2.1", "IND-R-001", "RR"),
        (plus(("OPT", {"incl_excl": "I", "tis_code": "2136"})), "2.2", "OPT-F-014", "TR"),
        (plus(("OWT", {"incl_excl": "I", "tis_code": "2136"})), "2.2", "OWT-F-011", "TR"),
    ],
)
def test_a_record_in_the_wrong_place_is_told(records, version, edit, severity):
    assert (edit, severity) in edits_of(records, version)


def test_the_full_order_of_each_version_is_accepted():
    national = {"last_name": "X", "language": "UR"}
    shared = (
        ("NWR", {**NWR, "composite_type": "MED", "component_count": "002"}),
        ("SPU", SPU),
        ("NPN", {"publisher_seq": "01", "ip_no": "P1", "publisher_name": "X"}),
        *WORK[2:4],
        ("NWN", {"ip_no": "W1", **national}),
        *WORK[4:],
        ("OWR", {"ip_no": "W2", "last_name": "KHAN", "writer_designation": "A"}),
        ("NWN", {"ip_no": "W2", **national}),
        ALT,
        ("NAT", {"title": "X", "title_type": "AT"}),
        ("EWT", {"title": "X"}),
        ("NET", {"title": "X"}),
        ("NOW", national),
        ("VER", {"title": "X"}),
        ("NVT", {"title": "X"}),
        ("NOW", national),
        ("PER", {"last_name": "X"}),
        ("NPR", {"name": "X"}),
        REC,
        ORN,
        ("INS", {"standard_instrumentation": "ORC"}),
        ("IND", {"instrument": "SIT"}),
        ("COM", {"title": "X", "writer1_last_name": "X"}),
        ("NCT", {"title": "X"}),
        ("NOW", national),
        ("ARI", {"society": "052", "type_of_right": "ALL", "work_no": "1"}),
    )
    assert edits_of(shared, "2.1") == set()
    reference = ("XRF", {"organisation_code": "052", "identifier": "1", "identifier_type": "W", "validity": "Y"})
    abroad = {"ip_no": "W2", "pr_collection": "00000", "incl_excl": "E", "tis_code": "2136", "sequence": "001"}
    owner = next(place for place, record in enumerate(shared) if record[0] == "OWR") + 2
    full = (*shared[:owner], ("OWT", abroad), ("PWR", {"publisher_seq": "01"}), *shared[owner:], reference)
    assert edits_of(full, "2.2") == set()


def test_every_fault_of_a_work_is_told_not_only_the_first():
    broken = changed(changed(nwr(title="", language="XX"), "SPU", pr_ownership="XXXXX"), "SWR", writer_designation="XX")
    assert {"NWR-F-001", "NWR-F-002", "SPU-F-013", "SWR-F-008", "NWR-T-015"} <= {name for name, _ in edits_of(broken)}


def test_a_fault_says_line_record_field_value_message_and_remedy():
    fault = only(swr(writer_designation="XX")).faults
    found = next(one for one in fault if one.edit == "SWR-F-008")
    assert (found.line, found.record_type, found.record_sequence, found.index) == (6, "SWR", 3, 3)
    assert (found.field, found.value) == ("writer_designation", "XX")
    assert found.text == "“XX” is not a code of the table for writer designation."
    assert found.remedy_text == "Use a code of the CWR tables."


def test_existing_works_in_conflict_are_not_edited():
    assert only((("EXC", {**NWR, "title": ""}), *without(OWN_WORK, "NWR")), kind="EXC").faults == ()


def test_a_notice_of_an_iswc_may_be_a_header_alone():
    assert edits_of((("ISW", {**NWR, "iswc": "T0345246801"}),)) == set()
    assert ("NWR-T-015", "TR") in edits_of(
        (("ISW", NWR), ("OWR", {"ip_no": "W", "last_name": "X", "writer_designation": "AR"}))
    )


def test_good_versions_serious_works_and_library_works_pass():
    assert edits_of(MOD) == set()
    serious = (*nwr(distribution_category="SER"), ("INS", {"description": "SITAR AND TABLA"}))
    assert edits_of(serious) == set()
    assert ("INS-F-006", "TR") in edits_of((*nwr(distribution_category="SER"), ("INS", {})))
    film = (*nwr(cwr_work_type="FM"), ("ORN", {"intended_purpose": "FIL", "production_title": "THE KITE"}))
    assert edits_of(film) == set()
    assert ("SWR-F-030", "W") not in edits_of(changed(WORK, "SWR", **{**SWR, "first_name": "D'SOUZA (JR.)"}))
