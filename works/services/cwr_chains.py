"""From the publisher chains of registrations to agreements of ours.

A file states who collects, not what was signed. Each step of a chain becomes a specific agreement of the sender: one
for the same parties, parts and area, however many works it lists. It begins on the day of the file, for everything not
collected before. What another agreement between the two says of the work already is not said twice. In a file of our
own the links of writers name agreements by our numbers, and these come back under them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from cmo_portal.accounts.models import User
from cmo_portal.common.money import allocate
from members.models import Party
from members.models.territories import WORLD
from members.rules.territories import area_of, in_order, lines_of, written
from works.formats.cwr.work import RightShares, WorkPublisher, WorkTransaction
from works.models import Agreement, AgreementParty, AgreementWork, ImportedRecord, RegistrationFile, Work
from works.queries.exports import our_issuer
from works.rules.publisher_chains import Stated, passed_on
from works.rules.splits import WHOLE
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.cwr_works import ToldWork

CHAIN = "PS"


@dataclass(frozen=True, slots=True)
class TakenWork:
    """A work that was taken from a transaction, with the number of the transaction."""

    number: int
    sent: WorkTransaction
    told: ToldWork
    work: Work


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One step of a chain: what the giver passes on to the taker, by right, and where."""

    giver: int
    taker: int
    parts: RightShares
    territory: str


def take_chains(
    *, file: RegistrationFile, taken: Sequence[TakenWork], sender: str, by: User, on: dt.date
) -> dict[int, list[str]]:
    """Let the sender's agreements list exactly the works that the chains name; what cannot be taken, by transaction.

    Inside the transaction of a slice that is noted (works.services.made).
    """
    refused: dict[int, list[str]] = defaultdict(list)
    wanted: dict[ChainLink, list[TakenWork]] = defaultdict(list)
    known = _said_already([each.work for each in taken], sender)
    for each in taken:
        for link in chain_links(each, on):
            if (each.work.pk, link.giver, link.taker) not in known:
                wanted[link].append(each)
    keeping: set[tuple[int, int]] = set()
    for link in sorted(wanted, key=lambda one: (one.giver, one.taker, one.territory, one.parts)):
        listed = wanted[link]
        try:
            agreement = _agreement_for(link, [each.work for each in listed], sender, by, on)
        except (ValidationError, ValueError) as error:
            for each in listed:
                refused[each.number] += error.messages if isinstance(error, ValidationError) else [str(error)]
            continue
        keeping |= {(agreement.pk, each.work.pk) for each in listed}
    if sender == our_issuer():
        keeping |= _take_links(taken, sender, by, on)
    _drop_others(file, [each.work for each in taken], sender, keeping)
    return refused


def chain_links(taken: TakenWork, on: dt.date) -> list[ChainLink]:
    """The steps of the chains of a work; chains with an unknown publisher are left out."""
    chains = []
    for chain in _chains(taken):
        if all(party is not None for _one, party in chain):
            chains.append([_stated(one, party, on) for one, party in chain if party is not None])
    found = passed_on(chains, world=area_of(WORLD))
    return [
        ChainLink(giver, taker, parts, written(lines_of(area, on)))
        for (giver, taker), pieces in found.items()
        for parts, area in sorted(pieces.items())
    ]


def _chains(taken: TakenWork) -> Iterator[list[tuple[WorkPublisher, Party | None]]]:
    parties = iter(taken.told.publishers)
    for chain in taken.sent.chains():
        yield [(one, next(parties)) for one in chain]


def _stated(one: WorkPublisher, party: Party, on: dt.date) -> Stated:
    lines = ((line.is_include, area_of(line.tis_code, on), line.collection) for line in one.territories)
    return Stated(party.pk, one.publisher_type, one.ownership, tuple(in_order(lines)))


def of_chains(sender: str | None = None) -> Q:
    """Agreements that chains of a sender brought; of any sender without one."""
    whose = Q(submitter=sender) if sender is not None else ~Q(submitter="")
    return whose & Q(submitter_number="", state="active") & Q(agreement_type__in=[CHAIN, "OS"])


def _said_already(works: Sequence[Work], sender: str) -> set[tuple[int, int, int]]:
    """(work, giver, taker) of specific agreements that did not come from chains of this sender."""
    rows = AgreementWork.objects.filter(work__in=works, included=True, agreement__state="active")
    rows = rows.exclude(agreement__in=Agreement.objects.filter(of_chains(sender)))
    named: dict[int, set[int]] = defaultdict(set)
    for agreement, work in rows.values_list("agreement_id", "work_id"):
        named[agreement].add(work)
    sides: dict[int, dict[str, list[int]]] = defaultdict(lambda: {"AS": [], "AC": []})
    listed = AgreementParty.objects.filter(agreement__in=named).values_list("agreement_id", "role", "party_id")
    for agreement, role, party in listed:
        sides[agreement][role].append(party)
    return {
        (work, giver, taker)
        for agreement, works_named in named.items()
        for work in works_named
        for giver in sides[agreement]["AS"]
        for taker in sides[agreement]["AC"]
    }


def _agreement_for(link: ChainLink, works: Sequence[Work], sender: str, by: User, on: dt.date) -> Agreement:
    """The agreement of this step, listing these works too."""
    pr, mr, sr = link.parts
    takers = AgreementParty.objects.filter(role="AC", party=link.taker, pr_share=pr, mr_share=mr, sr_share=sr)
    known = Agreement.objects.filter(
        of_chains(sender), agreement_type=CHAIN, territory=link.territory, pk__in=takers.values("agreement_id")
    )
    known = known.filter(parties__role="AS", parties__party=link.giver).order_by("pk")
    if (agreement := known.first()) is not None:
        _list(agreement, works)
        return agreement
    parties = Party.objects.in_bulk([link.giver, link.taker])
    terms = _terms(CHAIN, link.territory, sender, on)
    stays = (pr and WHOLE - pr, mr and WHOLE - mr, sr and WHOLE - sr)
    sides = (NewSide(parties[link.giver], "AS", stays), NewSide(parties[link.taker], "AC", link.parts))
    with transaction.atomic():
        return record_agreement(new=NewAgreement(terms, sides, tuple(works)), by=by, source=sender)


def _terms(kind: str, territory: str, sender: str, on: dt.date) -> Terms:
    return Terms(agreement_type=kind, start_date=on, territory=territory, prior_royalties="A", submitter=sender)


def _list(agreement: Agreement, works: Iterable[Work]) -> None:
    named = set(AgreementWork.objects.filter(agreement=agreement, work__in=works).values_list("work_id", flat=True))
    AgreementWork.objects.bulk_create(
        AgreementWork(agreement=agreement, work=work) for work in works if work.pk not in named
    )


def _drop_others(file: RegistrationFile, works: Sequence[Work], sender: str, keeping: set[tuple[int, int]]) -> None:
    """Take works off the agreements whose step their chains do not name any more."""
    rows = AgreementWork.objects.filter(work__in=works, agreement__in=Agreement.objects.filter(of_chains(sender)))
    _drop(file, [row for row in rows if (row.agreement_id, row.work_id) not in keeping])


def _drop(file: RegistrationFile, rows: Iterable[AgreementWork]) -> None:
    gone = list(rows)
    ImportedRecord.objects.bulk_create(
        ImportedRecord(
            file=file, act="removed", kind="listing", record_id=row.pk, work_id=row.work_id,
            data={"agreement_id": row.agreement_id, "included": row.included},
        )
        for row in gone
    )  # fmt: skip
    AgreementWork.objects.filter(pk__in=[row.pk for row in gone]).delete()


def give_way(*, agreement: Agreement, file: RegistrationFile, sender: str) -> None:
    """What an agreement itself says of its works, the chains of its sender do not say a second time."""
    sides = {role: agreement.parties.filter(role=role).values("party") for role in ("AS", "AC")}
    same = Agreement.objects.filter(of_chains(sender), agreement_type=CHAIN).exclude(pk=agreement.pk)
    for role, parties in sides.items():
        same = same.filter(pk__in=AgreementParty.objects.filter(role=role, party__in=parties).values("agreement_id"))
    works = agreement.listed.filter(included=True).values("work")
    _drop(file, AgreementWork.objects.filter(agreement__in=same, work__in=works))


# --- the writers' links of a file of our own


def _take_links(taken: Sequence[TakenWork], sender: str, by: User, on: dt.date) -> set[tuple[int, int]]:
    """The agreements that links name; one that stands in the books otherwise is left as it is."""
    kept: set[tuple[int, int]] = set()
    for each in taken:
        heads = {one.ip_no: (one, party) for one, party in zip(each.sent.publishers, each.told.publishers, strict=True)
                 if any(one.ownership)}  # fmt: skip
        for writer, party in zip(each.sent.writers, each.told.writers, strict=True):
            for link in writer.links:
                head, publisher = heads.get(link.publisher_ip_no, (None, None))
                if not link.submitter_agreement_no or party is None or head is None or publisher is None:
                    continue
                agreement = Agreement.objects.filter(number=link.submitter_agreement_no).first()
                if agreement is None:
                    sides = _shared(each.sent, head, party, publisher)
                    new = NewAgreement(_terms("OS", WORLD, sender, on), sides, (each.work,))
                    agreement = record_agreement(new=new, by=by, source=sender, number=link.submitter_agreement_no)
                elif (agreement.source, agreement.state, agreement.is_general) == (sender, "active", False):
                    _list(agreement, [each.work])
                kept.add((agreement.pk, each.work.pk))
    return kept


def _shared(sent: WorkTransaction, head: WorkPublisher, writer: Party, publisher: Party) -> tuple[NewSide, NewSide]:
    """What the publisher owns beside the writers who are linked to it stands for its part of theirs."""
    linked = [one for one in sent.writers if head.ip_no in {link.publisher_ip_no for link in one.links}]
    stays, given = [0, 0, 0], [0, 0, 0]
    for right in range(3):
        owned = sum(one.ownership[right] for one in sent.publishers if one.ip_no == head.ip_no)
        if owned:
            written_part = sum(one.ownership[right] for one in linked)
            parts = allocate(WHOLE, [(0, written_part), (1, owned)])
            stays[right], given[right] = parts[0], parts[1]
    return (
        NewSide(writer, "AS", (stays[0], stays[1], stays[2])),
        NewSide(publisher, "AC", (given[0], given[1], given[2])),
    )
