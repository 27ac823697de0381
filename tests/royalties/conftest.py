"""The worlds that several test files of royalties begin with."""

from typing import Any

import pytest

from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member
from tests.royalties.paying import RATES


@pytest.fixture
def owners(run_jobs: Any) -> dict[str, Any]:
    """Owners with published statements: 500.00, 300.00, 200.00, and 400.00 of one without a tax status."""
    people = {name: make_member(name, number=700 + place).party for place, name in enumerate(("Alia", "Bilal", "Celi"))}
    people["Dara"] = make_member("Dara", number=704, tax_class=None).party
    songs = {name: make.song(f"Song of {name}", (party, 100)) for name, party in people.items()}
    file = make.usage(
        make.Play("a", songs["Alia"], 50),
        make.Play("b", songs["Bilal"], 30),
        make.Play("c", songs["Celi"], 20),
        make.Play("d", songs["Dara"], 40),
    )
    run = make.finalised_run(run_jobs, make.pool(140_000, files=[file]))
    runs.publish_run(run=run, by=make.maker(), now=make.NOW)
    make.rule("withholding", {"rates": RATES})
    make.rule("payment", {"minimum_payment": "250.00"})
    return people
