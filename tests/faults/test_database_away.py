"""F12: PostgreSQL is gone for a moment, during a run and while people send forms."""

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from cmo_portal.audit.models import Act
from cmo_portal.common import faults
from cmo_portal.launcher.postgres import Cluster
from licensing.models import Invoice, Receipt, ReceiptAllocation
from royalties.models import Journal
from tests.conftest import APP_ROLE, OWNER_ROLE, admin_cursor
from tests.faults import stage as acts
from tests.faults.conftest import Stage
from tests.house.launcher_bed import make_folder

AT_LATEST = 10  # seconds until an answer, with the database away


@contextmanager
def database_away(name: str) -> Iterator[None]:
    """As a restart looks from outside: every session ends, and nobody gets in."""
    with admin_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def receipt_form() -> dict[str, Any]:
    """Finance records a payment of the invoice that nobody has paid, as the form sends it."""
    invoice = Invoice.objects.order_by("pk").last()
    assert invoice is not None and invoice.state == "issued"
    return {
        "received_on": "2026-11-22",
        "amount": f"{invoice.total / 100:.2f}",
        "method": "bank",
        "reference": "FT-12",
        "payer": "Station",
        "invoices": [invoice.pk],
        "form_key": str(uuid.uuid4()),
    }


def quiet_client(sign_in: Any) -> Client:
    """Finance at a browser that shows errors instead of raising them."""
    return sign_in(acts.person("finance"), client=Client(raise_request_exception=False))


def is_told_to_wait(client: Client, form: dict[str, Any]) -> None:
    """A form sent now is answered soon: 503, with the time after which to try again."""
    begun = time.monotonic()
    answer = client.post("/staff/receipts/new/", form)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert time.monotonic() - begun < AT_LATEST


def nothing_is_saved(form: dict[str, Any]) -> None:
    assert not Receipt.objects.filter(form_key=form["form_key"]).exists()
    assert not ReceiptAllocation.objects.filter(form_key=form["form_key"]).exists()
    assert Invoice.objects.get(pk=form["invoices"][0]).state == "issued"


def has_one_effect(client: Client, form: dict[str, Any]) -> None:
    """The same form sent again, twice: one receipt, one posting, one act; the same page both times."""
    first, again = (client.post("/staff/receipts/new/", form) for _ in range(2))
    assert first.status_code == 302 and first["Location"] == again["Location"]
    receipt = Receipt.objects.get(form_key=form["form_key"])
    assert Journal.objects.filter(key=f"receipt:{receipt.uid}").count() == 1
    assert Act.objects.filter(verb="record_receipt", object_id=str(receipt.uid)).count() == 1
    assert Invoice.objects.get(pk=form["invoices"][0]).state == "paid"


def test_f12_the_database_goes_away_during_a_run(stage: Any, safe: Any) -> None:
    child = stage.child()
    for _ in range(3):
        time.sleep(1.5)
        with database_away(stage.name):
            time.sleep(0.5)
        if child.poll() is not None:
            child = stage.child()
    child.communicate(timeout=120)
    assert stage.carry_on() == 0
    connections.close_all()  # our own session was ended too
    safe(stage)


def test_f12_a_page_asked_for_while_the_database_is_away_is_answered_503_with_retry_after(stage: Any) -> None:
    client = Client(raise_request_exception=False)
    connections.close_all()
    with database_away(stage.name):
        answer = client.get("/repertoire/?q=chand")
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert client.get("/healthz").status_code == 200
    assert client.get("/repertoire/?q=chand").status_code == 200


def test_f12_a_form_sent_while_the_database_is_away_is_not_half_saved_and_has_one_effect_afterwards(
    stage: Any, sign_in: Any
) -> None:
    client, form = quiet_client(sign_in), receipt_form()
    connections.close_all()
    with database_away(stage.name):
        is_told_to_wait(client, form)
    connections.close_all()
    nothing_is_saved(form)
    has_one_effect(client, form)


@pytest.mark.parametrize("point", ["licensing.allocation.after_write", "receipts.post.after_write"])
def test_f12_a_session_cut_in_the_middle_of_a_form_leaves_nothing(
    point: str, stage: Any, sign_in: Any, settings: Any
) -> None:
    client, form = quiet_client(sign_in), receipt_form()
    faults._passages.clear()
    settings.CMO_FAULT = f"{point}:dbterminate:1"
    is_told_to_wait(client, form)
    settings.CMO_FAULT = ""
    connections.close_all()
    nothing_is_saved(form)
    has_one_effect(client, form)


@dataclass
class Server:
    """A PostgreSQL of this test's own that holds the society."""

    cluster: Cluster
    port: int

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stopped fast, and started on the same port afterwards."""
        self.cluster.stop()
        try:
            yield
        finally:
            assert self.cluster.start(self.port) == self.port


@pytest.fixture
def server(stage: Stage) -> Iterator[Server]:
    """The society moved to a server of its own; the stage and the test's own connection go there."""
    link = connections["default"]
    before, folder = dict(link.settings_dict), make_folder()
    cluster = Cluster(folder / "postgres", Path(os.environ["TEST_PG_BIN"]), "not-secret-in-a-test")
    cluster.initialise()
    found = Server(cluster, cluster.start())
    move(stage, cluster, found.port)
    connections.close_all()
    link.settings_dict.update(HOST="127.0.0.1", PORT=found.port)
    yield found
    connections.close_all()
    link.settings_dict.update(HOST=before["HOST"], PORT=before["PORT"])
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def move(stage: Stage, cluster: Cluster, port: int) -> None:
    """Dump the society into the new server, under the same roles."""
    here, there = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0], cluster.url(port, "postgres")
    secret = connections["default"].settings_dict["PASSWORD"]
    statements = [
        f'CREATE ROLE "{OWNER_ROLE}" LOGIN',
        f"CREATE ROLE \"{APP_ROLE}\" LOGIN PASSWORD '{secret}'",
        f'CREATE DATABASE "{stage.name}" OWNER "{OWNER_ROLE}" TEMPLATE template0',
    ]
    for statement in statements:
        run(cluster, "psql", there, "-v", "ON_ERROR_STOP=1", "-c", statement)
    dump = cluster.folder.parent / "society.dump"
    run(cluster, "pg_dump", f"{here}/{stage.name}", "-Fc", "-f", str(dump))
    run(cluster, "pg_restore", "-d", cluster.url(port, stage.name), "--exit-on-error", str(dump))


def run(cluster: Cluster, program: str, *words: str) -> None:
    done = subprocess.run([str(cluster.binaries / program), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_f12_postgresql_restarted_fast_during_a_run_and_while_forms_are_sent(
    server: Server, stage: Any, safe: Any, sign_in: Any
) -> None:
    client, form = quiet_client(sign_in), receipt_form()
    child = stage.child()
    for _ in range(3):
        time.sleep(1.5)
        with server.away():
            is_told_to_wait(client, form)
        connections.close_all()
        nothing_is_saved(form)
        if child.poll() is not None:
            child = stage.child()
    child.communicate(timeout=120)
    assert stage.carry_on() == 0
    connection.close()
    has_one_effect(client, form)
    safe(stage)
