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
