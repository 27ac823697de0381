"""What a society may set about membership: limits, periods, defaults. A setting of the same name replaces a value."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Policy:
    """The values in force. Hours, days and bytes as the names say."""

    bank_cooling_hours: int = 72
    return_link_days: int = 60
    documents_per_application: int = 12
    documents_per_member: int = 60
    document_bytes: int = 8 * 1024 * 1024
    messages_per_address: int = 5  # links sent to one e-mail address in an hour
    messages_per_origin: int = 200  # links asked for from one network address in an hour
    mandate_exclusive: bool = False
    virus_scanner: str = ""  # address of a clamd: unix:/path/to/socket or tcp:host:port
    calling_code: str = "92"

    @property
    def bank_cooling(self) -> dt.timedelta:
        """How long a changed account waits before it may be approved."""
        return dt.timedelta(hours=self.bank_cooling_hours)

    @property
    def return_link_life(self) -> dt.timedelta:
        """How long the link to an unfinished application works after it was last sent."""
        return dt.timedelta(days=self.return_link_days)


def policy() -> Policy:
    """The policy of the settings (`MEMBERS = {"bank_cooling_hours": 24}`); unknown names are an error."""
    return Policy(**getattr(settings, "MEMBERS", {}))
