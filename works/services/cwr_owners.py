"""Who owns a work of ours in a file: every owner with its ownership by right, in whole steps of CWR."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.conf import settings

from cmo_portal.common.money import allocate
from members.models.territories import WORLD
from works.formats.cwr.characters import transliterated
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent
from works.formats.cwr.work import RightShares
from works.queries.export_chains import RIGHTS
from works.queries.exports import OwnParty, OwnShare, OwnWork
from works.rules.splits import WHOLE
from works.services.cwr_sending import ToSend

STEPS = 10_000  # the whole in hundredths of a percent, the finest that CWR says
# The roles in the order of a file.
WRITERS = ("CA", "C", "A", "AR", "AD", "TR", "SA", "SR")
PUBLISHERS = ("E", "AQ", "AM", "SE", "ES", "PA")


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner as the file shows it; `party` is None for an unknown one."""

    party: OwnParty | None
    role: str
    ownership: RightShares

    @property
    def is_publisher(self) -> bool:
        """Whether it stands among the publishers."""
        return self.role in PUBLISHERS

    @property
    def is_ours(self) -> bool:
        """Whether we collect any right for it."""
        return self.party is not None and is_ours(self.party)


def is_ours(party: OwnParty) -> bool:
    """Whether we collect any right for a party."""
    return settings.SOCIETY["cisac_code"] in filter(None, party.societies)


def owners_of(work: OwnWork, shares: tuple[OwnShare, ...], sending: ToSend) -> list[Owner]:
    """Every owner with its ownership by right in whole steps of CWR, in an order that the file shows."""
    if any(share.state == "disputed" for share in shares):
        sending.refuse("share_disputed", "NWR", "submitter_work_no", work.number)
    if any(share.territory != WORLD for share in shares):
        sending.refuse("share_by_territory", "SPU", "pr_ownership", work.number)
    if sending.refusals:
        return []
    held = _held(shares, sending)
    keys = sorted({key for by_right in held.values() for key in by_right}, key=lambda key: _order(work, key))
    owned = {right: _in_steps(right, by_right, keys, work, sending) for right, by_right in held.items()}
    owners = []
    for place, (party, role) in enumerate(keys):
        pr, mr, sr = (owned[right].get(place, 0) * STEP for right in RIGHTS)
        owners.append(Owner(work.parties[party] if party else None, role, (pr, mr, sr)))
        if party and not work.parties[party].last_name:
            sending.refuse("owner_without_name", "SWR", "last_name", str(party))
    return owners


Key = tuple[int | None, str]  # party (None when unknown) and role


def _held(shares: Iterable[OwnShare], sending: ToSend) -> dict[str, dict[Key, int]]:
    """What each party holds of each right; what is missing of a documented right belongs to an unknown writer."""
    held: dict[str, dict[Key, int]] = {right: {} for right in RIGHTS}
    for share in shares:
        key = (share.party, share.role)
        held[share.right][key] = held[share.right].get(key, 0) + share.share
    for right, by_right in held.items():
        missing = WHOLE - sum(by_right.values())
        if by_right and missing > 0:
            by_right[None, "CA"] = by_right.get((None, "CA"), 0) + missing
            sending.note(
                "part_unknown",
                "OWR",
                f"{right.lower()}_ownership",
                percent(missing // STEP),
                right=right,
            )
    return held


def _order(work: OwnWork, key: Key) -> tuple[int, str, str, str, str]:
    party, role = key
    roles = (*WRITERS, *PUBLISHERS)
    place = roles.index(role) if role in roles else len(roles)
    if party is None:
        return place + len(roles) + 1, role, "", "", ""
    facts = work.parties[party]
    if role in PUBLISHERS:  # the file has their name as one text
        return place, *rank_of(facts)[:1], "", *rank_of(facts)[1:]
    return place, facts.last_name.upper(), facts.first_name.upper(), facts.ipi_name_number, facts.number


def _in_steps(right: str, held: dict[Key, int], keys: list[Key], work: OwnWork, sending: ToSend) -> dict[int, int]:
    """The shares of a right in hundredths of a percent, the whole kept; refuses what rounds to nothing."""
    if not held:
        return {}
    places = {place: held[key] for place, key in enumerate(keys) if key in held}
    if any(share % STEP for share in places.values()):
        sending.note("share_rounded", "SWR", f"{right.lower()}_ownership", "", right=right)
    steps = allocate(STEPS, [(place, Fraction(share)) for place, share in places.items()])
    for place, count in steps.items():
        if not count:
            party, role = keys[place]
            name = work.parties[party].last_name if party else role
            sending.refuse("share_too_small", "SWR", f"{right.lower()}_ownership", name, right=right)
    return steps


def rank_of(party: OwnParty) -> tuple[str, str, str]:
    """What orders publishers in a file."""
    return firm_name(party).upper(), party.ipi_name_number, party.number


def firm_name(party: OwnParty) -> str:
    """The name of a publisher as the one text that a file has for it."""
    return transliterated(f"{party.first_name} {party.last_name}".strip())
