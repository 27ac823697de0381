"""What is wrong with a chain names every agreement that it is made of: in words, for machines and in the picture."""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from members.models import Party
from tests.factories.works import PERCENT, party, work
from works.forms.chain_picture import picture
from works.models import Agreement, Work
from works.queries.chains import collection_of
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 30)


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


def agreement(by: Any, giver: Party, taker: Party, percent: int = 100) -> Agreement:
    sides = (
        NewSide(giver, "AS", ((100 - percent) * PERCENT,) * 3),
        NewSide(taker, "AC", (percent * PERCENT,) * 3),
    )
    return record_agreement(new=NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides, ()), by=by)


def told(song: Work) -> Any:
    out = StringIO()
    asked = {"work": song.number, "right": "PR", "territory": "0586", "on": "2026-06-30", "json": True}
    call_command("effective_shares", stdout=out, **asked)
    return json.loads(out.getvalue())


def drawn(song: Work) -> list[tuple[str, str, bool]]:
    found = collection_of(work_id=song.pk, right="PR", territory="0586", on=TODAY)
    return [(node.name, node.agreement, node.is_wrong) for node in picture(found, mirrored=False)]


def test_a_conflict_names_all_agreements_that_give_too_much(desk: Any) -> None:
    indus, london, bombay = party("Indus"), party("London"), party("Bombay")
    song = work("Song", (indus, "E", 100))
    one, other = agreement(desk, indus, london, 60), agreement(desk, indus, bombay, 60)
    [part], [word] = told(song)["parts"], told(song)["words"]
    assert (part["state"], part["party"]["name"]) == ("conflict", "Indus")
    assert [(row["agreement"], row["party"]["name"], row["percent"]) for row in part["at_fault"]] == [
        (one.number, "London", "60"),
        (other.number, "Bombay", "60"),
    ]
    assert f"London ({one.number})" in word and f"Bombay ({other.number})" in word
    assert drawn(song) == [("Indus", "", True), ("London", one.number, True), ("Bombay", other.number, True)]


def test_a_circle_is_told_with_the_link_that_closes_it(desk: Any) -> None:
    indus, london, bombay = party("Indus"), party("London"), party("Bombay")
    song = work("Song", (indus, "E", 100))
    first, second, back = (
        agreement(desk, indus, london),
        agreement(desk, london, bombay),
        agreement(desk, bombay, indus),
    )
    [part], [word] = told(song)["parts"], told(song)["words"]
    assert (part["state"], part["party"]["name"]) == ("cycle", "Bombay")
    assert [step["agreement"] for step in part["path"]] == [None, first.number, second.number]
    assert [(row["agreement"], row["party"]["name"]) for row in part["at_fault"]] == [(back.number, "Indus")]
    assert f"Indus → London ({first.number}) → Bombay ({second.number}) → Indus ({back.number})" in word
    assert drawn(song)[-1] == ("Indus", back.number, True)


def test_a_sound_chain_has_nothing_at_fault(desk: Any) -> None:
    indus, london = party("Indus"), party("London")
    song = work("Song", (indus, "E", 100))
    agreement(desk, indus, london, 60)
    assert [part["at_fault"] for part in told(song)["parts"]] == [[], []]
