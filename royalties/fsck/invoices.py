"""M16: invoices add up, are never paid twice, and no licence lives that is not paid for."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check

TITLE = _("Invoices add up and are never paid twice")
# Each invoice with what its lines make and what receipts and credit notes settle of it, fee and tax apart.
INVOICES = """
    WITH line AS (
        SELECT invoice_id, coalesce(sum(amount) FILTER (WHERE kind = 'fee'), 0) AS fee,
            coalesce(sum(amount) FILTER (WHERE kind = 'tax'), 0) AS tax,
            count(*) FILTER (WHERE amount <> CASE kind WHEN 'tax' THEN round(base * rate / 100) ELSE base END) AS off
        FROM licensing_invoiceline GROUP BY invoice_id
    ),
    settled AS (
        SELECT invoice_id, sum(amount) AS amount, sum(net_amount) AS net, sum(tax_amount) AS tax,
            coalesce(sum(amount) FILTER (WHERE credit), 0) AS credited
        FROM (SELECT invoice_id, amount, net_amount, tax_amount, false AS credit FROM licensing_receiptallocation
            UNION ALL SELECT invoice_id, amount, net_amount, tax_amount, true FROM licensing_creditnote) part
        GROUP BY invoice_id
    ),
    invoice AS (
        SELECT i.*, coalesce(l.fee, 0) AS line_fee, coalesce(l.tax, 0) AS line_tax, coalesce(l.off, 0) AS lines_off,
            coalesce(s.amount, 0) AS settled, coalesce(s.net, 0) AS settled_net, coalesce(s.tax, 0) AS settled_tax,
            CASE WHEN s.credited >= i.total THEN 'credited' WHEN s.amount >= i.total THEN 'paid'
                WHEN s.amount > 0 THEN 'part_paid' ELSE 'issued' END AS money_state
        FROM licensing_invoice i LEFT JOIN line l ON l.invoice_id = i.id LEFT JOIN settled s ON s.invoice_id = i.id
    )
"""
SUMS = f"""
    {INVOICES}
    SELECT 'invoice ' || i.number, v.what || v.found || ', not ' || v.expected, v.found - v.expected
    FROM invoice i, LATERAL (VALUES
        ('its lines make a fee of ', line_fee, i.net::numeric),
        ('its lines make a tax of ', line_tax, i.tax),
        ('fee and tax make ', i.net + i.tax, i.total),
        ('lines that are not their base and rate: ', lines_off, 0),
        ('it is settled by ', settled, least(settled, i.total)),
        ('its fee is settled by ', settled_net, least(settled_net, i.net)),
        ('its tax is settled by ', settled_tax, least(settled_tax, i.tax))
    ) v (what, found, expected) WHERE v.found <> v.expected
    UNION ALL
    SELECT 'invoice ' || number, 'it stands as ' || state || ', its money says ' || money_state, 0 FROM invoice
    WHERE state <> money_state
    ORDER BY 1, 2
"""  # noqa: S608 - composed of the constant above
RECEIPTS = """
    SELECT 'receipt ' || r.number, sum(a.amount) || ' of ' || r.amount || ' are spent', sum(a.amount) - r.amount
    FROM licensing_receipt r JOIN licensing_receiptallocation a ON a.receipt_id = r.id
    GROUP BY r.id HAVING sum(a.amount) > r.amount
"""
# A licence lives when one of its invoices was paid, or credit approved for it, and none of them is open without.
LICENCES = f"""
    {INVOICES}
    SELECT 'licence ' || l.number, 'it is active, and its invoices are not paid nor credit approved',
        coalesce(sum(i.total - i.settled) FILTER (WHERE i.credit_approved_by_id IS NULL), 0)
    FROM licensing_licence l LEFT JOIN invoice i ON i.licence_id = l.id
    WHERE l.state = 'active' GROUP BY l.id, l.number
    HAVING NOT coalesce(bool_or(i.money_state = 'paid' OR i.credit_approved_by_id IS NOT NULL), false)
        OR bool_or(i.money_state NOT IN ('paid', 'credited') AND i.credit_approved_by_id IS NULL)
    ORDER BY 1
"""  # noqa: S608 - composed of the constant above


@check("M16", TITLE)
def invoices_add_up(scope: Scope) -> Iterable[Breach]:
    """Fee, tax and total against the lines; receipts and credit notes never exceed them; the state follows the money;
    a receipt is never spent twice."""
    yield from breaches(SUMS)
    yield from breaches(RECEIPTS)


@check("M16", TITLE)
def active_licences_are_paid(scope: Scope) -> Iterable[Breach]:
    """Every active licence was paid as its invoices demand, or credit was approved for what is open."""
    return breaches(LICENCES)
