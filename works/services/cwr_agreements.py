"""From the agreements of a CWR file to agreements of ours.

They are taken when the works of the file are: a specific agreement names the works whose records carry its number. What
cannot be taken stays with the file, with the reason: several blocks of territories that share differently, or a
specific agreement without a work of ours. What a person should decide stays with it too: the agreement of a member of
ours that somebody else sends, and one that contradicts agreements in the books (works.services.kept).

The check does all of this and takes it back, so that it says what the taking would do.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from members.models import Party
from members.rules.territories import written
from works.agreement_mail import send_agreement_news
from works.formats.cwr.agreement import AgreementBlock, AgreementSide, AgreementTransaction, agreement_of
from works.formats.cwr.reader import CwrReading
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.models import Agreement, ImportedTransaction, RegistrationFile, Work
from works.models.agreements import GENERAL
from works.rules.splits import WHOLE, scaled_to_whole
from works.services.agreements import Contradicts, NewAgreement, NewSide, Terms, Warned, record_agreement
from works.services.counting import next_numbers, rehearsal
from works.services.cwr_agreement_words import agreement_fault, contradiction_faults, member_faults, said_faults
from works.services.cwr_chains import give_way
from works.services.cwr_works import TOLERANCE, PartyKey, interest_of_side, parties_of
from works.services.deciding import ACCEPTED, complaints_of, sender_key, slices_of
from works.services.registration import COUNTER

KEPT, TAKEN, KNOWN = "RA", "AS", "DU"
SLICE = 200
STAND_INS = 200  # works of the file itself that an agreement is rehearsed with


@dataclass(frozen=True, slots=True)
class Taking:
    """The agreements of one file, and who takes them on which day. `is_person` says that the desk has decided on this
    one; `accepted` is the mark of the contradictions that it has read (works.services.agreements.Warned)."""

    file: RegistrationFile
    sender: str
    by: User
    today: dt.date
    is_person: bool = False
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an agreement: its status, the agreement in the books, and everything there is to say."""

    status: str
    agreement: Agreement | None = None
    faults: tuple[CwrFault, ...] = ()
    affected: tuple[Party, ...] = ()


class _NeedsPerson(Exception):
    """Nothing is wrong with it, but a person has to decide."""

    def __init__(self, faults: Sequence[CwrFault], affected: Sequence[Party]) -> None:
        super().__init__()
        self.faults, self.affected = tuple(faults), tuple(affected)


def take_agreements(*, file: RegistrationFile, reading: CwrReading, by: User, today: dt.date) -> None:
    """Record the agreements of a file, read from its start, and keep what became of each; those recorded before are
    left as they are. Members whose agreement waits for a person are told."""
    for row, outcome in _outcomes(file, reading, by, today):
        row.status, row.agreement = outcome.status, outcome.agreement
        row.complaints = [*row.complaints, *complaints_of(outcome.faults)]
        row.save(update_fields=["status", "agreement", "complaints"])
        send_agreement_news(outcome.affected, is_taken=False)


def rehearse_agreements(*, file: RegistrationFile, reading: CwrReading, by: User, today: dt.date) -> None:
    """Keep what would become of each agreement of a file, as `take_agreements` does it now."""
    with rehearsal():
        found = [
            (row, outcome.status, complaints_of(outcome.faults)) for row, outcome in _outcomes(file, reading, by, today)
        ]
    for row, status, complaints in found:
        row.status, row.complaints = status, [*row.complaints, *complaints]
    ImportedTransaction.objects.bulk_update([row for row, *_told in found], ["status", "complaints"], batch_size=SLICE)


def _outcomes(
    file: RegistrationFile, reading: CwrReading, by: User, today: dt.date
) -> Iterator[tuple[ImportedTransaction, Outcome]]:
    taking = Taking(file, sender_key(reading), by, today)
    for part in slices_of(reading, SLICE, ("AGR",)):
        sent = {row.number: row for row in part}
        for row in ImportedTransaction.objects.filter(file=file, number__in=sent, status=KEPT).order_by("number"):
            yield row, take_agreement(taking, sent[row.number])


def take_agreement(taking: Taking, sent: CwrTransaction) -> Outcome:
    """Put one agreement into the books, or say what keeps it out. Raises Contradicts where the desk takes it and has
    not read what it contradicts."""
    told = agreement_of(sent)
    number = told.submitter_agreement_no
    known = Agreement.objects.filter(submitter=taking.sender, submitter_number=number, state="active").first()
    if known:
        return Outcome(KNOWN, known, (agreement_fault(sent, "agreement_known"),))
    if len({_shared(block) for block in told.blocks}) > 1:
        return Outcome(KEPT, faults=(agreement_fault(sent, "agreement_blocks"),))
    try:
        with transaction.atomic():
            agreement, said = _recorded(taking, sent, told)
    except _NeedsPerson as doubt:
        return Outcome(KEPT, faults=doubt.faults, affected=doubt.affected)
    except Contradicts:
        raise
    except ValidationError as error:
        return Outcome(KEPT, faults=(agreement_fault(sent, "agreement_kept", reason=" ".join(error.messages)),))
    except ValueError as error:
        return Outcome(KEPT, faults=(agreement_fault(sent, "territory", value=str(error)),))
    return Outcome(TAKEN, agreement, said)


def _recorded(
    taking: Taking, sent: CwrTransaction, told: AgreementTransaction
) -> tuple[Agreement, tuple[CwrFault, ...]]:
    """The agreement in the books, and what it says. Raises _NeedsPerson where a person has to decide first."""
    works = () if told.agreement_type in GENERAL else _named_works(taking.file, told.submitter_agreement_no)
    new = NewAgreement(_terms(told, taking.sender), _sides(told, taking.sender, taking.by, taking.file), works)
    warned = Warned(taking.today, taking.accepted) if taking.is_person else None
    agreement = record_agreement(new=new, by=taking.by, source=taking.sender, warned=warned)
    if not agreement.is_general:
        give_way(agreement=agreement, file=taking.file, sender=taking.sender)
    said = tuple(said_faults(sent, agreement))
    if not taking.is_person:
        doubts, affected = member_faults(sent, agreement, file=taking.file, sender=taking.sender)
        doubts += contradiction_faults(sent, agreement, today=taking.today)
        if doubts:
            raise _NeedsPerson((*said, *doubts), affected)
    return agreement, said


def _named_works(file: RegistrationFile, number: str) -> tuple[Work, ...]:
    """The works of a file that carry the number of an agreement. In the check, those that the file will bring are not
    there yet: others stand in for them, which are taken back with the rehearsal."""
    naming = ImportedTransaction.objects.filter(file=file, agreements__contains=[number])
    named = Work.objects.filter(pk__in=naming.values("work"), state="registered").order_by("pk")
    coming = naming.filter(work=None, taken=False, status__in=ACCEPTED).order_by("number")[:STAND_INS]
    return (*named, *(_stand_in(row) for row in coming))


def _stand_in(row: ImportedTransaction) -> Work:
    work = Work.objects.create(number=f"W{next_numbers(COUNTER)[0]:07d}", title=row.title or "–")
    row.work = work  # the next agreement that names the transaction finds the same one
    row.save(update_fields=["work"])
    return work


def _shared(block: AgreementBlock) -> tuple[tuple[str, str, tuple[int, int, int]], ...]:
    return tuple((side.agreement_role, side.ip_no, side.shares) for side in block.sides)


def _terms(told: AgreementTransaction, sender: str) -> Terms:
    if told.start_date is None:
        raise ValidationError(_("The agreement has no start."))
    return Terms(
        agreement_type=told.agreement_type,
        start_date=told.start_date,
        territory=area_of_blocks(told.blocks),
        end_date=told.end_date,
        retention_end=told.retention_end_date,
        prior_royalties=told.prior_royalty_status,
        prior_royalties_from=told.prior_royalty_start_date,
        post_term=told.post_term_status,
        post_term_until=told.post_term_end_date,
        signed_on=told.signature_date,
        shares_change=told.shares_change,
        sales_manufacture=told.sales_manufacture_clause,
        advance_given=told.advance_given,
        submitter=sender,
        submitter_number=told.submitter_agreement_no,
        society_number=told.society_agreement_no,
        international_code=told.international_agreement_code,
    )


def area_of_blocks(blocks: Iterable[AgreementBlock]) -> str:
    """The territories of an agreement as one area, read in their order: 2136-0840."""
    return written((line.is_include, line.tis_code) for block in blocks for line in block.territories)


def _sides(told: AgreementTransaction, sender: str, by: User, file: RegistrationFile) -> tuple[NewSide, ...]:
    sides = told.blocks[0].sides if told.blocks else ()
    interests = [interest_of_side(side, told.agreement_type) for side in sides]
    parties: Mapping[PartyKey, Party] = parties_of(interests, sender, by, file)
    shares = _fitted(sides)
    return tuple(
        NewSide(parties[interest.key], side.agreement_role, shares[place])
        for place, (interest, side) in enumerate(zip(interests, sides, strict=True))
    )


def _fitted(sides: Sequence[AgreementSide]) -> list[tuple[int, int, int]]:
    """The parts per right, brought to the whole where they miss it within the tolerance of CWR."""
    columns = []
    for right in range(3):
        parts = [(place, side.shares[right]) for place, side in enumerate(sides)]
        total = sum(share for _place, share in parts)
        columns.append(scaled_to_whole(parts) if 0 < abs(total - WHOLE) <= TOLERANCE else dict(parts))
    return [(columns[0][place], columns[1][place], columns[2][place]) for place in range(len(sides))]
