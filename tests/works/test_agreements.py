"""Agreements in the books, and who may collect under them: the same answer for pages, commands and runs."""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from cmo_portal.audit.models import Act
from members.models import Party
from members.services.areas import write_area
from tests.factories.works import PERCENT, party, work
from works.models import Agreement, AgreementParty, AgreementWork, Work, WorkShare
from works.queries.chains import collection_of
from works.services.agreements import (
    NewAgreement,
    NewSide,
    Terms,
    correct_terms,
    drop_works,
    name_works,
    record_agreement,
    withdraw_agreement,
)

START = dt.date(2020, 1, 1)
TODAY = dt.date(2026, 6, 30)


def agreement(by: Any, giver: Party, taker: Party, percent: int = 100, works: tuple[Work, ...] = (), **terms: Any):
    """An agreement that passes on so much of every right."""
    stays = (100 - percent) * PERCENT
    sides = (
        NewSide(giver, "AS", (stays, stays, stays)),
        NewSide(taker, "AC", (percent * PERCENT,) * 3),
    )
    given = Terms(**({"agreement_type": "PG", "start_date": START} | terms))
    return record_agreement(new=NewAgreement(given, sides, works), by=by)


def collected(song: Work, territory: str = "0586", on: dt.date = TODAY, **more: Any) -> list[tuple[str, int, str]]:
    found = collection_of(work_id=song.pk, right="PR", territory=territory, on=on, **more)
    return [(str(part.party or ""), part.units // PERCENT, part.state) for part in found.parts]


@pytest.fixture
def documentation(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def firms(db: Any) -> tuple[Party, Party, Party]:
    return party("Indus Publishing"), party("London Music"), party("Bombay Songs")


@pytest.mark.django_db
def test_a_publisher_chain_is_followed_in_its_territories(documentation: Any, firms: Any) -> None:
    """Half stays with the writer; the publisher's half goes to its sub-publisher, but not in Pakistan."""
    alia, (indus, london, bombay) = party("Alia Rahman"), firms
    song = work("Song", (alia, "CA", 50), (indus, "E", 50))
    agreement(documentation, indus, london, territory="2136-0586")
    agreement(documentation, london, bombay, percent=60, territory="0356")
    assert collected(song, "0586") == [("Alia Rahman", 50, "active"), ("Indus Publishing", 50, "active")]
    assert collected(song, "0826") == [("Alia Rahman", 50, "active"), ("London Music", 50, "active")]
    assert sorted(collected(song, "0356")) == [
        ("Alia Rahman", 50, "active"),
        ("Bombay Songs", 30, "active"),
        ("London Music", 20, "active"),
    ]


@pytest.mark.django_db
def test_a_specific_agreement_covers_the_works_it_names(documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    one, other = work("One", (indus, "E", 100)), work("Other", (indus, "E", 100))
    agreement(documentation, indus, london)
    specific = agreement(documentation, indus, bombay, works=(one,), agreement_type="PS")
    assert [collected(one), collected(other)] == [[("Bombay Songs", 100, "active")], [("London Music", 100, "active")]]
    name_works(agreement=specific, works=[other], by=documentation, reason="Schedule 2 of the contract")
    drop_works(agreement=specific, works=[one], by=documentation, reason="Never in the schedule")
    assert [collected(one), collected(other)] == [[("London Music", 100, "active")], [("Bombay Songs", 100, "active")]]


@pytest.mark.django_db
def test_the_last_work_is_not_taken_off_a_specific_agreement(documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    one, other = work("One", (indus, "E", 100)), work("Other", (indus, "E", 100))
    given = {"by": documentation, "reason": "Never in the schedule"}
    specific = agreement(documentation, indus, bombay, works=(one, other), agreement_type="PS")
    with pytest.raises(ValidationError, match="at least one work"):
        drop_works(agreement=specific, works=[one, other], **given)
    drop_works(agreement=specific, works=[one], **given)
    with pytest.raises(ValidationError, match="at least one work"):
        drop_works(agreement=specific, works=[other], **given)
    assert [row.work for row in specific.listed.all()] == [other]
    general = agreement(documentation, indus, london, works=(one,))
    drop_works(agreement=general, works=[one], **given)
    assert not general.listed.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_no_agreement_names_a_work_that_is_refused_or_withdrawn(state: str, documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    stands, gone = work("One", (indus, "E", 100)), work("Undone")
    Work.objects.filter(pk=gone.pk).update(state=state)
    gone.refresh_from_db()
    with pytest.raises(ValidationError, match=f"{gone.number} was refused or withdrawn"):
        agreement(documentation, indus, london, works=(stands, gone), agreement_type="PS")
    specific = agreement(documentation, indus, bombay, works=(stands,), agreement_type="PS")
    with pytest.raises(ValidationError, match=f"{gone.number} was refused or withdrawn"):
        name_works(agreement=specific, works=[gone], by=documentation, reason="Schedule 2")
    assert [row.work for row in specific.listed.all()] == [stands]


@pytest.mark.django_db
def test_a_work_left_out_of_a_general_agreement_stays(documentation: Any, firms: Any) -> None:
    indus, london, _bombay = firms
    song = work("Song", (indus, "E", 100))
    agreement(documentation, indus, london, works=(song,))
    assert collected(song) == [("Indus Publishing", 100, "active")]


@pytest.mark.django_db
def test_disputed_unclaimed_and_missing_parts_go_no_further(documentation: Any, firms: Any) -> None:
    indus, london, _bombay = firms
    song = work("Song", (indus, "E", 60), (None, "CA", 40))
    agreement(documentation, indus, london)
    WorkShare.objects.filter(work=song, party__isnull=True, right="PR").update(share=30 * PERCENT)
    assert collected(song) == [("London Music", 60, "active"), ("", 30, "unclaimed"), ("", 10, "undocumented")]


@pytest.mark.django_db
def test_agreements_of_one_work_do_not_reach_another(documentation: Any, firms: Any) -> None:
    """Parties beyond the owners are followed: what an acquirer passed on is asked for too."""
    indus, london, bombay = firms
    song = work("Song", (indus, "E", 100))
    agreement(documentation, london, bombay)
    assert collected(song) == [("Indus Publishing", 100, "active")]
    agreement(documentation, indus, london)
    assert collected(song) == [("Bombay Songs", 100, "active")]


@pytest.mark.django_db
def test_a_cycle_a_conflict_and_a_gap_are_told_in_words(documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    ring, doubled, loose = work("Ring", (indus, "E", 100)), work("Doubled", (bombay, "E", 100)), work("Loose")
    agreement(documentation, indus, london, works=(doubled,))
    agreement(documentation, london, indus, works=(ring,), agreement_type="PS")
    agreement(documentation, bombay, indus, percent=60)
    agreement(documentation, bombay, london, percent=60)
    told = {}
    for song in (ring, doubled):
        out = StringIO()
        call_command("effective_shares", work=song.number, right="PR", territory="0586", on="2026-06-30", stdout=out)
        told[song] = out.getvalue()
    assert "circle" in told[ring] and "(A00" in told[ring]
    assert "more than 100 %" in told[doubled]
    WorkShare.objects.create(work=loose, party=indus, role="E", right="PR", share=PERCENT)
    agreement(documentation, party("Far Away"), party("Farther"), works=(loose,), agreement_type="PS")
    gaps = collection_of(work_id=loose.pk, right="PR", territory="0586", on=TODAY).gaps
    assert [gap.agreement_type for gap in gaps] == ["PS"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "used", "collected_by"),
    [
        ({}, dt.date(2019, 12, 31), "Indus Publishing"),
        ({"prior_royalties": "A"}, dt.date(2019, 12, 31), "Indus Publishing"),  # nobody collects before the start
        ({}, dt.date(2020, 1, 1), "London Music"),
        ({"end_date": dt.date(2024, 6, 30)}, dt.date(2024, 6, 30), "London Music"),
        ({"end_date": dt.date(2024, 6, 30)}, dt.date(2024, 7, 1), "Indus Publishing"),
        (
            {"end_date": dt.date(2024, 6, 30), "retention_end": dt.date(2025, 6, 30)},
            dt.date(2025, 6, 30),
            "London Music",
        ),
    ],
)
def test_an_agreement_holds_between_its_days(
    documentation: Any, firms: Any, terms: Any, used: dt.date, collected_by: str
) -> None:
    indus, london, _bombay = firms
    song = work("Song", (indus, "E", 100))
    agreement(documentation, indus, london, **terms)
    assert collected(song, on=used) == [(collected_by, 100, "active")]


@pytest.mark.django_db(transaction=True)
def test_what_was_known_before_is_still_told(documentation: Any, firms: Any, superuser_cursor: Any) -> None:
    """The agreement came into the books in March, the other owner in May; asked about one day, known on three."""
    indus, london, bombay = firms
    song = work("Song", (indus, "E", 100))
    signed = agreement(documentation, indus, london)
    WorkShare.objects.filter(work=song, right="PR").delete()
    WorkShare.objects.create(work=song, party=bombay, role="E", right="PR", share=100 * PERCENT)
    withdraw_agreement(agreement=signed, by=documentation, reason="Forged")
    known = {"works_workshareevent": "2026-01-10", "works_agreementevent": "2026-03-10"}
    for table, day in known.items():
        superuser_cursor.execute(f"UPDATE {table} SET pgh_created_at = %s WHERE pgh_label = 'insert'", [day])
    superuser_cursor.execute("UPDATE works_agreementpartyevent SET pgh_created_at = '2026-03-10'")
    superuser_cursor.execute(
        "UPDATE works_workshareevent SET pgh_created_at = '2026-05-10' WHERE pgh_label = 'delete' OR party_id = %s",
        [bombay.pk],
    )
    superuser_cursor.execute("UPDATE works_agreementevent SET pgh_created_at = '2026-05-10' WHERE state = 'withdrawn'")
    told = {
        month: [name for name, _share, _state in collected(song, known_on=dt.date(2026, month, 15))]
        for month in (1, 3, 5)
    }
    assert told == {1: ["Indus Publishing"], 3: ["London Music"], 5: ["Bombay Songs"]}
    assert collected(song, known_on=dt.date(2026, 1, 9)) == [("", 100, "undocumented")]
    assert collected(song) == [("Bombay Songs", 100, "active")]


@pytest.mark.django_db(transaction=True)
def test_the_works_that_an_agreement_named_are_told_as_they_were_known(
    documentation: Any, firms: Any, superuser_cursor: Any
) -> None:
    """One work was taken off the list in May, the other was put on it then."""
    indus, london, _bombay = firms
    gone, added = work("Gone", (indus, "E", 100)), work("Added", (indus, "E", 100))
    rest = work("Rest", (indus, "E", 100))
    signed = agreement(documentation, indus, london, works=(gone, rest), agreement_type="PS")
    drop_works(agreement=signed, works=[gone], by=documentation, reason="Never in the schedule")
    name_works(agreement=signed, works=[added], by=documentation, reason="Schedule 2 of the contract")
    for table in ("workshare", "agreement", "agreementparty", "agreementwork"):
        superuser_cursor.execute(f"UPDATE works_{table}event SET pgh_created_at = '2026-03-10'")
    superuser_cursor.execute(
        "UPDATE works_agreementworkevent SET pgh_created_at = '2026-05-10' WHERE pgh_label = 'delete' OR work_id = %s",
        [added.pk],
    )
    known = {
        song.title: [collected(song, known_on=dt.date(2026, month, 15))[0][0] for month in (3, 5)]
        for song in (gone, added, rest)
    }
    assert known == {
        "Gone": ["London Music", "Indus Publishing"],
        "Added": ["Indus Publishing", "London Music"],
        "Rest": ["London Music", "London Music"],
    }


@pytest.mark.django_db
def test_the_command_gives_shares_paths_and_words_as_json(documentation: Any, firms: Any) -> None:
    indus, london, _bombay = firms
    song = work("Song", (indus, "E", 100))
    signed = agreement(documentation, indus, london, percent=25)
    out = StringIO()
    call_command(
        "effective_shares", work=song.number, right="MR", territory="586", on="2026-06-30", json=True, stdout=out
    )
    told = json.loads(out.getvalue())
    assert [(part["percent"], part["state"], part["party"]["name"]) for part in told["parts"]] == [
        ("75", "active", "Indus Publishing"),
        ("25", "active", "London Music"),
    ]
    assert [step["agreement"] for step in told["parts"][1]["path"]] == [None, signed.number]
    assert len(told["words"]) == 2 and told["gaps"] == []
    for name in (str(song.uid), str(song.pk), song.number.lower()):
        again = StringIO()
        call_command(
            "effective_shares", work=name, right="MR", territory="0586", on="2026-06-30", json=True, stdout=again
        )
        assert json.loads(again.getvalue())["parts"] == told["parts"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("work", "W9999999", "no work"),
        ("territory", "9999", "TIS"),
        ("territory", "0891", "no country on this day"),
        ("territory", "0278", "no country on this day"),
        ("territory", "0810", "no country on this day"),
        ("territory", "0200", "no country on this day"),
        ("on", "30.6.2026", "not a day"),
        ("known_on", "2999-01-01", "will be known"),
    ],
)
def test_the_command_names_the_option_that_it_cannot_use(option: str, value: str, told: str) -> None:
    song = work("Song", (party("Alia Rahman"), "CA", 100))
    options = {"work": song.number, "right": "PR", "territory": "0586", "on": "2026-06-30"} | {option: value}
    with pytest.raises(CommandError, match=told):
        call_command("effective_shares", **options)


@pytest.mark.django_db
def test_the_command_answers_for_a_group_whose_countries_agree(documentation: Any, firms: Any) -> None:
    indus, london, _bombay = firms
    song = work("Song", (indus, "E", 100))
    asked = {"work": song.number, "right": "PR", "on": "2026-06-30"}
    agreement(documentation, indus, london, territory="2133")
    out = StringIO()
    call_command("effective_shares", territory="2133", json=True, stdout=out, **asked)
    told = json.loads(out.getvalue())
    assert (told["territory"], [part["party"]["name"] for part in told["parts"]]) == ("2133", ["London Music"])
    with pytest.raises(CommandError, match="group of countries that differ"):
        call_command("effective_shares", territory="2136", **asked)


@pytest.mark.django_db
def test_everything_that_is_wrong_with_an_agreement_is_said_at_once(documentation: Any, firms: Any) -> None:
    indus, _london, _bombay = firms
    wrong = NewAgreement(
        Terms("PS", START, end_date=dt.date(2019, 1, 1), prior_royalties="D", post_term="D"),
        (NewSide(indus, "AS", (10 * PERCENT, 0, 0)),),
    )
    with pytest.raises(ValidationError) as refused:
        record_agreement(new=wrong, by=documentation)
    assert set(refused.value.message_dict) == {"end_date", "prior_royalties_from", "post_term_until", "sides", "works"}
    assert Agreement.objects.count() == 0


@pytest.mark.django_db
def test_a_change_needs_its_reason_and_stands_in_the_record_of_acts(documentation: Any, firms: Any) -> None:
    indus, london, _bombay = firms
    signed = agreement(documentation, indus, london)
    ended = Terms("PG", START, end_date=dt.date(2025, 12, 31))
    with pytest.raises(ValidationError, match="why"):
        correct_terms(agreement=signed, terms=ended, by=documentation, reason=" ")
    assert correct_terms(agreement=signed, terms=ended, by=documentation, reason="Ended").end_date == ended.end_date
    assert Act.objects.filter(verb="correct_agreement").count() == 1
    withdraw_agreement(agreement=signed, by=documentation, reason="Entered twice")
    with pytest.raises(ValidationError, match="withdrawn"):
        correct_terms(agreement=signed, terms=ended, by=documentation, reason="Again")


@pytest.mark.django_db
def test_an_agreement_needs_the_permission_of_documentation(staff: Any, firms: Any) -> None:
    indus, london, _bombay = firms
    with pytest.raises(PermissionDenied):
        agreement(staff("finance"), indus, london)


@pytest.mark.django_db
def test_the_database_refuses_acquirers_above_the_whole(documentation: Any, firms: Any) -> None:
    indus, london, bombay = firms
    signed = agreement(documentation, indus, london, percent=60)
    with pytest.raises(IntegrityError, match="more than the whole"), transaction.atomic():
        AgreementParty.objects.create(agreement=signed, party=bombay, role="AC", pr_share=41 * PERCENT)
    with pytest.raises(IntegrityError, match="more than the whole"), transaction.atomic():
        AgreementParty.objects.create(agreement=signed, party=bombay, role="AC", pr_share=40 * PERCENT)
        AgreementParty.objects.filter(agreement=signed, party=bombay).update(pr_share=41 * PERCENT)


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guard_off_an_agreement_gives_away_more_than_there_is(
    documentation: Any, firms: Any, superuser_cursor: Any
) -> None:
    indus, london, bombay = firms
    signed = agreement(documentation, indus, london, percent=60)
    superuser_cursor.execute("ALTER TABLE works_agreementparty DISABLE TRIGGER USER")
    AgreementParty.objects.create(agreement=signed, party=bombay, role="AC", pr_share=41 * PERCENT)
    assert collected(work("Song", (indus, "E", 100))) == [("Indus Publishing", 100, "conflict")]


@pytest.mark.django_db
def test_the_database_refuses_days_that_contradict_each_other(firms: Any) -> None:
    def refused(**fields: Any) -> bool:
        try:
            with transaction.atomic():
                Agreement.objects.create(number="A1", agreement_type="PG", start_date=START, **fields)
        except IntegrityError:
            return True
        return False

    assert refused(end_date=dt.date(2019, 1, 1))
    assert refused(retention_end=dt.date(2025, 1, 1))
    assert refused(prior_royalties="D")
    assert refused(prior_royalties="A", prior_royalties_from=dt.date(2019, 1, 1))
    assert refused(post_term="D", post_term_until=dt.date(2029, 1, 1))
    write_area("2136-0586")
    assert not refused(territory="2136-0586")
    assert AgreementWork.objects.count() == 0
