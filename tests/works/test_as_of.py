"""A work as it was known on a day: every part of it goes back, and nothing of today stands beside."""

import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmo_portal.common import clock
from cmo_portal.common.known import Books
from members.models import Mandate, Member, Party, PartyAffiliation
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from works.models import (
    Agreement,
    Instrumentation,
    InstrumentPlayers,
    ProtectionTerm,
    PublicDomainElement,
    Recording,
    SourceWork,
    SplitProposal,
    Work,
    WorkIdentifier,
    WorkOrigin,
    WorkPerformer,
    WorkShare,
    WorkSubmission,
    WorkTitle,
)
from works.queries.as_of import work_as_of
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.disputes import NewClaim, open_dispute

ON = dt.date(2026, 6, 30)


def plain(value: Any) -> Any:
    """What an answer says, down to the last column, whatever read it."""
    if isinstance(value, models.Model):
        told = {field.attname: getattr(value, field.attname) for field in value._meta.concrete_fields}
        near = {**value._state.fields_cache, **getattr(value, "_prefetched_objects_cache", {})}
        return told | {name: plain(row) for name, row in near.items()}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple | models.QuerySet):
        return [plain(one) for one in value]
    return bytes(value) if isinstance(value, memoryview) else value


def rows_in(value: Any) -> Iterator[type[models.Model]]:
    """The tables that an answer is made of."""
    if isinstance(value, models.Model):
        yield type(value)
        for row in {**value._state.fields_cache, **getattr(value, "_prefetched_objects_cache", {})}.values():
            yield from rows_in(row)
    elif is_dataclass(value):
        for field in fields(value):
            yield from rows_in(getattr(value, field.name))
    elif isinstance(value, list | tuple | models.QuerySet):
        for one in value:
            yield from rows_in(one)


def age(cursor: Any, days: int = 3) -> None:
    """Let all that has happened have happened some days earlier."""
    for model in apps.get_models():
        if model._meta.managed and hasattr(model, "pgh_tracked_model"):
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET pgh_created_at = pgh_created_at - interval '{days} days'"
            )


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def song(desk: Any) -> Work:
    """A song of which everything is known: who wrote it, from what, on what it is played, who quarrels about it."""
    nazia, indus, london = make_member("Hassan", "Nazia", number=41), party("Indus Publishing"), party("London Music")
    PartyAffiliation.objects.create(party=london, society_code="052", right="PR")
    song = work("Dil Ki Baat", (nazia.party, "CA", 50), (indus, "E", 30), (None, "A", 20), original="دل کی بات")
    sides = (NewSide(indus, "AS", (0, 0, 0)), NewSide(london, "AC", (100 * PERCENT,) * 3))
    record_agreement(new=NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides, ()), by=desk)
    WorkIdentifier.objects.create(work=song, issuer="PRS", value="123")
    SourceWork.objects.create(work=song, kind="arrangement", source=work("Purani Dhun"))
    SourceWork.objects.create(work=work("Medley"), kind="component", source=song)
    ProtectionTerm.objects.create(
        territory="0586", years_after_death=50, valid_from=dt.date(1967, 2, 27), source="Ordinance"
    )
    PublicDomainElement.objects.create(work=song, element="words", reason="died", author="Mir", died_in=1810)
    WorkPerformer.objects.create(work=song, last_name="Hassan", first_name="Nazia")
    setting = Instrumentation.objects.create(work=song, standard="BBA", voices=2)
    InstrumentPlayers.objects.create(instrumentation=setting, instrument="TAB", players=1)
    WorkOrigin.objects.create(work=song, purpose="FIL", production_title="Qurbani")
    WorkSubmission.objects.create(work=song, sender="PRS", transaction_type="NWR", version="02.10")
    SplitProposal.objects.create(work=song, round=1, parts=[], digest=b"1" * 32, remind_on=ON, answer_by=ON)
    claims = [NewClaim(nazia.party, "CA", 50 * PERCENT), NewClaim(party("Asad Khan"), "CA", 60 * PERCENT)]
    open_dispute(work=song, right="MR", claims=claims, by=desk, on=ON)
    recording = Recording.objects.create(
        title="Dil Ki Baat (Live)", isrc="PKA018100001", duration=200, key="", skeleton=""
    )
    recording.performers.create(name="Zoheb Hassan", key="", skeleton="")
    recording.parts.create(work=song)
    return song


def change_everything(song: Work) -> None:
    """Rename, delete, end and withdraw whatever stands on the page."""
    Party.objects.update(display_name="Somebody else")
    Work.objects.update(title="Another title", duration=1)
    for table in (
        WorkTitle,
        WorkIdentifier,
        SourceWork,
        PublicDomainElement,
        WorkPerformer,
        WorkOrigin,
        WorkSubmission,
    ):
        table.objects.filter(work=song).delete()
    InstrumentPlayers.objects.all().delete()
    Instrumentation.objects.all().delete()
    ProtectionTerm.objects.update(years_after_death=200)
    for recording in Recording.objects.all():
        recording.parts.all().delete()
        recording.performers.all().delete()
        recording.delete()
    WorkShare.objects.filter(work=song, state="active").delete()
    Agreement.objects.update(state="withdrawn", start_date=dt.date(2000, 1, 1))
    Mandate.objects.update(valid_to=dt.date(2021, 1, 1))
    PartyAffiliation.objects.update(valid_to=dt.date(2021, 1, 1))
    song.disputes.update(state="due")
    song.disputes.get().claims.update(share=1, answer="lowered", answered_at=clock.now())
    song.splits.update(state="refused")


@pytest.mark.django_db(transaction=True)
def test_what_was_known_yesterday_is_all_that_was_told_yesterday(song: Work, superuser_cursor: Any) -> None:
    told = plain(work_as_of(song, on=ON))
    for part in ("collections", "agreements", "recordings", "disputes", "split"):
        assert told[part], part
    described = told["described"]
    for part in ("titles", "sources", "derived", "elements", "performers", "settings", "origins", "identifiers"):
        assert described[part], part
    age(superuser_cursor)
    change_everything(song)
    yesterday = clock.today() - dt.timedelta(days=1)
    then, now = plain(work_as_of(song, on=ON, known_on=yesterday)), plain(work_as_of(song, on=ON))
    for part, said in told.items():
        if part == "collections":  # they name the day of knowledge that was asked about
            said = [{**one, "known_on": yesterday} for one in said]
        assert then[part] == said, part
        assert part == "regroupings" or now[part] != said, part
    assert work_as_of(song, on=ON, known_on=dt.date(2020, 1, 1)) is None


@pytest.mark.django_db(transaction=True)
def test_the_command_answers_for_the_work_that_stood_then(song: Work, superuser_cursor: Any) -> None:
    age(superuser_cursor)
    other = work("Another song", (party("Tara Gill"), "CA", 100))
    Work.objects.filter(pk=song.pk).update(state="merged", merged_into=other)

    def answered_for(**more: str) -> str:
        out = io.StringIO()
        asked = {"work": song.number, "right": "PR", "territory": "0586", "on": str(ON), **more}
        call_command("effective_shares", **asked, json=True, stdout=out)
        return str(json.loads(out.getvalue())["answered_for"])

    assert answered_for() == other.number
    assert answered_for(known_on=str(clock.today() - dt.timedelta(days=1))) == song.number


@pytest.mark.django_db
def test_every_table_of_the_page_keeps_what_was_deleted(song: Work) -> None:
    tables = set(rows_in(work_as_of(song, on=ON)))
    assert {Recording, WorkShare, InstrumentPlayers, Party} <= tables
    for table in tables - {Member}:
        kept = {trigger.name for trigger in table._meta.triggers}
        forgets = "DELETE" in getattr(table, "app_may", ["DELETE"]) and "dispute_is_kept" not in kept
        assert not forgets or "delete_delete" in kept or table._meta.model_name in NEVER_DELETED, table


NEVER_DELETED = ("work", "claim", "splitproposal")  # no service deletes them


@pytest.mark.django_db(transaction=True)
def test_a_row_that_moved_to_another_work_is_not_told_of_both(song: Work, superuser_cursor: Any) -> None:
    """As a merge moves them: the row stays, its work changes."""
    other = work("Other")
    age(superuser_cursor)
    song.titles.update(work=other)
    age(superuser_cursor)
    yesterday = clock.today() - dt.timedelta(days=1)
    before = yesterday - dt.timedelta(days=3)
    found = {
        day: [len(Books(day).rows(WorkTitle, work_id=one.pk)) for one in (song, other)] for day in (before, yesterday)
    }
    assert found == {before: [2, 1], yesterday: [0, 3]}


@pytest.mark.django_db
def test_the_page_takes_as_many_queries_for_many_shares_as_for_few(song: Work, desk: Any, sign_in: Any) -> None:
    client: Client = sign_in(desk)
    page = reverse("works:staff-work-detail", args=[song.uid])

    def asked(**query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client.get(page, query).status_code == 200
        return len(counted)

    client.get(page)
    few, other_country = asked(), asked(country="India")
    WorkShare.objects.filter(work=song, right="PR").delete()
    for number in range(20):
        owner = party(f"Owner {number}")
        WorkShare.objects.create(work=song, party=owner, role="C", right="PR", share=PERCENT)
        sides = (NewSide(owner, "AS", (0, 0, 0)), NewSide(party(f"Firm {number}"), "AC", (100 * PERCENT,) * 3))
        record_agreement(new=NewAgreement(Terms("OG", dt.date(2020, 1, 1)), sides, ()), by=desk)
    assert asked() <= few and asked(country="India") <= other_country
    assert few <= 65, few
    assert other_country <= few + 9, "the other country costs three queries a right"


@pytest.mark.django_db
def test_agreements_are_listed_also_where_they_do_not_name_the_work(song: Work, desk: Any, sign_in: Any) -> None:
    page = sign_in(desk).get(reverse("works:staff-work-detail", args=[song.uid])).content.decode()
    assert "General: all works of those who pass on" in page
    assert "Performing, Mechanical" in page
