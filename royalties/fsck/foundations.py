"""M04, M09, M16, M22–M24, M26, M28: what the books rest on: rights, guards, whole numbers, the record of acts, jobs."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cmo_portal.audit.services import verify_chain
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
RIGHTS = """
    SELECT 'table ' || t.name, 'the application may ' || lower(p.privilege) || ' it', 0
    FROM unnest(%(tables)s::text[]) AS t (name), (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p (privilege)
    WHERE EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %(role)s AND NOT rolsuper)
        AND has_table_privilege(%(role)s, t.name, p.privilege)
    UNION ALL
    SELECT 'table ' || c.relname, 'its guard ' || g.tgname || ' is switched off', 0
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    WHERE NOT g.tgisinternal AND g.tgenabled <> 'O'
        AND (c.relname = ANY (%(tables)s) OR (%(parts)s AND c.relname ~ '_r[0-9]+$'))
"""


@check("M04", _("The ledger has no hole, no change and no broken link"))
def ledger_is_guarded(scope: Scope) -> Iterable[Breach]:
    """The application may only read and add; no trigger of the ledger is switched off."""
    return breaches(RIGHTS, {"tables": LEDGER_TABLES, "role": settings.DATABASE_APP_ROLE, "parts": False})


@check("M09", _("Frozen inputs and results stand"))
def results_are_guarded(scope: Scope) -> Iterable[Breach]:
    """The application may not change what runs froze and found; no trigger there is switched off."""
    return breaches(RIGHTS, {"tables": STANDING_TABLES, "role": settings.DATABASE_APP_ROLE, "parts": True})


@check("M16", _("Invoices add up and are never paid twice"))
def invoices_add_up(scope: Scope) -> Iterable[Breach]:
    """Lines sum to the total; receipts and credit notes never exceed it; a receipt is never spent twice."""
    return breaches(
        """
        SELECT 'invoice ' || i.number, 'its lines make ' || coalesce(sum(l.amount), 0) || ', its total is ' || i.total,
            coalesce(sum(l.amount), 0) - i.total
        FROM licensing_invoice i LEFT JOIN licensing_invoiceline l ON l.invoice_id = i.id
        GROUP BY i.id HAVING coalesce(sum(l.amount), 0) <> i.total
        UNION ALL
        SELECT 'invoice ' || i.number, 'it is settled by ' || s.amount || ', its total is ' || i.total,
            s.amount - i.total
        FROM licensing_invoice i JOIN (SELECT invoice_id, sum(amount) AS amount FROM (
            SELECT invoice_id, amount FROM licensing_receiptallocation
            UNION ALL SELECT invoice_id, amount FROM licensing_creditnote) x GROUP BY 1) s ON s.invoice_id = i.id
        WHERE s.amount > i.total
        UNION ALL
        SELECT 'receipt ' || r.number, sum(a.amount) || ' of ' || r.amount || ' are spent', sum(a.amount) - r.amount
        FROM licensing_receipt r JOIN licensing_receiptallocation a ON a.receipt_id = r.id
        GROUP BY r.id HAVING sum(a.amount) > r.amount
        """
    )


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


@check("M23", _("The record of acts is whole, and every approval stands in it"))
def acts_are_recorded(scope: Scope) -> Iterable[Breach]:
    """The chain from its first row (for everything), and an act for each approval."""
    if scope.run is None:
        yield from (Breach("record of acts", fault) for fault in verify_chain())
    yield from breaches(
        """
        SELECT 'run ' || r.number, 'its approval is not in the record of acts', 0 FROM royalties_run r
        WHERE r.approved_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_act a WHERE a.verb = 'approve_run'
            AND a.object_id = r.uid::text AND a.actor_id = r.approved_by_id)
        UNION ALL
        SELECT 'rule version ' || v.id, 'its approval is not in the record of acts', 0 FROM royalties_ruleversion v
        WHERE v.approved_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_act a WHERE a.verb = 'approve_rule'
            AND a.object_id = v.uid::text AND a.actor_id = v.approved_by_id)
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
