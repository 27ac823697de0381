"""./portal demo as a stranger meets it: from nothing to a page, stopped, killed, started again, nothing left."""

import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.launcher_bed import Bed, make_folder

pytestmark = pytest.mark.long
FIRST_START = 300.0
LATER_START = 20.0


@pytest.fixture
def bed() -> Iterator[Bed]:
    """An empty data folder, cleared afterwards whatever the test left."""
    bed = Bed(make_folder())
    yield bed
    bed.clear()


def page(bed: Bed, path: str) -> str:
    """A page of the running portal, as text."""
    with urllib.request.urlopen(bed.record("launcher")["address"] + path, timeout=20) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


def wait_for(true: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def crew(bed: Bed) -> dict[str, int]:
    """Process numbers of web, worker and scheduler."""
    return {name: part["pid"] for name, part in bed.record("crew").items()}


def variables_of(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(item.partition("=")[::2] for item in text.split("\0") if "=" in item)


def users_of_the_portal(bed: Bed) -> int:
    """How many accounts the demo has, asked by a management command beside the running portal."""
    counting = "from cmo_portal.accounts.models import User; print('accounts', User.objects.count())"
    done = bed.run("manage", "shell", "-v", "0", "-c", counting)
    found = re.search(r"accounts (\d+)", done.stdout)
    assert found, done.stdout + done.stderr
    return int(found[1])


def test_the_demo_starts_serves_survives_and_leaves_nothing(bed: Bed) -> None:
    first = bed.start_and_wait("demo", "--port", "0", seconds=FIRST_START)
    assert "<html" in page(bed, "/")
    assert '"ok"' in page(bed, "/healthz")
    accounts = users_of_the_portal(bed)
    assert accounts > 5
    assert '"ok"' in page(bed, "/healthz"), "a management command leaves the running portal alone"
    assert_secrets_are_where_they_belong(bed)
    assert_the_dead_are_replaced(bed)

    first.kill()
    said = first.communicate()[0]
    assert "@" in said, "the demo sign-ins are printed"
    code = bed.run("code", re.findall(r"[\w.+-]+@[\w.-]+", said)[0])
    assert code.returncode in (0, 1), "a member needs no code"
    left = set(crew(bed).values())

    begun = time.monotonic()
    second = bed.start_and_wait("demo", "--port", "0")
    assert time.monotonic() - begun < LATER_START
    assert not left & set(bed.processes())
    assert '"ok"' in page(bed, "/healthz")
    assert users_of_the_portal(bed) == accounts, "the demo society is loaded once"

    said = bed.stop(second, signal.SIGINT)
    assert "earlier start had left behind" in said
    assert second.returncode == 0
    assert bed.processes() == {}


def assert_secrets_are_where_they_belong(bed: Bed) -> None:
    """What serves people has the application's sign-in alone, in demo mode, never debugging."""
    for pid in crew(bed).values():
        given = variables_of(pid)
        assert "cmo_app:" in given["DATABASE_URL"]
        assert "DATABASE_OWNER_URL" not in given
        assert given["DEMO_MODE"] == "1"
        assert "DEBUG" not in given


def assert_the_dead_are_replaced(bed: Bed) -> None:
    """A killed web server or worker comes back by itself."""
    for name in ("web", "worker"):
        before = crew(bed)[name]
        os.kill(before, signal.SIGKILL)
        wait_for(lambda name=name, before=before: crew(bed).get(name) not in (None, before))  # type: ignore[misc]
    wait_for(lambda: '"ok"' in page(bed, "/healthz"))


def test_up_runs_for_real_without_the_demo_and_refuses_a_folder_of_the_demo(bed: Bed) -> None:
    child = bed.start_and_wait("up", "--port", "0", seconds=FIRST_START)
    assert '"ok"' in page(bed, "/healthz")
    assert users_of_the_portal(bed) == 0
    assert "DEMO_MODE" not in variables_of(crew(bed)["web"])
    assert bed.run("code", "staff@society.example").returncode == 1
    bed.stop(child)
    refused = bed.run("demo")
    assert refused.returncode == 1
    assert "real data" in refused.stderr
    assert bed.processes() == {}
