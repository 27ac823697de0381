"""The rows that a run has frozen, gathered for the explanation of one work's money in one pool.

Everything here is read from what the freeze, the calculation and the finalising kept; nothing is worked out from what
is true today.
"""

# ruff: noqa: S608 - the queries are composed of constants; values are parameters
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from django.db import connection

from cmo_portal.common.columns import order_by
from cmo_portal.common.copying import copy_out
from cmo_portal.common.pgcopy import layout
from royalties.models import Statement
from royalties.queries.frozen import line_rule
from royalties.queries.frozen_shares import REGISTER_ROW
from royalties.rules.explaining import (
    Cut,
    DeductionTerm,
    Explanation,
    Part,
    SectionTerm,
    ShareTerm,
    TextTerm,
    find_cut,
)
from royalties.rules.kernel import UNITS

LINES = layout(work_id="int8", text_key="int8", share_id="int8", units="int8", amount="int8")
POOL = """
    SELECT p.name, o.name AS whole, o.name_ur, p."right", p.section, p.amount, p.pool_id, o.period_start, o.period_end,
        v.id, v.uid, v.version, v.parameters, p.weight_scale, w.number, w.title, w.title_original, w.work_id,
        work.uid, k.weight, k.text_remainder, k.text_key, k.payee_remainder, k.payee_key, t.units, t.amount,
        receipts.gross, receipts.first, receipts.last, receipts.count, sections.weights
    FROM royalties_runpool p
        JOIN royalties_pool o ON o.id = p.pool_id
        JOIN royalties_ruleversion v ON v.id = p.rule_version_id
        JOIN royalties_poolworking k ON k.run_id = p.run_id AND k.pool_no = p.pool_no
        JOIN royalties_payeetotal t ON t.run_id = p.run_id AND t.pool_no = p.pool_no AND t.payee_id = %(party)s
        JOIN royalties_statedwork w ON w.run_id = p.run_id AND w.number = %(work)s
        JOIN works_work work ON work.id = w.work_id
        LEFT JOIN LATERAL (
            SELECT sum(e.amount)::bigint AS gross, min(m.received_on) AS first, max(m.received_on) AS last,
                count(*) AS count
            FROM royalties_poolreceipt e JOIN licensing_receiptallocation a ON a.id = e.allocation_id
                JOIN licensing_receipt m ON m.id = a.receipt_id WHERE e.pool_id = p.pool_id
        ) receipts ON true
        LEFT JOIN LATERAL (
            SELECT array_agg(ARRAY[code, weight::text] ORDER BY code) AS weights FROM royalties_poolsection
                WHERE pool_id = p.pool_id
        ) sections ON true
    WHERE p.run_id = %(run)s AND p.pool_no = %(pool)s
"""
DEDUCTIONS = """
    SELECT d."order", d.name, d.purpose, d.basis, d.rate_percent, d.amount, v.id, v.uid, v.version
    FROM royalties_rundeduction d JOIN royalties_ruleversion v ON v.id = d.rule_version_id
    WHERE d.run_id = %(run)s AND d.pool_id = %(pool_id)s ORDER BY d."order"
"""
TEXTS = """
    SELECT t.text_key, t.weight, t.units, x.plays, x.line_count FROM royalties_textresult t
        JOIN royalties_runtext f ON f.run_id = t.run_id AND f.pool_no = t.pool_no AND f.text_key = t.text_key
        JOIN royalties_usagetext x ON x.file_id = f.file_id AND x.text_no = f.text_no
    WHERE t.run_id = %(run)s AND t.pool_no = %(pool)s AND t.work_id = %(work_id)s ORDER BY t.text_key
"""
SHARES = f"""
    SELECT s.share_id, coalesce(s.party_id, 0), s.payee_id, s.role, s.units, coalesce(p.display_name, ''),
        coalesce(p.display_name_original, ''), coalesce(w.territory, ''), w.valid_from,
        ARRAY(SELECT h.display_name::text FROM unnest(s.holders) WITH ORDINALITY AS way (id, place)
            JOIN members_party h ON h.id = way.id ORDER BY place),
        ARRAY(SELECT a.number::text FROM unnest(s.agreements) WITH ORDINALITY AS way (id, place)
            JOIN works_agreement a ON a.id = way.id ORDER BY place)
    FROM royalties_runshare s LEFT JOIN members_party p ON p.id = s.party_id
        LEFT JOIN works_workshare w ON w.id = s.share_id & {REGISTER_ROW}
    WHERE s.run_id = %(run)s AND s."right" = %(right)s AND s.work_id = %(work_id)s ORDER BY s.units DESC, s.share_id
"""


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule version to be linked."""

    uid: str
    version: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Who stands behind a share of the work: names, or blank where it is held; and where and since when the row of the
    register holds (blank where no row stands behind the share). `holders` passed the share on by `agreements`, the
    owner first; both are empty where the owner collects."""

    share: ShareTerm
    name: str
    name_original: str
    territory: str
    valid_from: dt.date | None
    holders: Sequence[str] = ()
    agreements: Sequence[str] = ()

    @property
    def register_row(self) -> int:
        """The number of the share in the register; a share that agreements divide has several rows here."""
        return self.share.share_id & REGISTER_ROW

    @property
    def way(self) -> tuple[tuple[str, str], ...]:
        """(who passed it on, by which agreement), the owner first."""
        return tuple(zip(self.holders, self.agreements, strict=True))


@dataclass(frozen=True, slots=True)
class Why:
    """The explanations of all lines of a party for one work in one pool, with the names that go with them. `pool` is
    the leaf as frozen, `whole` the pool that it is, or that it is a section of."""

    pool_no: int
    pool: str
    whole: str
    pool_ur: str
    section: str
    right: str
    period: tuple[dt.date, dt.date]
    collected: tuple[dt.date, dt.date] | None
    receipts: int
    work: str
    work_uid: str
    title: str
    title_original: str
    rule: RuleRef
    deduction_rules: dict[int, RuleRef]
    owners: tuple[Owner, ...]
    lines: tuple[Explanation, ...]

    @property
    def amount(self) -> int:
        """What the lines make together, in minor units."""
        return sum(line.amount for line in self.lines)


def explain(statement: Statement, *, pool_no: int, work: str) -> Why | None:
    """Why a statement pays what it pays for a work (its number) in a pool; None when it pays nothing there.

    Five queries; the lines of the party in the pool are read to find where their roundings ended.
    """
    where: dict[str, Any] = {"run": statement.run_id, "party": statement.party_id, "pool": pool_no, "work": work}
    found = _rows(POOL, where)
    if not found:
        return None
    head = _Head(*found[0])
    where |= {"pool_id": head.pool_id, "work_id": head.work_id, "right": head.right}
    deductions, refs = _deductions(_rows(DEDUCTIONS, where))
    owners = [_owner(*row) for row in _rows(SHARES, where)]
    rule = line_rule(json.loads(head.parameters))  # a query of our own gives JSON as text
    common: dict[str, Any] = {
        "pool_no": pool_no,
        "work_id": head.work_id,
        "gross": head.gross,
        "deductions": deductions,
        "section": _section(head),
        "pool_amount": head.amount,
        "rule": rule,
        "scale": head.scale,
        "weight_sum": int(head.weight),
        "texts": tuple(_text(row, head) for row in _rows(TEXTS, where)),
        "shares": tuple(owner.share for owner in owners),
        "payee_part": _payee_part(head, statement.party_id),
    }
    lines = tuple(
        Explanation(share_id=share_id, line_units=units, line_part=part, amount=amount, **common)
        for share_id, units, part, amount in _lines(head, where)
    )
    return _why(head, pool_no, refs, owners, lines) if lines else None


@dataclass(frozen=True, slots=True)
class _Head:
    """The row of POOL."""

    name: str
    whole: str
    name_ur: str
    right: str
    section: str
    amount: int
    pool_id: int
    period_start: dt.date
    period_end: dt.date
    rule_id: int
    rule_uid: Any
    rule_version: int
    parameters: str
    scale: int
    number: str
    title: str
    title_original: str
    work_id: int
    work_uid: Any
    weight: Decimal
    text_remainder: Decimal | None
    text_key: int
    payee_remainder: Decimal | None
    payee_key: int
    payee_units: int
    payee_amount: int
    gross: int
    first: dt.date | None
    last: dt.date | None
    receipts: int
    sections: list[list[str]] | None


def _why(
    head: _Head, pool_no: int, refs: dict[int, RuleRef], owners: list[Owner], lines: tuple[Explanation, ...]
) -> Why:
    return Why(
        pool_no=pool_no,
        pool=head.name,
        whole=head.whole,
        pool_ur=head.name_ur,
        section=head.section,
        right=head.right,
        period=(head.period_start, head.period_end),
        collected=(head.first, head.last) if head.first and head.last else None,
        receipts=head.receipts,
        work=head.number,
        work_uid=str(head.work_uid),
        title=head.title,
        title_original=head.title_original,
        rule=RuleRef(str(head.rule_uid), head.rule_version),
        deduction_rules=refs,
        owners=tuple(owners),
        lines=lines,
    )


def _owner(share_id: int, party_id: int, payee_id: int, role: str, units: int, *about: Any) -> Owner:
    return Owner(ShareTerm(share_id, party_id, payee_id, role, units), *about)


def _deductions(rows: list[tuple[Any, ...]]) -> tuple[tuple[DeductionTerm, ...], dict[int, RuleRef]]:
    terms, refs = [], {}
    for order, name, purpose, basis, rate, amount, version_id, uid, version in rows:
        terms.append(DeductionTerm(order, name, purpose, basis, Fraction(rate), amount, version_id))
        refs[version_id] = RuleRef(str(uid), version)
    return tuple(terms), refs


def _section(head: _Head) -> SectionTerm | None:
    if not head.section:
        return None
    return SectionTerm(head.section, tuple((code, int(weight)) for code, weight in head.sections or []))


def _cut(remainder: Decimal | None, key: int) -> Cut | None:
    return None if remainder is None else Cut(int(remainder), (key,))


def _text(row: tuple[Any, ...], head: _Head) -> TextTerm:
    key, weight, units, plays, lines = row
    cut = _cut(head.text_remainder, head.text_key)
    return TextTerm(key, Part(head.amount * UNITS, weight, int(head.weight), (key,), cut), units, plays, lines)


def _payee_part(head: _Head, party_id: int) -> Part:
    cut = _cut(head.payee_remainder, head.payee_key)
    return Part(head.amount, head.payee_units, head.amount * UNITS, (party_id,), cut)


def _lines(head: _Head, where: dict[str, Any]) -> list[tuple[int, int, Part, int]]:
    """share id, units, part and amount of each line for the work. The key of a part is its place in the order."""
    rows = copy_out(
        f"SELECT {LINES.select_list()} FROM royalties_allocationline"
        " WHERE run_id = %(run)s AND pool_no = %(pool)s AND payee_id = %(party)s",
        LINES,
        where,
    )
    order = order_by(rows["work_id"], rows["text_key"], rows["share_id"])
    ordered = {name: column[order] for name, column in rows.items()}
    places = np.arange(order.size, dtype=np.int64)
    cut = find_cut(head.payee_amount, ordered["units"], ordered["amount"], places)
    found = []
    for place in np.flatnonzero(ordered["work_id"] == head.work_id).tolist():
        units, amount = int(ordered["units"][place]), int(ordered["amount"][place])
        part = Part(head.payee_amount, units, head.payee_units, (place,), cut)
        found.append((int(ordered["share_id"][place]), units, part, amount))
    return found


def _rows(query: str, where: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, where)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
