"""Statements as CSV: the list as it is seen, and every line of one statement.

Cells that a spreadsheet would run as a formula are made harmless. Amounts are plain numbers with all their decimals.
"""

import csv
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from cmo_portal import states
from cmo_portal.common.money import decimal_text
from cmo_portal.common.tables.writing import inert
from cmo_portal.wording import plain_amount
from members.models.parties import Right
from royalties.models import Statement
from royalties.queries.statement_lines import Line, TotalsDiffer, all_lines, require_totals
from royalties.queries.why_words import pool_text, role_text

PLACES = 12


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, text: str) -> str:
        """The line as it was written."""
        return text


def statement_list_csv(statements: Iterable[Statement]) -> HttpResponse:
    """The statements as filtered, one row each."""
    head = [_("Number"), _("Distribution"), _("Used from"), _("Used to"), _("State")]
    head += [_("Opening balance"), _("Earned"), _("Closing balance")]
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=_named("statements"))
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(head)
    for statement in statements:
        state = str(states.look_up(statement.state, "statement").label)  # type: ignore[attr-defined]
        run = statement.run
        facts = [statement.number, inert(run.name), run.period_start.isoformat(), run.period_end.isoformat(), state]
        sums = [plain_amount(value) for value in (statement.opening, statement.earned, statement.closing)]
        writer.writerow(facts + sums)
    return response


def statement_lines_csv(statement: Statement) -> StreamingHttpResponse:
    """Every line of a statement with what it is made of, and the total. Sent as it is read: there may be a million.

    Raises TotalsDiffer when the lines do not make the total; so does the reading, should they change meanwhile.
    """
    require_totals(statement)
    rows = _rows(statement)
    writer = csv.writer(_Echo())
    body = (writer.writerow(row) for row in rows)
    return StreamingHttpResponse(
        _with_mark(body), content_type="text/csv; charset=utf-8", headers=_named(statement.number)
    )


def _with_mark(lines: Iterable[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from lines


def _rows(statement: Statement) -> Iterator[list[Any]]:
    head = [_("Statement"), _("Source"), _("Right"), _("Work number"), _("Title"), _("Title in its own script")]
    head += [_("ISWC"), _("Role"), _("Share, %"), _("Plays"), _("Points of the song"), _("Before rounding")]
    yield [*head, _("Amount (%(code)s)") % {"code": settings.CURRENCY["code"]}]
    total = 0
    for line in all_lines(statement):
        total += line.amount
        yield _row(statement, line)
    if total != statement.earned:
        raise TotalsDiffer(f"{statement.number}: the lines make {total}, the statement says {statement.earned}")
    yield [_("Total"), *[""] * (len(head) - 1), plain_amount(total)]


def _row(statement: Statement, line: Line) -> list[Any]:
    scale = Fraction(10 ** settings.CURRENCY["decimals"])
    return [
        statement.number,
        inert(pool_text(line.pool, line.pool_ur, line.section)),
        str(Right(line.right).label),
        line.work,
        inert(line.title),
        inert(line.title_original),
        line.iswc,
        role_text(line.role),
        decimal_text(Fraction(line.share, 10_000)),
        line.plays,
        decimal_text(line.points, most=PLACES),
        decimal_text(line.exact / scale, least=settings.CURRENCY["decimals"], most=PLACES),
        plain_amount(line.amount),
    ]


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}
