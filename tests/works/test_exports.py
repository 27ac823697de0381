"""What files of our repertoire say, and what they refuse to say."""

from typing import Any

import pytest

from tests.factories.works import PERCENT, party, work
from tests.works.export_files import NOW, VERSIONS, complaints, data_of, export, member_of, sent
from works.formats.cwr.layouts import layout_of
from works.models import ExportedWork, ExportFile
from works.services.disputes import NewClaim, open_dispute
from works.services.registration import NewShare, NewTitle, NewWork, store_works

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_has_full_lines_crlf_upper_case_and_right_counts(version: str, by: Any) -> None:
    for place in range(3):
        work(f"Dil ki baat {place}", (member_of("Sana Ahmed"), "CA", 100))
    file = export(by, version)
    data = data_of(file)
    assert file.state == "written" and file.report["complaints"] == []
    assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n") and max(data) < 0x7F
    assert data == data.upper()
    lines = data.decode("ascii").split("\r\n")[:-1]
    assert all(len(text) == layout_of(version, text[:3]).length for text in lines)  # type: ignore[union-attr]
    assert (file.report["records"], file.report["transactions"]) == (len(lines), 3)
    assert file.filename == f"CW260001362_000.V{version.replace('.', '')}"


def test_works_stand_in_the_order_of_their_numbers(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    numbers = [work(f"Song {place}", (owner, "CA", 100)).number for place in range(5)]
    assert [each.submitter_work_no for each in sent(export(by))] == sorted(numbers)


def test_an_unpublished_writer_of_ours_is_controlled_and_collects_in_the_world(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "C", 60), (member_of("Guest Writer", "052"), "A", 40))
    only = sent(export(by))[0]
    ours, other = only.writers
    assert (ours.is_controlled, ours.pr_ownership, ours.territories[0].tis_code) == (True, 600_000, "2136")
    assert ours.territories[0].collection == (600_000, 600_000, 0)
    assert (other.is_controlled, other.pr_society, other.territories) == (False, "052", ())


@pytest.mark.parametrize("version", VERSIONS)
def test_with_one_publisher_of_ours_its_writers_are_linked_to_it(version: str, by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 50), (member_of("Saffron Publishing"), "E", 50))
    only = sent(export(by, version))[0]
    link = only.writers[0].links[0]
    assert link.publisher_ip_no == only.publishers[0].ip_no and only.publishers[0].is_controlled
    assert link.publisher_seq == (1 if version == "2.2" else 0)


def test_with_several_publishers_no_link_is_claimed(by: Any) -> None:
    shares = [(member_of(f"House{place} Publishing"), "E", 25) for place in range(2)]
    work("Dil", (member_of("Sana Ahmed"), "CA", 50), *shares)
    only = sent(export(by))[0]
    assert [publisher.publisher_seq for publisher in only.publishers] == [1, 2]
    assert not only.writers[0].is_controlled and only.writers[0].links == ()


@pytest.mark.parametrize("count", range(1, 21))
def test_shares_of_any_number_of_writers_make_exactly_the_whole(count: int, by: Any) -> None:
    whole, rest = divmod(1_000_000, count)
    shares = tuple(
        NewShare(member_of(f"Writer Number{place}"), "CA", "PR", whole + (place < rest)) for place in range(count)
    )
    store_works(news=[NewWork(NewTitle("Song"), shares=shares)], source="test")
    only = sent(export(by))[0]
    assert sum(writer.pr_ownership for writer in only.writers) == 1_000_000


def test_what_nobody_owns_is_sent_as_an_unknown_writers_part_and_told(by: Any) -> None:
    store_works(
        news=[NewWork(NewTitle("Song"), shares=(NewShare(member_of("Sana Ahmed"), "CA", "PR", 70 * PERCENT),))],
        source="test",
    )
    file = export(by)
    unknown = sent(file)[0].writers[1]
    assert (unknown.writer_unknown, unknown.pr_ownership) == (True, 30 * PERCENT)
    assert [row[2:5] for row in complaints(file)] == [["sent without it", "OWR", "pr_ownership"]]


def test_a_title_in_urdu_goes_by_its_roman_form_and_letters_are_transliterated(by: Any) -> None:
    store_works(
        news=[
            NewWork(
                NewTitle("دل", "OT", "UR"),
                other_titles=(NewTitle("Dilé größer", "TT"),),
                shares=(NewShare(member_of("Sana Ahmed"), "CA", "PR", 1_000_000),),
            )
        ],
        source="test",
    )
    file = export(by)
    assert sent(file)[0].title == "DILE GROESSER"
    assert [row[5] for row in complaints(file)] == ["دل"]


# -- what a file cannot say


def refused(file: ExportFile) -> list[tuple[str, str]]:
    return [(row[0], row[4]) for row in complaints(file) if row[2] == "not sent"]


def test_a_work_that_cannot_be_written_stays_behind_with_its_reason_and_the_others_go(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    good = work("Good", (owner, "CA", 100))
    urdu = work("دل", (owner, "CA", 100))
    long = work("x" * 61, (owner, "CA", 100))
    silent = work("No owner")
    disputed = work("Disputed", (owner, "CA", 100))
    claim = NewClaim(member_of("Other Claimant"), "CA", 500_000)
    claims = [NewClaim(owner, "CA", 1_000_000), claim]
    open_dispute(work=disputed, right="PR", claims=claims, by=by, on=NOW.date())
    file = export(by)
    assert [each.submitter_work_no for each in sent(file)] == [good.number]
    assert {number for number, _field in refused(file)} == {urdu.number, long.number, silent.number, disputed.number}
    assert (file.report["sent"], file.report["refused"]) == (1, 4)
    assert list(ExportedWork.objects.values_list("work", flat=True)) == [good.pk]
    assert all(row[7] for row in complaints(file))


def test_a_numbered_rule_that_a_work_of_ours_breaks_is_named(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 40), (member_of("Saffron Publishing"), "E", 60))
    rules = {row[6] for row in complaints(export(by))}
    assert {"NWR-T-004", "NWR-T-009"} <= rules


def test_a_share_too_small_for_the_format_is_refused_not_dropped(by: Any) -> None:
    shares = (
        NewShare(member_of("Sana Ahmed"), "CA", "PR", 999_970),
        NewShare(member_of("Small Owner"), "CA", "PR", 30),
    )
    store_works(news=[NewWork(NewTitle("Song"), shares=shares)], source="test")
    file = export(by)
    assert file.state == "empty" and not file.file
    assert "0.01 %" in complaints(file)[0][7]


def test_a_check_digit_that_is_wrong_in_our_own_data_refuses_the_work(by: Any) -> None:
    owner = party("Sana Ahmed", ipi="00000000198")
    work("Dil", (owner, "CA", 100))
    assert refused(export(by)) != []
