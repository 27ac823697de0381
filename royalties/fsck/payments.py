"""Payments: covered by statements and approved accounts, adding up, and closed in the ledger."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from cmo_portal.audit.models import Act
from royalties.fsck.framework import Breach, Scope, breaches, check
from royalties.models import PaymentBatch
from royalties.queries.payment_rows import batch_digests_of_stored

APPROVED = ("approved", "exported", "closed")  # states in which a second person has approved a batch


@check("M12", _("Every payment has a published statement and an account approved before its batch was frozen"))
def payments_are_covered(scope: Scope) -> Iterable[Breach]:
    """The statement is of the same party and published; the account is the party's and was approved in time."""
    return breaches(
        """
        SELECT b.number || '/' || p.line_no, 'the payment is not covered by its statement or account', p.gross
        FROM royalties_payment p
        JOIN royalties_paymentbatch b ON b.id = p.batch_id
        JOIN royalties_statement s ON s.id = p.statement_id
        JOIN royalties_run r ON r.id = s.run_id
        JOIN members_bankaccount a ON a.id = p.account_id
        WHERE s.party_id <> p.party_id OR r.state NOT IN ('published', 'reversed') OR a.party_id <> p.party_id
            OR a.approved_at IS NULL OR a.approved_at > b.frozen_at OR a.state NOT IN ('approved', 'replaced')
        ORDER BY 1
        """
    )


@check("M13", _("Paid, in transit and payable together are what each party was credited; nothing is below zero"))
def parties_are_not_overpaid(scope: Scope) -> Iterable[Breach]:
    """Ledger against the totals of posted runs and the payments, party by party."""
    return breaches(
        """
        WITH book AS (
            SELECT l.party_id, -coalesce(sum(l.amount) FILTER (WHERE a.code = '2500'), 0) AS payable,
                -coalesce(sum(l.amount) FILTER (WHERE a.code = '2510'), 0) AS transit
            FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id
            WHERE a.code IN ('2500', '2510') AND l.party_id IS NOT NULL GROUP BY l.party_id
        ), payment AS (
            SELECT party_id, sum(gross) FILTER (WHERE state = 'paid') AS paid,
                sum(gross) FILTER (WHERE state = 'reserved') AS open FROM royalties_payment GROUP BY party_id
        ), earned AS (
            SELECT payee_id AS party_id, sum(amount) AS credited FROM royalties_payeetotal WHERE payee_id > 0
                AND run_id IN (SELECT id FROM royalties_run WHERE state IN ('finalised', 'published')) GROUP BY payee_id
        ), party AS (
            SELECT party_id, coalesce(payable, 0) AS payable, coalesce(transit, 0) AS transit,
                coalesce(paid, 0) AS paid, coalesce(open, 0) AS open, coalesce(credited, 0) AS credited
            FROM book FULL JOIN payment USING (party_id) FULL JOIN earned USING (party_id)
        )
        SELECT 'party ' || party_id, v.what, v.off FROM party, LATERAL (VALUES
            ('paid, in transit and payable are not what it was credited', payable + transit + paid - credited),
            ('minor units in transit in the ledger differ from the open payments', transit - open),
            ('less than nothing is payable', least(payable, 0)),
            ('less than nothing is in transit', least(transit, 0))
        ) v (what, off) WHERE v.off <> 0 ORDER BY 1
        """
    )


@check("M14", _("Who makes does not approve"))
def batches_hold_what_was_approved(scope: Scope) -> Iterable[Breach]:
    """The digest of each batch follows from its payments and is what was approved; approval and bank file are those
    that were recorded."""
    acts: dict[tuple[str, str], str] = {}
    recorded = Act.objects.filter(verb__in=("approve_payment_batch", "export_payment_batch")).order_by("number")
    for verb, uid, facts in recorded.values_list("verb", "object_id", "facts"):
        acts[verb, uid] = facts.get("digest") or facts.get("sha256") or ""
    batches = list(PaymentBatch.objects.order_by("pk"))
    rebuilt = batch_digests_of_stored(batches)
    for batch in batches:
        approved, file = bytes(batch.approved_digest or b"").hex(), bytes(batch.file_sha256 or b"").hex()
        if rebuilt[batch.pk] != bytes(batch.digest):
            yield Breach(batch.number, "its digest is not that of its payments", batch.control_total)
        if batch.state in APPROVED and approved != bytes(batch.digest).hex():
            yield Breach(batch.number, "its approval is not of its digest", batch.control_total)
        if approved != acts.get(("approve_payment_batch", str(batch.uid)), ""):
            yield Breach(batch.number, "its approval is not the one that was recorded", batch.control_total)
        if file != acts.get(("export_payment_batch", str(batch.uid)), ""):
            yield Breach(batch.number, "its bank file is not the one that was recorded", batch.control_total)


@check("M25", _("Bank batches: control total, count and hash equal the rows; a line is in one live batch"))
def tax_follows_its_rule(scope: Scope) -> Iterable[Breach]:
    """The rate is that of the rule for the tax class, and what is kept back is the rate of the whole payment."""
    return breaches(
        """
        SELECT b.number || ' line ' || p.line_no, 'withheld ' || p.withheld || ', the rule says '
            || coalesce(round(p.gross * (said ->> 'rate_percent')::numeric / 100)::text, 'nothing'),
            p.withheld - coalesce(round(p.gross * (said ->> 'rate_percent')::numeric / 100), 0)
        FROM royalties_payment p JOIN royalties_paymentbatch b ON b.id = p.batch_id
            JOIN royalties_ruleversion v ON v.id = p.tax_rule_id
            LEFT JOIN LATERAL (SELECT rate AS said FROM jsonb_array_elements(v.parameters -> 'rates') rate
                WHERE rate ->> 'tax_class' = p.tax_class) said ON true
        WHERE said IS NULL OR (said ->> 'rate_percent')::numeric <> p.tax_rate_percent::numeric
            OR p.withheld <> round(p.gross * (said ->> 'rate_percent')::numeric / 100)
            OR v.valid_from > b.pay_on OR v.valid_to < b.pay_on
        ORDER BY 1
        """
    )


@check("M14", _("Who makes does not approve"))
def batches_have_four_eyes(scope: Scope) -> Iterable[Breach]:
    """The approver of a batch is another person than its maker."""
    return breaches(
        """
        SELECT number, 'the batch was not approved by a second person', control_total FROM royalties_paymentbatch
        WHERE state = ANY (%(approved)s) AND (approved_by_id IS NULL OR approved_by_id = maker_id) ORDER BY 1
        """,
        {"approved": list(APPROVED)},
    )


@check("M25", _("Bank batches: control total, count and hash equal the rows; a line is in one live batch"))
def batches_add_up(scope: Scope) -> Iterable[Breach]:
    """Count and control total re-derived from the payments; exported batches have a file hash."""
    return breaches(
        """
        SELECT b.number, 'control total, count or file hash differ from the payments',
            coalesce(p.total, 0) - b.control_total
        FROM royalties_paymentbatch b
        LEFT JOIN (SELECT batch_id, count(*) AS n, sum(net) AS total FROM royalties_payment GROUP BY batch_id) p
            ON p.batch_id = b.id
        WHERE coalesce(p.total, 0) <> b.control_total OR coalesce(p.n, 0) <> b.count
            OR (b.state IN ('exported', 'closed') AND b.file_sha256 IS NULL)
            OR (b.state = 'closed' AND EXISTS (
                SELECT 1 FROM royalties_payment o WHERE o.batch_id = b.id AND o.state = 'reserved'))
        ORDER BY 1
        """
    )


@check("M25", _("Bank batches: control total, count and hash equal the rows; a line is in one live batch"))
def the_ledger_knows_each_payment(scope: Scope) -> Iterable[Breach]:
    """Bank and withholding in the ledger equal the paid payments of each party."""
    return breaches(
        """
        WITH ledger AS (
            SELECT l.party_id, -sum(l.amount) FILTER (WHERE a.code = '1000') AS bank,
                -sum(l.amount) FILTER (WHERE a.code = '2700') AS tax
            FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id
            WHERE a.code IN ('1000', '2700') AND l.party_id IS NOT NULL GROUP BY l.party_id
        ), paid AS (
            SELECT party_id, sum(net) AS net, sum(withheld) AS withheld FROM royalties_payment WHERE state = 'paid'
            GROUP BY party_id
        )
        SELECT 'party ' || coalesce(ledger.party_id, paid.party_id),
            'bank or tax in the ledger differ from what was paid',
            coalesce(ledger.bank, 0) - coalesce(paid.net, 0) + coalesce(ledger.tax, 0) - coalesce(paid.withheld, 0)
        FROM ledger FULL JOIN paid ON paid.party_id = ledger.party_id
        WHERE coalesce(ledger.bank, 0) <> coalesce(paid.net, 0) OR coalesce(ledger.tax, 0) <> coalesce(paid.withheld, 0)
        ORDER BY 1
        """
    )
