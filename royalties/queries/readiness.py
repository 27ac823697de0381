"""What keeps a run from being frozen, all of it at once and in words that say how to mend it."""

from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from cmo_portal.common.periods import is_valid_on
from cmo_portal.wording import grouped
from royalties.models import Pool, PoolUsage, Run, UsageClaim
from royalties.queries.frozen import line_rule
from royalties.queries.rules import parameter_problems, rule_in_force
from royalties.queries.usage_lines import unknown_codes
from royalties.rules.deductions import DeductionsExceedAmount, apply_deductions, read_deductions
from royalties.rules.kernel import MOST_MINOR_UNITS

SECTIONS = """
    SELECT p.name, t.section, count(*) FROM royalties_poolusage u JOIN royalties_pool p ON p.id = u.pool_id
        JOIN royalties_usagetext t ON t.file_id = u.file_id
        WHERE u.pool_id = ANY (%s) AND EXISTS (SELECT 1 FROM royalties_poolsection s WHERE s.pool_id = u.pool_id)
            AND NOT EXISTS (
                SELECT 1 FROM royalties_poolsection s WHERE s.pool_id = u.pool_id AND s.code = t.section)
        GROUP BY 1, 2 ORDER BY 1, 2
"""


def freeze_problems(run: Run, pools: Sequence[Pool]) -> list[str]:
    """Every reason why this run cannot be frozen yet; empty when it can."""
    if run.state != "draft":
        return [_("This run is no draft any more. Open it again to see where it stands.")]
    problems = [problem for pool in pools for problem in _pool_problems(pool)]
    problems += [*_claim_rule_problems(run), *_territory_problems(pools)]
    usage = list(PoolUsage.objects.filter(pool__in=pools).select_related("file", "pool__distribution_rule"))
    problems += _file_problems(run, usage)
    if not problems:  # reading millions of lines is worth it only when the rest is in order
        problems += [*_section_problems(pools), *_code_problems(usage)]
    return problems


def _pool_problems(pool: Pool) -> Iterator[str]:
    name = {"pool": pool.name}
    gross = sum(pool.receipts.values_list("amount", flat=True))
    if gross == 0:
        yield _("%(pool)s holds no money yet. Put receipts into it.") % name
    if gross > MOST_MINOR_UNITS:
        yield _("%(pool)s holds more than one run can share out. Split it into several pools.") % name
    for version in (pool.distribution_rule, pool.deduction_rule):
        if version.state != "approved" or not is_valid_on(version, pool.period_end):
            facts = {"pool": pool.name, "rule": version}
            yield _("%(pool)s: rule %(rule)s is not in force at the end of the pool's period.") % facts
    distribution = parameter_problems("distribution", pool.distribution_rule.parameters)
    deductions = parameter_problems("deductions", pool.deduction_rule.parameters)
    yield from (f"{pool.name}: {problem}" for problem in (*distribution, *deductions))
    if not deductions:
        try:
            apply_deductions(gross, read_deductions(pool.deduction_rule.parameters)[0])
        except DeductionsExceedAmount:
            yield _("%(pool)s: the deductions would take more than the pool holds.") % name


def _claim_rule_problems(run: Run) -> Iterator[str]:
    try:
        rule_in_force("claims", run.period_end)
    except ValidationError as error:
        yield from error.messages


def _territory_problems(pools: Iterable[Pool]) -> list[str]:
    territories: dict[str, set[str]] = {}
    for pool in pools:
        territories.setdefault(pool.right, set()).add(pool.territory)
    if all(len(found) == 1 for found in territories.values()):
        return []
    return [_("Pools of one right have different territories. Make a run for each territory.")]


def _file_problems(run: Run, usage: Sequence[PoolUsage]) -> Iterator[str]:
    fed: dict[tuple[int, str], str] = {}
    for row in usage:
        facts = {"file": row.file.filename, "pool": row.pool.name}
        if row.file.state != "landed":
            yield _("File %(file)s was not taken yet. Finish taking it, or take it out of %(pool)s.") % facts
        elif row.file.matched_at is None:
            yield _("File %(file)s was not matched yet. Match it first.") % facts
        if other := fed.get((row.file_id, row.pool.right)):
            yield _("File %(file)s feeds %(other)s and %(pool)s with the same right. It can be paid only once.") % (
                facts | {"other": other}
            )
        fed[row.file_id, row.pool.right] = row.pool.name
    claims = UsageClaim.objects.filter(file__in=[row.file_id for row in usage], released_at=None).exclude(run=run)
    for claim in claims.select_related("file", "run"):
        if (claim.file_id, claim.right) in fed:
            yield _("File %(file)s was paid for this right in run %(run)s already.") % {
                "file": claim.file.filename,
                "run": claim.run.number,
            }


def _section_problems(pools: Iterable[Pool]) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(SECTIONS, [[pool.pk for pool in pools]])
        rows = cursor.fetchall()
    for pool, section, texts in rows:
        yield _("%(pool)s has no section “%(section)s”, which %(texts)s texts of its usage name.") % {
            "pool": pool,
            "section": section,
            "texts": grouped(texts),
        }


def _code_problems(usage: Iterable[PoolUsage]) -> Iterator[str]:
    for row in usage:
        for what, code, lines in unknown_codes(row.file_id, line_rule(row.pool.distribution_rule.parameters)):
            facts = {"file": row.file.filename, "code": code, "lines": grouped(lines), "pool": row.pool.name}
            if what == "use":
                yield _("File %(file)s: %(lines)s lines have use “%(code)s”, for which the rule has no weight.") % facts
            else:
                yield _("File %(file)s: %(lines)s lines have daypart “%(code)s”, for which the rule has none.") % facts
