"""Disputes in tests: claims, awards and shares in percent, opened and ended in one line."""

import datetime as dt
from typing import Any

from tests.factories.works import PERCENT
from works.models import Claim, Dispute, Work, WorkShare
from works.services import disputes
from works.services.disputes import Award, NewClaim

DAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LATE = DAY + dt.timedelta(days=61)


def rows(song: Work, right: str = "PR") -> list[tuple[str, str, int]]:
    """Owner, state and percent of each share of a right."""
    found = WorkShare.objects.filter(work=song, right=right).order_by("-share", "party__display_name")
    return [(str(row.party or "-"), row.state, row.share // PERCENT) for row in found]


def claim(owner: Any, percent: int, role: str = "CA") -> NewClaim:
    return NewClaim(owner, role, percent * PERCENT)


def award(owner: Any, percent: int, role: str = "CA") -> Award:
    return Award(owner, role, percent * PERCENT)


def dispute(song: Work, *claims: NewClaim, by: Any, **more: Any) -> Dispute:
    return disputes.open_dispute(work=song, right="PR", claims=claims, by=by, on=DAY, **more)


def end(opened: Dispute, *awards: Award, by: Any, approver: Any, kind: str = "split") -> Dispute:
    facts = {"dispute": opened, "kind": kind, "reason": "As the letters of both sides say.", "on": DAY}
    outcome = disputes.propose_outcome(awards=awards, by=by, **facts)
    return disputes.confirm_outcome(outcome=outcome, by=approver, on=DAY)


def side(opened: Dispute, place: int) -> Claim:
    return opened.claims.order_by("pk")[place]
