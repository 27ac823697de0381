"""From the publisher chains of registrations to agreements of ours.

A file states who collects, not what was signed. Each step of a chain becomes a specific agreement of the sender: one
for the same parties, parts and area, however many works it lists. It begins on the day of the file, for everything not
collected before. What another agreement between the two says of the work already is not said twice.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Party
from members.models.territories import WORLD
from members.rules.territories import area_of, in_order, lines_of, written
from works.formats.cwr.work import RightShares, WorkPublisher, WorkTransaction
from works.models import Agreement, AgreementParty, AgreementWork, ImportedRecord, RegistrationFile, Work
from works.models.agreements import GENERAL
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
    *,
    file: RegistrationFile,
    taken: Sequence[TakenWork],
    linked: set[tuple[int, int]],
    sender: str,
    by: User,
    on: dt.date,
) -> dict[int, list[str]]:
    """Let the sender's agreements list exactly the works that the chains name; what cannot be taken, by transaction.

    `linked` are the (agreement, work) that the links of writers in a file of our own name (works.services.cwr_links).
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
    _drop_others(file, [each.work for each in taken], sender, keeping | linked)
    return refused


def chain_links(taken: TakenWork, on: dt.date) -> list[ChainLink]:
    """The steps of the chains of a work; those with an unknown publisher that owns or stands behind are left out."""
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
    """The chains from who owns on: before an acquirer stands an original publisher that owns nothing any more."""
    parties = iter(taken.told.publishers)
    for chain in taken.sent.chains():
        members = [(one, next(parties)) for one in chain]
        yield list(dropwhile(lambda member: not any(member[0].ownership), members))


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
        list_works(agreement, works)
        return agreement
    parties = Party.objects.in_bulk([link.giver, link.taker])
    terms = _terms(CHAIN, link.territory, sender, on)
    stays = (pr and WHOLE - pr, mr and WHOLE - mr, sr and WHOLE - sr)
    sides = (NewSide(parties[link.giver], "AS", stays), NewSide(parties[link.taker], "AC", link.parts))
    with transaction.atomic():
        return record_agreement(new=NewAgreement(terms, sides, tuple(works)), by=by, source=sender)


def _terms(kind: str, territory: str, sender: str, on: dt.date) -> Terms:
    return Terms(agreement_type=kind, start_date=on, territory=territory, prior_royalties="A", submitter=sender)


def list_works(agreement: Agreement, works: Iterable[Work]) -> None:
    """Let a specific agreement cover these works too."""
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


def withdraw_emptied(*, file: RegistrationFile, by: User) -> None:
    """Take agreements out of the books from which this file took their last work: a specific agreement without works
    says nothing any more. Noted with the import, so that its undo brings them back."""
    dropped = ImportedRecord.objects.filter(file=file, act="removed", kind="listing")
    named = set(dropped.values_list("data__agreement_id", flat=True))
    emptied = Agreement.objects.filter(pk__in=named, state="active", listed__isnull=True).exclude(
        agreement_type__in=GENERAL
    )
    for agreement in emptied.order_by("pk"):
        ImportedRecord.objects.create(
            file=file, act="changed", kind="agreement", record_id=agreement.pk, data={"state": agreement.state}
        )
        agreement.state = "withdrawn"
        agreement.save(update_fields=["state"])
        record_act(by=by, verb="withdraw_agreement", on=agreement, facts={"reason": f"no work left, {file.filename}"})


def restore_emptied(*, file: RegistrationFile) -> None:
    """Bring back the agreements that this file emptied and that list works again, inside the undo of its import."""
    emptied = ImportedRecord.objects.filter(file=file, act="changed", kind="agreement").values("record_id")
    listing = Agreement.objects.filter(pk__in=emptied, state="withdrawn", listed__isnull=False)
    Agreement.objects.filter(pk__in=list(listing.values_list("pk", flat=True))).update(state="active")
