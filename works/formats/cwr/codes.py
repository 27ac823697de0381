"""Code tables of CWR 2.x: roles, types, languages, instruments, transaction statuses; which societies it knows."""

from enum import StrEnum
from functools import cache

from members.rules.societies import societies
from works.formats.cwr import tables

# Codes that stand for a right holder without a society; they name no society and are in no society list.
PUBLIC_DOMAIN_SOCIETY = "000"
NO_SOCIETY = "099"

ARRANGING_ROLES = frozenset({"AR", "AD", "SR", "SA", "TR"})
CREATING_ROLES = frozenset({"CA", "A", "C"})


class AnswerState(StrEnum):
    """What an acknowledgement means to us, whatever letters its version uses for it."""

    INTERIM = "interim"
    ACCEPTED = "accepted"
    ACCEPTED_CHANGED = "accepted_changed"
    PAYABLE = "payable"
    PAYABLE_CHANGED = "payable_changed"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    NO_SHARE = "no_share"
    CLAIM_REJECTED = "claim_rejected"
    NO_AGREEMENT = "no_agreement"
    WRONG_AGREEMENT = "wrong_agreement"
    WITHDRAWN = "withdrawn"
    UNKNOWN_WORK = "unknown_work"
    CANNOT_WITHDRAW = "cannot_withdraw"


@cache
def code_names(table: str) -> dict[str, str]:
    """The codes of one table with their English names, in the order of the published list; empty for no such table."""
    return {row["code"]: row["name"] for row in tables.rows("codes") if row["table"] == table}


@cache
def society_names() -> frozenset[str]:
    """The names of all societies, upper-cased."""
    return frozenset(society.name.upper() for society in societies().values())


def is_society(code: str) -> bool:
    """Whether a party record may carry this society code (public domain and "no society" included)."""
    return code in societies() or code in (PUBLIC_DOMAIN_SOCIETY, NO_SOCIETY)


def answer_state(version: str, status: str) -> AnswerState | None:
    """What a status letter pair means in the version it was written in; None for letters that no version knows.

    The letters changed their meaning: AS and AC of 2.x are ready for payment, those of 3.x are not.
    """
    return _states().get((version, status))


def statuses_written(version: str) -> frozenset[str]:
    """The statuses that an answer of this version may carry."""
    return frozenset(
        row["code"] for row in _status_rows() if version in row["versions"].split() and row["written"] == "Y"
    )


def is_status(code: str) -> bool:
    """Whether any version knows this status; a reader accepts them all."""
    return any(row["code"] == code for row in _status_rows())


@cache
def _status_rows() -> tuple[dict[str, str], ...]:
    return tuple(tables.rows("statuses"))


@cache
def _states() -> dict[tuple[str, str], AnswerState]:
    return {
        (version, row["code"]): AnswerState(row["state"])
        for row in _status_rows()
        for version in row["versions"].split()
    }
