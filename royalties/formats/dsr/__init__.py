"""DDEX Digital Sales Reports (flat file): streamed, checked against their layouts, turned into usage lines.

    with open_dsr(path, filename=name, limits=limits, rules=DsrRules(releases=ReleaseRule.DIVIDE)) as reader:
        for chunk in reader.chunks():          # UsageChunk
            ...                                # into a staging table
    reader.report                              # header, summaries, errors, notices, holds

Load nothing when `report.on_hold`, or when FileRefused was raised on the way.
"""

from royalties.formats.dsr.blocks import DsrRules, ReleaseRule
from royalties.formats.dsr.names import ReportName, read_report_name
from royalties.formats.dsr.reader import DsrReader, open_dsr
from royalties.formats.dsr.report import DSR_READER_VERSION, DsrHeader, DsrReport, DsrSummary

__all__ = [
    "DSR_READER_VERSION",
    "DsrHeader",
    "DsrReader",
    "DsrReport",
    "DsrRules",
    "DsrSummary",
    "ReleaseRule",
    "ReportName",
    "open_dsr",
    "read_report_name",
]
