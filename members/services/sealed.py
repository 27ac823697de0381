"""The columns that hold an identity or bank number: sealed for its row, found by its blind index, shown by its mask."""

from typing import Any
from uuid import UUID

from cmo_portal.common.sealing import seal, unseal
from members.models import BankAccount, Member, MembershipApplication
from members.queries.numbers import cnic_index, iban_index
from members.rules.identity import mask_cnic, mask_iban


def place(table: str, column: str, uid: UUID) -> str:
    """Where a sealed value belongs; moved to another row it no longer opens."""
    return f"{table}.{column}.{uid}"


def cnic_columns(value: str, *, table: str, uid: UUID) -> dict[str, Any]:
    """The three columns of a CNIC of thirteen digits."""
    return {
        "cnic_sealed": seal(value, place=place(table, "cnic", uid)),
        "cnic_index": cnic_index(value),
        "cnic_masked": mask_cnic(value),
    }


def iban_columns(value: str, *, table: str, uid: UUID) -> dict[str, Any]:
    """The three columns of an IBAN in capitals."""
    return {
        "iban_sealed": seal(value, place=place(table, "iban", uid)),
        "iban_index": iban_index(value),
        "iban_masked": mask_iban(value),
    }


def open_cnic(row: Member | MembershipApplication) -> str:
    """The CNIC of a row, blank when it has none. Raises SealError. Callers answer for who may see it."""
    return unseal(row.cnic_sealed, place=place(row._meta.db_table, "cnic", row.uid)) if row.cnic_sealed else ""


def open_iban(row: BankAccount | MembershipApplication) -> str:
    """The IBAN of a row, blank when it has none. Raises SealError. Callers answer for who may see it."""
    return unseal(row.iban_sealed, place=place(row._meta.db_table, "iban", row.uid)) if row.iban_sealed else ""
