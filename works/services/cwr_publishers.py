"""The publishers of a work of ours in a file: each that owns at the head of a chain, or, where it acquired its part,
behind the original publisher, and behind it those who collect for it.

A chain in which we collect for somebody is controlled. Of the others 2.2 tells the territories, 2.1 only who owns.
"""

from datetime import date

from works.formats.cwr.work import CollectionLine, WorkPublisher
from works.queries.exports import OwnWork
from works.rules.publisher_chains import Member
from works.services.cwr_collection import ACQUIRER, Collected, Strip, collection_lines
from works.services.cwr_owners import Owner, firm_name, is_ours, rank_of
from works.services.cwr_sending import ToSend

Chain = tuple[WorkPublisher, ...]
NOTHING = (0, 0, 0)


def chains_of(
    work: OwnWork, owners: list[Owner], goes: Collected, version: str, on: date, sending: ToSend
) -> list[Chain]:
    """The chains of the publishers that own."""
    writing = _Writing(work, goes, version, on, sending)
    for owner in owners:
        writing.add(owner)
    return writing.chains


class _Writing:
    """The chains of one work as far as they are written."""

    def __init__(self, work: OwnWork, goes: Collected, version: str, on: date, sending: ToSend) -> None:
        self.work = work
        self.goes = goes
        self.version = version
        self.on = on
        self.sending = sending
        self.chains: list[Chain] = []

    def add(self, owner: Owner) -> None:
        """The chains of one owner."""
        if owner.party is None:
            self._add_owner(owner)
            return
        strips = self.goes.strips(owner.party.pk, owner.role, owner.ownership, self._rank)
        told = [strip.members(owner.party.pk, owner.role, self._rank) for strip in strips]
        parties = {member.party for members in told for member in members}
        is_controlled = any(is_ours(self.work.parties[party]) for party in parties)
        if is_controlled or (len(parties) > 1 and self.version != "2.1"):
            for strip, members in zip(strips, told, strict=True):
                self._add_chain(strip, members, is_controlled=is_controlled)
            return
        if len(parties) > 1:
            self.sending.note("chain_left_out", "OPU", "publisher_name", owner.party.last_name)
        self._add_owner(owner)

    def _rank(self, party: int) -> tuple[str, str, str]:
        return rank_of(self.work.parties[party])

    def _add_owner(self, owner: Owner) -> None:
        """An owner whose chain, where it has one, is not told."""
        place = len(self.chains) + 1
        before = self._original(owner, place, is_controlled=False)
        self.chains.append((*before, _publisher(owner, place, is_controlled=False)))

    def _add_chain(self, strip: Strip, members: list[Member], *, is_controlled: bool) -> None:
        place, first = len(self.chains) + 1, members[0]
        before = self._original(
            Owner(self.work.parties[first.party], first.kind, strip.ownership), place, is_controlled=is_controlled
        )
        behind = (
            _publisher(
                Owner(self.work.parties[member.party], member.kind, NOTHING if number else strip.ownership),
                place,
                is_controlled=is_controlled,
                lines=collection_lines(member.areas, strip.ownership, self.on),
            )
            for number, member in enumerate(members)
        )
        self.chains.append((*before, *behind))

    def _original(self, owner: Owner, place: int, *, is_controlled: bool) -> Chain:
        """The original publisher before an acquirer; a controlled one must be known."""
        if owner.role != ACQUIRER:
            return ()
        found = self.work.originals.get(owner.party.pk) if owner.party else None
        if found is None and is_controlled:
            name = owner.party.last_name if owner.party else ""
            self.sending.refuse("acquirer_without_original", "SPU", "publisher_type", name)
        original = Owner(self.work.parties[found] if found else None, "E", NOTHING)
        return (_publisher(original, place, is_controlled=is_controlled),)


def _publisher(
    owner: Owner, place: int, *, is_controlled: bool, lines: tuple[CollectionLine, ...] = ()
) -> WorkPublisher:
    party = owner.party
    pr_society, mr_society, sr_society = party.societies if party else ("", "", "")
    return WorkPublisher(
        is_controlled=is_controlled,
        publisher_seq=place,
        ip_no=party.number if party else "",
        publisher_name=firm_name(party) if party else "",
        publisher_unknown=party is None,
        publisher_type=owner.role,
        ipi_name_no=party.ipi_name_number if party else "",
        ipi_base_no=party.ipi_base_number if party else "",
        pr_society=pr_society,
        pr_ownership=owner.ownership[0],
        mr_society=mr_society,
        mr_ownership=owner.ownership[1],
        sr_society=sr_society,
        sr_ownership=owner.ownership[2],
        territories=lines,
    )
