"""T10: works whose agreements cannot all be true, found by a job, ranked by money, asked anew on the page."""

import datetime as dt
import itertools
import re
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import StaleToken, take
from members.models import Party
from royalties.models import AgreementFaultStake, SuspenseLine
from royalties.queries.agreement_faults import FIND
from royalties.services import agreement_faults as desk
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.factories.works import party as make_party
from tests.royalties.statement_pages import rows_of, text_of
from tests.works.disputing import claim, dispute
from works.models import Agreement, AgreementFault, Work, WorkShare
from works.queries.agreement_faults import books_mark
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement, withdraw_agreement

pytestmark = pytest.mark.django_db
LIST = reverse("royalties:staff-agreement-fault-list")
FIND_NOW = reverse("royalties:staff-agreement-fault-find")
START = dt.date(2020, 1, 1)
WHOLE = 1_000_000


@pytest.fixture
def client(sign_in: Any) -> Client:
    signed: Client = sign_in(person("documentation"))
    return signed


@pytest.fixture
def look(run_jobs: Any) -> Any:
    moments = itertools.count()

    def through() -> list[tuple[str, str, list[str]]]:
        desk.start_sweep(by=person("documentation"), now=clock.now() + dt.timedelta(seconds=next(moments)))
        run_jobs()
        rows = AgreementFault.objects.select_related("work").order_by("work__title", "right")
        return [(row.work.title, row.right, row.kinds) for row in rows]

    return through


def agreed(giver: Party, taker: Party, percent: int = 100, *works: Work, mechanical: bool = False) -> Agreement:
    """For the performing right, and the mechanical one where it is asked for."""
    units = percent * 10_000
    kept, given = ([amount, amount if mechanical else 0, 0] for amount in (WHOLE - units, units))
    sides = (NewSide(giver, "AS", (kept[0], kept[1], 0)), NewSide(taker, "AC", (given[0], given[1], 0)))
    new = NewAgreement(Terms("PS" if works else "PG", START), sides, works)
    return record_agreement(new=new, by=person("documentation"))


def contested(title: str = "Over", owner: Party | None = None) -> tuple[Work, list[Agreement]]:
    """A song whose publisher gives away 120 % of it."""
    giver = owner or make_party(f"Publisher of {title}")
    song = make.song(title, (giver, 100))
    WorkShare.objects.filter(work=song).update(role="E")
    return song, [agreed(giver, make_party(f"{name} of {title}"), 60, song) for name in ("London", "Bombay")]


def circle(title: str = "Round") -> tuple[Work, list[Agreement]]:
    firms = [make_party(f"{name} of {title}") for name in ("First", "Second", "Third")]
    song = make.song(title, (firms[0], 100))
    WorkShare.objects.filter(work=song).update(role="E")
    return song, [agreed(firms[place], firms[(place + 1) % 3], 100, song) for place in range(3)]


def gap(title: str = "Gap") -> tuple[Work, Agreement]:
    song = make.song(title, (make_party(f"Owner of {title}"), 100))
    return song, agreed(make_party(f"Stranger to {title}"), make_party(f"Taker of {title}"), 100, song)


def shown(response: Any) -> str:
    body: str = text_of(response)
    return body.replace("\N{FIRST STRONG ISOLATE}", "").replace("\N{POP DIRECTIONAL ISOLATE}", "")


class TestFinding:
    def test_each_kind_is_found_and_a_sound_chain_is_not(self, look: Any) -> None:
        contested()
        circle()
        gap()
        sound = make.song("Sound", (make_party("Publisher"), 100))
        agreed(sound.shares.all()[0].party, make_party("Taker"), 60)
        assert look() == [("Gap", "PR", ["gap"]), ("Over", "PR", ["conflict"]), ("Round", "PR", ["cycle"])]
        held = dict(AgreementFault.objects.values_list("work__title", "units"))
        assert held == {"Over": WHOLE, "Round": WHOLE, "Gap": 0}

    def test_the_agreements_at_fault_are_those_of_the_circle_and_not_the_way_to_it(self, look: Any) -> None:
        song, round_ones = circle()
        writer = make_party("Writer")
        WorkShare.objects.filter(work=song).update(party=writer)
        way = agreed(writer, round_ones[0].parties.get(role="AS").party)
        look()
        found = AgreementFault.objects.get()
        assert set(found.agreements) == {one.pk for one in round_ones} and way.pk not in found.agreements

    def test_rights_are_told_apart(self, look: Any) -> None:
        giver = make_party("Publisher")
        make.song("Over", (giver, 100))
        WorkShare.objects.update(role="E")
        for name in ("London", "Bombay"):
            agreed(giver, make_party(name), 60, mechanical=name == "London")
        assert look() == [("Over", "PR", ["conflict"])]

    def test_what_ends_today_is_no_fault_tomorrow_and_what_is_cured_goes(self, look: Any) -> None:
        _song, [one, _other] = contested()
        first = look()
        since = AgreementFault.objects.get().found_at
        assert first == look() and AgreementFault.objects.get().found_at == since, "a row that stands keeps its day"
        Agreement.objects.filter(pk=one.pk).update(end_date=clock.today() - dt.timedelta(days=1))
        assert look() == [] and not AgreementFaultStake.objects.exists()

    def test_slices_find_what_the_whole_finds(self, look: Any, monkeypatch: Any) -> None:
        for number in range(5):
            contested(f"Over {number}")
        whole = look()
        AgreementFault.objects.all().delete()
        monkeypatch.setattr("works.services.agreement_faults.WORKS_AT_ONCE", 2)
        assert look() == whole and len(whole) == 5


class TestGuards:
    """What the table of what was found refuses, and the damage without that."""

    def insert(self, song: Work, kinds: str = "{gap}") -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO works_agreementfault (work_id, "right", kinds, agreements, units, found_at)"""
                " VALUES (%s, 'PR', %s, '{1}', 0, now())",
                [song.pk, kinds],
            )

    def test_a_right_of_a_work_stands_once_and_says_what_is_wrong(self) -> None:
        song = make.song("Song")
        self.insert(song)
        with pytest.raises(IntegrityError, match="agreement_fault_once"):
            self.insert(song)
        with pytest.raises(IntegrityError, match="agreement_fault_says_what"):
            self.insert(make.song("Other"), kinds="{}")

    @pytest.mark.django_db(transaction=True)
    def test_without_the_guards_a_work_stands_twice_and_without_a_reason(self, superuser_cursor: Any) -> None:
        for name in ("agreement_fault_once", "agreement_fault_says_what"):
            superuser_cursor.execute(f"ALTER TABLE works_agreementfault DROP CONSTRAINT {name}")
        song = make.song("Song")
        self.insert(song)
        self.insert(song, kinds="{}")
        assert AgreementFault.objects.count() == 2


class TestJob:
    def test_done_twice_it_finds_the_same(self, look: Any) -> None:
        contested()
        look()
        rows = list(AgreementFault.objects.values()), AgreementFaultStake.objects.count()
        again = Job.objects.create(kind=FIND, key="again", available_at=clock.now())
        held = take(again.pk)
        assert held
        desk.sweep_by_job(job=held, now=clock.now())
        assert rows == (list(AgreementFault.objects.values()), AgreementFaultStake.objects.count())

    def test_a_worker_that_lost_its_lease_writes_nothing(self) -> None:
        contested()
        job = take(desk.start_sweep(by=person("documentation"), now=clock.now()).pk)
        assert job
        Job.objects.filter(pk=job.pk).update(token=job.token + 1)
        with pytest.raises(StaleToken):
            desk.sweep_by_job(job=job, now=clock.now())
        assert not AgreementFault.objects.exists()

    def test_the_same_books_are_looked_through_once_a_night_and_changed_ones_again(self, run_jobs: Any) -> None:
        now = clock.now()

        def rounds_of_the_reaper() -> int:
            Job.objects.filter(kind=FIND).update(created_at=now - 2 * desk.REST)
            for _round in range(2):
                desk.sweep_when_due(now=now)
                run_jobs()
            return Job.objects.filter(kind=FIND).count()

        song, [one, _other] = contested()
        assert rounds_of_the_reaper() == 1 and AgreementFault.objects.count() == 1
        assert rounds_of_the_reaper() == 1, "nothing was written"
        withdraw_agreement(agreement=one, by=person("documentation"), reason="Never signed.")
        assert rounds_of_the_reaper() == 2 and not AgreementFault.objects.exists()
        WorkShare.objects.filter(work=song, right="PR").update(share=900_000)
        assert rounds_of_the_reaper() == 3, "a share was written"
        desk.sweep_when_due(now=now + dt.timedelta(days=1))
        assert Job.objects.filter(kind=FIND).count() == 4, "a new day"

    @pytest.mark.django_db(transaction=True)
    def test_a_change_that_is_committed_behind_a_later_one_is_seen_too(self, database_url: str) -> None:
        early, late = (make.song(title, (make_party(title), 100)) for title in ("Early", "Late"))
        change = "UPDATE works_workshare SET role = 'C' WHERE work_id = %s"
        other = psycopg2.connect(database_url)
        try:
            other.cursor().execute(change, [early.pk])
            WorkShare.objects.filter(work=late).update(role="C")
            before = books_mark()
            other.commit()
        finally:
            other.close()
        assert books_mark() != before

    def test_while_the_desk_writes_there_is_a_rest_between_two_sweeps(self, look: Any) -> None:
        look()
        contested()
        desk.sweep_when_due(now=clock.now())
        assert Job.objects.filter(kind=FIND).count() == 1
        desk.sweep_when_due(now=clock.now() + desk.REST)
        desk.sweep_when_due(now=clock.now() + 3 * desk.REST)
        assert Job.objects.filter(kind=FIND).count() == 2, "the second one waits still"

    def test_only_those_who_document_may_start_it(self, client: Client, sign_in: Any, run_jobs: Any) -> None:
        with pytest.raises(PermissionDenied):
            desk.start_sweep(by=person("finance"), now=clock.now())
        contested()
        assert client.post(FIND_NOW).status_code == 302 and client.post(FIND_NOW).status_code == 302
        assert Job.objects.filter(kind=FIND).count() == 1
        assert "The agreements are being looked through." in shown(client.get(LIST))
        run_jobs()
        assert "Last looked through" in shown(client.get(LIST))


class TestMoney:
    def test_what_a_run_holds_and_what_usage_will_bring_are_counted_by_right(self, look: Any, run_jobs: Any) -> None:
        over, _agreements = contested()
        known = make.song("Known", (make_member().party, 100))
        played = [make.Play("over", over), make.Play("known", known)]
        make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(*played)]))
        make.pool(40_00, files=[make.usage(make.Play("over again", over))])
        make.pool(70_00, right="MR", files=[make.usage(make.Play("over on disc", over))])
        look()
        stake = AgreementFaultStake.objects.get()
        assert (stake.held, stake.usage, stake.at_stake) == (50_00, 40_00, 90_00)

    def test_only_the_part_at_fault_counts(self, look: Any) -> None:
        over, _agreements = contested()
        WorkShare.objects.filter(work=over).update(share=400_000)
        WorkShare.objects.create(
            work=over, right="PR", role="CA", share=600_000, party=make_member().party, state="active"
        )
        make.pool(40_00, files=[make.usage(make.Play("over", over))])
        look()
        assert AgreementFaultStake.objects.get().at_stake == 16_00

    def test_what_is_held_of_the_same_work_for_other_reasons_does_not_count(self, look: Any, run_jobs: Any) -> None:
        over, _agreements = contested()
        mine, yours = make_member().party, make_member().party
        WorkShare.objects.filter(work=over).update(share=400_000)
        for owner, state in ((mine, "active"), (None, "unclaimed")):
            WorkShare.objects.create(work=over, right="PR", role="CA", share=300_000, party=owner, state=state)
        dispute(over, claim(mine, 30), claim(yours, 30), by=person("documentation"), takes_open_part=False)
        make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("over", over))]))
        reasons = dict(SuspenseLine.objects.values_list("reason").annotate(Sum("amount")).order_by())
        assert reasons == {"dispute": 70_00, "unclaimed": 30_00}
        look()
        assert AgreementFaultStake.objects.get().held == 40_00

    def test_the_dearest_comes_first(self, look: Any, client: Client) -> None:
        cheap, dear = contested("Cheap")[0], contested("Dear")[0]
        gap("Alone")
        make.pool(90_00, files=[make.usage(make.Play("cheap", cheap), make.Play("dear", dear, 8))])
        look()
        page = shown(client.get(LIST))
        assert page.index("Dear") < page.index("Cheap") < page.index("Alone")
        assert "80.00" in page and "10.00" in page
        by_number = shown(client.get(LIST, {"order": "number"}))
        assert by_number.index("Cheap") < by_number.index("Dear")
        AgreementFault.objects.filter(work=cheap).update(found_at=clock.now() + dt.timedelta(days=1))
        newest = shown(client.get(LIST, {"order": "newest"}))
        assert newest.index("Cheap") < newest.index("Dear")


class TestPage:
    def test_it_says_what_is_wrong_by_which_agreements_where_when_and_what_cures_it(
        self, look: Any, client: Client
    ) -> None:
        _over, [one, other] = contested()
        _round, [first, second, third] = circle()
        _gap, lonely = gap()
        look()
        page = shown(client.get(LIST))
        assert f"60 % → London of Over ({one.number}), 60 % → Bombay of Over ({other.number})" in page
        assert "These agreements give 120 % together: end or withdraw one, or lower them by 20 %." in page
        way = f"First of Round → Second of Round ({first.number}) → Third of Round ({second.number}) → First of Round"
        assert f"{way} ({third.number})" in page
        assert f"then the way has an end. {first.number} · {second.number} · {third.number}" in page
        assert f"Agreement {lonely.number} names this work, but nobody gave its assignor a part of it" in page
        assert f"which Stranger to Gap gets a part, or take the work off this agreement. {lonely.number}" in page
        assert "Pakistan" in page

    def test_a_row_that_was_cured_since_vanishes_when_it_is_looked_at(self, look: Any, client: Client) -> None:
        _song, [one, _other] = contested()
        contested("Still wrong")
        look()
        withdraw_agreement(agreement=one, by=person("documentation"), reason="Never signed.")
        page = shown(client.get(LIST))
        assert "of Over" not in page and "Still wrong" in page
        assert "1 row of this page has been cured since and is left out." in page
        [_head, row] = rows_of(client.get(LIST, {"format": "csv"}))
        assert row[1] == "Still wrong"

    def test_a_work_that_left_the_register_is_not_listed(self, look: Any, client: Client) -> None:
        song, _agreements = contested()
        look()
        Work.objects.filter(pk=song.pk).update(state="refused")
        assert "Over" not in re.sub("Over the whole", "", shown(client.get(LIST)))
        assert look() == []

    def test_it_is_filtered_by_right_kind_work_and_agreement(self, look: Any, client: Client) -> None:
        _over, [one, _other] = contested("Aaa")
        circle("Bbb")
        look()

        def titles(**chosen: str) -> list[str]:
            return [row[1] for row in rows_of(client.get(LIST, {"format": "csv", "order": "number", **chosen}))[1:]]

        assert titles() == ["Aaa", "Bbb"]
        assert titles(kind="cycle") == ["Bbb"] and titles(kind="gap") == []
        assert titles(right="PR") == ["Aaa", "Bbb"] and titles(right="MR") == []
        assert titles(agreement=one.number.lower()) == ["Aaa"] and titles(agreement="A9999999") == []
        assert titles(q="bbb") == ["Bbb"] and titles(order="nonsense", kind="nonsense") == ["Aaa", "Bbb"]

    def test_the_file_tells_what_the_page_tells(self, look: Any, client: Client) -> None:
        song, [one, other] = contested("=Over")
        look()
        [head, row] = rows_of(client.get(LIST, {"format": "csv"}))
        told = dict(zip(head, row, strict=True))
        assert told["Work"] == song.number and told["Title"] == "'=Over" and told["Right"] == "Performing"
        assert told["Territory"] == "Pakistan" and told["Day"] == clock.today().isoformat()
        assert told["What is wrong"] == "Over the whole" and told["Agreements"] == f"{one.number}; {other.number}"
        assert told["Part held"] == "100\N{NO-BREAK SPACE}%" and told["At stake"] == "0.00"

    def test_the_pages_hold_each_row_once(self, look: Any, client: Client) -> None:
        giver = make_party("Publisher")
        for number in range(60):
            make.song(f"Song {number:02}", (giver, 100))
        WorkShare.objects.update(role="E")
        for name in ("London", "Bombay"):
            agreed(giver, make_party(name), 60)
        look()
        seen, following = [], "order=newest"
        while following:
            page = client.get(f"{LIST}?{following}").content.decode()
            seen += sorted(set(re.findall(r"Song \d\d", page)))
            found = re.search(r'href="\?([^"]*after=[^"]*)"', page)
            following = found[1].replace("&amp;", "&") if found else ""
        assert len(seen) == len(set(seen)) == 60

    def test_a_page_asks_a_fixed_number_of_queries(
        self, look: Any, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(12):
            contested(f"Over {number}")
            gap(f"Gap {number}")
        look()
        with django_assert_max_num_queries(50):
            client.get(LIST)

    @pytest.mark.parametrize("language", ["en", "ur"])
    def test_a_full_page_stays_light(self, look: Any, client: Client, language: str) -> None:
        giver = make_party("The Indus Valley Music Publishing Company of Karachi")
        for number in range(60):
            make.song(f"Song of the long evenings {number:02}", (giver, 100))
        WorkShare.objects.update(role="E")
        for name in ("London and Birmingham Music Publishers", "Bombay and Poona Songs", "Lahore Music Houses"):
            agreed(giver, make_party(name), 60)
        look()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert len(client.get(LIST).content) < 60_000, "styles and fonts come to the rest of 100 KB"

    def test_it_is_reached_from_the_disputes_the_agreements_and_each_agreement_at_fault(
        self, look: Any, client: Client
    ) -> None:
        _song, [one, _other] = contested()
        look()
        for name in ("royalties:staff-dispute-list", "works:staff-agreement-list"):
            assert LIST in client.get(reverse(name)).content.decode()
        page = client.get(reverse("works:staff-agreement-detail", args=[one.uid])).content.decode()
        assert f"{LIST}?agreement={one.number}" in page and "for 1 work" in page
        assert "Works whose agreements cannot all be true" in shown(client.get("/staff/"))
