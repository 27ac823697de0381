"""Start-up checks: what production must refuse."""

from typing import Any

import openpyxl
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def safe_to_run(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Fault injection belongs to tests; spreadsheets are read only with hardened XML."""
    found: list[CheckMessage] = []
    if settings.CMO_FAULT and not settings.TESTING and not settings.DEMO_MODE:
        found.append(Error("CMO_FAULT is set: fault injection is for tests only.", id="portal.E001"))
    if not openpyxl.DEFUSEDXML:
        found.append(Error("defusedxml is missing: XLSX files could expand without limit.", id="portal.E002"))
    return found
