"""C3 to C5 and C10: the list of statements, one statement, its money by work, source and right, and its files."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cmo_portal.common import clock
from cmo_portal.documents import render_pdf
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import period_text
from members.models import Member
from members.models.parties import Right
from royalties.access import member_page, statement_page
from royalties.exports.statements import statement_lines_csv, statement_list_csv
from royalties.forms.statements import StatementFilter
from royalties.models import Statement
from royalties.models.frozen import PURPOSES
from royalties.queries.statement_document import statement_data
from royalties.queries.statement_lines import Line, top_lines
from royalties.queries.statement_words import Step, balance_steps
from royalties.queries.statements import (
    Movement,
    PoolLine,
    Summary,
    categories_of,
    chosen_statements,
    summary,
    years_of,
)
from royalties.queries.why_words import percent_text, pool_text, role_text
from royalties.views.member.breakdowns import breakdown

TOP_LINES = 5


@member_page
@require_safe
def statement_list(request: HttpRequest, member: Member) -> HttpResponse:
    """C3: every statement with its period, run, state and amounts; the export holds exactly what is seen."""
    chosen = StatementFilter(request.GET, years=years_of(member.party), categories=categories_of(member.party))
    found = chosen_statements(member.party, **chosen.chosen())
    if request.GET.get("format") == "csv":
        return statement_list_csv(found)
    context = {
        "page": keyset_page(found, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("There is no statement here yet. You get one with each distribution in which you earned."),
    }
    return render(request, "royalties/member/statement_list.html", context)


@statement_page
@require_safe
def statement_detail(request: HttpRequest, statement: Statement) -> HttpResponse:
    """C4: opening balance, earned, what was deducted before, paid, closing; the four dates; the largest amounts."""
    found = summary(statement)
    lines = top_lines(statement, TOP_LINES)
    context = {
        "statement": statement,
        "summary": found,
        "period": period_text(statement.run.period_start, statement.run.period_end),
        "figures": _figures(found),
        "lines": [_line(statement, line) for line in lines],
        "shown_all": len(lines) == statement.line_count,
        "pools": [_pool(statement, pool) for pool in found.pools],
        "movements": _steps(found.movements),
        "since": _steps(found.since),
        "payments": [(payment, percent_text(Fraction(payment.tax_rate_percent))) for payment in found.payments],
        "held": [(group, _held_url(group["reason"])) for group in statement.held],
        "code": bytes(statement.sha256).hex(),
    }
    return render(request, "royalties/member/statement_detail.html", context)


def _line(statement: Statement, line: Line) -> tuple[Line, str, str, str, str]:
    """A line with its source, its role, and the ways to its explanation and its rows."""
    query = urlencode({"pool": line.pool_no, "work": line.work})
    pages = [reverse(f"royalties:member-statement-{page}", args=[statement.uid]) for page in ("why", "rows")]
    pool = pool_text(line.pool, line.pool_ur, line.section)
    return line, pool, role_text(line.role), f"{pages[0]}?{query}", f"{pages[1]}?{query}"


def _pool(statement: Statement, pool: PoolLine) -> dict[str, Any]:
    """A source with its name and right, the ways to its receipts and into its lines, and its deductions with their
    rules."""
    pages = {
        page: reverse(f"royalties:member-statement-{page}", args=[statement.uid]) for page in ("breakdown", "receipts")
    }
    deductions = [
        {
            "text": str(dict(PURPOSES).get(term.purpose, term.purpose)),
            "rate": percent_text(term.rate),
            "amount": term.amount,
            "url": reverse("royalties:public-rule-detail", args=[term.rule_uid]),
        }
        for term in pool.deductions
    ]
    return {
        "line": pool,
        "name": pool_text(pool.name, pool.name_ur, pool.section),
        "right": str(Right(pool.right).label),
        "url": f"{pages['breakdown']}?{urlencode({'by': 'work', 'pool': pool.pool_no})}",
        "receipts_url": f"{pages['receipts']}?{urlencode({'pool': pool.pool_no})}",
        "deductions": deductions,
    }


def _steps(moved: Iterable[Movement]) -> list[tuple[Step, str]]:
    """Rows of the balance, each with its address: the statement of a distribution, the payments of this page."""
    steps = [step for one in moved for step in balance_steps(one)]
    return [(step, _detail_url(step.uid) if step.uid else "#paid" if step.is_payment else "") for step in steps]


def _detail_url(uid: UUID) -> str:
    return reverse("royalties:member-statement-detail", args=[uid])


def _held_url(reason: str) -> str:
    return f"{reverse('royalties:member-waiting-list')}?{urlencode({'reason': reason})}"


def _figures(found: Summary) -> list[dict[str, Any]]:
    statement = found.statement
    return [
        {
            "label": _("Earned"),
            "amount": statement.earned,
            "url": reverse("royalties:member-statement-breakdown", args=[statement.uid]),
        },
        {"label": _("Opening balance"), "amount": statement.opening, "url": "#balance"},
        {"label": _("Closing balance of this statement"), "amount": statement.closing, "url": "#balance"},
        {"label": _("Tax withheld"), "amount": found.withheld, "url": "#paid"},
        {"label": _("Paid out"), "amount": found.paid, "url": "#paid"},
        {"label": _("Owed to you today"), "amount": found.balance, "url": "#today", "note": _("over all statements")},
    ]


@statement_page
@require_safe
def statement_breakdown(request: HttpRequest, statement: Statement) -> HttpResponse:
    """C5: the same money by work, source or right, one after the other in any order."""
    context = breakdown(statement, request.GET)
    return render(request, "royalties/member/statement_breakdown.html", {"statement": statement, **context})


@statement_page
@require_safe
def statement_pdf(request: HttpRequest, statement: Statement) -> HttpResponse:
    """C10: the statement as a document, in the language of the page."""
    document = render_pdf("royalties/documents/statement.typ", statement_data(statement, today=clock.today()))
    name = f'attachment; filename="{statement.number}.pdf"'
    return HttpResponse(document, content_type="application/pdf", headers={"Content-Disposition": name})


@statement_page
@require_safe
def statement_csv(request: HttpRequest, statement: Statement) -> HttpResponseBase:
    """C10: every line of the statement as a table."""
    return statement_lines_csv(statement)
