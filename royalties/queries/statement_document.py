"""What stands on the PDF of a statement: the figures of its summary and lines, in the language of the reader.

The document adds nothing up by itself. Its lines are the statement's lines; where they are many, the largest are named
and the rest is one line, so that the total is the same as on the page and in the CSV file.
"""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmo_portal.common.clock import business_date
from cmo_portal.common.money import MINUS
from cmo_portal.documents import state_mark
from cmo_portal.wording import date_text, grouped, money_parts, money_text, period_text, share_text
from members.models.parties import Right
from royalties.models import Payment, Statement
from royalties.models.frozen import PURPOSES
from royalties.queries.statement_lines import Line, require_totals, top_lines
from royalties.queries.statement_words import balance_steps
from royalties.queries.statements import Movement, PoolLine, Summary, summary
from royalties.queries.why import explain
from royalties.queries.why_words import (
    cards,
    figure,
    held_text,
    in_reader_language,
    named,
    percent_text,
    plain_number,
    pool_text,
    role_text,
)

LISTED = 300  # lines of a document; further ones are counted and added in one line
EXPLAINED = 3  # the largest lines, explained in full


def statement_data(statement: Statement, *, today: dt.date) -> dict[str, Any]:
    """The data of templates/royalties/documents/statement.typ. Takes a statement of `statements_of`; `today` is the day
    of what is owed.

    Raises TotalsDiffer when the lines do not make the total.
    """
    require_totals(statement)
    found = summary(statement)
    lines = top_lines(statement, LISTED)
    return {
        "number": statement.number,
        "state": state_mark(statement.state, "statement"),  # type: ignore[attr-defined]
        "to": _to(statement),
        "period": period_text(statement.run.period_start, statement.run.period_end),
        "run": statement.run.number,
        "dates": _dates(found),
        "balance": _balance(found),
        "closing": money_text(statement.closing),
        "since": _since(found) if found.since else [],
        "owed": money_text(found.balance),
        "earned": money_text(statement.earned),
        "pools": [_pool(pool) for pool in found.pools],
        "pools_total": _plain(found.earned),
        "lines": [_line(line) for line in lines] + _rest(statement, lines),
        "lines_total": _plain(statement.earned),
        "why": [_why(statement, line) for line in lines[:EXPLAINED]],
        "held": [_held(group) for group in statement.held],
        "payments": [_payment(payment) for payment in found.payments],
        "code": bytes(statement.sha256).hex(),
        "texts": _texts(statement, today),
    }


def _plain(amount: int) -> str:
    return str(money_parts(amount))


def _to(statement: Statement) -> dict[str, str]:
    first = in_reader_language(statement.payee_name, statement.payee_name_original)
    other = statement.payee_name if first != statement.payee_name else statement.payee_name_original
    return {"name": first, "other": other if other != first else "", "number": statement.member_number}


def _dates(found: Summary) -> list[list[str]]:
    """The four dates: used, collected, distributed, paid."""
    run = found.statement.run
    return [
        [_("Music used"), period_text(*found.used) if found.used else ""],
        [_("Money collected"), period_text(*found.collected) if found.collected else ""],
        [_("Distributed"), _day(run.finalised_at)],
        [_("Paid"), _day(found.paid_at) or _("not yet")],
    ]


def _day(moment: dt.datetime | None) -> str:
    return date_text(business_date(moment)) if moment else ""


def _balance(found: Summary) -> list[list[str]]:
    """From the statement before to the opening balance, then what was earned."""
    statement = found.statement
    rows: list[list[str]] = []
    if found.previous:
        text = _("Closing balance of statement %(number)s") % {"number": figure(found.previous.number)}
        rows.append([text, _plain(found.previous.closing)])
    rows += _steps(found.movements)
    rows.append([_("Opening balance"), _plain(statement.opening)])
    rows.append([_("Earned in this distribution, after deductions"), _plain(statement.earned)])
    return rows


def _since(found: Summary) -> list[list[str]]:
    """From the closing balance to what is owed today: tax, payments, later distributions."""
    return [[_("Closing balance of this statement"), _plain(found.statement.closing)], *_steps(found.since)]


def _steps(moved: Iterable[Movement]) -> list[list[str]]:
    return [[step.text, _plain(step.amount)] for one in moved for step in balance_steps(one)]


def _pool(pool: PoolLine) -> dict[str, Any]:
    purposes = dict(PURPOSES)
    deducted = [
        _("%(purpose)s %(rate)s: %(amount)s")
        % {
            "purpose": str(purposes.get(term.purpose, term.purpose)),
            "rate": figure(percent_text(term.rate)),
            "amount": figure(f"{MINUS}{money_text(term.amount)}"),
        }
        for term in pool.deductions
    ]
    return {
        "name": pool_text(pool.name, pool.name_ur, pool.section),
        "note": " · ".join([str(Right(pool.right).label), period_text(pool.period_start, pool.period_end)]),
        "deducted": "; ".join(deducted),
        "gross": _plain(pool.gross),
        "amount": _plain(pool.amount),
        "earned": _plain(pool.earned),
    }


def _line(line: Line) -> dict[str, str]:
    plays = ngettext("%(plays)s play", "%(plays)s plays", line.plays) % {"plays": grouped(line.plays)}
    points = _("%(points)s points") % {"points": figure(plain_number(line.points))}
    return {
        "title": line.title,
        "other": line.title_original,
        "note": " · ".join([named(pool_text(line.pool, line.pool_ur, line.section)), plays, points]),
        "share": f"{figure(share_text(line.share))} {role_text(line.role)}",
        "amount": _plain(line.amount),
    }


def _rest(statement: Statement, lines: list[Line]) -> list[dict[str, str]]:
    """What is not listed, in one line."""
    count = statement.line_count - len(lines)
    if count <= 0:
        return []
    text = ngettext("%(count)s further line", "%(count)s further lines", count) % {"count": grouped(count)}
    amount = statement.earned - sum(line.amount for line in lines)
    note = _("all of them are in the CSV file of this statement")
    return [{"title": text, "other": "", "note": note, "share": "", "amount": _plain(amount)}]


def _why(statement: Statement, line: Line) -> dict[str, Any]:
    why = explain(statement, pool_no=line.pool_no, work=line.work)
    if why is None:
        raise ValueError(f"{statement.number} has a line without an explanation")
    wanted = (share_text(line.share), role_text(line.role), line.amount)
    card = next(card for card in cards(why, whole=True) if (card.share, card.role, card.amount) == wanted)
    steps = [{"text": s.text, "value": s.value, "operator": s.operator, "note": s.note} for s in card.steps]
    return {"title": line.title, "pool": pool_text(line.pool, line.pool_ur, line.section), "steps": steps}


def _held(group: dict[str, Any]) -> dict[str, str]:
    songs = ngettext("%(count)s song", "%(count)s songs", group["lines"]) % {"count": grouped(group["lines"])}
    names = ", ".join(named(in_reader_language(row["title"], row["original"])) for row in group["top"][:5])
    return {"reason": held_text(group["reason"]), "songs": f"{songs}: {names}", "amount": _plain(group["amount"])}


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "state": state_mark(payment.state, "payment"),
        "day": _day(payment.settled_at) or date_text(payment.batch.pay_on),
        "account": payment.iban_masked,
        "gross": _plain(payment.gross),
        "tax": _plain(-payment.withheld),
        "rate": percent_text(Fraction(payment.tax_rate_percent)),
        "net": _plain(payment.net),
    }


def _texts(statement: Statement, today: dt.date) -> dict[str, str]:
    code = settings.CURRENCY["code"]
    return {
        "title": _("Royalty statement"),
        "to": _("For"),
        "member_number": _("Member"),
        "period": _("Period of use"),
        "run": _("Distribution"),
        "closing": _("Closing balance of this statement"),
        "since": _("Since this statement"),
        "owed": _("Owed to you on %(day)s, over all statements") % {"day": date_text(today)},
        "earned": _("Earned in this distribution"),
        "balance": _("Balance"),
        "what": _("What"),
        "step": _("Step"),
        "amount": _("Amount (%(code)s)") % {"code": code},
        "sources": _("From what came in to what is yours"),
        "source": _("Source"),
        "gross": _("Collected (%(code)s)") % {"code": code},
        "shared": _("Shared out (%(code)s)") % {"code": code},
        "yours": _("Yours (%(code)s)") % {"code": code},
        "deducted": _("Deducted before sharing out"),
        "total": _("Total"),
        "songs": _("Your songs"),
        "song": _("Song"),
        "share": _("Share"),
        "why": _("Why these amounts"),
        "held": _("Held, not in this statement"),
        "held_note": _(
            "These amounts may be yours. Of a disputed part you get what is awarded to you. Sign in to see each song "
            "and what would release the money."
        ),
        "reason": _("Reason"),
        "payments": _("Payment"),
        "payments_note": _("Tax is withheld when the balance is paid, at the rate of that day."),
        "account": _("Account"),
        "tax": _("Tax withheld"),
        "net": _("Paid out"),
        "covers": _("What this covers"),
        "covers_text": _(
            "All royalties of distribution %(run)s that are payable to you. Not covered: other distributions, and "
            "amounts that are held."
        )
        % {"run": figure(statement.run.number)},
        "code": _("Verification code of this statement and its lines (SHA-256)"),
    }
