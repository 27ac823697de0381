"""M04, M09, M22, M24, M26, M28: what the books rest on: rights, guards, whole numbers, jobs, names."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check

LEDGER_TABLES = ["royalties_journal", "royalties_ledgerline"]
STANDING_TABLES = [
    "royalties_runpool",
    "royalties_rundeduction",
    "royalties_runtext",
    "royalties_runshare",
    "royalties_stepsum",
    "royalties_textresult",
    "royalties_lineresult",
    "royalties_allocationline",
    "royalties_payeetotal",
    "royalties_poolreceipt",
    "royalties_statement",
    "royalties_statedwork",
    "royalties_poolworking",
    "royalties_heldclaim",
]
MOVING_TABLES = ["royalties_suspenseline"]  # rows that move on, as their triggers let them, and never go
RIGHTS = """
    SELECT 'table ' || t.name, 'the application may ' || lower(p.privilege) || ' it', 0
    FROM unnest(%(tables)s::text[]) AS t (name), unnest(%(refused)s::text[]) AS p (privilege)
    WHERE EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %(role)s AND NOT rolsuper)
        AND has_table_privilege(%(role)s, t.name, p.privilege)
    UNION ALL
    SELECT 'table ' || c.relname, 'its guard ' || g.tgname || ' is switched off', 0
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    WHERE NOT g.tgisinternal AND g.tgenabled <> 'O'
        AND (c.relname = ANY (%(tables)s) OR (%(parts)s AND c.relname ~ '_r[0-9]+$'))
"""


def rights(
    tables: list[str], *, refused: tuple[str, ...] = ("UPDATE", "DELETE", "TRUNCATE"), parts: bool = False
) -> list[Breach]:
    """What the application may do to these tables and must not, and which guard is off; `parts`: of results too."""
    role = settings.DATABASE_APP_ROLE
    return breaches(RIGHTS, {"tables": tables, "role": role, "refused": list(refused), "parts": parts})


@check("M04", _("The ledger has no hole, no change and no broken link"))
def ledger_is_guarded(scope: Scope) -> Iterable[Breach]:
    """The application may only read and add; no trigger of the ledger is switched off."""
    return rights(LEDGER_TABLES)


@check("M09", _("Frozen inputs and results stand"))
def results_are_guarded(scope: Scope) -> Iterable[Breach]:
    """The application may not change what runs froze and found; no trigger there is switched off."""
    yield from rights(STANDING_TABLES, parts=True)
    yield from rights(MOVING_TABLES, refused=("DELETE", "TRUNCATE"))


@check("M22", _("Money is whole numbers everywhere"))
def money_is_whole(scope: Scope) -> Iterable[Breach]:
    """No binary floating point in a table of money."""
    return breaches(
        """
        SELECT 'column ' || table_name || '.' || column_name, 'it is ' || data_type, 0 FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('real', 'double precision')
            AND table_name ~ '^(royalties|licensing|works|members)_' ORDER BY 1
        """
    )


@check("M24", _("No job is stuck"))
def jobs_move(scope: Scope) -> Iterable[Breach]:
    """Nothing runs long past its lease, nothing was tried too often; of the run's own jobs, or of all."""
    return breaches(
        """
        SELECT 'job ' || key, 'it is past its lease and nobody took it back', 0 FROM jobs_job
        WHERE state = 'running' AND lease_until < clock_timestamp() - interval '2 minutes'
            AND (%(subject)s::text IS NULL OR subject = %(subject)s)
        UNION ALL
        SELECT 'job ' || key, 'it was tried ' || attempt || ' times', 0 FROM jobs_job
        WHERE attempt > %(attempts)s AND (%(subject)s::text IS NULL OR subject = %(subject)s)
        """,
        {"subject": f"run:{scope.run.uid}" if scope.run else None, "attempts": settings.JOB_ATTEMPTS},
    )


@check("M26", _("Every payee has a name, and one CNIC is one active member"))
def payees_are_known(scope: Scope) -> Iterable[Breach]:
    """Blank names, and the blind index of the CNIC among active members."""
    return breaches(
        """
        SELECT 'party ' || p.id, 'it has no name', 0 FROM members_party p WHERE btrim(p.display_name) = ''
        UNION ALL
        SELECT 'members ' || string_agg(number, ', ' ORDER BY number), 'they have the same CNIC', 0
        FROM members_member WHERE state IN ('active', 'suspended') AND cnic_index IS NOT NULL
        GROUP BY cnic_index HAVING count(*) > 1
        """
    )


@check("M28", _("No view opens more than its reader may see"))
def views_keep_rights(scope: Scope) -> Iterable[Breach]:
    """Every view works with the rights of its reader."""
    return breaches(
        """
        SELECT 'view ' || c.relname, 'it works with the rights of its owner', 0 FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
            AND NOT coalesce(c.reloptions::text ~ 'security_invoker=(true|on|1)', false)
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        """
    )
