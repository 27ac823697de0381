"""Sums of shares: every rule at, just inside and just outside the tolerance of six hundredths, and on leaf territories."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules.territories import area_of, codes_of, in_order, is_territory, summed, territories
from tests.works.formats.cwr_files import NWR, SPT, SPU, SWR, SWT, WORK, changed, edits_of
from works.formats.cwr.ownership import ownership_from_manuscript

RIGHTS = ("pr", "mr", "sr")


def owned(publisher=(0, 0, 0), writer=(0, 0, 0), other=(0, 0, 0), other_writer=(0, 0, 0)):
    """A work whose parties own these hundredths of a percent by right; nobody collects."""

    def shares(values):
        return {f"{right}_ownership": f"{value:05d}" for right, value in zip(RIGHTS, values, strict=True)}

    return (
        ("NWR", NWR),
        ("OPU", {"publisher_seq": "01", "publisher_name": "ONE", "publisher_type": "E", **shares(publisher)}),
        ("OPU", {"publisher_seq": "02", "publisher_name": "TWO", "publisher_type": "E", **shares(other)}),
        ("OWR", {"last_name": "ONE", "writer_designation": "CA", **shares(writer)}),
        ("OWR", {"last_name": "TWO", "writer_designation": "A", **shares(other_writer)}),
    )


def sums(**shares):
    return {name for name, severity in edits_of(owned(**shares)) if severity == "TR"}


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("total", "passes"), [(9993, False), (9994, True), (10000, True), (10006, True), (10007, False)]
)
def test_the_parties_of_a_work_own_the_whole_within_six(place, total, passes):
    writer, other = [0, 0, 0], [0, 0, 0]
    writer[place], other[place] = 5_000, total - 5_000
    assert ("NWR-T-011" in sums(writer=writer, other_writer=other)) is not passes


def test_a_right_that_nobody_owns_is_no_fault():
    assert sums() == set()
    assert sums(writer=(5_000, 0, 0), other_writer=(5_000, 0, 0)) == set()


@pytest.mark.parametrize(("total", "passes"), [(5000, True), (5006, True), (5007, False)])
def test_publishers_own_at_most_half_of_the_performing_right_within_six(total, passes):
    shares = {"publisher": (2_500, 0, 0), "other": (total - 2_500, 0, 0), "writer": (10_000 - total, 0, 0)}
    assert ("NWR-T-004" in sums(**shares)) is not passes


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize(("total", "passes"), [(10000, True), (10006, True), (10007, False)])
def test_publishers_own_at_most_the_whole_of_the_other_rights_within_six(place, total, passes):
    one, other = [0, 0, 0], [0, 0, 0]
    one[place], other[place] = 5_000, total - 5_000
    assert ("NWR-T-004" in sums(publisher=one, other=other)) is not passes


@pytest.mark.parametrize(
    ("total", "passes"), [(0, True), (1, False), (4993, False), (4994, True), (10006, True), (10007, False)]
)
def test_writers_own_nothing_or_at_least_half_of_the_performing_right_within_six(total, passes):
    half = total // 2
    assert ("NWR-T-009" in sums(writer=(half, 0, 0), other_writer=(total - half, 0, 0))) is not passes


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize(("total", "passes"), [(1, True), (10006, True), (10007, False)])
def test_writers_own_at_most_the_whole_of_the_other_rights_within_six(place, total, passes):
    one, other = [0, 0, 0], [0, 0, 0]
    one[place], other[place] = total // 2, total - total // 2
    assert ("NWR-T-009" in sums(writer=one, other_writer=other)) is not passes


@pytest.mark.parametrize(
    ("field", "highest", "edit"),
    [("pr_ownership", 5000, "013"), ("mr_ownership", 10000, "016"), ("sr_ownership", 10000, "018")],
)
def test_the_range_of_one_publisher_has_no_tolerance(field, highest, edit):
    for value, passes in ((highest, True), (highest + 1, False)):
        names = {name for name, _ in edits_of(changed(WORK, "SPU", **{field: f"{value:05d}"}))}
        assert (f"SPU-F-{edit}" in names) is not passes


@pytest.mark.parametrize(("field", "edit"), [("pr_ownership", "011"), ("mr_ownership", "013"), ("sr_ownership", "015")])
def test_the_range_of_one_writer_has_no_tolerance(field, edit):
    for value, passes in ((10000, True), (10001, False)):
        names = {name for name, _ in edits_of(changed(WORK, "SWR", **{field: f"{value:05d}"}))}
        assert (f"SWR-F-{edit}" in names) is not passes


# -- collection


def lines(record_type, *entries):
    """Territory records of one party: (include or exclude, territory, pr, mr, sr)."""
    party = {"SPT": "P1", "SWT": "W1", "OWT": "W2", "OPT": "P2"}[record_type]
    return tuple(
        (
            record_type,
            {
                "ip_no": party,
                "incl_excl": mark,
                "tis_code": tis,
                "sequence": str(place),
                **{f"{right}_collection": f"{value:05d}" for right, value in zip(RIGHTS, shares, strict=True)},
            },
        )
        for place, (mark, tis, *shares) in enumerate(entries, 1)
    )


def collecting(publisher, writer, *more):
    return (WORK[0], WORK[1], *lines("SPT", *publisher), WORK[3], *lines("SWT", *writer), WORK[5], *more)


def test_include_the_world_but_one_country_and_that_country_with_another_share_is_legal():
    records = collecting(
        [("I", "2136", 5000, 10000, 10000), ("E", "0586", 0, 0, 0), ("I", "0586", 5000, 0, 0)],
        [("I", "2136", 5000, 0, 0), ("E", "0586", 0, 0, 0), ("I", "0586", 5000, 10000, 0)],
    )
    assert edits_of(records) == set()


@pytest.mark.parametrize(("total", "passes"), [(10000, True), (10006, True), (10007, False)])
@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_collection_in_a_territory_is_at_most_the_whole_within_six(total, passes, version):
    edit = {"2.1": "NWR-T-014", "2.2": "NWR-T-044"}[version]
    records = collecting([("I", "2136", 5000, 0, 0)], [("I", "0586", total - 5000, 0, 0)])
    assert ((edit, "TR") in edits_of(records, version)) is not passes


@pytest.mark.parametrize("place", [1, 2])
def test_each_right_is_summed_by_itself(place):
    publisher, writer = [0, 0, 0], [0, 0, 0]
    publisher[place], writer[place] = 10000, 7
    records = collecting([("I", "2106", *publisher)], [("I", "2136", *writer)])
    assert ("NWR-T-014", "TR") in edits_of(records)


def test_the_territory_of_an_overlap_is_named():
    from tests.works.formats.cwr_files import only

    records = collecting([("I", "2106", 5000, 0, 0)], [("I", "0586", 9000, 0, 0)])
    fault = next(fault for fault in only(records).faults if fault.edit == "NWR-T-014")
    assert fault.text == "140.00 % of PR is collected in 0586."


def test_a_country_and_the_group_it_is_left_out_of_do_not_overlap():
    records = collecting(
        [("I", "2136", 5000, 0, 0)],
        [("I", "2106", 5000, 0, 0), ("E", "0586", 0, 0, 0)],
    )
    assert edits_of(records) == set()


def test_territories_of_other_parties_count_in_2_2():
    other = ("OWR", {"ip_no": "W2", "last_name": "KHAN", "writer_designation": "A"})
    records = collecting(
        [("I", "2136", 5000, 0, 0)], [("I", "2136", 5000, 0, 0)], other, *lines("OWT", ("I", "0586", 7, 0, 0))
    )
    assert ("NWR-T-044", "TR") in edits_of(records, "2.2")


def test_a_chain_collects_what_its_owner_owns_unless_it_announces_a_change():
    records = collecting([("I", "2136", 4993, 0, 0)], [("I", "2136", 5000, 0, 0)])
    assert ("NWR-T-027", "TR") in edits_of(records)
    assert edits_of(collecting([("I", "2136", 4994, 0, 0)], [("I", "2136", 5000, 0, 0)])) == set()
    assert edits_of(changed(records, "SPT", shares_change="Y")) == set()


def test_a_chain_with_an_income_participant_may_collect_otherwise():
    participant = (
        "SPU",
        {
            **SPU,
            "ip_no": "P8",
            "publisher_name": "HEIRS",
            "publisher_type": "PA",
            "pr_ownership": "",
            "mr_ownership": "",
            "sr_ownership": "",
        },
    )
    records = collecting([("I", "2136", 3000, 0, 0)], [("I", "2136", 5000, 0, 0)])
    assert edits_of((*records[:3], participant, *records[3:])) == set()


def test_a_territory_belongs_to_one_publisher_of_a_chain_for_a_right():
    sub = {
        **SPU,
        "ip_no": "P2",
        "publisher_name": "SUB",
        "publisher_type": "SE",
        "pr_ownership": "",
        "mr_ownership": "",
        "sr_ownership": "",
    }
    line = {**SPT, "ip_no": "P2", "tis_code": "0840", "pr_collection": "", "sr_collection": ""}
    records = (*WORK[:3], ("SPU", sub), ("SPT", line), *WORK[3:])
    assert ("SPT-R-005", "TR") in edits_of(records)


def test_an_included_territory_needs_a_share_and_an_excluded_one_has_none():
    assert ("SPT-R-001", "TR") in edits_of(collecting([("I", "2136", 0, 0, 0)], [("I", "2136", 5000, 0, 0)]))
    assert ("SWT-R-001", "TR") in edits_of(collecting([("I", "2136", 5000, 0, 0)], [("I", "2136", 0, 0, 0)]))
    excluded = collecting([("I", "2136", 5000, 0, 0)], [("I", "2136", 5000, 0, 0), ("E", "0586", 5000, 0, 0)])
    assert edits_of(excluded) == {("SWT-R-003", "FR")}


def test_a_work_in_the_public_domain_has_no_performing_shares():
    domain = {"last_name": "DP", "writer_designation": "CA", "pr_society": "000"}
    assert edits_of((("NWR", NWR), ("OWR", domain))) == set()
    assert ("NWR-T-024", "TR") in edits_of((("NWR", NWR), ("OWR", {**domain, "pr_ownership": "10000"})))


def test_thirds_are_data_and_pass():
    writers = [
        ("SWR", {**SWR, "ip_no": f"W{number}", "last_name": f"WRITER {number}", "pr_ownership": share})
        for number, share in ((1, "01667"), (2, "01667"), (3, "01666"))
    ]
    records = WORK[:3]
    for number, writer in enumerate(writers, 1):
        line = {**SWT, "ip_no": f"W{number}", "pr_collection": writer[1]["pr_ownership"]}
        link = {**WORK[5][1], "writer_ip_no": f"W{number}"}
        records = (*records, writer, ("SWT", line), ("PWR", link))
    assert edits_of(records) == set()


# -- the tree


def test_the_world_holds_every_country_and_no_group_is_empty():
    world = area_of("2136")
    for code, territory in territories().items():
        area = area_of(code)
        assert area
        assert area & ~world == 0
        assert territory.is_group or codes_of(area) == [code]


def test_the_members_of_a_group_depend_on_the_date():
    britain = area_of("0826")
    assert area_of("2123", date(2019, 1, 1)) & britain
    assert not area_of("2123", date(2021, 1, 1)) & britain
    assert area_of("2136", date(2021, 1, 1)) == area_of("2136")


def test_an_unknown_territory_has_no_area():
    assert area_of("9999") == 0
    assert not is_territory("9999")
    assert is_territory("0586")


AREAS = st.integers(0, 255)
PARTY = st.lists(st.tuples(st.booleans(), AREAS, st.tuples(*[st.integers(0, 100)] * 3)), max_size=5)


def by_leaf(lines):
    held = {}
    for is_include, area, shares in lines:
        for leaf in range(8):
            if area >> leaf & 1:
                held[leaf] = shares if is_include else None
    return {leaf: shares for leaf, shares in held.items() if shares is not None}


@given(st.lists(PARTY, max_size=4))
def test_sums_over_areas_equal_sums_leaf_by_leaf(parties):
    expected = {}
    for lines in parties:
        for leaf, shares in by_leaf(lines).items():
            before = expected.get(leaf, (0, 0, 0))
            expected[leaf] = tuple(one + other for one, other in zip(before, shares, strict=True))
    found = {}
    for area, shares in summed(in_order(lines) for lines in parties):
        for leaf in range(8):
            if area >> leaf & 1:
                assert leaf not in found
                found[leaf] = shares
    assert found == expected


# -- export


def test_three_equal_writers_at_half_are_written_as_the_documents_do():
    publisher, writers = ownership_from_manuscript([Fraction(1, 3)] * 3, [Fraction(1, 2)] * 3)
    assert (publisher, writers) == (500_000, (166_700, 166_700, 166_600))


FRACTIONS = st.fractions(min_value=0, max_value=1, max_denominator=997)


@given(
    st.lists(st.tuples(FRACTIONS, FRACTIONS), min_size=1, max_size=20).filter(lambda parts: any(m for m, _ in parts))
)
def test_exported_ownership_is_exactly_the_whole_for_any_split(parts):
    publisher, writers = ownership_from_manuscript([m for m, _ in parts], [p for _, p in parts])
    assert publisher + sum(writers) == 1_000_000
    assert all(share % 100 == 0 and share >= 0 for share in (publisher, *writers))


@pytest.mark.parametrize(
    ("manuscript", "published"), [([], []), ([0], [0]), ([-1, 2], [0, 0]), ([1], [2]), ([1, 1], [1])]
)
def test_a_split_of_nothing_or_with_impossible_parts_is_refused(manuscript, published):
    with pytest.raises(ValueError):
        ownership_from_manuscript([Fraction(m) for m in manuscript], [Fraction(p) for p in published])
