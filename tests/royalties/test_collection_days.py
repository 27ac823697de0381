"""Page, command and status give the answer of a run that begins today, also where use and collection lie far apart."""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cmo_portal.common import clock
from members.models import Party
from royalties.models import Run
from royalties.queries.frozen_shares import collected_on, fresh_shares
from tests.factories import royalties as make
from tests.factories.members import make_member
from works.models import Agreement, Work
from works.queries.distributable import statuses
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement

pytestmark = pytest.mark.django_db
WHOLE = 1_000_000
START, END = dt.date(2020, 1, 1), dt.date(2024, 6, 30)
BEFORE, LAST, AFTER = START - dt.timedelta(days=1), END, END + dt.timedelta(days=1)
OF_THE_FINDING = {"prior_royalties": "A", "end_date": END}


def plain(text: str) -> str:
    return (
        text.replace("\N{NO-BREAK SPACE}", " ")
        .replace("\N{FIRST STRONG ISOLATE}", "")
        .replace("\N{POP DIRECTIONAL ISOLATE}", "")
    )


@pytest.fixture
def documentation(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def song() -> tuple[Work, Party, Party]:
    """A song of a publisher with a sub-publisher; both are members."""
    publisher, sub = make_member("Publishing", "Indus").party, make_member("Music", "London").party
    work = make.song("Song", (publisher, 100))
    work.shares.update(role="E")
    return work, publisher, sub


def agreement(by: Any, giver: Party, taker: Party, **terms: Any) -> Agreement:
    sides = (NewSide(giver, "AS", (0, 0, 0)), NewSide(taker, "AC", (WHOLE,) * 3))
    given = Terms(**({"agreement_type": "PG", "start_date": START} | terms))
    return record_agreement(new=NewAgreement(given, sides), by=by)


def command(work: Work, on: dt.date, **more: str) -> Any:
    out = StringIO()
    asked = {"work": work.number, "right": "PR", "territory": "0586", "on": on.isoformat(), "json": True}
    call_command("effective_shares", stdout=out, **asked, **more)
    return json.loads(out.getvalue())


def run_for(work: Work, on: dt.date) -> Run:
    """A run that begins now and ends its period on a day."""
    run = make.draft_run(make.pool(files=[make.usage(make.Play("song", work))]))
    run = make.runs.freeze_run(run=run, by=make.maker(), now=make.NOW)
    run.period_end, run.created_at = on, clock.now()
    return run


@pytest.mark.parametrize("on", [BEFORE, START, LAST, AFTER, dt.date(2025, 6, 30)])
@pytest.mark.parametrize(
    "terms",
    [
        OF_THE_FINDING,
        {"prior_royalties": "A"},
        {"prior_royalties": "D", "prior_royalties_from": BEFORE},
        {"end_date": END},
        {"end_date": END, "post_term": "O"},
        {"end_date": END, "retention_end": dt.date(2025, 6, 30)},
        {"end_date": END, "retention_end": dt.date(2999, 6, 30), "prior_royalties": "A"},
        {"end_date": END, "post_term": "D", "post_term_until": dt.date(2999, 1, 1)},
    ],
)
def test_page_command_and_status_ask_what_a_run_asks_that_begins_today(
    song: Any, documentation: Any, sign_in: Any, terms: dict[str, Any], on: dt.date
) -> None:
    work, publisher, sub = song
    agreement(documentation, publisher, sub, **terms)
    run = run_for(work, on)
    [row] = fresh_shares(run=run, right="PR", territory="0586")
    pays = Party.objects.get(pk=row[3])
    told = command(work, on)
    assert [part["party"]["name"] for part in told["parts"]] == [str(pays)]
    assert told["collected_on"] == collected_on(run).isoformat()
    client: Client = sign_in(documentation)
    page = client.get(reverse("works:staff-work-detail", args=[work.uid]), {"on": on.isoformat()})
    [collection] = [one for one in page.context["collections"] if one.right == "PR"]
    assert [(part.party, part.units) for part in collection.parts] == [(pays, WHOLE)]
    assert collection.collected_on == collected_on(run)
    status = statuses([work.pk], right="PR", on=on, collected_on=collected_on(run))[work.pk]
    assert page.context["statuses"][0].status == status and status.pays == (WHOLE if row[2] > 0 else 0)


def test_the_day_of_collection_can_be_named_and_the_ground_is_said(song: Any, documentation: Any, sign_in: Any) -> None:
    """The example of prior royalties with an end and nothing after it: on the day of use alone nobody ever saw them."""
    work, publisher, sub = song
    signed = agreement(documentation, publisher, sub, **OF_THE_FINDING)
    then = command(work, BEFORE, collected_on="2021-05-01")
    assert [part["party"]["name"] for part in then["parts"]] == [str(sub)]
    assert then["parts"][0]["path"][1]["grounds"] == ["prior_royalties"]
    assert any("prior royalties" in plain(word) and signed.number in word for word in then["words"])
    now = command(work, BEFORE)
    assert [part["party"]["name"] for part in now["parts"]] == [str(publisher)]
    assert now["collected_on"] == clock.today().isoformat()
    asked = {"on": BEFORE.isoformat(), "collected_on": "2021-05-01"}
    client: Client = sign_in(documentation)
    page = plain(client.get(reverse("works:staff-work-detail", args=[work.uid]), asked).content.decode())
    assert "prior royalties" in page and "that is collected on" in page and f"({signed.number})" in page


def test_what_was_known_is_collected_on_the_day_of_knowledge(song: Any, documentation: Any) -> None:
    work, publisher, sub = song
    agreement(documentation, publisher, sub)
    today = clock.today().isoformat()
    assert command(work, START, known_on=today)["collected_on"] == today
    assert command(work, dt.date(2999, 1, 1))["collected_on"] == "2999-01-01"


def test_nothing_is_collected_before_it_is_used(song: Any, documentation: Any, sign_in: Any) -> None:
    work = song[0]
    with pytest.raises(CommandError, match="before it is used"):
        command(work, START, collected_on="2019-12-31")
    page = reverse("works:staff-work-detail", args=[work.uid])
    answer = sign_in(documentation).get(page, {"on": START.isoformat(), "collected_on": "2019-12-31"})
    assert "before it is used" in answer.content.decode()


@pytest.mark.parametrize(
    ("terms", "on", "collected", "word"),
    [
        ({"end_date": END, "retention_end": dt.date(2025, 6, 30)}, AFTER, AFTER, "retention"),
        ({"end_date": END, "post_term": "O"}, LAST, AFTER, "after the term"),
        ({}, START, dt.date(2999, 1, 1), ""),
    ],
)
def test_the_words_say_on_what_an_agreement_collects_outside_its_term(
    song: Any, documentation: Any, terms: dict[str, Any], on: dt.date, collected: dt.date, word: str
) -> None:
    work, publisher, sub = song
    agreement(documentation, publisher, sub, **terms)
    told = command(work, on, collected_on=collected.isoformat())
    assert [part["party"]["name"] for part in told["parts"]] == [str(sub)]
    assert (len(told["words"]) == 2 and word in told["words"][1]) if word else len(told["words"]) == 1
