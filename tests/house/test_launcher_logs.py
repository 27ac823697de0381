"""Web server, worker and scheduler as ./portal starts them write JSON alone, from the first line to the farewell."""

import json
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.house.launcher_bed import Bed, make_folder

CAUSE = "desk-0000-1111"
SEARCHED = "q=nusrat-fateh-ali"
ASK_FOR_JOBS = f"""
from cmo_portal.jobs.services import add_job
from cmo_portal.logs import request_id
add_job(kind="nobody does this", key="without a cause", args={{}})
request_id.set("{CAUSE}")
add_job(kind="nobody does this", key="caused", args={{}})
"""


@pytest.fixture
def bed() -> Iterator[Bed]:
    bed = Bed(make_folder())
    yield bed
    bed.clear()


def lines_of(bed: Bed, name: str) -> list[dict[str, Any]]:
    """The lines of a log; fails on the first that is not one JSON object with its time, level and message."""
    found = []
    for line in (bed.data / "logs" / f"{name}.log").read_text().split("\n")[:-1]:
        try:
            entry = json.loads(line)
        except ValueError:
            raise AssertionError(f"{name}.log holds a line that is not JSON: {line!r}") from None
        assert {"time", "level", "logger", "message", "request_id"} <= entry.keys(), line
        found.append(entry)
    return found


def ask(bed: Bed, path: str, **headers: str) -> int:
    request = urllib.request.Request(bed.record("launcher")["address"] + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code


def wait_for(true: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


@pytest.mark.long  # a whole first start; the form of single lines is held by tests/cmo_portal
def test_every_line_of_every_log_is_json_and_tells_request_and_job(bed: Bed) -> None:
    child = bed.start_and_wait("up", "--port", "0", "--workers", "2", seconds=180)
    assert ask(bed, f"/repertoire/?{SEARCHED}", **{"X-Request-Id": "proxy-2222-3333"}) == 200
    assert ask(bed, f"/no-such-page/?{SEARCHED}", **{"X-Request-Id": "proxy-4444-5555"}) == 404
    assert ask(bed, "/account/invitation/a-link-that-opens-an-account/") == 410
    done = bed.run("manage", "shell", "-v", "0", "-c", ASK_FOR_JOBS)
    assert done.returncode == 0, done.stderr
    wait_for(lambda: len(failed_jobs(bed)) == 2)
    bed.stop(child, signal.SIGTERM)

    assert_web_lines(lines_of(bed, "web"))
    assert_worker_lines(lines_of(bed, "worker"))
    assert any("Sending due task" in line["message"] for line in lines_of(bed, "beat"))
    written = "".join((bed.data / "logs" / f"{name}.log").read_text() for name in ("web", "worker", "beat"))
    assert SEARCHED not in written and "a-link-that-opens" not in written


def failed_jobs(bed: Bed) -> set[int]:
    return {line["job"] for line in lines_of(bed, "worker") if line["message"] == "job failed"}


def assert_web_lines(lines: list[dict[str, Any]]) -> None:
    """One access line for each request, with its facts; the line on a page that is not there has the same id."""
    served = {line["path"]: line for line in lines if line["logger"] == "gunicorn.access"}
    found = served["/repertoire/"]
    assert (found["method"], found["status"], found["request_id"]) == ("GET", 200, "proxy-2222-3333")
    assert isinstance(found["milliseconds"], int) and "user" not in found
    assert served["/account/invitation/[secret]/"]["status"] == 410
    missing = {line["logger"] for line in lines if line["request_id"] == "proxy-4444-5555"}
    assert missing == {"gunicorn.access", "django.request"}
    assert all(line["request_id"] != "-" for line in lines if line["logger"] != "gunicorn.error")
    said = " ".join(line["message"] for line in lines if line["logger"] == "gunicorn.error")
    assert "Starting gunicorn" in said and "Shutting down" in said


def assert_worker_lines(lines: list[dict[str, Any]]) -> None:
    """A job's lines carry its number, its kind and the request behind it, or the job itself where there is none."""
    of_jobs = [line for line in lines if "job" in line]
    caused = {line["message"]: line for line in of_jobs if line["request_id"] == CAUSE}
    assert "job taken, attempt 1" in caused
    assert caused["job failed"]["kind"] == "nobody does this"
    assert "KeyError" in caused["job failed"]["exc_info"]
    alone = [line for line in of_jobs if re.fullmatch(r"job-\d+", line["request_id"])]
    assert alone and all(line["request_id"] == f"job-{line['job']}" for line in alone)
    assert any("ready" in line["message"] for line in lines)
    assert any("shutdown" in line["message"] for line in lines), "also what Celery says past its logs"
