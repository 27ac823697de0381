"""C6 and C7: why an amount is what it is, and the rows of the usage files behind it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cmo_portal.common.clock import business_date
from cmo_portal.wording import date_text
from members.models.parties import Right
from royalties.access import statement_page
from royalties.models import StatedWork, Statement
from royalties.queries.match_words import match_words
from royalties.queries.statement_lines import Line, top_lines
from royalties.queries.statement_sources import receipts_of, source_of
from royalties.queries.usage_rows import UsageRow, usage_row, usage_rows
from royalties.queries.why import Why, explain
from royalties.queries.why_words import (
    Card,
    cards,
    exact_money,
    in_reader_language,
    length_text,
    owners_text,
    pool_text,
    role_text,
    row_words,
    unit_money,
)
from royalties.views.member.breakdowns import LARGEST, pool_number


@statement_page
@require_safe
def statement_why(request: HttpRequest, statement: Statement) -> HttpResponse:
    """C7: the whole way from the receipts of a source to this amount; without a song in the address, the largest."""
    if "work" not in request.GET:
        line = _largest(statement)
        return redirect(_with(statement, "why", pool=str(line.pool_no), work=line.work))
    pool = pool_number(request.GET)
    why = explain(statement, pool_no=pool, work=request.GET["work"][:14]) if pool else None
    if why is None:
        raise Http404
    context = {
        "statement": statement,
        "why": why,
        "pool": pool_text(why.pool, why.pool_ur, why.section),
        "cards": [_shown(statement, why, card) for card in cards(why)],
        "frozen_on": date_text(business_date(statement.run.frozen_at or statement.created_at)),
        "owners": [(owners_text(owner), role_text(owner.share.role), owner.share) for owner in why.owners],
        "rows_url": _rows_url(statement, why),
        "breakdown_url": _with(statement, "breakdown", pool=str(why.pool_no)),
    }
    return render(request, "royalties/member/statement_why.html", context)


def _shown(statement: Statement, why: Why, card: Card) -> dict[str, Any]:
    """A card as the why component reads it: each step with its address."""
    steps = [
        {
            "text": s.text,
            "value": s.value,
            "operator": s.operator,
            "note": s.note,
            "url": _target(statement, why, s.link),
        }
        for s in card.steps
    ]
    return {"title": "", "amount": card.amount, "steps": steps, "share": card.share, "role": card.role}


def _target(statement: Statement, why: Why, link: tuple[str, str]) -> str:
    kind, uid = link
    if kind == "rule":
        return reverse("royalties:public-rule-detail", args=[uid])
    if kind == "share":
        return f"{_with(statement, 'shares', pool=str(why.pool_no), work=why.work)}#share-{uid}"
    if kind == "receipts":
        return _with(statement, "receipts", pool=str(why.pool_no))
    return _rows_url(statement, why) if kind == "rows" else ""


def _rows_url(statement: Statement, why: Why) -> str:
    return _with(statement, "rows", pool=str(why.pool_no), work=why.work)


def _with(statement: Statement, page: str, **query: str) -> str:
    return f"{reverse(f'royalties:member-statement-{page}', args=[statement.uid])}?{urlencode(query)}"


def _largest(statement: Statement) -> Line:
    found = top_lines(statement, 1)
    if not found:
        raise Http404
    return found[0]


@statement_page
@require_safe
def statement_receipts(request: HttpRequest, statement: Statement) -> HttpResponse:
    """The receipts that make a source of this statement, and what of them was left for its share-out."""
    pool = pool_number(request.GET) or _largest(statement).pool_no
    source = source_of(statement, pool)
    if source is None:
        raise Http404
    receipts = receipts_of(source)
    context = {
        "statement": statement,
        "source": source,
        "whole": in_reader_language(source.pool.name, source.pool.name_ur),
        "name": pool_text(source.name, source.pool.name_ur, source.section),
        "receipts": receipts,
        "total": sum(receipt.amount for receipt in receipts),
        "breakdown_url": _with(statement, "breakdown", pool=str(pool)),
    }
    return render(request, "royalties/member/statement_receipts.html", context)


@statement_page
@require_safe
def statement_shares(request: HttpRequest, statement: Statement) -> HttpResponse:
    """The shares of a song as this distribution froze them, each with the row of the register that it was."""
    if "work" not in request.GET:
        line = _largest(statement)
        return redirect(_with(statement, "shares", pool=str(line.pool_no), work=line.work))
    pool = pool_number(request.GET)
    why = explain(statement, pool_no=pool, work=request.GET["work"][:14]) if pool else None
    if why is None:
        raise Http404
    context = {
        "statement": statement,
        "why": why,
        "right": Right(why.right).label,
        "frozen_on": date_text(business_date(statement.run.frozen_at or statement.created_at)),
        "shares": [(owner, owners_text(owner), role_text(owner.share.role)) for owner in why.owners],
        "mine": {line.share_id for line in why.lines},
        "why_url": _with(statement, "why", pool=str(why.pool_no), work=why.work),
    }
    return render(request, "royalties/member/statement_shares.html", context)


@statement_page
@require_safe
def statement_rows(request: HttpRequest, statement: Statement) -> HttpResponse:
    """C6: the usage rows for which a song was paid, each with its points and what the whole song earned for it."""
    if "work" not in request.GET:
        line = _largest(statement)
        return redirect(_with(statement, "rows", pool=str(line.pool_no), work=line.work))
    work, pool = request.GET["work"][:14], pool_number(request.GET)
    places = {name: request.GET.get(name, "") for name in ("after", "before")}
    found = usage_rows(statement, work=work, pool=pool, **places)
    if not found.rows:
        raise Http404
    base = {"work": work} | ({"pool": str(pool)} if pool else {})
    context = {
        "statement": statement,
        "work": StatedWork.objects.get(run_id=statement.run_id, number=work),
        "page": found,
        "rows": [_row(statement, row) for row in found.rows],
        "neighbours": {
            "next_query": urlencode({**base, "after": found.after}) if found.after else "",
            "previous_query": urlencode({**base, "before": found.before}) if found.before else "",
        },
        "why_url": _with(statement, "why", pool=str(found.rows[0].pool_no), work=work),
    }
    return render(request, "royalties/member/statement_rows.html", context)


def _row(statement: Statement, row: UsageRow) -> tuple[UsageRow, str, str, str, str]:
    """A row with its address, the working of its points, its length, and what the whole song earned for it."""
    url = _with(statement, "row", pool=str(row.pool_no), file=row.file_uid, row=str(row.row_no))
    return row, url, row_words(row.working), length_text(row.seconds) or "–", unit_money(row.earned)


@statement_page
@require_safe
def statement_row(request: HttpRequest, statement: Statement) -> HttpResponse:
    """C6: a row as the source sent it, how it was matched, what it weighed; else the first row of the largest line."""
    if "row" not in request.GET:
        return redirect(_first_row(statement))
    place = _place(request.GET)
    detail = usage_row(statement, pool=place[0], file=place[1], row=place[2]) if place else None
    if detail is None:
        raise Http404
    context = {
        "statement": statement,
        "detail": detail,
        "row": detail.row,
        "pool": pool_text(detail.row.pool, detail.row.pool_ur, detail.row.section),
        "working": row_words(detail.row.working),
        "length": length_text(detail.row.seconds),
        "earned": exact_money(detail.row.earned),
        "match": match_words(detail.matched),
        "why_url": _with(statement, "why", pool=str(detail.row.pool_no), work=detail.work),
        "rows_url": _with(statement, "rows", pool=str(detail.row.pool_no), work=detail.work),
    }
    return render(request, "royalties/member/statement_row.html", context)


def _first_row(statement: Statement) -> str:
    line = _largest(statement)
    row: UsageRow = usage_rows(statement, work=line.work, pool=line.pool_no).rows[0]
    return _with(statement, "row", pool=str(row.pool_no), file=row.file_uid, row=str(row.row_no))


def _place(query: Mapping[str, str]) -> tuple[int, str, int] | None:
    """The row that the address names; None when it cannot be one."""
    pool, row = pool_number(query), pool_number({"pool": query.get("row", "")})
    try:
        file = str(UUID(query.get("file", "")))
    except ValueError:
        return None
    return (pool, file, row) if pool and row and row < LARGEST else None
