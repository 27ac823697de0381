"""The strict writer of a file's envelope: header, groups, sequences and counts, computed from what was written.

Every record has its full length and ends in CR LF, the last one too; letters are upper-case ASCII. The same input gives
the same bytes apart from the header's date and time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

from works.formats.cwr.encoding import CwrWriteError, encoded, problem
from works.formats.cwr.envelope import EDI_VERSION, GROUP_VERSIONS
from works.formats.cwr.lines import CRLF
from works.formats.cwr.values import is_digits, write_date

REVISION = "002"


class Draft(NamedTuple):
    """A record to write: its type and field texts. An echo repeats what another sent, whatever the rules say of it."""

    record_type: str
    texts: Mapping[str, str]
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class FileSender:
    """Who sends a file.

    `type` is SO (society), PB, AA or WR; `number` a society's code or an IPI name number; `name` exactly as registered.
    `software` and `software_version` are written in 2.2 only.
    """

    type: str
    number: str
    name: str
    software: str = ""
    software_version: str = ""


@dataclass(frozen=True, slots=True)
class WrittenTotals:
    """What was written, as the trailer counts it."""

    groups: int
    transactions: int
    records: int


class FileWriter:
    """Writes one file, front to back: header and groups of transactions, then the trailer by `finish`.

    A transaction that cannot be written raises CwrWriteError before a byte of it is written. So does a file without any
    group: CWR has no empty files.
    """

    def __init__(self, out: BinaryIO, version: str, sender: FileSender, created: datetime) -> None:
        self._out = out
        self.version = version
        self._groups = 0
        self._transactions = 0
        self._records = 0
        self._group_transactions = 0
        self._group_records = 0
        self._header = Draft("HDR", _header(version, sender, created))

    def begin_group(self, transaction_type: str) -> None:
        """Write GRH, and HDR before the first."""
        if not self._groups:
            self._put([self._header])
        self._groups += 1
        self._group_transactions = self._group_records = 0
        texts = {
            "transaction_type": transaction_type,
            "group_id": str(self._groups),
            "transaction_version": GROUP_VERSIONS[self.version],
        }
        self._put([Draft("GRH", texts)])

    def transaction(self, drafts: Sequence[Draft]) -> None:
        """Write one transaction: its records in order, each a type and its field texts without the numbers."""
        numbered = [
            draft._replace(
                texts={**draft.texts, "transaction_seq": str(self._group_transactions), "record_seq": str(place)}
            )
            for place, draft in enumerate(drafts)
        ]
        self._put(numbered)
        self._group_transactions += 1
        self._transactions += 1

    def end_group(self) -> None:
        """Write GRT."""
        texts = {
            "group_id": str(self._groups),
            "transaction_count": str(self._group_transactions),
            "record_count": str(self._group_records + 1),
        }
        self._put([Draft("GRT", texts)])

    def finish(self) -> WrittenTotals:
        """Write TRL."""
        if not self._groups:
            raise CwrWriteError((problem("nothing_to_write", "HDR", "record_type", ""),))
        totals = WrittenTotals(self._groups, self._transactions, self._records + 1)
        texts = {
            "group_count": str(totals.groups),
            "transaction_count": str(totals.transactions),
            "record_count": str(totals.records),
        }
        self._put([Draft("TRL", texts)])
        return totals

    def _put(self, drafts: Sequence[Draft]) -> None:
        lines, problems = [], []
        for draft in drafts:
            line, wrong = encoded(self.version, draft.record_type, draft.texts, is_echo=draft.is_echo)
            lines.append(line)
            problems += wrong
        if problems:
            raise CwrWriteError(tuple(problems))
        for line in lines:
            self._out.write(line.encode("ascii") + CRLF)
        self._records += len(lines)
        self._group_records += len(lines)


def _header(version: str, sender: FileSender, created: datetime) -> dict[str, str]:
    sender_type, sender_id = _sender_fields(sender)
    day = write_date(created.date())
    return {
        "sender_type": sender_type,
        "sender_id": sender_id,
        "sender_name": sender.name,
        "edi_version": EDI_VERSION,
        "creation_date": day,
        "creation_time": f"{created:%H%M%S}",
        "transmission_date": day,
        "cwr_version": version,
        "cwr_revision": REVISION,
        "software_package": sender.software,
        "software_version": sender.software_version,
    }


def _sender_fields(sender: FileSender) -> tuple[str, str]:
    """Type and id; an IPI name number of ten or eleven digits begins in the field of the type."""
    number = sender.number.lstrip("0")
    if not is_digits(number) or len(number) > 11:
        raise CwrWriteError((problem("HDR-F-003", "HDR", "sender_id", sender.number),))
    if len(number) <= 9:
        return sender.type, number
    full = number.zfill(11)
    return full[:2], full[2:]
