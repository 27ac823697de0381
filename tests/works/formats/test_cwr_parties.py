"""Chains of publishers, roles of writers, and the links between them."""

import pytest

from tests.works.formats.cwr_files import OWN_WORK, PWR, SPT, SPU, SWR, SWT, WORK, behind, changed, edits_of, without

NOTHING = {"pr_ownership": "00000", "mr_ownership": "00000", "sr_ownership": "00000"}
SE = ("SPU", {**SPU, "ip_no": "P2", "publisher_name": "INDUS SUB", "publisher_type": "SE", **NOTHING})
AM = ("SPU", {**SPU, "ip_no": "P3", "publisher_name": "RAVI ADMIN", "publisher_type": "AM", **NOTHING})
AQ = ("SPU", {**SPU, "ip_no": "P4", "publisher_name": "CHENAB CO", "publisher_type": "AQ"})
OPU = (
    "OPU",
    {
        "publisher_seq": "02",
        "ip_no": "P9",
        "publisher_name": "OTHER CO",
        "publisher_type": "E",
        "publisher_unknown": "N",
    },
)


def chain(*publishers):
    """The work with these publishers in place of its own; the first keeps the territory line."""
    return (WORK[0], *publishers, *WORK[3:])


@pytest.mark.parametrize(
    ("records", "edit", "severity"),
    [
        (changed(WORK, "SPU", publisher_seq="02"), "SPU-F-001", "TR"),
        (changed(WORK, "SPU", publisher_seq="X"), "SPU-F-001", "TR"),
        (changed(behind(WORK, "SPT", OPU), "OPU", publisher_seq="03"), "SPU-F-001", "TR"),
        (changed(WORK, "SPU", publisher_type="SE"), "SPU-R-002", "TR"),
        (changed(WORK, "SPU", publisher_type="SE"), "SPU-F-019", "TR"),
        (behind(WORK, "SPT", ("OPU", {**OPU[1], "publisher_seq": "01"})), "NWR-T-016", "TR"),
        (behind(WORK, "SPT", OPU, ("SPU", {**SE[1], "publisher_seq": "02"})), "SPU-R-006", "TR"),
        (behind(WORK, "SPT", ("SPU", {**SPU, "ip_no": "P7", "publisher_name": "TWICE", **NOTHING})), "NWR-T-017", "TR"),
        (changed(WORK, "SPU", **NOTHING), "NWR-T-025", "TR"),
        (chain(AQ, ("SPT", {**SPT, "ip_no": "P4"}), ("SPU", {**SPU, **NOTHING})), "SPU-F-032", "TR"),
        (behind(WORK, "SPT", ("SPU", {**AQ[1], **NOTHING})), "SPU-R-008", "TR"),
        (behind(WORK, "SPT", ("SPU", {**AQ[1], **NOTHING})), "NWR-T-026", "TR"),
        (without(WORK, "SPT"), "NWR-T-007", "TR"),
        (
            behind(
                WORK, "SPT", OPU, ("SPU", {**SPU, "publisher_seq": "03", "publisher_name": "ELSE", "ipi_name_no": ""})
            ),
            "SPU-F-003",
            "TR",
        ),
    ],
)
@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_broken_chain_is_told(records, edit, severity, version):
    assert (edit, severity) in edits_of(records, version)


def test_territories_under_a_publisher_not_controlled_are_dropped_in_2_1_and_refused_in_2_2():
    records = behind(WORK, "SPT", OPU, ("SPT", {**SPT, "ip_no": "P9"}))
    assert ("SPU-R-007", "RR") in edits_of(records, "2.1")
    assert ("SPT-F-001", "TR") in edits_of(records, "2.2")


def test_a_chain_of_original_acquirer_administrator_and_sub_publisher_passes():
    abroad = {**SPT, "ip_no": "P2", "tis_code": "0840"}
    records = (
        WORK[0],
        ("SPU", {**SPU, **NOTHING}),
        AQ,
        ("SPT", {**SPT, "ip_no": "P4"}),
        (
            "SPT",
            {
                **SPT,
                "ip_no": "P4",
                "tis_code": "0840",
                "incl_excl": "E",
                "sequence": "002",
                "pr_collection": "00000",
                "mr_collection": "00000",
                "sr_collection": "00000",
            },
        ),
        AM,
        SE,
        ("SPT", abroad),
        *WORK[3:],
    )
    assert edits_of(records, "2.1") == set()
    assert edits_of(records, "2.2") == set()


def test_a_co_publisher_that_also_administers_stands_in_two_chains():
    half = {"pr_ownership": "02500", "mr_ownership": "05000", "sr_ownership": "05000"}
    line = {**SPT, "pr_collection": "02500", "mr_collection": "05000", "sr_collection": "05000"}
    records = (
        WORK[0],
        ("SPU", {**SPU, **half}),
        ("SPT", line),
        ("SPU", {**SPU, **half, "publisher_seq": "02", "ip_no": "P2", "publisher_name": "INDUS SONGS"}),
        ("SPU", {**SPU, **NOTHING, "publisher_seq": "02", "publisher_type": "AM"}),
        ("SPT", line),
        *WORK[3:],
    )
    assert edits_of(records, "2.2") == set()


def test_an_unknown_publisher_needs_neither_name_nor_number():
    assert (
        edits_of(behind(WORK, "SPT", ("OPU", {"publisher_seq": "02", "publisher_unknown": "Y", "publisher_type": "E"})))
        == set()
    )


# -- writers

LYRICIST = ("OWR", {"ip_no": "W2", "last_name": "FAIZ", "writer_designation": "A"})


@pytest.mark.parametrize(
    ("records", "edit"),
    [
        (without(WORK, "SWR", "SWT", "PWR"), "NWR-T-012"),
        (changed(OWN_WORK, "OWR", writer_designation="PA"), "NWR-T-015"),
        (changed(WORK, "SWR", writer_designation="AR"), "NWR-T-023"),
        (changed(WORK, "NWR", version_type="MOD", music_arrangement="ARR", lyric_adaptation="NEW"), "NWR-T-010"),
        (without(WORK, "SWT"), "NWR-T-020"),
        (without(WORK, "PWR"), "SWR-R-002"),
        ((*WORK, LYRICIST, ("OWR", {**LYRICIST[1], "last_name": "IQBAL"})), "SWR-F-002"),
    ],
)
@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_missing_writer_role_or_link_refuses_the_work(records, edit, version):
    assert (edit, "TR") in edits_of(records, version)


@pytest.mark.parametrize("role", ["AR", "AD", "SR", "SA", "TR"])
def test_an_original_has_no_arranging_role_and_a_version_needs_one(role):
    original = (*WORK, ("OWR", {**LYRICIST[1], "writer_designation": role}))
    assert ("NWR-T-023", "TR") in edits_of(original)
    version = changed(original, "NWR", version_type="MOD", music_arrangement="ARR", lyric_adaptation="NEW")
    assert edits_of(version) == set()


def test_a_version_whose_creator_has_no_share_needs_an_arranger_with_one():
    creator = changed(WORK, "SWR", pr_ownership="00000")
    version = changed(creator, "NWR", version_type="MOD", music_arrangement="ARR", lyric_adaptation="NEW")
    arranger = {**SWR, "ip_no": "W5", "last_name": "NIZAMI", "writer_designation": "AR"}
    added = (("SWR", arranger), ("SWT", {**SWT, "ip_no": "W5"}), ("PWR", {**PWR, "writer_ip_no": "W5"}))
    assert ("SWR-F-020", "TR") in edits_of(version)
    assert "SWR-F-020" not in {name for name, _ in edits_of((*version, *added))}


def test_words_in_a_work_of_music_alone_are_remarked_on_in_2_2():
    records = changed(WORK, "NWR", text_music_rel="MUS")
    assert edits_of(records, "2.1") == set()
    assert edits_of(records, "2.2") == {("", "W")}


def test_a_work_that_its_writers_own_wholly_needs_no_link():
    writer = {**SWR, "pr_ownership": "10000", "mr_ownership": "10000", "sr_ownership": "10000"}
    line = {**SWT, "pr_collection": "10000"}
    assert edits_of((WORK[0], ("SWR", writer), ("SWT", line))) == set()


@pytest.mark.parametrize(
    ("fields", "edit", "severity"),
    [
        ({"publisher_ip_no": "P9"}, "PWR-F-001", "TR"),
        ({"publisher_ip_no": ""}, "PWR-F-001", "TR"),
        ({"publisher_name": "ANOTHER NAME"}, "PWR-F-002", "FR"),
        ({"writer_ip_no": "W9"}, "PWR-F-005", "RR"),
    ],
)
def test_a_link_in_2_1_names_the_publisher_and_writer_above(fields, edit, severity):
    assert (edit, severity) in edits_of(changed(WORK, "PWR", **fields), "2.1")


@pytest.mark.parametrize(
    ("fields", "edit", "severity"),
    [
        ({"publisher_seq": "02"}, "PWR-F-007", "TR"),
        ({"publisher_seq": "00"}, "PWR-F-007", "TR"),
        ({"writer_ip_no": ""}, "PWR-F-008", "TR"),
        ({"publisher_ip_no": ""}, "PWR-F-009", "TR"),
        ({"publisher_name": ""}, "PWR-F-010", "TR"),
        ({"writer_ip_no": "W9"}, "PWR-F-011", "TR"),
        ({"publisher_ip_no": "P9"}, "PWR-F-012", "TR"),
        ({"publisher_name": "ANOTHER NAME"}, "PWR-F-013", "FR"),
    ],
)
def test_a_link_in_2_2_names_the_chain_too(fields, edit, severity):
    assert (edit, severity) in edits_of(changed(WORK, "PWR", **fields), "2.2")


def test_a_link_to_a_sub_publisher_is_refused():
    records = changed(behind(WORK, "SPT", SE), "PWR", publisher_ip_no="P2", publisher_name="INDUS SUB")
    assert ("PWR-F-001", "TR") in edits_of(records, "2.1")
    assert ("PWR-F-012", "TR") in edits_of(records, "2.2")


def test_a_link_under_a_writer_not_controlled_is_dropped_in_2_1_and_may_be_bare_in_2_2():
    records = (*WORK, LYRICIST, ("PWR", {"publisher_seq": "01"}))
    assert ("PWR-R-001", "RR") in edits_of(records, "2.1")
    assert edits_of(records, "2.2") == set()
