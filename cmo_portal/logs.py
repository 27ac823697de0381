"""What every log line carries (the request's id) and what no log line may carry (identity and bank numbers)."""

import contextvars
import logging
import re

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")
_PERSONAL = re.compile(r"\b\d{5}-?\d{7}-?\d\b|\b[A-Z]{2}\d{2}[A-Z]{4}[A-Z0-9]{16}\b")


class RequestIdFilter(logging.Filter):
    """Adds the id of the request or job in hand."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class PersonalDataFilter(logging.Filter):
    """Masks CNIC and IBAN numbers in the finished message."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = _PERSONAL.sub("[personal number]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


class RefusedRequestFilter(logging.Filter):
    """Notes a request that was refused for its shape (a wrong Host, a forged cookie) as a warning of one line: it is
    no error of ours, and anybody on the internet can send as many as she likes."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security.") and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            record.exc_info = record.exc_text = None
        return True
