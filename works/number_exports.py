"""Requests for numbers and answers to them as files for spreadsheets."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal import states
from cmo_portal.kept_words import without_marks
from works.exports import csv_response
from works.models import NumberAnswer, NumberRequest
from works.queries.number_requests import in_words


def request_list_csv(requests: Iterable[NumberRequest]) -> HttpResponse:
    """The queue as filtered."""
    head = [_("Request"), _("Kind"), _("For"), _("Title or name"), _("State"), _("Sent"), _("Answered"), _("Message")]
    rows = (
        [
            row.number,
            row.get_kind_display(),
            row.work.number if row.work else "",
            row.work.title if row.work else str(row.name),
            str(states.look_up(row.state, "number_request").label),
            row.sent_at.date().isoformat() if row.sent_at else "",
            row.answered_at.date().isoformat() if row.answered_at else "",
            without_marks(in_words(row.message)),
        ]
        for row in requests
    )
    return csv_response("number-requests.csv", head, rows)


def answer_list_csv(answers: Iterable[NumberAnswer]) -> HttpResponse:
    """The answers of a file as filtered, each with its row."""
    head = [_("Row in the file"), _("Request"), _("Number"), _("Outcome"), _("Message")]
    rows = (
        [
            str(row.row),
            row.request.number if row.request else row.reference,
            row.value,
            str(states.look_up(row.outcome, "number_answer").label),
            without_marks(in_words(row.message)),
        ]
        for row in answers
    )
    return csv_response("number-answers.csv", head, rows)
