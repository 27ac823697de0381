"""The oracle: a distribution worked out a second time, by plain fractions, from the frozen rows alone.

It was written apart from the product: no import of it in either direction, no numpy, no shared arithmetic. It reads what
a run froze (pools, rules, texts, shares, usage lines), works from the pool down with `Fraction`, and gives the digest
whose bytes are described in docs/concepts.md. Where the two digests are equal, every paisa went to the same place.
"""

import hashlib
import json
import struct
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

UNITS = 10_000
NONE = -1
UNIDENTIFIED, NO_USAGE = -1, -6


def split(total: int, weights: dict[Any, int]) -> dict[Any, int]:
    """Largest remainder; ties to the lower key; a weight of zero never receives."""
    whole = sum(weights.values())
    if whole == 0:
        assert total == 0
        return dict.fromkeys(weights, 0)
    exact = {key: Fraction(total * weight, whole) for key, weight in weights.items()}
    parts = {key: value.numerator // value.denominator for key, value in exact.items()}
    rest = total - sum(parts.values())
    for key in sorted(exact, key=lambda key: (parts[key] - exact[key], key))[:rest]:
        parts[key] += 1
    assert sum(parts.values()) == total
    return parts


class Oracle:
    """One run, reckoned anew."""

    def __init__(self, cursor: Any, run_id: int) -> None:
        self.cursor, self.run = cursor, run_id
        self.pools = self._rows(
            'SELECT p.pool_no, p.amount, p."right", v.parameters::text FROM royalties_runpool p'
            " JOIN royalties_ruleversion v ON v.id = p.rule_version_id WHERE p.run_id = %s ORDER BY 1"
        )
        self.texts = {
            (pool, key): work
            for pool, key, work in self._rows(
                "SELECT pool_no, text_key, work_id FROM royalties_runtext WHERE run_id = %s"
            )
        }
        self.shares: dict[tuple[str, int], list[tuple[int, int, int, int]]] = defaultdict(list)
        for right, work, party, share, payee, units in self._rows(
            'SELECT "right", work_id, coalesce(party_id, -1), share_id, payee_id, units FROM royalties_runshare'
            " WHERE run_id = %s"
        ):
            self.shares[right, work].append((party, share, payee, units))
        self.line_units: dict[tuple[int, int], int] = {}
        self.payee_units: dict[tuple[int, int], int] = defaultdict(int)
        self.payee_amounts: dict[tuple[int, int], int] = {}
        self.statements: dict[tuple[int, int, int, int, int], tuple[int, int]] = {}
        self._reckon()

    def digest(self) -> str:
        """The digest of the whole run."""
        body = hashlib.sha256()
        payees = sorted(self.payee_amounts)
        body.update(f"payees {len(payees)}\n".encode())
        for pool, payee in payees:
            body.update(struct.pack("<4q", pool, payee, self.payee_units[pool, payee], self.payee_amounts[pool, payee]))
        rows = sorted(self.statements)
        body.update(f"statements {len(rows)}\n".encode())
        for key in rows:
            body.update(struct.pack("<7q", *key, *self.statements[key]))
        mix = sum(line_mix(pool, line, units) for (pool, line), units in self.line_units.items()) % 2**64
        body.update(f"lines {len(self.line_units)} {mix:016x}\n".encode())
        return body.hexdigest()

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        self.cursor.execute(query, [self.run])
        found: list[tuple[Any, ...]] = self.cursor.fetchall()
        return found

    def _reckon(self) -> None:
        for pool, amount, right, parameters in self.pools:
            weights = self._line_weights(pool, json.loads(parameters))
            self._reckon_pool(pool, amount, right, weights)

    def _line_weights(self, pool: int, rule: dict[str, Any]) -> dict[int, dict[int, Fraction]]:
        """text_key → line_key → points, exact."""
        self.cursor.execute(
            "SELECT t.text_key, l.row_no, l.plays, l.seconds, l.use_code, l.daypart, l.used_at FROM royalties_runtext t"
            " JOIN royalties_usageline l ON l.file_id = t.file_id AND l.text_no = t.text_no"
            " WHERE t.run_id = %s AND t.pool_no = %s",
            [self.run, pool],
        )
        found: dict[int, dict[int, Fraction]] = defaultdict(dict)
        for text, row, plays, seconds, use, daypart, at in self.cursor.fetchall():
            line = (text >> 32 << 32) | row
            found[text][line] = points(rule, plays, seconds, use, daypart, at)
        return found

    def _reckon_pool(self, pool: int, amount: int, right: str, lines: dict[int, dict[int, Fraction]]) -> None:
        whole = _whole(value for of_text in lines.values() for value in of_text.values())
        weights = {text: {line: int(value * whole) for line, value in row.items()} for text, row in lines.items()}
        sums = {text: sum(row.values()) for text, row in weights.items()}
        rows: dict[tuple[int, int, int, int], int] = {}
        if not sum(sums.values()):
            self.line_units.update({(pool, line): 0 for row in weights.values() for line in row})
            self._zero_rows(pool, right, sums, rows)
            if amount:
                rows[NO_USAGE, NONE, NONE, NONE] = amount * UNITS
        else:
            text_units = split(amount * UNITS, sums)
            for text, row in weights.items():
                self.line_units.update({(pool, line): units for line, units in split(text_units[text], row).items()})
            self._split_works(pool, right, text_units, rows)
        self._split_payees(pool, amount, rows)

    def _zero_rows(self, pool: int, right: str, sums: dict[int, int], rows: dict[Any, int]) -> None:
        self._split_works(pool, right, dict.fromkeys(sums, 0), rows)

    def _split_works(self, pool: int, right: str, text_units: dict[int, int], rows: dict[Any, int]) -> None:
        works: dict[int, int] = defaultdict(int)
        for text, units in text_units.items():
            work = self.texts[pool, text]
            if work:
                works[work] += units
            else:
                rows[UNIDENTIFIED, NONE, text, NONE] = units
        for work, units in works.items():
            shares = self.shares[right, work]
            parts = split(units, {(party, share): of for party, share, _payee, of in shares})
            for party, share, payee, _of in shares:
                rows[payee, work, NONE, share] = parts[party, share]

    def _split_payees(self, pool: int, amount: int, rows: dict[tuple[int, int, int, int], int]) -> None:
        of_payee: dict[int, int] = defaultdict(int)
        for (payee, _work, _text, _share), units in rows.items():
            of_payee[payee] += units
        if not of_payee:
            return
        amounts = split(amount, dict(of_payee)) if sum(of_payee.values()) else dict.fromkeys(of_payee, 0)
        for payee, units in of_payee.items():
            self.payee_units[pool, payee], self.payee_amounts[pool, payee] = units, amounts[payee]
            mine = {key[1:]: value for key, value in rows.items() if key[0] == payee}
            parts = split(amounts[payee], mine) if units else dict.fromkeys(mine, 0)
            for (work, text, share), part in parts.items():
                self.statements[pool, payee, work, text, share] = (mine[work, text, share], part)


def points(rule: dict[str, Any], plays: int, seconds: int, use: str, daypart: str, at: str) -> Fraction:
    """plays × duration × use weight × daypart weight, as the rule's own words say."""
    seconds = seconds or int(rule.get("assumed_seconds", 0))
    duration = {"seconds": seconds, "minutes": -(-seconds // 60), "plays": 1}[rule["formula"]]
    value = Fraction(plays * duration)
    uses = rule.get("use_weights")
    if uses:
        value *= Fraction(uses[use if use in uses else rule["default_use"]])
    parts = rule.get("dayparts")
    if parts:
        value *= Fraction(_daypart(rule, parts, daypart, at)["weight"])
    return value


def _daypart(rule: dict[str, Any], parts: list[dict[str, Any]], code: str, at: str) -> dict[str, Any]:
    named = {part["code"]: part for part in parts}
    if code in named:
        return named[code]
    if code == "" and at:
        minute = (int(at[:2]) * 60 + int(at[3:5])) % 1440
        last = [part for part in parts if part.get("from") and _covers(part, minute)]
        if last:
            return last[-1]
    return named[rule["default_daypart"]]


def _covers(part: dict[str, Any], minute: int) -> bool:
    begin, end = (int(part[side][:2]) * 60 + int(part[side][3:5]) for side in ("from", "to"))
    span = (end - begin) % 1440 or 1440
    return (minute - begin) % 1440 < span


def _whole(values: Iterable[Fraction]) -> int:
    """A factor that makes every value whole; which one does not matter, a split is the same for all."""
    factor = 1
    for value in values:
        if (value * factor).denominator != 1:
            factor *= (value * factor).denominator
    return factor


def line_mix(pool: int, line: int, units: int) -> int:
    """The scrambled place and amount of one line, to be added up in any order."""
    state = _scramble(pool % 2**64)
    state = _scramble(state ^ (line % 2**64))
    return _scramble(state ^ (units % 2**64))


def _scramble(x: int) -> int:
    x = (x + 0x9E3779B97F4A7C15) % 2**64
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) % 2**64
    return x ^ (x >> 31)
