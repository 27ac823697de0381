"""Log lines: one JSON object each, with the request or job in hand, and without personal data.

Web server, workers and scheduler all write this form (see cmo_portal.web_log and cmo_portal.celery), so that one tool
reads all their logs and one id follows a request into the jobs it caused.
"""

import contextvars
import logging
import logging.config
import re
import sys
import threading
from collections.abc import Mapping
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")
# number and kind of the job that this worker does
job_in_hand: contextvars.ContextVar[tuple[int, str]] = contextvars.ContextVar("job_in_hand")
# where a request keeps what its log lines tell; no header of a client can have these names
REQUEST_ID, USER = "portal.request_id", "portal.user"

FIELDS = {
    *("time", "level", "logger", "message", "request_id", "exc_info", "stack_info"),
    *("method", "path", "status", "milliseconds", "user"),
    *("job", "kind"),
}
MASKS = (
    (re.compile(r"\b\d{5}-?\d{7}-?\d\b|\b[A-Z]{2}\d{2}[A-Z]{4}[A-Z0-9]{16}\b"), "[personal number]"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"), "[e-mail address]"),
    # a link in somebody's mailbox is as good as her password
    (re.compile(r"(/account/(?:invitation|confirm-email|password/reset/key)/)[^/\s\"']+"), r"\1[secret]"),
    (re.compile(r"([/\w])\?[^\s\"']+"), r"\1"),
    # PostgreSQL shows the values of a refused row
    (re.compile(r"DETAIL: .*?(?=\nCONTEXT:|\nHINT:|\n\nThe above|\n\nDuring|\Z)", re.DOTALL), "DETAIL: [left out]"),
)


class JsonLine(JsonFormatter):
    """A record as one line of JSON: the known fields alone, masked."""

    def __init__(self) -> None:
        names = {"levelname": "level", "name": "logger"}
        super().__init__("%(levelname)s %(name)s %(message)s", timestamp="time", rename_fields=names)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Add what the record is about to what it says."""
        super().add_fields(log_data, record, message_dict)
        log_data.update(_origin(record))

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out what libraries attach, such as the request with its query string or the arguments of a task."""
        return {name: masked(value) for name, value in log_data.items() if name in FIELDS}


def masked(value: Any) -> Any:
    """A text without personal numbers, addresses, secret links and query strings; other values as they are."""
    if isinstance(value, str):
        for pattern, instead in MASKS:
            value = pattern.sub(instead, value)
    return value


class RefusedRequestFilter(logging.Filter):
    """Notes a request that was refused for its shape (a wrong Host, a forged cookie) as a warning of one line: it is
    no error of ours, and anybody on the internet can send as many as she likes."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security.") and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            record.exc_info = record.exc_text = None
        return True


def configuration(level: str) -> dict[str, Any]:
    """Settings for Python's logging: everything goes to the error output in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"refused": {"()": RefusedRequestFilter}},
        "formatters": {"json": {"()": JsonLine}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["refused"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "propagate": False},
            # a line for each message, many in a minute; our own lines tell of each job
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


def take_over(level: str) -> None:
    """In a server: write also warnings and what nobody caught in the one form."""
    logging.config.dictConfig(configuration(level))
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: _log_uncaught((kind, error, trace))
    threading.excepthook = lambda args: _log_uncaught((args.exc_type, args.exc_value, args.exc_traceback))


def _log_uncaught(exc_info: Any) -> None:
    logging.getLogger("cmo_portal").critical("nobody caught this error", exc_info=exc_info)


def _origin(record: logging.LogRecord) -> dict[str, Any]:
    """Request and job of a record. Django logs an answer when the middleware is left: its request still knows."""
    meta = getattr(getattr(record, "request", None), "META", {})
    known = meta.get(REQUEST_ID) if isinstance(meta, Mapping) else None
    origin = {"request_id": getattr(record, "request_id", None) or known or request_id.get()}
    job = job_in_hand.get(None)
    return origin | ({"job": job[0], "kind": job[1]} if job else {})
