"""Named fault points: places where production code may be told, under test only, to misbehave.

CMO_FAULT="point:kind:nth" makes the nth passage of `point` in this process fail. Kinds: raise, sigkill, sigstop20
(frozen for 20 seconds), dbterminate (own database session ended), sleep (2 seconds). Production refuses to start with
CMO_FAULT set (cmo_portal.checks).
"""

import os
import signal
import subprocess
import time
from collections import Counter

from django.conf import settings
from django.db import connection


class InjectedFault(Exception):
    """Raised by a fault point of kind `raise`."""


_passages: Counter[str] = Counter()


def faultpoint(name: str) -> None:
    """Stand at a write boundary. Name: `area.step.before|after_write`."""
    wanted = settings.CMO_FAULT
    if not wanted:
        return
    point, kind, nth = wanted.split(":")
    if point != name:
        return
    _passages[name] += 1
    if _passages[name] == int(nth) and _claim(wanted):
        _fire(kind, name)


def _claim(wanted: str) -> bool:
    """A fault fires once on the whole machine when CMO_FAULT_ONCE names a file; without it, once a process."""
    path = os.environ.get("CMO_FAULT_ONCE")
    if not path:
        return True
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


def _fire(kind: str, name: str) -> None:
    if kind == "raise":
        raise InjectedFault(name)
    if kind == "sigkill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "sigstop20":
        subprocess.Popen(["/bin/sh", "-c", f"sleep 20; kill -CONT {os.getpid()}"])  # noqa: S603
        os.kill(os.getpid(), signal.SIGSTOP)
    if kind == "dbterminate":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    if kind == "sleep":
        time.sleep(2)
