"""Tables of the members app, by subject."""

from members.models.applications import ApplicationNote, Document, MembershipApplication
from members.models.areas import Area, AreaLeaf
from members.models.membership import BankAccount, Mandate, Member, TaxStatus
from members.models.parties import NameType, Party, PartyAffiliation, PartyKind, PartyName, Right

__all__ = [
    "ApplicationNote",
    "Area",
    "AreaLeaf",
    "BankAccount",
    "Document",
    "Mandate",
    "Member",
    "MembershipApplication",
    "NameType",
    "Party",
    "PartyAffiliation",
    "PartyKind",
    "PartyName",
    "Right",
    "TaxStatus",
]
