"""The documentation desk: works, corrections, disputes, reports, registration files."""

from works.views.staff.disputes import dispute_open
from works.views.staff.files import (
    file_answer,
    file_detail,
    file_import,
    file_list,
    file_progress,
    file_refused,
    file_template,
)
from works.views.staff.parties import party_works
from works.views.staff.reports import report_detail, report_list
from works.views.staff.splits import split_detail, split_list, split_rules
from works.views.staff.works import work_decide, work_detail, work_list

__all__ = [
    "dispute_open",
    "file_answer",
    "file_detail",
    "file_import",
    "file_list",
    "file_progress",
    "file_refused",
    "file_template",
    "party_works",
    "report_detail",
    "report_list",
    "split_detail",
    "split_list",
    "split_rules",
    "work_decide",
    "work_detail",
    "work_list",
]
