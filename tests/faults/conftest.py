"""A small society with one draft run, made once and cloned for every fault."""

import os
import random
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.conftest import admin_cursor, clone_database
from tests.faults import stage as acts

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "portal_faults"


def build_society() -> None:
    """Thirds, ties, an unclaimed rest, unidentified lines, equal weights: whatever makes rounding awkward."""
    from tests.factories import licensing as money
    from tests.factories import royalties as make
    from tests.factories.members import make_member

    seed = random.Random(2026)
    owners = [make_member(f"Owner{number}", number=900 + number).party for number in range(6)]
    songs = [
        make.song(f"Song {n}", *((owner, 33 if n % 3 else 25) for owner in seed.sample(owners, 3 if n % 3 else 4)))
        for n in range(15)
    ]
    plays = [
        make.Play(f"text {n}", None if n % 9 == 0 else seed.choice(songs), seed.choice((1, 1, 2, 7)), 60 + n % 4 * 35)
        for n in range(120)
    ]
    files = [make.usage(*plays[part::2], *plays[part : part + 25]) for part in range(2)]
    pools = [
        make.pool(12_345_679, files=files, right="PR", deductions=make.TWENTY_AND_FIVE),
        make.pool(777_777, files=files[:1], right="MR"),
    ]
    rates = [
        {"tax_class": name, "rate_percent": rate, "section": "153B", "source": "sample"}
        for name, rate in (("resident_active", "15"), ("resident_not_active", "30"), ("non_resident", "15"))
    ]
    make.rule("withholding", {"rates": rates})
    make.rule("payment", {"minimum_payment": "500.00"})
    make.draft_run(*pools)
    money.approved(use=make.BIG_STATION, province="GB")  # an invoice that nobody has paid
    for role in ("distribution", "approver"):
        money.person(role, "auditor")  # a second person at each desk


@dataclass
class Stage:
    """One clone of the society and its run."""

    name: str
    run_uid: str

    def url(self) -> str:
        """Address for child processes, which work as the application."""
        link = connections["default"].settings_dict
        return f"postgresql://{link['USER']}:{link['PASSWORD']}@{link['HOST']}:{link['PORT']}/{self.name}"

    def child(self, *, fault: str = "", until: str = "settled", **more: str) -> subprocess.Popen[bytes]:
        """Start a child that carries the run on, told to fail at a fault point or not; `more` is for its environment."""
        environment = {**os.environ, "DATABASE_URL": self.url(), "CMO_FAULT": fault, "JOB_LEASE_SECONDS": "1", **more}
        environment.pop("DATABASE_OWNER_URL", None)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.stage", self.run_uid, until],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def carry_on(self, *, fault: str = "", until: str = "settled", **more: str) -> int:
        """Run a child to its end; its exit code, negative when a signal killed it. Where nothing is to fail, the test's
        own process does it: a new one takes two seconds to start."""
        if not fault and not more:
            connections.close_all()
            acts.carry(uuid.UUID(self.run_uid), until)
            return 0
        child = self.child(fault=fault, until=until, **more)
        child.communicate(timeout=120)
        return child.returncode


@pytest.fixture
def stage(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[Stage]:
    """A fresh clone with a draft run; the test's own connection looks at it too."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"faults_{worker}"
    link = connections["default"]
    before = link.settings_dict["NAME"]
    connections.close_all()
    _build_template()
    clone_database(name, TEMPLATE)
    link.settings_dict["NAME"] = name
    from royalties.models import Run

    yield Stage(name, str(Run.objects.get().uid))
    connections.close_all()
    link.settings_dict["NAME"] = before


def _build_template() -> None:
    with admin_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7003)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone():
            return
        building = f"{TEMPLATE}_building"
        clone_database(building)
        connections["default"].settings_dict["NAME"] = building
        build_society()
        connections.close_all()
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{TEMPLATE}"')


@pytest.fixture
def safe() -> Callable[[Stage], None]:
    """All invariants hold and the digest is the oracle's."""

    def check(stage: Stage) -> None:
        from django.db import connection

        from cmo_portal.audit.services import verify_chain
        from royalties.fsck import Scope, findings
        from royalties.models import PaymentBatch, Run, Statement
        from tests.faults.oracle import Oracle

        run = Run.objects.get(uid=stage.run_uid)
        with connection.cursor() as cursor:
            assert bytes(run.digest).hex() == Oracle(cursor, run.pk).digest()
        assert findings(Scope()) == []
        assert verify_chain() == []
        assert PaymentBatch.objects.count() <= 1
        assert Statement.objects.filter(run=run).count() == Statement.objects.values("party").distinct().count()

    return check


@pytest.fixture(autouse=True)
def _fault_free_parent() -> None:
    assert not settings.CMO_FAULT
