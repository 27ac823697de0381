"""The file name of a sales report: what it promises, to be held against the header."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(
    r"DSR_(?P<recipient>[^_]*)_(?P<sender>[^_]+)_(?P<service>[^_]+)_(?P<period>[^_]+)_(?P<territory>[^_]+)"
    r"(?:_(?P<number>\d+)of(?P<total>\d+))?_(?P<created>\d{8}T\d{6})(?:\.\w+)+",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ReportName:
    """The parts of DSR_Recipient_Sender_Service_Period_Territory_xofy_Time.ext."""

    recipient: str
    sender: str
    service: str
    period: str
    territory: str
    file_number: int
    number_of_files: int


def read_report_name(filename: str) -> ReportName | None:
    """The parts of the name, or None when it does not follow the standard (a single file may leave out `xofy`)."""
    match = _NAME.fullmatch(filename)
    if match is None:
        return None
    return ReportName(
        match["recipient"],
        match["sender"],
        match["service"],
        match["period"],
        match["territory"],
        int(match["number"] or 1),
        int(match["total"] or 1),
    )
