"""What the launcher looks at while the portal runs: whether the web answers, and whether the worker consumes."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cmo_portal.launcher.ports import LOOPBACK
from cmo_portal.launcher.sql import Sql, SqlError

# The scheduler asks the worker for a pulse every 30 seconds. A worker whose processes are all busy gives none, but then
# its leases are fresh.
SILENCE = 50.0
PULSE = """
SELECT extract(epoch FROM clock_timestamp() - max(at))::float8,
       EXISTS (SELECT 1 FROM jobs_job WHERE state = 'running' AND lease_until > clock_timestamp())
FROM jobs_heartbeat WHERE name = 'worker'
"""


def answers(port: int, base_url: str, hosts: str, path: str = "/healthz") -> bool:
    """Whether the web server says that it is well (or, asked without TLS, points to its https address)."""
    secure = urlsplit(base_url).scheme == "https"
    host = next((name for name in hosts.split(",") if name and name[0] not in "*."), LOOPBACK)
    headers = {"Host": host} | ({"X-Forwarded-Proto": "https"} if secure else {})
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return status == http.HTTPStatus.OK or (secure and status == http.HTTPStatus.MOVED_PERMANENTLY)


def wait_until(true: Callable[[], bool], seconds: float, *, while_true: Callable[[], bool] = lambda: True) -> bool:
    """Wait until something becomes true; False when time is up or the condition for waiting is gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and while_true():
        if true():
            return True
        time.sleep(0.1)
    return true()


def worker_is_silent(python: Path, variables: Mapping[str, str]) -> bool:
    """Whether no worker has consumed anything for too long and none holds a fresh lease.

    False while the database is away or has no such tables: that is another trouble, for which restarting a worker is
    no cure.
    """
    try:
        ((age, busy),) = Sql(python, variables["DATABASE_URL"]).run(PULSE)
    except SqlError:
        return False
    return not busy and (age is None or float(age) > SILENCE)
