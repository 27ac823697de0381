"""Who takes part in most tests of works: the desk, a second person, and members."""

from typing import Any

import pytest

from members.models import Member
from tests.factories.members import make_member
from tests.factories.works import party, work
from tests.works.disputing import claim, dispute
from works.models import Dispute, Work


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia")


@pytest.fixture
def bilal(db: None) -> Member:
    return make_member("Hussain", "Bilal")


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def approver(staff: Any) -> Any:
    return staff("approver")


@pytest.fixture
def two() -> tuple[Any, Any, Work]:
    """Alia has the whole song; Bilal is about to claim half of it."""
    alia, bilal = make_member(party=party("Alia Rahman")), make_member(party=party("Bilal Hussain"))
    return alia, bilal, work("Song", (alia.party, "CA", 100))


@pytest.fixture
def opened(two: tuple[Any, Any, Work], by: Any) -> Dispute:
    """Alia claims 60 %, Bilal 50 %: 110 %."""
    alia, bilal, song = two
    return dispute(song, claim(alia.party, 60), claim(bilal.party, 50), by=by)
