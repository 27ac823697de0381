"""The Celery application. Celery carries ids; PostgreSQL keeps the truth (see cmo_portal.jobs)."""

import logging
import os
import sys
from typing import Any

from celery import Celery, signals

from cmo_portal import environment as env
from cmo_portal import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmo_portal.settings")

app = Celery("cmo_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_as_json(**_: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    logs.take_over(env.text("LOG_LEVEL", "INFO"))


@signals.celeryd_init.connect
def log_from_the_first_line(**_: Any) -> None:
    """A worker warns before it sets up its logs, and says farewell past them."""
    from celery.apps import worker

    log_as_json()
    worker.safe_say = say


def say(message: str, _file: Any = None) -> None:
    """What Celery says from a signal handler, where no lock may be taken: written past the logging handlers."""
    record = logging.LogRecord("celery.worker", logging.INFO, "", 0, message, (), None)
    os.write(sys.stderr.fileno(), f"{logs.JsonLine().format(record)}\n".encode())
