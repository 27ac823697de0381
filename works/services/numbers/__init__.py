"""ISWC and IPI by file: what waits is put into files for the agencies, and their answers are taken over.

queueing  one request, or all that are missing; put back, withdrawn
sending   a file is made by a job; a lost one is made again from what was kept
answering a file of answers is read once; each answer is applied, or waits for a person with what stands against it
"""

from works.services.numbers.answering import receive_answers
from works.services.numbers.queueing import (
    put_back,
    queue_missing_ipis,
    queue_missing_iswcs,
    request_ipi,
    request_iswc,
    request_iswc_merge,
    withdraw_request,
)
from works.services.numbers.sending import file_again, start_request_file

__all__ = [
    "file_again",
    "put_back",
    "queue_missing_ipis",
    "queue_missing_iswcs",
    "receive_answers",
    "request_ipi",
    "request_iswc",
    "request_iswc_merge",
    "start_request_file",
    "withdraw_request",
]
