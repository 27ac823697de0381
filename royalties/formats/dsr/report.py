"""What reading a sales report told: header and summaries, what is wrong or doubtful, and what keeps it on hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from cmo_portal.common.tables import Notice, RowError, TableLimits

DSR_READER_VERSION = "dsr-1"


@dataclass(frozen=True, slots=True)
class DsrHeader:
    """The facts of the HEAD record."""

    message_version: str
    profile: str
    profile_version: str
    message_id: str
    file_number: int
    number_of_files: int
    period_start: dt.date
    period_end: dt.date
    sender_id: str
    sender: str
    service: str
    recipient_id: str
    recipient: str
    single_record_blocks: bool


@dataclass(slots=True)
class DsrSummary:
    """One SY record: territory, kind of use, declared usages and revenue; `counted` adds up what the blocks report."""

    row: int
    summary_id: str
    territory: str
    use_type: str
    commercial_model: str
    service: str
    currency: str
    net_revenue: Decimal | None
    declared: Decimal | None
    rights_controller: str
    counted: int = 0


@dataclass(slots=True)
class DsrReport:
    """The outcome of one reading; complete when the last line was taken.

    errors   complaints about rows; those rows gave no usage line
    notices  what staff should know: differing totals, skipped records, repeated summary ids
    plays    sum over the lines: a recording of three works counts three times; `counted` of a summary counts it once
    holds    reasons why nothing of the file may be loaded yet: records of a version that we do not have. A file with
             holds is kept, and read again when the layout has been added
    """

    filename: str
    header: DsrHeader | None = None
    summaries: list[DsrSummary] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    holds: list[Notice] = field(default_factory=list)
    complaints: int = 0
    rows: int = 0
    blocks: int = 0
    lines: int = 0
    plays: int = 0

    @property
    def on_hold(self) -> bool:
        """Whether the file waits for a layout."""
        return bool(self.holds)

    def complain(self, error: RowError, limits: TableLimits) -> None:
        """Add a complaint; above the limit only their number grows."""
        self.complaints += 1
        if len(self.errors) < limits.errors:
            self.errors.append(error)
