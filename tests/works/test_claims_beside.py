"""Claims filed beside each other: a secret one stands in nobody's way, and the desk hears them in one dispute."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from tests.works.disputing import DAY, NOW, award, claim, dispute, end, rows
from works.models import Dispute, DisputeEvidence, Work, WorkShare
from works.queries.disputes import told_disputes
from works.services import disputes

pytestmark = pytest.mark.django_db
GROUNDS = "I wrote the words; the manuscript is of 2019."


@pytest.fixture
def three() -> tuple[Any, Any, Any, Work]:
    """Alia has the whole song; Bilal and Carim each claim a part of it."""
    alia, bilal, carim = (make_member(party=party(name)) for name in ("Alia Rahman", "Bilal Hussain", "Carim Shah"))
    return alia, bilal, carim, work("Song", (alia.party, "CA", 100))


def filed(song: Work, by: Any, percent: int) -> Dispute:
    against = list(WorkShare.objects.filter(work=song, right="PR", state="active").exclude(party=by.party))
    return disputes.file_counter_claim(
        work=song, right="PR", role="A", share=percent * PERCENT, against=against, grounds=GROUNDS,
        form_key=uuid.uuid4(), by=by.user, on=DAY, now=NOW,
    )  # fmt: skip


def test_what_is_filed_stands_in_nobody_s_way(three: Any, by: Any) -> None:
    alia, bilal, carim, song = three
    filed(song, bilal, 30)
    assert filed(song, carim, 20).state == "filed"
    assert dispute(song, claim(alia.party, 100), claim(party("Dara Khan"), 10), by=by).state == "open"


def test_a_member_files_one_claim_of_a_right(three: Any, by: Any) -> None:
    _alia, bilal, _carim, song = three
    first = filed(song, bilal, 30)
    with pytest.raises(ValidationError, match="waits already"):
        filed(song, bilal, 40)
    disputes.accept_claim(dispute=first, by=by, on=DAY)
    with pytest.raises(ValidationError, match="You are a side of a dispute about this right already. Answer there"):
        filed(song, bilal, 40)


def test_the_second_claim_that_is_accepted_is_heard_in_the_dispute_of_the_first(
    three: Any, by: Any, approver: Any
) -> None:
    alia, bilal, carim, song = three
    first, second = filed(song, bilal, 30), filed(song, carim, 20)
    paper = {"kind": "manuscript", "original_name": "sheet.pdf", "sha256": b"x", "size": 1, "shown": True}
    DisputeEvidence.objects.create(dispute=second, claim=second.claims.get(party=carim.party), **paper)
    disputes.accept_claim(dispute=first, by=by, on=DAY)
    heard = disputes.accept_claim(dispute=second, by=by, on=DAY)
    second.refresh_from_db()
    assert (heard, second.state, second.closed_on) == (first, "joined", DAY)
    assert sorted(str(each.party) for each in heard.claims.all()) == ["Alia Rahman", "Bilal Hussain", "Carim Shah"]
    assert sorted(rows(song)) == [("-", "disputed", 50), ("Alia Rahman", "active", 50)]
    assert heard.evidence.get().shown is False
    assert heard.messages.filter(party=carim.party, text=GROUNDS, to_all=False).count() == 1
    assert disputes.accept_claim(dispute=second, by=by, on=DAY).version == second.version
    assert [each for each, _words in told_disputes(song, on=DAY, with_files=False)] == [heard]
    awards = award(alia.party, 50), award(bilal.party, 30, "A"), award(carim.party, 20, "A")
    assert end(heard, *awards, by=by, approver=approver).state == "settled"
    assert rows(song) == [
        ("Alia Rahman", "active", 50), ("Bilal Hussain", "active", 30), ("Carim Shah", "active", 20),
    ]  # fmt: skip


def test_where_it_cannot_be_heard_there_the_desk_reads_why_and_nothing_changes(
    three: Any, by: Any, approver: Any
) -> None:
    alia, bilal, carim, song = three
    second = filed(song, carim, 20)
    opened = dispute(song, claim(alia.party, 100), claim(bilal.party, 30), by=by, territory="0586")
    with pytest.raises(ValidationError, match="Settle that dispute first"):
        disputes.accept_claim(dispute=second, by=by, on=DAY)
    facts = {"dispute": opened, "kind": "court", "reason": "Judgement.", "by": by, "on": DAY}
    disputes.propose_outcome(awards=[award(alia.party, 100)], **facts)
    with pytest.raises(ValidationError, match="Decide on that first"):
        disputes.accept_claim(dispute=second, by=by, on=DAY)
    second.refresh_from_db()
    assert second.state == "filed"
