"""How gunicorn logs: its own lines and one for each request, as JSON like all others.

Neither query strings (they hold what people searched for) nor addresses of machines are written.
"""

import datetime as dt
from typing import Any

from gunicorn.glogging import Logger

from cmo_portal import environment as env
from cmo_portal import logs


class WebLogger(Logger):
    """Given to gunicorn by --logger-class."""

    def setup(self, cfg: Any) -> None:
        """Hand gunicorn's lines to the one handler of the process."""
        super().setup(cfg)
        logs.take_over(env.text("LOG_LEVEL", "INFO"))
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: dt.timedelta) -> None:
        """One line for one answered request."""
        method, path = environ.get("REQUEST_METHOD", "-"), environ.get("PATH_INFO", "-")
        status = int(str(resp.status).split(None, 1)[0])
        facts = {"method": method, "path": path, "status": status, "request_id": environ.get(logs.REQUEST_ID, "-")}
        facts["milliseconds"] = round(request_time.total_seconds() * 1000)
        if logs.USER in environ:
            facts["user"] = environ[logs.USER]
        self.access_log.info("%s %s %s", method, path, status, extra=facts)
