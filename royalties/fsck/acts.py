"""M23: the record of acts is whole, and whatever was decided, posted or paid stands in it."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from cmo_portal.audit.services import verify_chain
from royalties.fsck.framework import Breach, Scope, breaches, check

TITLE = _("The record of acts is whole, and every approval stands in it")
# What two people decide about money and rights: object, the verb of its act, its id in the record, who decided.
APPROVALS = """
    WITH approval (name, verb, object_id, actor_id) AS (
        SELECT 'run ' || number, 'approve_run', uid::text, approved_by_id FROM royalties_run
        UNION ALL SELECT 'rule version ' || id, 'approve_rule', uid::text, approved_by_id FROM royalties_ruleversion
        UNION ALL SELECT 'payment batch ' || number, 'approve_payment_batch', uid::text, approved_by_id
            FROM royalties_paymentbatch
    )
    SELECT name, 'its approval is not in the record of acts', 0 FROM approval p WHERE actor_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM audit_act a WHERE a.verb = p.verb AND a.object_id = p.object_id
            AND a.actor_id = p.actor_id) ORDER BY 1
"""
# Every posting and every step on the way of money has its act; a tail cut off the record takes the newest of them.
STEPS = """
    WITH credit AS (
        SELECT DISTINCT 'credit:' || a.form_key AS key, r.uid FROM licensing_receiptallocation a
            JOIN licensing_receipt r ON r.id = a.receipt_id
    ),
    posting (pattern, verb) AS (VALUES ('^receipt:', 'record_receipt'), ('^credit:', 'allocate_receipt'),
        ('^pool:', 'allocate_to_pool'), ('^run:.*:finalise$', 'finalise_run'), ('^run:.*:reverse$', 'reverse_run'),
        ('^payment:.*:reserve$', 'make_payment_batch'), ('^payment:.*:cancel$', 'cancel_payment_batch'),
        ('^payment:.*:settle:', 'settle_payment_batch')),
    step (name, verb, object_id) AS (
        SELECT 'journal ' || j.number, verb, coalesce(c.uid::text, split_part(j.key, ':', 2))
            FROM royalties_journal j JOIN posting ON j.key ~ pattern LEFT JOIN credit c ON c.key = j.key
        UNION ALL
        SELECT 'run ' || number, 'publish_run', uid::text FROM royalties_run WHERE published_at IS NOT NULL
        UNION ALL
        SELECT 'payment batch ' || number, 'export_payment_batch', uid::text
            FROM royalties_paymentbatch, generate_series(1, downloads)
    ),
    needed AS (SELECT verb, object_id, max(name) AS name, count(*) AS steps FROM step GROUP BY verb, object_id),
    act AS (SELECT verb, object_id, count(*) AS acts FROM audit_act GROUP BY verb, object_id)
    SELECT name, 'of its acts (' || verb || ') ' || steps - coalesce(acts, 0) || ' are not in the record',
        steps - coalesce(acts, 0)
    FROM needed LEFT JOIN act USING (verb, object_id) WHERE steps > coalesce(acts, 0) ORDER BY 1
"""


@check("M23", TITLE)
def acts_are_recorded(scope: Scope) -> Iterable[Breach]:
    """The chain from its first act to its last, an act for each approval, and for each step of money."""
    yield from (Breach("record of acts", fault) for fault in verify_chain())
    yield from breaches(APPROVALS)
    yield from breaches(STEPS)
