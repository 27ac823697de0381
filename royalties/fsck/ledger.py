"""M02, M04, M19, M20, M21: the ledger balances, its chain holds, and its money is named."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check


@check("M02", _("Every journal and the whole ledger sum to zero"))
def journals_balance(scope: Scope) -> Iterable[Breach]:
    """Sums and numbers of lines of each journal, and of the whole."""
    yield from breaches(
        """
        SELECT 'journal ' || j.number, 'its ' || count(l.id) || ' lines of ' || j.line_count || ' sum to '
            || coalesce(sum(l.amount), 0), coalesce(sum(l.amount), 0)
        FROM royalties_journal j LEFT JOIN royalties_ledgerline l ON l.journal_id = j.id
        GROUP BY j.id HAVING coalesce(sum(l.amount), 0) <> 0 OR count(l.id) <> j.line_count ORDER BY j.number
        """
    )
    yield from breaches(
        "SELECT 'ledger', 'all lines together sum to ' || sum(amount), sum(amount) FROM royalties_ledgerline"
        " HAVING sum(amount) <> 0"
    )


@check("M04", _("The ledger has no hole, no change and no broken link"))
def chain_holds(scope: Scope) -> Iterable[Breach]:
    """Numbers, the hash of each journal's lines, and the chain of the headers."""
    yield from breaches(
        "SELECT 'journal ' || number, 'the number before it is missing', 0 FROM (SELECT number,"
        " number - coalesce(lag(number) OVER (ORDER BY number), 0) AS step FROM royalties_journal) n WHERE step <> 1"
        " ORDER BY number"
    )
    yield from breaches(
        """
        SELECT 'journal ' || j.number, 'its lines were changed after it was posted', 0 FROM royalties_journal j
        WHERE j.sha256 IS DISTINCT FROM royalties_lines_sha256(j.id) ORDER BY j.number
        """
    )
    yield from breaches(
        """
        SELECT 'journal ' || number, 'it does not follow from the journal before it', 0 FROM (
            SELECT j.*, lag(chain) OVER (ORDER BY number) AS previous FROM royalties_journal j) j
        WHERE chain IS DISTINCT FROM royalties_journal_chain(previous, number, key, kind, business_date, description,
            line_count, sha256, reverses_id) ORDER BY number
        """
    )


@check("M19", _("Money in clearing and held accounts has an owner or a reason"))
def clearing_is_named(scope: Scope) -> Iterable[Breach]:
    """Held lines name pool and reason, payable and transit lines name the party."""
    return breaches(
        """
        SELECT 'journal ' || j.number || ' line ' || l.line_no, 'nobody and no reason is named', l.amount
        FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id
            JOIN royalties_journal j ON j.id = l.journal_id
        WHERE (a.code = '2600' AND (l.reason = '' OR l.pool_id IS NULL))
            OR (a.code IN ('2500', '2510') AND l.party_id IS NULL) OR (a.code = '2400' AND l.pool_id IS NULL)
        ORDER BY j.number, l.line_no
        """
    )


@check("M20", _("A reversal is the exact negative of its original, once"))
def reversals_are_exact(scope: Scope) -> Iterable[Breach]:
    """Original and reversal cancel out line by line; no journal is reversed twice."""
    return breaches(
        """
        SELECT 'journal ' || r.number, 'it does not cancel journal ' || o.number || ' line by line',
            coalesce((SELECT sum(abs(s)) FROM (SELECT sum(amount) AS s FROM royalties_ledgerline
                WHERE journal_id IN (r.id, o.id) GROUP BY line_no) x), 0)
        FROM royalties_journal r JOIN royalties_journal o ON o.id = r.reverses_id
        WHERE EXISTS (SELECT 1 FROM royalties_ledgerline WHERE journal_id IN (r.id, o.id)
            GROUP BY line_no, account_id, party_id, pool_id, run_id, reason HAVING sum(amount) <> 0 OR count(*) <> 2)
        UNION ALL
        SELECT 'journal ' || o.number, 'it was reversed ' || count(*) || ' times', 0
        FROM royalties_journal r JOIN royalties_journal o ON o.id = r.reverses_id GROUP BY o.id HAVING count(*) > 1
        """
    )


@check("M21", _("One business act posts once"))
def acts_post_once(scope: Scope) -> Iterable[Breach]:
    """No key stands on two journals."""
    return breaches(
        "SELECT 'key ' || key, count(*) || ' journals have it', 0 FROM royalties_journal GROUP BY key"
        " HAVING count(*) > 1 ORDER BY key"
    )
