"""From the links of writers (PWR) in a file of our own to the agreements that they name by our numbers.

A link tells the number of an agreement, and the file what everybody owns after it; the rights that it covers are not
told. So it comes back for the rights in which its publisher owns something, but never for one that a work of the
agreement denies, where a writer still owns it beside a publisher who does not. In the works that it lists it then moves
nothing more: what it moved stands in the shares already (works.rules.chains, rule 2).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef

from cmo_portal.accounts.models import User
from cmo_portal.common.money import allocate
from members.models import Party
from members.models.territories import WORLD
from works.formats.cwr.work import RightShares
from works.models import Agreement, AgreementParty, AgreementWork, WorkShare
from works.queries.export_chains import RIGHTS
from works.rules.roles import WRITER_ROLES
from works.rules.splits import WHOLE
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.cwr_chains import TakenWork, list_works

FIELDS = ("pr_share", "mr_share", "sr_share")
NOTHING = (0, 0, 0)


@dataclass(slots=True)
class LinkedWork:
    """A work with links that name one agreement: the writers and publishers that they join, what each publisher of the
    work owns, and who could be linked, being told as controlled."""

    taken: TakenWork
    owned: Mapping[Party, RightShares]
    controlled: frozenset[Party]
    writers: dict[Party, RightShares] = field(default_factory=dict)
    publishers: set[Party] = field(default_factory=set)

    def denies(self, publisher: Party, right: int) -> bool:
        """Whether the agreement cannot give this right to the publisher."""
        if self.owned.get(publisher, NOTHING)[right]:
            return publisher in self.controlled - self.publishers
        return any(shares[right] for shares in self.writers.values())


@dataclass(slots=True)
class TakenLinks:
    """The (agreement, work) that links name, and why a link could not be taken, by transaction."""

    listed: set[tuple[int, int]] = field(default_factory=set)
    refused: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def take_links(*, taken: Sequence[TakenWork], sender: str, by: User, on: dt.date) -> TakenLinks:
    """Let the agreements that links name list their works. One that stands in the books otherwise is left as it is.

    Inside the transaction of a slice, when the shares of its works are stored.
    """
    named: dict[str, list[LinkedWork]] = defaultdict(list)
    for each in taken:
        for number, linked in _linked(each).items():
            named[number].append(linked)
    books = Agreement.objects.in_bulk(list(named), field_name="number")
    links = TakenLinks()
    for number, told in sorted(named.items()):
        agreement = books.get(number)
        works = [linked.taken.work for linked in told]
        if agreement is None:
            terms = Terms(agreement_type="OS", start_date=on, territory=WORLD, prior_royalties="A", submitter=sender)
            new = NewAgreement(terms, tuple(_sides(_rights_given(told, {}), told, ())), tuple(works))
            try:
                agreement = record_agreement(new=new, by=by, source=sender, number=number)
            except ValidationError as error:  # only of a file that somebody changed
                for linked in told:
                    links.refused[linked.taken.number] += error.messages
                continue
        elif (agreement.source, agreement.state, agreement.is_general) == (sender, "active", False):
            list_works(agreement, works)
            _fit_sides(agreement, told)
        links.listed |= {(agreement.pk, work.pk) for work in works}
    return links


def _linked(each: TakenWork) -> dict[str, LinkedWork]:
    """The agreements that the links of a work name, by their numbers."""
    owners, owned = _owners(each)
    controlled = frozenset(owners.values())
    found: dict[str, LinkedWork] = {}
    for writer, party in zip(each.sent.writers, each.told.writers, strict=True):
        for link in writer.links:
            publisher = owners.get(link.publisher_ip_no)
            if link.submitter_agreement_no and party is not None and publisher is not None:
                linked = found.setdefault(link.submitter_agreement_no, LinkedWork(each, owned, controlled))
                linked.writers[party] = writer.ownership
                linked.publishers.add(publisher)
    return found


def _owners(each: TakenWork) -> tuple[dict[str, Party], dict[Party, RightShares]]:
    """Who owns in the controlled chain that begins with a party of this number, and what each publisher owns in all."""
    owners: dict[str, Party] = {}
    owned: dict[Party, RightShares] = {}
    parties = iter(each.told.publishers)
    for chain in each.sent.chains():
        for member in chain:
            party = next(parties)
            if party is not None and any(member.ownership):
                pr, mr, sr = owned.get(party, NOTHING)
                owned[party] = pr + member.pr_ownership, mr + member.mr_ownership, sr + member.sr_ownership
                if member.is_controlled:
                    owners.setdefault(chain[0].ip_no, party)
    return owners, owned


def _rights_given(told: Sequence[LinkedWork], given: Mapping[Party, RightShares]) -> dict[Party, list[int]]:
    """The parts of each publisher by what these works tell; `given` are those it has had."""
    parts = {party: list(shares) for party, shares in given.items()}
    for linked in told:
        for publisher in linked.publishers:
            known = parts.setdefault(publisher, [0, 0, 0])
            for right in range(3):
                known[right] = known[right] or _part(linked, publisher, right)
    for publisher, known in parts.items():
        for right in range(3):
            if any(linked.denies(publisher, right) for linked in told):
                known[right] = 0
    return parts


def _part(linked: LinkedWork, publisher: Party, right: int) -> int:
    """What the publisher owns beside the writers who are linked stands for its part of theirs."""
    weights = {party.pk: linked.owned[party][right] for party in linked.publishers}
    weights[0] = sum(shares[right] for shares in linked.writers.values())
    return allocate(WHOLE, weights.items())[publisher.pk] if weights[publisher.pk] else 0


def _fit_sides(agreement: Agreement, told: Sequence[LinkedWork]) -> None:
    """Give an agreement that a file of ours brought the parties and parts that fit these works too."""
    rows = {row.party: row for row in agreement.parties.select_related("party")}
    before = {party: _shares(row) for party, row in rows.items() if row.role == "AC"}
    given = _rights_given(told, before)
    for publisher, parts in given.items():
        for right, part in enumerate(parts):
            if part and not before.get(publisher, NOTHING)[right] and _is_denied(agreement, publisher, RIGHTS[right]):
                parts[right] = 0
    changed: list[AgreementParty] = []
    added: list[AgreementParty] = []
    for side in _sides(given, told, [party for party, row in rows.items() if row.role == "AS"]):
        row = rows.get(side.party) or AgreementParty(agreement=agreement, party=side.party, role=side.role)
        if row.pk is None:
            added.append(row)
        elif _shares(row) != side.shares:
            changed.append(row)
        row.pr_share, row.mr_share, row.sr_share = side.shares
    AgreementParty.objects.bulk_update(changed, FIELDS)
    AgreementParty.objects.bulk_create(added)


def _is_denied(agreement: Agreement, publisher: Party, right: str) -> bool:
    """Whether a work that the agreement lists denies a right to a publisher, by its shares."""
    shares = WorkShare.objects.filter(work=OuterRef("work"), right=right)
    writers = agreement.parties.filter(role="AS").values("party")
    return AgreementWork.objects.filter(
        Exists(shares.filter(role__in=WRITER_ROLES, party__in=writers)),
        ~Exists(shares.filter(party=publisher)),
        agreement=agreement,
    ).exists()


def _shares(row: AgreementParty) -> RightShares:
    return row.pr_share, row.mr_share, row.sr_share


def _sides(
    given: Mapping[Party, Sequence[int]], told: Sequence[LinkedWork], known: Iterable[Party]
) -> Iterator[NewSide]:
    """The sides with their parts; `known` are the writers it has had. What is not given stays with the writers."""
    writers = list(dict.fromkeys((*known, *(party for linked in told for party in linked.writers))))
    columns = [_column({party.pk: parts[right] for party, parts in given.items()}, writers) for right in range(3)]
    for party in (*writers, *given):
        pr, mr, sr = (column[party.pk] for column in columns)
        yield NewSide(party, "AC" if party in given else "AS", (pr, mr, sr))


def _column(given: dict[int, int], writers: Sequence[Party]) -> dict[int, int]:
    """One right for all sides, together the whole or nothing."""
    if sum(given.values()) > WHOLE:
        given = allocate(WHOLE, given.items())
    total = sum(given.values())
    return given | allocate(WHOLE - total if total else 0, [(party.pk, 1) for party in writers])
