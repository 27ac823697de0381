"""The digest of a payment batch: what two people agree on."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment as approved; amounts in whole minor units."""

    line_no: int
    party_id: int
    account_id: int
    statement_id: int
    payee_name: str
    iban_masked: str
    gross: int
    tax_class: str
    tax_rate_percent: str
    withheld: int
    net: int


def batch_digest(number: str, pay_on: str, rows: Iterable[PaymentRow]) -> bytes:
    """sha256 over the batch and its rows in line order; equal rows give equal digests, any change another."""
    body = [number, pay_on, [list(astuple(row)) for row in sorted(rows, key=lambda row: row.line_no)]]
    return hashlib.sha256(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()).digest()
