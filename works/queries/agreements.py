"""Lists of agreements: of the register, and of one work."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from cmo_portal.common.known import NOW, Books
from cmo_portal.common.texts import Text
from members.models import Party
from members.models.parties import Right
from members.queries import party_search
from works.models import Agreement, AgreementParty, AgreementRole, AgreementWork, Work
from works.models.agreements import GENERAL
from works.queries.chains import Resolved

MOST_PARTIES = 50  # whose agreements a name finds


def found_agreements(*, text: str = "", state: str = "", on: dt.date) -> QuerySet[Agreement]:
    """Agreements by number or party, and by whether they are in force on a day (`""`), ended, withdrawn, or all."""
    agreements = Agreement.objects.prefetch_related("parties__party")
    running = Q(end_date__isnull=True) | Q(end_date__gte=on) | Q(retention_end__gte=on)
    if state == "withdrawn":
        agreements = agreements.filter(state="withdrawn")
    elif state != "all":
        agreements = agreements.filter(running if state == "" else ~running, state="active")
    wanted = text.strip()
    if not wanted:
        return agreements
    numbered = Q(number__iexact=wanted) | Q(submitter_number__iexact=wanted) | Q(society_number__iexact=wanted)
    parties = [hit.uid for hit in party_search(wanted, limit=MOST_PARTIES)]
    return agreements.filter(numbered | Q(parties__party__uid__in=parties)).distinct()


def agreements_of_party(party: Party) -> QuerySet[Agreement]:
    """The agreements in the books in which a party passes on or gets a part."""
    sides = AgreementParty.objects.filter(party=party)
    agreements = Agreement.objects.filter(pk__in=sides.values("agreement"), state="active")
    return agreements.prefetch_related("parties__party")


def concerns(agreement: Agreement, work: Work) -> bool:
    """Whether a work is one that the agreement covers: it names the work, or it is general, does not leave it out, and
    a share of the work can come to its assignors, by however many agreements."""
    listed = dict(agreement.listed.filter(work=work).values_list("work", "included"))
    if work.pk in listed:
        return listed[work.pk]
    if not agreement.is_general:
        return False
    holders = set(work.shares.filter(party__isnull=False).values_list("party", flat=True))
    word = AgreementWork.objects.filter(agreement=OuterRef("agreement"), work=work)
    covering = Q(agreement__agreement_type__in=GENERAL) & ~Exists(word.filter(included=False))
    sides = AgreementParty.objects.filter(covering | Exists(word.filter(included=True)), agreement__state="active")
    reached: set[int] = set()
    while new := holders - reached:
        reached |= new
        passed_on = sides.filter(role="AS", party__in=new).values("agreement")
        holders |= set(sides.filter(role="AC", agreement__in=passed_on).values_list("party", flat=True))
    return agreement.parties.filter(role="AS", party__in=reached).exists()


# The works of which a part can come to these assignors: their own, and those of whoever passes on to them.
_REACHED = """
    WITH RECURSIVE holder AS (
        SELECT unnest(%(assignors)s::bigint[]) AS party_id
        UNION
        SELECT giver.party_id FROM holder
            JOIN works_agreementparty taker ON taker.party_id = holder.party_id AND taker.role = 'AC'
            JOIN works_agreement a ON a.id = taker.agreement_id AND a.state = 'active'
            JOIN works_agreementparty giver ON giver.agreement_id = taker.agreement_id AND giver.role = 'AS'
    )
    SELECT count(DISTINCT s.work_id) FROM holder JOIN works_workshare s USING (party_id)
        JOIN works_work w ON w.id = s.work_id AND w.state = 'registered'
        WHERE NOT EXISTS (SELECT 1 FROM works_agreementwork l
            WHERE l.agreement_id = %(agreement)s AND l.work_id = s.work_id AND NOT l.included)
"""


def works_reached(agreement: Agreement) -> int:
    """How many registered works an agreement can say something about: those that a specific one covers, or those of
    which a part can come to the assignors of a general one, but for those that it leaves out."""
    if not agreement.is_general:
        return agreement.listed.filter(included=True, work__state="registered").count()
    assignors = agreement.parties.filter(role=AgreementRole.ASSIGNOR).values_list("party", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"assignors": list(assignors), "agreement": agreement.pk})
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class AgreementOnWork:
    """An agreement as the page of a work lists it. `named` says whether it names the work: to cover it (True) or to
    leave it out (False); None where it speaks of all works of its assignors. `rights` are those in which it says
    something about a part of the work on the day; it may still be contradicted (works.rules.chains)."""

    agreement: Agreement
    named: bool | None
    rights: tuple[Text, ...]

    @property
    def assignors(self) -> list[Party]:
        """Who passes on."""
        return [side.party for side in self.agreement.parties.all() if side.role == AgreementRole.ASSIGNOR]

    @property
    def acquirers(self) -> list[Party]:
        """Who gets it."""
        return [side.party for side in self.agreement.parties.all() if side.role == AgreementRole.ACQUIRER]


def agreements_of(work: Work, answers: Sequence[Resolved], *, books: Books = NOW) -> list[AgreementOnWork]:
    """The agreements that name a work, and those that its shares are followed through in these answers: first those
    that say something on the day. Three queries, as known before one more."""
    named = {row.agreement_id: row.included for row in books.rows(AgreementWork, work_id=work.pk)}
    rights: dict[int, list[Text]] = {}
    for answer in answers:
        for agreement in answer.agreements:
            rights.setdefault(agreement, []).append(Right(answer.right).label)
    found = [row for row in books.by_id(Agreement, {*named, *rights}).values() if row.state == "active"]
    books.attach(found, "parties", "party")
    found.sort(key=lambda row: (row.pk not in rights, row.number))
    return [AgreementOnWork(row, named.get(row.pk), tuple(rights.get(row.pk, ()))) for row in found]
