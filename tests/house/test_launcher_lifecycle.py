"""The life of an instance: started, stopped, killed, started twice, healed. Each test runs the real launcher."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.house.launcher_bed import Bed, make_folder, user_of


@pytest.fixture
def bed() -> Iterator[Bed]:
    """An empty data folder, cleared afterwards whatever the test left."""
    bed = Bed(make_folder())
    yield bed
    bed.clear()


def remember_something(bed: Bed) -> None:
    bed.sql("CREATE TABLE song (title text)")
    bed.sql("INSERT INTO song VALUES ('گیت')")
    bed.redis().set("song", "گیت")


def still_knows_it(bed: Bed) -> bool:
    return bed.sql("SELECT title FROM song") == [("گیت",)] and bed.redis().get("song") == "گیت".encode()


def test_a_second_start_takes_seconds_and_keeps_the_data(bed: Bed) -> None:
    first = bed.start_and_wait()
    remember_something(bed)
    secrets = (bed.data / "secrets.json").read_text()
    time.sleep(1.1)  # the broker writes to its file every second
    bed.stop(first)

    begun = time.monotonic()
    second = bed.start_and_wait()
    assert time.monotonic() - begun < 10
    assert still_knows_it(bed)
    assert (bed.data / "secrets.json").read_text() == secrets
    bed.stop(second)


def test_a_second_instance_on_the_same_data_is_refused_in_one_clear_line(bed: Bed) -> None:
    first = bed.start_and_wait()
    refused = bed.run("up", "--services-only")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"already running on this data ({bed.data}): process {first.pid}" in refused.stderr
    assert refused.stdout == ""
    assert bed.sql("SELECT 1") == [(1,)], "the first instance goes on"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_leaves_no_process(bed: Bed, number: signal.Signals) -> None:
    child = bed.start_and_wait()
    assert len(bed.processes()) > 5
    said = bed.stop(child, number)
    assert child.returncode == 0, said
    assert bed.processes() == {}


def test_a_signal_in_the_middle_of_the_first_start_leaves_no_process(bed: Bed) -> None:
    for delay in (0.2, 0.6, 1.0):
        child = bed.start()
        time.sleep(delay)
        bed.stop(child, signal.SIGINT)
        assert bed.wait_until_quiet() == {}
    bed.start_and_wait()
    assert bed.sql("SELECT 1") == [(1,)]


def test_after_a_kill_of_the_launcher_the_next_start_reaps_and_heals(bed: Bed) -> None:
    first = bed.start_and_wait()
    remember_something(bed)
    time.sleep(1.1)
    first.kill()
    first.wait()
    left = set(bed.processes())
    assert left, "the servers outlive a killed launcher; otherwise there is nothing to prove"

    second = bed.start_and_wait()
    assert not left & set(bed.processes())
    assert still_knows_it(bed)
    bed.stop(second)
    assert bed.processes() == {}


def test_after_a_kill_of_every_process_the_next_start_heals(bed: Bed) -> None:
    first = bed.start_and_wait()
    remember_something(bed)
    time.sleep(1.1)
    for pid in bed.processes():
        if pid != first.pid:
            os.kill(pid, signal.SIGKILL)
    first.kill()
    first.wait()
    assert bed.wait_until_quiet() == {}
    bed.start_and_wait()
    assert still_knows_it(bed)


def test_what_a_killed_launcher_left_can_be_stopped_by_hand(bed: Bed) -> None:
    bed.start_and_wait().kill()
    assert "Left over" in bed.run("status").stdout
    assert bed.run("stop").returncode == 0
    assert bed.wait_until_quiet() == {}


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_server_that_dies_is_started_again(bed: Bed, server: str) -> None:
    bed.start_and_wait()
    remember_something(bed)
    time.sleep(1.1)
    before = bed.record("services")[server]["pid"]
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while bed.record("services")[server]["pid"] == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert bed.record("services")[server]["pid"] != before
    assert still_knows_it(bed)


def test_another_port_is_chosen_when_somebody_took_the_old_one(bed: Bed) -> None:
    bed.stop(bed.start_and_wait())
    ports = [part["port"] for part in bed.record("services").values()]
    strangers = [socket.create_server(("127.0.0.1", port)) for port in ports]
    try:
        bed.start_and_wait()
        now = [part["port"] for part in bed.record("services").values()]
        assert not set(now) & set(ports)
        assert bed.sql("SELECT 1") == [(1,)]
        assert bed.redis().ping()
    finally:
        for stranger in strangers:
            stranger.close()


def test_a_stale_process_number_in_the_records_harms_nobody(bed: Bed) -> None:
    bed.stop(bed.start_and_wait())
    bystander = bed.run  # any living process will do: this test's own
    record = {"worker": {"pid": os.getpid(), "born": "another boot 1"}}
    (bed.data / "run" / "crew.json").write_text(str(record).replace("'", '"'))
    assert bystander("stop").returncode == 0
    os.kill(os.getpid(), 0)


def test_postgresql_never_runs_as_root(bed: Bed) -> None:
    bed.start_and_wait()
    user = user_of(bed.record("services")["postgres"]["pid"])
    assert user == ("nobody" if os.geteuid() == 0 else user_of(os.getpid()))
    assert user != "root"


def test_a_closed_home_keeps_its_mode_and_the_portal_still_runs() -> None:
    home = make_folder(mode=0o700)
    bed = Bed(home)
    try:
        bed.start_and_wait()
        assert bed.sql("SELECT 1") == [(1,)]
        assert home.stat().st_mode & 0o777 == 0o700
        outside = (bed.data / "pg18").resolve()
        bed.run("stop")
        bed.run("reset", "--yes")
        assert not outside.exists()
        assert home.stat().st_mode & 0o777 == 0o700
    finally:
        bed.clear()


def test_the_servers_want_a_password_and_listen_on_this_machine_alone(bed: Bed) -> None:
    bed.start_and_wait()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(bed.addresses()["DATABASE_URL"].replace(":" + password(bed), ":wrong"))
    port = bed.record("services")["valkey"]["port"]
    with socket.create_connection(("127.0.0.1", port)) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")
    for name in ("postgres", "valkey"):
        assert listening_addresses(bed.record("services")[name]["port"]) == {"0100007F"}


def test_secrets_are_readable_by_their_owner_alone(bed: Bed) -> None:
    bed.start_and_wait()
    for name in ("secrets.json", "run/addresses.json", "valkey/valkey.conf"):
        assert (bed.data / name).stat().st_mode & 0o777 == 0o600, name


def test_stop_and_status_tell_what_runs(bed: Bed) -> None:
    assert bed.run("status").returncode == 3
    child = bed.start_and_wait()
    status = bed.run("status")
    assert status.returncode == 0
    assert "PostgreSQL" in status.stdout
    assert "Valkey" in status.stdout
    assert bed.run("stop").returncode == 0
    child.communicate(timeout=30)
    assert bed.run("status").returncode == 3
    assert bed.processes() == {}


def test_reset_asks_first_spares_a_running_portal_and_deletes_only_what_is_ours(bed: Bed) -> None:
    child = bed.start_and_wait()
    assert "stop it first" in bed.run("reset", "--yes").stderr
    bed.stop(child)
    (bed.data / "notes of a person.txt").write_text("keep me")
    assert "--yes" in bed.run("reset").stderr
    assert (bed.data / "pg18").exists()
    assert bed.run("reset", "--yes").returncode == 0
    assert [path.name for path in bed.data.iterdir()] == ["notes of a person.txt"]


def test_a_detached_start_returns_when_all_is_ready(bed: Bed) -> None:
    done = bed.run("up", "--services-only", "--detach")
    assert done.returncode == 0, done.stdout + done.stderr
    assert bed.sql("SELECT 1") == [(1,)]
    assert bed.run("stop").returncode == 0
    assert bed.wait_until_quiet() == {}


def password(bed: Bed) -> str:
    return bed.addresses()["DATABASE_URL"].partition("@")[0].rpartition(":")[2]


def listening_addresses(port: int) -> set[str]:
    """Addresses (hexadecimal, as the kernel shows them) on which something listens on this port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            address, _, number = fields[1].partition(":")
            if int(number, 16) == port and fields[3] == "0A":
                found.add(address)
    return found
