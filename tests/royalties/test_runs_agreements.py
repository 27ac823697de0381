"""A run pays whoever may collect: shares go through agreements when it is frozen, each part with its way."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from members.models import Party
from royalties import fsck
from royalties.models import Run, RunShare, Statement
from royalties.queries.frozen_shares import REGISTER_ROW, changes_since
from royalties.queries.why import explain
from royalties.rules.kernel import DISPUTE
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member, make_party
from works.models import Agreement, Work
from works.services.agreements import NewAgreement, NewSide, Terms, correct_terms, record_agreement, withdraw_agreement

pytestmark = pytest.mark.django_db
WHOLE = 1_000_000


@pytest.fixture
def documentation(staff: Any) -> Any:
    return staff("documentation")


def agreement(by: Any, giver: Party, taker: Party, units: int = WHOLE, **terms: Any) -> Agreement:
    given = Terms(**({"agreement_type": "PG", "start_date": dt.date(2020, 1, 1)} | terms))
    sides = (NewSide(giver, "AS", (WHOLE - units,) * 3), NewSide(taker, "AC", (units,) * 3))
    return record_agreement(new=NewAgreement(given, sides), by=by)


def frozen(run: Run, work: Work) -> list[tuple[int | None, int, int, list[int], list[int]]]:
    rows = RunShare.objects.filter(run_id=run.pk, work_id=work.pk).order_by("-units", "payee_id")
    return list(rows.values_list("party_id", "payee_id", "units", "holders", "agreements"))


@pytest.fixture
def song() -> tuple[Work, Party, Party, Party]:
    """A song of a writer and her publisher, who has two sub-publishers; all are members."""
    writer, publisher, sub, far = (make_member().party for _ in range(4))
    work = make.song("Song", (writer, 50), (publisher, 50))
    work.shares.filter(party=publisher).update(role="E")
    return work, publisher, sub, far


def test_a_share_that_agreements_divide_pays_every_part(song: Any, documentation: Any, run_jobs: Any) -> None:
    work, publisher, sub, far = song
    writer = Party.objects.get(pk=work.shares.filter(right="PR").exclude(party=publisher).get().party_id)
    first = agreement(documentation, publisher, sub, units=600_000)
    second = agreement(documentation, sub, far, units=500_000)
    file = make.usage(make.Play("song", work))
    run = make.finalised_run(run_jobs, make.pool(100_000, files=[file]))
    assert frozen(run, work) == [
        (writer.pk, writer.pk, 500_000, [], []),
        (publisher.pk, publisher.pk, 200_000, [], []),
        (sub.pk, sub.pk, 150_000, [publisher.pk], [first.pk]),
        (far.pk, far.pk, 150_000, [publisher.pk, sub.pk], [first.pk, second.pk]),
    ]
    origin = work.shares.get(party=publisher, right="PR").pk
    kept = RunShare.objects.filter(run_id=run.pk, work_id=work.pk).exclude(party_id=writer.pk)
    assert {share_id & REGISTER_ROW for share_id in kept.values_list("share_id", flat=True)} == {origin}
    assert list(fsck.findings(fsck.Scope())) == []
    statement = Statement.objects.get(run=run, party=far)
    why = explain(statement, pool_no=1, work=work.number)
    assert why is not None and why.amount == statement.earned == 15_000
    mine = next(owner for owner in why.owners if owner.share.share_id == why.lines[0].share_id)
    assert mine.way == ((str(publisher), first.number), (str(sub), second.number))
    assert mine.register_row == origin


def test_agreements_that_contradict_each_other_hold_the_part(song: Any, documentation: Any) -> None:
    work, publisher, sub, far = song
    agreement(documentation, publisher, sub, units=600_000)
    agreement(documentation, publisher, far, units=600_000)
    run = make.frozen_run(make.pool(files=[make.usage(make.Play("song", work))]))
    assert next(row[:3] for row in frozen(run, work)) == (publisher.pk, DISPUTE, 500_000)


def test_a_sub_publisher_elsewhere_gets_nothing_of_a_pool_here(song: Any, documentation: Any) -> None:
    work, publisher, sub, _far = song
    agreement(documentation, publisher, sub, territory="2136-0586")
    run = make.frozen_run(make.pool(files=[make.usage(make.Play("song", work))]))
    assert sub.pk not in {row[0] for row in frozen(run, work)}


def test_a_change_of_an_agreement_after_the_freeze_is_named(song: Any, documentation: Any) -> None:
    """Recorded, ended and withdrawn: each shows the song as changed, until it is as it was."""
    work, publisher, sub, _far = song
    run = make.frozen_run(make.pool(files=[make.usage(make.Play("song", work))]))
    assert changes_since(run).works == frozenset()
    signed = agreement(documentation, publisher, sub)
    before = changes_since(run)
    assert before.works == {work.pk}
    ended = Terms("PG", dt.date(2020, 1, 1), end_date=dt.date(2020, 12, 31))
    correct_terms(agreement=signed, terms=ended, by=documentation, reason="It ended")
    assert changes_since(run).works == frozenset() and changes_since(run).digest != before.digest
    withdraw_agreement(agreement=signed, by=documentation, reason="Forged")
    assert changes_since(run).works == frozenset()


def test_an_agreement_after_the_freeze_changes_nothing_in_the_run(song: Any, documentation: Any, run_jobs: Any) -> None:
    work, publisher, sub, _far = song
    run = make.calculated_run(run_jobs, make.pool(files=[make.usage(make.Play("song", work))]))
    before = frozen(run, work)
    agreement(documentation, publisher, sub)
    run = runs.send_for_review(run=run, by=make.maker(), now=make.NOW)
    assert frozen(run, work) == before


def test_an_agreement_with_somebody_who_is_no_member_waits_for_a_claim(song: Any, documentation: Any) -> None:
    work, publisher, _sub, _far = song
    stranger = make_party("Far Away Music")
    agreement(documentation, publisher, stranger)
    run = make.frozen_run(make.pool(files=[make.usage(make.Play("song", work))]))
    assert [(row[0], row[1] < 0) for row in frozen(run, work) if row[0] == stranger.pk] == [(stranger.pk, True)]


@pytest.mark.django_db(transaction=True)
def test_the_check_of_the_books_adds_shares_up_in_each_country(superuser_cursor: Any) -> None:
    """60 % of Asia and 50 % of Pakistan, planted with the guard off, are 110 % of Pakistan (M05)."""
    work = make.song("Song", (make_member().party, 60))
    superuser_cursor.execute("ALTER TABLE works_workshare DISABLE TRIGGER USER")
    superuser_cursor.execute("UPDATE works_workshare SET territory = '2106' WHERE work_id = %s", [work.pk])
    superuser_cursor.execute(
        """INSERT INTO works_workshare (uid, work_id, party_id, role, "right", territory, share, state, source)
        SELECT gen_random_uuid(), work_id, party_id, role, "right", '0586', 500000, 'active', ''
        FROM works_workshare WHERE work_id = %s AND "right" = 'PR'""",
        [work.pk],
    )
    connection.close()
    assert [finding.code for finding in fsck.findings(fsck.Scope())] == ["M05"]
