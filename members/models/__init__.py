"""Tables of the members app, by subject."""

from members.models.applications import ApplicationNote, Document, MembershipApplication
from members.models.areas import Area, AreaLeaf
from members.models.clients import ApiClient, Scope
from members.models.groups import GroupMembership
from members.models.membership import BankAccount, Mandate, Member, TaxStatus
from members.models.parties import NameType, Party, PartyAffiliation, PartyKind, PartyName, Right

__all__ = [
    "ApiClient",
    "ApplicationNote",
    "Area",
    "AreaLeaf",
    "BankAccount",
    "Document",
    "GroupMembership",
    "Mandate",
    "Member",
    "MembershipApplication",
    "NameType",
    "Party",
    "PartyAffiliation",
    "PartyKind",
    "PartyName",
    "Right",
    "Scope",
    "TaxStatus",
]
