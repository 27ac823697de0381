"""The writers of a work of ours in a file, with the publishers they are linked to."""

from collections import defaultdict
from dataclasses import dataclass

from members.models.territories import WORLD
from works.formats.cwr.characters import transliterated
from works.formats.cwr.work import CollectionLine, PublisherLink, WorkPublisher, WorkWriter
from works.queries.export_chains import RIGHTS
from works.queries.exports import OwnParty, OwnWork
from works.services.cwr_owners import Owner
from works.services.cwr_publishers import Chain


def writers_of(work: OwnWork, owners: list[Owner], chains: list[Chain], version: str) -> tuple[WorkWriter, ...]:
    """Controlled writers first, as the order of records asks."""
    writers = [_writer(owner, _links(work, owner, chains, version), not chains) for owner in owners]
    return tuple(sorted(writers, key=lambda writer: not writer.is_controlled))


def _links(work: OwnWork, owner: Owner, chains: list[Chain], version: str) -> tuple[PublisherLink, ...]:
    """The publishers of a writer: those of his agreements, with their numbers, else the only one there is."""
    if owner.party is None:
        return ()
    heads = _heads(chains)
    agreed = {head.publisher.ip_no: _agreement(work, owner.party, head) for head in heads}
    linked = [head.publisher for head in heads if agreed[head.publisher.ip_no]]
    if not linked and len({chain[0].ip_no for chain in chains}) == 1:
        linked = [head.publisher for head in heads]
    return tuple(
        PublisherLink(
            publisher_ip_no=head.ip_no,
            publisher_name=head.publisher_name,
            submitter_agreement_no=agreed[head.ip_no],
            writer_ip_no=owner.party.number,
            publisher_seq=head.publisher_seq if version == "2.2" else 0,
        )
        for head in linked
    )


@dataclass(frozen=True, slots=True)
class _Head:
    """The first of a controlled chain, who is linked to, with the number of who owns in it and of which rights."""

    publisher: WorkPublisher
    owner: str
    rights: frozenset[str]


def _heads(chains: list[Chain]) -> list[_Head]:
    """The heads of the controlled chains, each once; what an owner owns in several chains counts together."""
    rights: dict[str, set[str]] = defaultdict(set)
    first: dict[str, tuple[WorkPublisher, str]] = {}
    for chain in chains:
        for member in filter(lambda one: any(one.ownership), chain):
            rights[member.ip_no] |= {right for right, share in zip(RIGHTS, member.ownership, strict=True) if share}
            if member.is_controlled:
                first.setdefault(chain[0].ip_no, (chain[0], member.ip_no))
    return [_Head(publisher, owner, frozenset(rights[owner])) for publisher, owner in first.values()]


def _agreement(work: OwnWork, writer: OwnParty, head: _Head) -> str:
    """The number of the writer's agreement with who owns: one that speaks of a right in which it owns something, so
    that the link and the shares of the file say the same."""
    publisher = next((pk for pk, party in work.parties.items() if party.number == head.owner), 0)
    agreements = work.collection.links.get((writer.pk, publisher), {})
    return min((number for number, rights in agreements.items() if rights & head.rights), default="")


def _writer(owner: Owner, links: tuple[PublisherLink, ...], is_unpublished: bool) -> WorkWriter:
    party = owner.party
    is_controlled = owner.is_ours and (is_unpublished or bool(links))
    pr_society, mr_society, sr_society = party.societies if party else ("", "", "")
    return WorkWriter(
        is_controlled=is_controlled,
        ip_no=party.number if party else "",
        last_name=transliterated(party.last_name) if party else "",
        first_name=transliterated(party.first_name) if party else "",
        writer_unknown=party is None,
        writer_designation=owner.role,
        ipi_name_no=party.ipi_name_number if party else "",
        ipi_base_no=party.ipi_base_number if party else "",
        pr_society=pr_society,
        pr_ownership=owner.ownership[0],
        mr_society=mr_society,
        mr_ownership=owner.ownership[1],
        sr_society=sr_society,
        sr_ownership=owner.ownership[2],
        territories=_worldwide(owner) if is_controlled else (),
        links=links if is_controlled else (),
    )


def _worldwide(owner: Owner) -> tuple[CollectionLine, ...]:
    """What a writer of ours collects: his ownership, in the whole world."""
    pr, mr, sr = owner.ownership
    return (CollectionLine(is_include=True, tis_code=WORLD, pr_collection=pr, mr_collection=mr, sr_collection=sr),)
