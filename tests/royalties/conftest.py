"""The worlds that several test files of royalties begin with."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from members.models import Party
from royalties.services import payments, runs
from tests.factories import census as example
from tests.factories import royalties as make
from tests.factories.members import make_member
from tests.royalties import bookkeeping, paying
from tests.worlds import world


@world
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
    make.rule("withholding", {"rates": paying.RATES})
    make.rule("payment", {"minimum_payment": "250.00"})
    return people


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> None:
    """A folder of its own for each test, so that tests side by side do not see each other's files."""
    settings.MEDIA_ROOT = tmp_path / "media"


@world
def census(run_jobs: Any) -> Any:
    return example.published(run_jobs)


@pytest.fixture
def m1(census: Any, sign_in: Any) -> Any:
    """The client of M1."""
    return sign_in(census.parties["M1"].member.user)


@world
def books(run_jobs: Any) -> Party:
    """A year of money: a receipt with credit, pools, a published run with deductions and held money, a batch of which
    one line was paid and one came back, and another that waits. Gives the payee who was paid."""
    alia, bilal = (make_member(name, number=800 + place).party for place, name in enumerate(("Alia", "Bilal")))
    songs = [make.song("A", (alia, 100)), make.song("B", (bilal, 100))]
    file = make.usage(make.Play("a", songs[0], 6), make.Play("b", songs[1], 3), make.Play("unknown"))
    run = make.finalised_run(run_jobs, make.pool(200_000, deductions=bookkeeping.DEDUCTIONS, files=[file]))
    runs.publish_run(run=run, by=make.maker(), now=make.NOW)
    bookkeeping.credited()
    make.rule("withholding", {"rates": bookkeeping.RATES})
    make.rule("payment", {"minimum_payment": "1.00"})
    bookkeeping.answered(bookkeeping.paid_batch(), "PAID", "REJECTED")
    bookkeeping.confirmed(bilal, 801)
    payments.make_batch(form_key=uuid.uuid4(), pay_on=bookkeeping.DAY, by=make.finance(), now=bookkeeping.NOW)
    return alia
