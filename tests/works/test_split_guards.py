"""What the database holds about agreement on splits, sides who act at once, and the digest that binds an answer."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from members.models import Member
from tests.factories.members import make_member
from tests.works.rounds import NOW, answer, halves, registered, states
from works.models import SplitProposal
from works.rules.agreement import split_digest
from works.rules.splits import Part
from works.services.splits import (
    propose_split_again,
)


def run_sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE works_workshare SET state = 'active'", "before every side has agreed"),
        ("UPDATE works_splitproposal SET state = 'agreed', decided_at = now()", "not every side has agreed"),
        ("UPDATE works_splitproposal SET parts = '[]'", "split_stands|Cannot"),
        ("UPDATE works_splitanswer SET state = 'waiting' WHERE state = 'confirmed'", "split_answered_once|Cannot"),
        (
            "UPDATE works_splitanswer SET state = 'confirmed', how = 'party', answered_at = now(), digest = '\\x00'"
            " WHERE state = 'waiting'",
            "changed or decided",
        ),
        ("UPDATE works_splitanswer SET state = 'confirmed' WHERE state = 'waiting'", "changed or decided|is_whole"),
        ("DELETE FROM works_splitanswer WHERE state = 'confirmed'", "Cannot|split_answered_once"),
    ],
)
def test_raw_sql_cannot_make_an_agreement(statement: str, words: str, nazia: Member, bilal: Member) -> None:
    registered(nazia, bilal.party)
    with pytest.raises(Exception, match=words):
        run_sql(statement)


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guards_off_an_unconfirmed_share_becomes_payable(superuser_cursor: Any) -> None:
    proposal = registered(make_member("Hassan", "Nazia"), make_member("Hussain", "Bilal").party)
    superuser_cursor.execute("ALTER TABLE works_workshare DISABLE TRIGGER USER")
    run_sql("UPDATE works_workshare SET state = 'active'")
    assert states(proposal.work) == {"active"}


def both(*acts: Callable[[], Any]) -> list[str]:
    """Two acts at the same moment, each in a session of its own."""
    gate, found = threading.Barrier(2), []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            act()
            found.append("done")
        except (ValidationError, IntegrityError):
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


@pytest.mark.django_db(transaction=True)
def test_two_sides_that_agree_at_once_make_one_agreement() -> None:
    nazia, bilal, third = (make_member(name, name) for name in ("Nazia", "Bilal", "Carim"))
    proposal = registered(nazia, bilal.party, third.party)
    assert both(lambda: answer(proposal, bilal), lambda: answer(proposal, third)) == ["done", "done"]
    proposal.refresh_from_db()
    assert (proposal.state, states(proposal.work)) == ("agreed", {"active"})


@pytest.mark.django_db(transaction=True)
def test_agreeing_while_another_split_is_proposed_is_right_or_refused() -> None:
    nazia, bilal, third = (make_member(name, name) for name in ("Nazia", "Bilal", "Carim"))
    proposal = registered(nazia, bilal.party, third.party)
    answer(proposal, third)

    def propose() -> None:
        propose_split_again(
            proposal=proposal, shares=halves(nazia.party, bilal.party), note="x", party=nazia.party, by=nazia.user,
            now=NOW,
        )  # fmt: skip

    assert both(lambda: answer(proposal, bilal), propose) == ["done", "refused"]
    proposal.refresh_from_db()
    live = SplitProposal.objects.filter(work=proposal.work, state="open").count()
    assert (proposal.state, live, states(proposal.work)) in (
        ("agreed", 0, {"active"}),
        ("replaced", 1, {"unconfirmed"}),
    )


parts = st.lists(
    st.builds(
        Part, st.integers(1, 50), st.sampled_from(["C", "A", "E"]), st.sampled_from(["PR", "MR"]), st.integers(1, 10**6)
    ),
    max_size=12,
)


@given(parts, st.randoms())
def test_the_digest_of_a_split_does_not_know_the_order_it_was_typed_in(split: list[Part], throw: Any) -> None:
    shuffled = split[:]
    throw.shuffle(shuffled)
    assert split_digest(shuffled) == split_digest(split)


@given(parts, parts)
def test_another_split_has_another_digest(one: list[Part], two: list[Part]) -> None:
    def listed(split: list[Part]) -> list[tuple[Any, ...]]:
        return sorted((p.key, p.role, p.right, p.share) for p in split)

    assert (split_digest(one) == split_digest(two)) == (listed(one) == listed(two))
