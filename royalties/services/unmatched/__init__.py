"""Usage without a known work: listed for everybody, claimed by members, settled with the matching, or set aside."""

from royalties.services.unmatched.claiming import CLAIMABLE, claim_text, set_aside, take_up_again, withdraw_claim
from royalties.services.unmatched.listing import LIST, list_unmatched, start_listing

__all__ = [
    "CLAIMABLE",
    "LIST",
    "claim_text",
    "list_unmatched",
    "set_aside",
    "start_listing",
    "take_up_again",
    "withdraw_claim",
]
