"""Drilling into a statement: which grouping is shown, what was chosen so far, and where each row leads next."""

from collections.abc import Mapping
from typing import Any, cast, get_args
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from members.models.parties import Right
from members.models.territories import territory_text
from royalties.models import RunPool, StatedWork, Statement
from royalties.queries.statement_lines import By, Filters, Group, groups
from royalties.queries.why_words import pool_text

GROUPINGS = get_args(By)
LARGEST = 2**31  # a larger number of a pool does not exist


def breakdown(statement: Statement, query: Mapping[str, str]) -> dict[str, Any]:
    """What the page of a grouping shows. What the address does not know counts as not chosen."""
    filters = _filters(query)
    chosen = _chosen(filters)
    open_to = [by for by in GROUPINGS if by not in chosen]
    by = cast(By, query.get("by") if query.get("by") in open_to else (open_to or ["pool"])[0])
    sort = "name" if query.get("sort") == "name" else "amount"
    found = groups(
        statement, by, filters=filters, sort=sort, after=query.get("after", ""), before=query.get("before", "")
    )
    base = {"by": by, "sort": sort, **chosen}
    return {
        "by": by,
        "sort": sort,
        "page": found,
        "rows": [(group, _label(by, group), _url(statement, by, group, chosen)) for group in found.rows],
        "groupings": [(one, _grouping(one), f"?{urlencode({**base, 'by': one})}") for one in open_to],
        "sorts": [(one, words, f"?{urlencode({**base, 'sort': one})}") for one, words in _sorts()],
        "chosen": _removable(statement, filters, base),
        "neighbours": {
            "next_query": urlencode({**base, "after": found.after}) if found.after else "",
            "previous_query": urlencode({**base, "before": found.before}) if found.before else "",
        },
    }


def _filters(query: Mapping[str, str]) -> Filters:
    right, territory = query.get("right", ""), query.get("territory", "")
    return Filters(
        pool=pool_number(query),
        right=right if right in Right.values else "",
        work=query.get("work", "")[:14],
        territory=territory if len(territory) == 4 and territory.isascii() and territory.isdigit() else "",
    )


def pool_number(query: Mapping[str, str]) -> int | None:
    """The pool that the address names; None when it names none."""
    written = query.get("pool", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 11 else 0
    return number if 0 < number < LARGEST else None


def _chosen(filters: Filters) -> dict[str, str]:
    pool = "" if filters.pool is None else str(filters.pool)
    given = {"work": filters.work, "pool": pool, "right": filters.right, "territory": filters.territory}
    return {name: value for name, value in given.items() if value}


def _grouping(by: str) -> str:
    words = {"work": _("By song"), "pool": _("By source"), "right": _("By right"), "territory": _("By territory")}
    return words[by]


def _sorts() -> list[tuple[str, str]]:
    return [("amount", _("Largest first")), ("name", _("By name"))]


def _label(by: str, group: Group) -> dict[str, str]:
    if by == "right":
        return {"name": str(Right(group.key).label), "other": ""}
    if by == "territory":
        return {"name": territory_text(group.key), "other": ""}
    if by == "pool":
        return {"name": pool_text(group.name, group.other, ":" if ": " in group.name else ""), "other": ""}
    return {"name": group.name, "other": group.other}


def _url(statement: Statement, by: str, group: Group, chosen: dict[str, str]) -> str:
    """The next step: what is left to choose, or the explanation once work and source are known."""
    following = {**chosen, by: group.key}
    if by == "work" and group.pools == 1:
        following["pool"] = str(group.pool_no)
    if "work" in following and "pool" in following:
        place = reverse("royalties:member-statement-why", args=[statement.uid])
        return f"{place}?{urlencode({'pool': following['pool'], 'work': following['work']})}"
    return f"?{urlencode({**following, 'by': 'pool' if 'work' in following else 'work'})}"


def _removable(statement: Statement, filters: Filters, base: dict[str, str]) -> list[dict[str, str]]:
    """What was chosen on the way here, each with the address without it."""
    found: list[tuple[str, str]] = []
    if filters.right:
        found.append(("right", str(Right(filters.right).label)))
    if filters.territory:
        found.append(("territory", territory_text(filters.territory)))
    if filters.pool is not None:
        pool = RunPool.objects.filter(run_id=statement.run_id, pool_no=filters.pool).select_related("pool").first()
        found.append(("pool", pool_text(pool.name, pool.pool.name_ur, pool.section) if pool else str(filters.pool)))
    if filters.work:
        work = StatedWork.objects.filter(run_id=statement.run_id, number=filters.work).first()
        found.append(("work", work.title if work else filters.work))
    return [
        {"label": label, "url": f"?{urlencode({name: value for name, value in base.items() if name != which})}"}
        for which, label in found
    ]
