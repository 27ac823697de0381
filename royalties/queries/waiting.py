"""Money that waits for a party and why, and what stands between her and a payment: as it is now."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum

from members.models import Member, Party
from royalties.models import HeldClaim
from royalties.models.ledger import AccountCode
from royalties.queries.rules import money_of_account
from royalties.rules.threshold import Payout, decide_payout, read_minimum

# The balance of a party, what of its data a payment needs (with the bank's reason where it sent money back from the
# account in force, as in royalties.queries.payable), the rule on payments in force, the last registration begun, and
# the disputes that wait for her answer, by the last day for evidence.
STANDING = """
    SELECT
        (SELECT coalesce(-sum(l.amount), 0)::bigint FROM royalties_ledgerline l
            JOIN royalties_account a ON a.id = l.account_id AND a.code = %(payable)s WHERE l.party_id = %(party)s),
        EXISTS (SELECT 1 FROM members_bankaccount WHERE party_id = %(party)s AND state = 'approved'),
        EXISTS (SELECT 1 FROM members_bankaccount WHERE party_id = %(party)s AND state = 'proposed'),
        (SELECT p.bank_reason FROM royalties_payment p JOIN members_bankaccount a ON a.id = p.account_id
            WHERE p.party_id = %(party)s AND p.state = 'rejected' AND a.state = 'approved' ORDER BY p.id DESC LIMIT 1),
        EXISTS (SELECT 1 FROM members_taxstatus WHERE party_id = %(party)s AND valid_from <= %(on)s
            AND (valid_to IS NULL OR valid_to >= %(on)s)),
        (SELECT v.parameters FROM royalties_ruleversion v JOIN royalties_rule r ON r.id = v.rule_id
            WHERE r.kind = 'payment' AND v.state = 'approved' AND v.valid_from <= %(on)s
                AND (v.valid_to IS NULL OR v.valid_to >= %(on)s) ORDER BY r.code LIMIT 1),
        (SELECT array_agg(ARRAY[d.uid::text, coalesce(d.answers -> 'title' ->> 'title', '')]) FROM (
            SELECT uid, answers FROM works_workdraft WHERE party_id = %(party)s AND work_id IS NULL
            ORDER BY id DESC LIMIT 1) d),
        (SELECT jsonb_agg(jsonb_build_array(d.deadline, d.works) ORDER BY d.deadline) FROM (
            SELECT d.deadline, count(DISTINCT d.work_id) AS works FROM works_claim c
                JOIN works_dispute d ON d.id = c.dispute_id
            WHERE c.party_id = %(party)s AND c.answer = '' AND d.state IN ('open', 'due') GROUP BY d.deadline) d),
        (SELECT count(*) FROM works_splitanswer a JOIN works_splitproposal p ON p.id = a.proposal_id
                JOIN works_work w ON w.id = p.work_id AND w.merged_into_id IS NULL
            WHERE a.party_id = %(party)s AND a.state = 'waiting' AND p.state = 'open')
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A registration that was begun: its uid and the title typed so far."""

    uid: str
    title: str


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Held amounts of one reason that may belong to a party: how many works, and the amount of the held parts."""

    reason: str
    works: int
    amount: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a party stands: her balance, the decision on paying it now (None where no minimum is in force), what of
    her own data is missing for a payment, what is held, and what she has begun. Amounts in minor units.

    `sent_back` is the bank's reason, None where no payment came back from the account in force. `disputes` counts the
    works with an open dispute that waits for her answer by the last day for evidence. `splits` counts the works whose
    split waits for her word."""

    balance: int
    payout: Payout | None
    has_account: bool
    account_waits: bool
    sent_back: str | None
    has_tax_class: bool
    is_stopped: bool
    held: tuple[HeldGroup, ...]
    disputes: tuple[tuple[dt.date, int], ...]
    draft: Draft | None
    splits: int

    @property
    def held_amount(self) -> int:
        """All held parts together. Of a disputed part only what is awarded will be hers."""
        return sum(group.amount for group in self.held)


def held_for(party: Party) -> QuerySet[HeldClaim, Any]:
    """The held amounts of published runs that may belong to a party and still wait."""
    return HeldClaim.objects.filter(party=party, line__state="open", line__run__state="published")


def held_groups(party: Party) -> tuple[HeldGroup, ...]:
    """What waits for a party, by reason, the largest first."""
    found = (
        held_for(party)
        .values_list("line__reason")
        .annotate(works=Count("line__work", distinct=True), amount=Sum("line__amount"))
    )
    return tuple(HeldGroup(*row) for row in found.order_by("-amount", "line__reason"))


def standing(member: Member, *, on: dt.date) -> Standing:
    """Where a member stands on a day. At most three queries."""
    where: dict[str, Any] = {"party": member.party_id, "on": on, "payable": str(AccountCode.PAYABLE)}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, where)
        balance, has_account, account_waits, sent_back, has_tax_class, rule, drafts, disputes, splits = (
            cursor.fetchone()
        )
    minimum = _minimum(json.loads(rule)) if rule else None
    begun = drafts[0] if drafts else None
    held = held_groups(member.party)
    return Standing(
        balance=balance,
        payout=None if minimum is None else decide_payout(balance, minimum, closing=member.state == "resigned"),
        has_account=has_account,
        account_waits=account_waits,
        sent_back=sent_back,
        has_tax_class=has_tax_class,
        is_stopped=member.state in ("suspended", "deceased"),
        held=held,
        disputes=tuple((dt.date.fromisoformat(day), works) for day, works in json.loads(disputes or "[]")),
        draft=Draft(begun[0], begun[1]) if begun else None,
        splits=splits,
    )


def _minimum(parameters: dict[str, Any]) -> int | None:
    """The smallest balance that is paid, in minor units; None where the rule cannot be read."""
    minimum, complaints = read_minimum(parameters, money_of_account())
    return None if complaints else minimum


def held_list(party: Party, reason: str = "") -> QuerySet[HeldClaim, Any]:
    """Held amounts one by one with their work, pool and dispute; of one reason, or of all."""
    found = held_for(party).filter(line__reason=reason) if reason else held_for(party)
    return found.select_related("line__work", "line__pool", "line__run", "dispute").annotate(amount=F("line__amount"))
