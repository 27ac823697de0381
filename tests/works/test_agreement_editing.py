"""The agreement editor: one entry is one agreement, older tabs are refused, contradictions are accepted by name."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from cmo_portal.common import clock
from members.models import Party
from tests.factories.works import PERCENT, party, work
from tests.works.test_agreement_pages import NEW, TERMS, rows
from works.models import Agreement, AgreementWork, Work
from works.queries.contradictions import contradictions_of
from works.services.agreements import NewAgreement, NewSide, Terms, correct_terms, record_agreement

pytestmark = pytest.mark.django_db


@pytest.fixture
def documentation(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def desk(documentation: Any, sign_in: Any) -> Client:
    client: Client = sign_in(documentation)
    return client


@pytest.fixture
def firms(db: Any) -> tuple[Party, Party, Party]:
    return party("Indus Publishing"), party("London Music"), party("Bombay Songs")


def agreement(by: Any, giver: Party, taker: Party, percent: int = 100, works: tuple[Work, ...] = (), **terms: Any):
    sides = (
        NewSide(giver, "AS", ((100 - percent) * PERCENT,) * 3),
        NewSide(taker, "AC", (percent * PERCENT,) * 3),
    )
    given = Terms(**({"agreement_type": "PG", "start_date": dt.date(2020, 1, 1)} | terms))
    return record_agreement(new=NewAgreement(given, sides, works), by=by)


def text(answer: Any) -> str:
    body: str = answer.content.decode()
    return re.sub("[\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}]", "", body).replace("\N{NO-BREAK SPACE}", " ")


def tick(answer: Any) -> str:
    return str(answer.context["contradicts"].mark)


def entry(indus: Party, london: Party, **more: str) -> dict[str, str]:
    return {**TERMS, **rows((indus, "AS", "0"), (london, "AC", "100")), "save": "1", **more}


def terms_sent(signed: Agreement, **more: str) -> dict[str, str]:
    sent = {**TERMS, "territory": signed.territory, "reason": "Letter of 4 May"} | more
    return {name: value for name, value in sent.items() if name != "numbers"}


def test_the_same_entry_sent_twice_is_one_agreement(desk: Client, firms: Any) -> None:
    found = re.search(r'name="form_key" value="([0-9a-f-]{36})"', text(desk.get(NEW)))
    assert found, "the page carries no key of its entry"
    sent = entry(*firms[:2], form_key=found[1])
    first, second = desk.post(NEW, sent), desk.post(NEW, sent)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Agreement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_agreement(documentation: Any, firms: Any) -> None:
    key, sides = uuid4(), (NewSide(firms[0], "AS", (0, 0, 0)), NewSide(firms[1], "AC", (100 * PERCENT,) * 3))
    new = NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides)

    def click(_number: int) -> int:
        try:
            return record_agreement(new=new, by=documentation, form_key=key).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as clicks:
        assert len(set(clicks.map(click, range(4)))) == 1
    assert Agreement.objects.count() == 1


def test_an_entry_that_contradicts_another_names_it_and_waits_for_a_tick(
    desk: Client, documentation: Any, firms: Any
) -> None:
    indus, london, bombay = firms
    for title in ("One", "Other"):
        work(title, (indus, "E", 100))
    left_out = work("Left out", (indus, "E", 100))
    standing = agreement(documentation, indus, bombay, 60, works=(left_out,))
    answer = desk.post(NEW, entry(indus, london))
    told = text(answer)
    assert Agreement.objects.count() == 1
    assert f"{standing.number} → Bombay Songs" in told and "2 works would be held" in told
    assert f'value="{tick(answer)}"' in told and "all the same" in told
    guessed = desk.post(NEW, entry(indus, london, accept="1"))
    assert guessed.status_code == 200 and Agreement.objects.count() == 1
    work("A third", (indus, "E", 100))
    changed = desk.post(NEW, entry(indus, london, accept=tick(answer)))
    assert "3 works would be held" in text(changed) and Agreement.objects.count() == 1, "what was accepted has changed"
    assert desk.post(NEW, entry(indus, london, accept=tick(changed))).status_code == 302
    assert Agreement.objects.count() == 2


@pytest.mark.parametrize(
    ("standing", "new", "expected"),
    [
        ({}, {}, True),
        ({"percent": 40}, {"percent": 60}, False),
        ({"territory": "0356"}, {"territory": "0586"}, False),
        ({"territory": "0356"}, {"territory": "2136"}, True),
        ({"end_date": dt.date(2024, 1, 1)}, {"start_date": dt.date(2024, 1, 2)}, False),
        ({"end_date": dt.date(2024, 1, 1), "post_term": "O"}, {"prior_royalties": "A"}, True),
        ({"end_date": dt.date(2024, 1, 1)}, {"prior_royalties": "A"}, False),  # the old one collects no more
        ({"end_date": dt.date(2999, 1, 1)}, {"start_date": dt.date(2998, 1, 1)}, True),
        ({"agreement_type": "PS"}, {}, False),  # specific agreements go before general ones
        ({"agreement_type": "PS"}, {"agreement_type": "PS"}, True),
    ],
)
def test_only_agreements_that_meet_contradict_each_other(
    documentation: Any, firms: Any, standing: dict[str, Any], new: dict[str, Any], expected: bool
) -> None:
    indus, london, bombay = firms
    song = work("Song", (indus, "E", 100))
    first, second = (
        agreement(documentation, indus, taker, works=(song,) if "agreement_type" in terms else (), **terms)
        for taker, terms in ((bombay, standing), (london, new))
    )
    found = contradictions_of(second, today=clock.today())
    assert bool(found) is expected
    if expected:
        assert {one.right: (one.others, one.works) for one in found} == {
            "PR": ((first,), 1),
            "MR": ((first,), 1),
            "SR": ((first,), 0),  # nobody documented this right of the song
        }


def test_three_agreements_contradict_each_other_only_where_all_meet(documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    agreement(documentation, indus, bombay, 60, territory="0586")
    agreement(documentation, indus, party("Third"), 60, territory="0356")
    assert contradictions_of(agreement(documentation, indus, london, 40), today=clock.today()) == []
    fourth = agreement(documentation, indus, party("Fourth"), 30, territory="0586")
    [performing, *_more] = contradictions_of(fourth, today=clock.today())
    assert len(performing.others) == 2 and performing.works == 0


def test_terms_saved_from_an_old_tab_are_refused_with_the_newer_values(
    desk: Client, documentation: Any, firms: Any
) -> None:
    signed = agreement(documentation, *firms[:2])
    page = reverse("works:staff-agreement-edit", args=[signed.uid])
    marks = [str(desk.get(page).context["opened"].mark) for _tab in range(2)]
    assert f'name="opened" value="{marks[0]}"' in text(desk.get(page))
    assert desk.post(page, terms_sent(signed, territory="Pakistan", opened=marks[0])).status_code == 302
    stale = desk.post(page, terms_sent(signed, signed_on="2019-12-01", opened=marks[1]))
    signed.refresh_from_db()
    assert stale.status_code == 200 and "Territory stands now as" in text(stale)
    assert (signed.territory, signed.signed_on) == ("0586", None)


def test_a_save_that_changes_nothing_is_refused(desk: Client, documentation: Any, firms: Any) -> None:
    song = work("Song", (firms[0], "E", 100))
    signed = agreement(documentation, *firms[:2], works=(song,))
    page = reverse("works:staff-agreement-edit", args=[signed.uid])
    assert "Nothing is changed" in text(desk.post(page, terms_sent(signed)))
    lists = reverse("works:staff-agreement-works", args=[signed.uid])
    sent = {"numbers": song.number, "reason": "Schedule 2"}
    assert "Nothing is changed" in text(desk.post(lists, {**sent, "act": "name"}, follow=True))
    desk.post(lists, {**sent, "act": "drop"})
    assert "Nothing is changed" in text(desk.post(lists, {**sent, "act": "drop"}, follow=True))
    with pytest.raises(ValidationError, match="why"):
        correct_terms(agreement=signed, terms=Terms("PG", dt.date(2021, 1, 1)), by=documentation, reason="\u200f")


def test_the_history_says_what_stood_before_and_after(desk: Client, documentation: Any, firms: Any) -> None:
    song = work("Song", (firms[0], "E", 100))
    signed = agreement(documentation, *firms[:2])
    edit = reverse("works:staff-agreement-edit", args=[signed.uid])
    desk.post(edit, terms_sent(signed, territory="World - Asia + Pakistan", end_date="2030-12-31", shares_change="on"))
    desk.post(
        reverse("works:staff-agreement-works", args=[signed.uid]),
        {"numbers": song.number, "reason": "Schedule 2", "act": "name"},
    )
    told = text(desk.get(reverse("works:staff-agreement-detail", args=[signed.uid])))
    became = "<bdi>The whole world</bdi> became <bdi>The whole world without Asia, but with Pakistan</bdi>"
    assert f"Territory: {became}" in told and f"Added: <bdi>{song.number}</bdi>" in told
    assert "End: <bdi>–</bdi> became <bdi>31 December 2030</bdi>" in told
    assert "<bdi>No</bdi> became <bdi>Yes</bdi>" in told


def test_correcting_terms_and_lists_warns_of_what_is_new_alone(desk: Client, documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    song = work("Song", (indus, "E", 100))
    standing = agreement(documentation, indus, bombay, 60)
    signed = agreement(documentation, indus, london, 60, territory="0356")
    edit = reverse("works:staff-agreement-edit", args=[signed.uid])
    assert desk.post(edit, terms_sent(signed, signed_on="2019-12-01")).status_code == 302, "it did contradict before"
    signed.refresh_from_db()
    answer = desk.post(edit, terms_sent(signed, territory="World", signed_on="2019-12-01"))
    assert standing.number in text(answer) and "1 work would be held" in text(answer)
    signed.refresh_from_db()
    assert signed.territory == "0356"
    sent = terms_sent(signed, territory="World", signed_on="2019-12-01", accept=tick(answer))
    assert desk.post(edit, sent).status_code == 302
    one = agreement(documentation, indus, bombay, works=(song,), agreement_type="PS")
    other = agreement(documentation, indus, london, works=(work("Else"),), agreement_type="PS")
    lists = reverse("works:staff-agreement-works", args=[other.uid])
    sent = {"numbers": song.number, "reason": "Schedule 2", "act": "name"}
    answer = desk.post(lists, sent)
    assert answer.status_code == 200 and one.number in text(answer)
    assert AgreementWork.objects.filter(agreement=other).count() == 1
    assert desk.post(lists, {**sent, "accept": tick(answer)}).status_code == 302
    assert AgreementWork.objects.filter(agreement=other).count() == 2


def test_taking_a_work_off_the_list_of_those_left_out_warns_of_what_it_then_contradicts(
    desk: Client, documentation: Any, firms: Any
) -> None:
    indus, london, bombay = firms
    song = work("Song", (indus, "E", 100))
    standing = agreement(documentation, indus, bombay, 60)
    signed = agreement(documentation, indus, london, 60, works=(song,))
    lists = reverse("works:staff-agreement-works", args=[signed.uid])
    sent = {"numbers": song.number, "reason": "Schedule 2", "act": "drop"}
    answer = desk.post(lists, sent)
    assert answer.status_code == 200 and standing.number in text(answer) and "1 work would be held" in text(answer)
    assert AgreementWork.objects.filter(agreement=signed, work=song).exists()
    assert desk.post(lists, {**sent, "accept": tick(answer)}).status_code == 302
    assert not AgreementWork.objects.filter(agreement=signed).exists()


def test_the_works_held_with_one_assignor_are_not_those_of_another_in_the_same_agreement(
    documentation: Any, firms: Any
) -> None:
    """Indus and London pass on to Bombay together; of the work of both, only the part of London is given twice."""
    indus, london, bombay = firms
    both, alone = work("Both", (indus, "E", 50), (london, "E", 50)), work("Alone", (indus, "E", 100))
    agreement(documentation, indus, party("Third"), 60, works=(both,))
    agreement(documentation, london, party("Fourth"), 60)
    sides = (
        NewSide(indus, "AS", (20 * PERCENT,) * 3),
        NewSide(london, "AS", (20 * PERCENT,) * 3),
        NewSide(bombay, "AC", (60 * PERCENT,) * 3),
    )
    shared = record_agreement(new=NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides, ()), by=documentation)
    assert alone.pk
    found = {(one.assignor, one.right): one.works for one in contradictions_of(shared, today=clock.today())}
    assert (found[indus, "PR"], found[london, "PR"]) == (1, 1)


def test_a_contradiction_that_lasts_longer_than_before_is_told_again(
    desk: Client, documentation: Any, firms: Any
) -> None:
    indus, london, bombay = firms
    work("Song", (indus, "E", 100))
    agreement(documentation, indus, bombay, 60)
    signed = agreement(documentation, indus, london, end_date=dt.date(2024, 6, 30), post_term="O")
    edit = reverse("works:staff-agreement-edit", args=[signed.uid])
    longer = terms_sent(signed, end_date="2029-06-30", post_term="O")
    answer = desk.post(edit, longer)
    assert answer.status_code == 200 and "1 work would be held" in text(answer)
    assert desk.post(edit, {**longer, "accept": tick(answer)}).status_code == 302
    shorter = terms_sent(signed, end_date="2024-12-31", post_term="O")
    answer = desk.post(edit, shorter)
    assert answer.status_code == 200, "what is still contradicted is told whenever it changes"
