"""The two people of most tests on works."""

import pytest

from members.models import Member
from tests.factories.members import make_member


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia")


@pytest.fixture
def bilal(db: None) -> Member:
    return make_member("Hussain", "Bilal")
