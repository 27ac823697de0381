"""Agreements between the demo's publishers: abroad, at home for one song, and one that has ended."""

import datetime as dt
from collections.abc import Sequence

from members.models import Party
from royalties.demo.frame import Story, staff
from works.models import Work
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement

WHOLE = 1_000_000
ABROAD = "2136-0586"


def load(story: Story, publisher: Party, others: Sequence[Party], song: Work) -> None:
    """`publisher` has a sub-publisher abroad and an administrator for one song; the third agreement ended last year."""
    abroad, administrator, former = [firm for firm in others if firm != publisher][:3]
    start = story.beginning - dt.timedelta(days=400)
    record(publisher, abroad, Terms("PG", start, territory=ABROAD, signed_on=start, advance_given=True))
    record(
        publisher,
        administrator,
        Terms("PS", start, territory="0586", prior_royalties="A", post_term="O"),
        song,
        units=150_000,
    )
    ended = Terms("PG", start, end_date=story.beginning - dt.timedelta(days=30), post_term="O")
    record(administrator, former, ended)


def record(giver: Party, taker: Party, terms: Terms, *works: Work, units: int = WHOLE) -> None:
    """An agreement that passes on so much of the three rights."""
    sides = (NewSide(giver, "AS", (WHOLE - units,) * 3), NewSide(taker, "AC", (units,) * 3))
    new = NewAgreement(terms, sides, works)
    record_agreement(new=new, by=staff("documentation"), source="contract")
