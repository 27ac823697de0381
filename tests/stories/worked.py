"""What the worked examples share: amounts, deductions, tariffs and distributions written down by names."""

import numpy as np

from cmo_portal.common.money import Currency, parse_minor, parse_share
from licensing.rules.tariffs import assess_answers, tariff_from
from royalties.rules.deductions import read_deductions
from royalties.rules.kernel import calculate
from royalties.rules.kernel_tables import Lines, Pools, Shares, Texts

ACCOUNT = Currency("PKR", 2)


def minor(text):
    return parse_minor(text, ACCOUNT)


def deductions(*rows):
    """Rows of (code, percent, basis after order), numbered from 1."""
    entries = [
        {"order": str(n), "code": code, "rate_percent": rate, "basis_after_order": str(basis), "purpose": "other"}
        for n, (code, rate, basis) in enumerate(rows, start=1)
    ]
    found, complaints = read_deductions({"deductions": entries})
    assert complaints == []
    return found


def tariff(inputs, components, modifiers=(), **more):
    terms = {
        "code": "T", "version": "1", "name": "Example", "charged_per": "year", "valid_from": "1988-01-01",
        "inputs": [{"label": entry["name"]} | entry for entry in inputs],
        "components": [{"code": f"C{n}", "name": "Part"} | part for n, part in enumerate(components)],
        "modifiers": [{"code": f"M{n}", "name": "Change"} | part for n, part in enumerate(modifiers)],
    }  # fmt: skip
    return tariff_from(terms | more, ACCOUNT)


def fee(terms, **answers):
    found, complaints = assess_answers(terms, answers, ACCOUNT)
    assert complaints == []
    return found


def percent_of_receipts(rate):
    return tariff(
        [{"name": "receipts", "type": "money"}], [{"kind": "percent", "base": "receipts", "rates_percent": rate}]
    )


class Distribution:
    """A calculation by the kernel, written down by names.

    pools: amount by name; usage: rows of (pool, text, weight, work or ""); shares: rows of (work, party, percent, 0 or
    the reason why the share is held).
    """

    def __init__(self, pools, usage, shares):
        names = sorted({text for _, text, _, _ in usage})
        works = sorted({work for work, _, _, _ in shares})
        self.parties = sorted({party for _, party, _, _ in shares})
        text = {name: number for number, name in enumerate(names)}
        number = {name: n for n, name in enumerate(pools)}
        lines = [(number[pool], text[name], key, weight) for key, (pool, name, weight, _) in enumerate(usage)]
        matched = {name: work for _, name, _, work in usage}
        share_rows = []
        for share_id, (work, name, share, held) in enumerate(shares):
            party = self.parties.index(name) + 1
            share_rows.append((0, works.index(work), share_id, party, held or party, parse_share(share)))
        self.works = works
        self.result = calculate(
            self.table(Pools, [(number[name], amount, 0) for name, amount in pools.items()]),
            self.table(Lines, lines),
            self.table(
                Texts, [(n, n, works.index(matched[name]) if matched[name] else -1) for name, n in text.items()]
            ),
            self.table(Shares, share_rows),
        )

    @staticmethod
    def table(kind, rows):
        columns = list(zip(*rows, strict=True)) or [()] * len(kind.__dataclass_fields__)
        return kind(*(np.array(column, dtype=np.int64) for column in columns))

    def payees(self):
        """Amount by party, or by the reason why it is held."""
        rows = self.result.payees
        totals = {}
        for payee, amount in zip(rows.payee.tolist(), rows.amount.tolist(), strict=True):
            key = self.parties[payee - 1] if payee > 0 else payee
            totals[key] = totals.get(key, 0) + amount
        return totals

    def lines(self):
        """Amount by (work, party) for what is paid and held of a known work."""
        rows = self.result.statements
        found = {}
        for work, payee, amount in zip(rows.work_no.tolist(), rows.payee.tolist(), rows.amount.tolist(), strict=True):
            if work >= 0:
                found[self.works[work], self.parties[payee - 1] if payee > 0 else payee] = amount
        return found

    def works_total(self):
        """Amount by work, held parts included."""
        totals = {}
        for (work, _), amount in self.lines().items():
            totals[work] = totals.get(work, 0) + amount
        return totals
