"""Tables of the members app, by subject."""

from members.models.applications import Document, MembershipApplication
from members.models.membership import BankAccount, Mandate, Member, TaxStatus
from members.models.parties import Party, PartyAffiliation, PartyName

__all__ = [
    "BankAccount",
    "Document",
    "Mandate",
    "Member",
    "MembershipApplication",
    "Party",
    "PartyAffiliation",
    "PartyName",
    "TaxStatus",
]
