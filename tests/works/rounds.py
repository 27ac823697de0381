"""Rounds of agreement for tests: a work registered with others, and the answers of its sides."""

import datetime as dt
from typing import Any

from django.db import transaction

from members.models import Member
from works.models import SplitProposal, Work, WorkShare
from works.services.drafts import equal_parts
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.splits import (
    answer_split,
    open_first_rounds,
)

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


def halves(*parties: Any) -> tuple[NewShare, ...]:
    """Equal parts of both rights."""
    parts = equal_parts(len(parties))
    return tuple(
        NewShare(party, "CA", right, part) for right in ("PR", "MR") for party, part in zip(parties, parts, strict=True)
    )


def registered(owner: Member, *others: Any, now: dt.datetime = NOW) -> SplitProposal:
    """A work that `owner` registered with others, in its first round."""
    new = NewWork(title=NewTitle("Chandni Raat"), shares=halves(owner.party, *others))
    with transaction.atomic():
        song = register_work(new=new, by=owner.user, source="member", registered_by=owner.party, asks=True)
        return open_first_rounds(works=[(song, new.shares)], party=owner.party, by=owner.user, now=now)[0]


def answer(proposal: SplitProposal, member: Member, agrees: bool = True, **more: Any) -> SplitProposal:
    shown = {"digest": bytes(proposal.digest), "reason": "", "now": NOW} | more
    return answer_split(proposal=proposal, party=member.party, agrees=agrees, by=member.user, **shown)


def states(song: Work) -> set[str]:
    return set(WorkShare.objects.filter(work=song).values_list("state", flat=True))
