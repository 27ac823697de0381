"""What is known about members and parties, for our own pages and for the apps above."""

from members.queries.mandates import mandates_in_force
from members.queries.parties import PartyHit, party_named, party_search
from members.queries.payees import Payee, payees

__all__ = ["PartyHit", "Payee", "mandates_in_force", "party_named", "party_search", "payees"]
