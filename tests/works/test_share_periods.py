"""A correction of shares changes the days and countries that it is about, and no others."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.audit.models import Act
from members.models import Party
from members.rules.territories import area_written
from tests.factories.works import PERCENT, party, work
from tests.works.test_lost_updates import mark_on, new_mark, told
from tests.works.test_pages import owner_rows
from works.models import Work, WorkShare
from works.queries.share_periods import share_periods, shares_of_right
from works.rules.extents import Extent, parted
from works.services.registration import NewShare
from works.services.shares import replace_shares

FIRST, MIDDLE, LAST = dt.date(2020, 1, 1), dt.date(2026, 7, 1), dt.date(2030, 1, 1)
AREAS = ("2136", "0586", "2106", "2123", "0826", "2123-0826", "2136-0586", "2136-2123+0616", "0586+0356")
DAYS = st.none() | st.dates(dt.date(1999, 1, 1), dt.date(2026, 12, 31))


@st.composite
def extents(draw: Any) -> Extent:
    first, last = draw(DAYS), draw(DAYS)
    if first and last and last < first:
        first, last = last, first
    return Extent(draw(st.sampled_from(AREAS)), first, last)


def holds(extent: Extent, day: dt.date) -> int:
    """The countries of an extent on a day."""
    begun = extent.first is None or extent.first <= day
    return area_written(extent.territory, day) if begun and (extent.last is None or day <= extent.last) else 0


@given(extents(), extents(), st.dates(dt.date(1998, 1, 1), dt.date(2027, 12, 31)))
def test_what_is_left_of_an_extent_is_all_but_what_was_taken(held: Extent, taken: Extent, day: dt.date) -> None:
    left = held.without(taken)
    areas = [holds(part, day) for part in left]
    assert sum(map(int.bit_count, areas)) == (whole := holds(held, day) & ~holds(taken, day)).bit_count()
    assert not whole & ~sum(areas)
    assert held.meets(taken) or not holds(held, day) & holds(taken, day)


@given(st.lists(extents(), max_size=5), st.sampled_from([dt.date(2026, 12, 31), dt.date(9999, 12, 31)]))
def test_each_piece_names_those_that_hold_throughout_it(held: list[Extent], day: dt.date) -> None:
    pieces = parted(held)
    for place, extent in enumerate(held):
        assert holds(extent, day) == sum(holds(piece, day) for piece, places in pieces if place in places)


def correct(song: Work, owner: Party, by: Any, extent: Extent) -> None:
    replace_shares(
        work=song, right="PR", shares=[NewShare(owner, "CA", "PR", 100 * PERCENT)], reason="Letter", by=by,
        territory=extent.territory, valid_from=extent.first, valid_to=extent.last,
    )  # fmt: skip


def held_on(song: Work, day: dt.date) -> dict[int, int]:
    """Party → the countries in which it holds the whole on a day."""
    found: dict[int, int] = {}
    for row in WorkShare.objects.filter(work=song, right="PR"):
        area = holds(Extent(row.territory, row.valid_from, row.valid_to), day)
        assert not found.get(row.party_id or 0, 0) & area
        found[row.party_id or 0] = found.get(row.party_id or 0, 0) | area
    return {owner: area for owner, area in found.items() if area}


@pytest.mark.django_db
@given(st.lists(extents(), min_size=1, max_size=3), st.dates(dt.date(1998, 1, 1), dt.date(2027, 12, 31)))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_correction_leaves_the_shares_of_every_other_day_and_country_as_they_were(
    staff: Any, corrections: list[Extent], day: dt.date
) -> None:
    by = staff("documentation")
    song = work("Song", (party("Alia Rahman"), "CA", 100))
    for place, extent in enumerate(corrections):
        newer, before = party(f"Bilal {['Hussain', 'Khan', 'Shah'][place]}"), held_on(song, day)
        try:
            correct(song, newer, by, extent)
        except ValidationError as refusal:
            assert refusal.messages == ["What is left of the territory of a share is too long to write down."]
            assert held_on(song, day) == before
            continue
        taken = holds(extent, day)
        expected = {owner: area & ~taken for owner, area in before.items()} | {newer.pk: taken}
        assert held_on(song, day) == {owner: area for owner, area in expected.items() if area}


# --- in the browser


@pytest.fixture
def client(db: None, staff: Any, sign_in: Any) -> Client:
    entered: Client = sign_in(staff("documentation"))
    return entered


@pytest.fixture
def owners(db: None) -> list[Party]:
    return [party("Alia Rahman"), party("Bilal Hussain")]


@pytest.fixture
def song(owners: list[Party]) -> Work:
    """60/40 until the end of 2019, one owner until June 2026, then 60/40 again."""
    made = work("Dil Ki Baat", (owners[0], "CA", 60), (owners[1], "CA", 40))
    rows = WorkShare.objects.filter(work=made, right="PR")
    rows.update(valid_to=FIRST - dt.timedelta(days=1))
    for first, last, parts in ((FIRST, MIDDLE - dt.timedelta(days=1), (100,)), (MIDDLE, None, (60, 40))):
        WorkShare.objects.bulk_create(
            WorkShare(
                work=made, party=owner, role="CA", right="PR", share=part * PERCENT, valid_from=first, valid_to=last
            )
            for owner, part in zip(owners, parts, strict=False)
        )
    return made


def page_of(song: Work) -> str:
    return f"/staff/works/{song.uid}/shares/PR/"


def typed(owners: list[Party], *percents: str, **more: str) -> dict[str, str]:
    rows = [(str(owner.uid), "CA", percent) for owner, percent in zip(owners, percents, strict=False)]
    return owner_rows(*rows, **{"territory": "World", "reason": "Letter of 4 May", "save": "1", **more})


def periods_of(song: Work) -> list[tuple[str, Any, Any, list[int]]]:
    return [
        (each.extent.territory, each.extent.first, each.extent.last, [row.share // PERCENT for row in each.rows])
        for each in share_periods(shares_of_right(song, "PR"))
    ]


def test_the_page_shows_every_period_and_begins_with_that_of_today(song: Work, client: Client) -> None:
    page = client.get(page_of(song)).content.decode()
    assert page.count("Correct this period") == 2 and "Being corrected below" in page
    assert 'name="valid_from" value="2026-07-01"' in page and 'value="60"' in page
    earlier = client.get(page_of(song) + "?territory=2136&from=2020-01-01&until=2026-06-30").content.decode()
    assert 'name="valid_to" value="2026-06-30"' in earlier and 'value="100"' in earlier


def test_a_correction_of_today_leaves_the_earlier_periods_as_they_were(
    song: Work, owners: list[Party], client: Client
) -> None:
    before = periods_of(song)
    sent = typed(owners, "59", "41", valid_from="2026-07-01", opened=mark_on(client, page_of(song)))
    assert client.post(page_of(song), sent).status_code == 302
    assert periods_of(song) == [*before[:2], ("2136", MIDDLE, None, [59, 41])]


def test_shares_that_stand_already_are_no_correction(song: Work, owners: list[Party], client: Client) -> None:
    sent = typed(owners, "60", "40", valid_from="2026-07-01", opened=mark_on(client, page_of(song)))
    answer = client.post(page_of(song), sent)
    assert answer.status_code == 200 and "Nothing is changed" in told(answer)
    assert not Act.objects.filter(verb="replace_shares").exists()


def test_periods_that_would_go_or_be_cut_are_named_and_go_only_after_a_tick(
    song: Work, owners: list[Party], client: Client
) -> None:
    before = periods_of(song)
    sent = typed(owners, "59", "41", valid_from="2025-01-01", opened=mark_on(client, page_of(song)))
    answer = client.post(page_of(song), sent)
    page = answer.content.decode()
    assert periods_of(song) == before
    assert "Other shares would go or be cut" in told(answer)
    assert "Would go altogether." in page and "Would stay:" in page and "31 December 2024" in page
    stale = client.post(page_of(song), {**sent, "valid_from": "", "loses": answer.context["lost_mark"]})
    assert stale.status_code == 200 and periods_of(song) == before
    assert client.post(page_of(song), {**sent, "loses": answer.context["lost_mark"]}).status_code == 302
    day = dt.date(2025, 1, 1)
    assert periods_of(song) == [
        before[0],
        ("2136", FIRST, day - dt.timedelta(days=1), [100]),
        ("2136", day, None, [59, 41]),
    ]


def test_a_later_documented_period_stays_when_an_earlier_one_ends_before_it(
    song: Work, owners: list[Party], client: Client
) -> None:
    WorkShare.objects.filter(work=song, right="PR", valid_from=MIDDLE).update(valid_to=LAST - dt.timedelta(days=1))
    WorkShare.objects.create(work=song, party=owners[1], role="CA", right="PR", share=100 * PERCENT, valid_from=LAST)
    sent = typed(owners, "50", "50", valid_from="2026-07-01", valid_to="2029-12-31")
    assert client.post(page_of(song), sent).status_code == 302
    assert periods_of(song)[-2:] == [
        ("2136", MIDDLE, LAST - dt.timedelta(days=1), [50, 50]),
        ("2136", LAST, None, [100]),
    ]


def test_shares_of_one_country_are_documented_beside_those_of_the_world(owners: list[Party], client: Client) -> None:
    made = work("Chandni", (owners[0], "CA", 100))
    sent = typed(owners[1:], "100", territory="Pakistan", opened=mark_on(client, page_of(made)))
    answer = client.post(page_of(made), sent)
    assert "without Pakistan" in answer.content.decode()
    assert client.post(page_of(made), {**sent, "loses": answer.context["lost_mark"]}).status_code == 302
    held = [(each.extent.territory, each.rows[0].party) for each in share_periods(shares_of_right(made, "PR"))]
    assert held == [("2136-0586", owners[0]), ("0586", owners[1])]
    page = client.get(f"/staff/works/{made.uid}/").content.decode()
    assert "200\N{NO-BREAK SPACE}%" not in page and 'Total <span class="soft">Pakistan' in page
    again = typed(owners, "50", "50", territory="0586", opened=mark_on(client, page_of(made)))
    assert client.post(page_of(made), again).status_code == 302
    assert [row.party for row in WorkShare.objects.filter(work=made, right="PR", territory="2136-0586")] == [owners[0]]


def test_a_new_work_of_the_desk_says_where_its_shares_hold(client: Client) -> None:
    page = "/staff/works/new/"
    sent = {
        "title": "Chandni Raat", "territory": "World − India", "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0", "form-0-name": "Alia Rahman", "form-0-role": "CA", "form-0-performing": "100",
    }  # fmt: skip
    wrong = client.post(page, {**sent, "territory": "Atlantis"})
    assert "is no territory that we know" in wrong.context["form"].errors["territory"][0]
    assert client.post(page, sent).status_code == 302
    assert set(WorkShare.objects.values_list("right", "territory")) == {("PR", "2136-0356"), ("MR", "2136-0356")}


@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "9999-12-31", "4000-01-01"])
def test_a_day_that_has_none_before_or_after_it_is_a_fault_of_its_field(
    day: str, song: Work, owners: list[Party], client: Client
) -> None:
    answer = client.post(page_of(song), typed(owners, "60", "40", valid_from=day))
    assert "Give a day of the years 1000 to 3999." in answer.context["form"].errors["valid_from"][0]


@pytest.mark.parametrize("uid", ["garbage", "7d1b1c0e-2a51-4f0b-9a74-0c5a7ad1d0aa"])
def test_a_party_that_the_register_does_not_know_is_a_fault_of_its_row(
    uid: str, song: Work, owners: list[Party], client: Client
) -> None:
    before = periods_of(song)
    sent = {**typed(owners, "60", "40", valid_from="2026-07-01"), "form-1-party": uid}
    answer = client.post(page_of(song), sent)
    assert "The register has no such party any more" in answer.context["editor"].rows.forms[1].errors["role"][0]
    assert "Not in the register" in answer.content.decode()
    assert periods_of(song) == before
    assert client.post(page_of(song), {**sent, "form-1-party": ""}).status_code == 302


def test_a_reason_that_nobody_can_see_is_none(song: Work, owners: list[Party], client: Client) -> None:
    answer = client.post(page_of(song), typed(owners, "60", "40", valid_from="2026-07-01", reason="\u200f"))
    assert answer.context["form"].errors["reason"] == ["Say why the shares change."]


def test_an_old_tab_is_refused_with_the_newer_shares(song: Work, owners: list[Party], client: Client) -> None:
    sent = typed(owners, "59", "41", valid_from="2026-07-01", opened=mark_on(client, page_of(song)))
    assert client.post(page_of(song), typed(owners, "55", "45", valid_from="2026-07-01")).status_code == 302
    answer = client.post(page_of(song), sent)
    assert "Somebody changed this after you opened it" in told(answer)
    stands = told(answer).replace("\N{NO-BREAK SPACE}", " ")
    assert "Bilal Hussain · Composer and author · 45 % · Active · The whole world · from 1 July 2026" in stands
    assert 'value="59"' in answer.content.decode()
    assert client.post(page_of(song), {**sent, "opened": new_mark(answer)}).status_code == 302
    assert periods_of(song)[-1][3] == [59, 41]


def test_rows_that_a_proposal_brings_into_the_editor_are_saved_on_what_stood_then(
    song: Work, owners: list[Party], client: Client
) -> None:
    brought = client.post(page_of(song), {**typed(owners, "50", "50"), "add": ""}).content.decode()
    found = re.search(r'name="opened" value="([0-9a-f]{32})"', brought)
    assert found
    client.post(page_of(song), typed(owners, "55", "45", valid_from="2026-07-01"))
    answer = client.post(page_of(song), typed(owners, "50", "50", valid_from="2026-07-01", opened=found[1]))
    assert "Somebody changed this" in told(answer)


@pytest.mark.django_db(transaction=True)
def test_of_two_sessions_that_save_at_once_the_second_is_refused(owners: list[Party], staff: Any, sign_in: Any) -> None:
    song = work("Race", (owners[0], "CA", 60), (owners[1], "CA", 40))
    clients = [sign_in(staff("documentation")) for _session in range(2)]
    marks = [mark_on(client, page_of(song)) for client in clients]
    gate, answers = threading.Barrier(2), {}

    def session(place: int, percents: tuple[str, str]) -> None:
        try:
            gate.wait()
            answers[percents] = clients[place].post(page_of(song), typed(owners, *percents, opened=marks[place]))
        finally:
            connection.close()

    splits = [("59", "41"), ("30", "70")]
    threads = [threading.Thread(target=session, args=each) for each in enumerate(splits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved, refused = sorted(splits, key=lambda split: -answers[split].status_code)
    assert (answers[saved].status_code, answers[refused].status_code) == (302, 200)
    assert "Somebody changed this" in told(answers[refused])
    assert sorted(periods_of(song)[0][3]) == sorted(map(int, saved))
