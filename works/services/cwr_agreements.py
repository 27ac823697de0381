"""From the agreements of a CWR file to agreements of ours.

They are taken when the works of the file are: a specific agreement names the works whose records carry its number. What
cannot be taken stays with the file, with the reason: several blocks of territories that share differently, or a
specific agreement without a work of ours.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from members.models import Party
from members.rules.territories import written
from works.formats.cwr.agreement import AgreementBlock, AgreementSide, AgreementTransaction, agreement_of
from works.formats.cwr.reader import CwrReading
from works.formats.cwr.records import CwrFault, CwrTransaction, Severity
from works.formats.cwr.texts import text_of
from works.models import Agreement, ImportedTransaction, RegistrationFile, Work
from works.models.agreements import GENERAL
from works.rules.splits import WHOLE, scaled_to_whole
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.cwr_chains import give_way
from works.services.cwr_works import TOLERANCE, PartyKey, interest_of_side, parties_of
from works.services.deciding import complaints_of, sender_key, slices_of

KEPT, TAKEN, KNOWN = "RA", "AS", "DU"
SLICE = 200


def take_agreements(*, file: RegistrationFile, reading: CwrReading, by: User) -> None:
    """Record the agreements of a file, read from its start, and keep what became of each; those recorded before are
    left as they are."""
    sender = sender_key(reading)
    for part in slices_of(reading, SLICE, ("AGR",)):
        sent = {row.number: row for row in part}
        for row in ImportedTransaction.objects.filter(file=file, number__in=sent, status=KEPT).order_by("number"):
            row.status, why = _take(file, agreement_of(sent[row.number]), sender, by)
            row.complaints = [*row.complaints, *complaints_of(_fault(sent[row.number], *each) for each in why)]
            row.save(update_fields=["status", "complaints"])


def _take(
    file: RegistrationFile, told: AgreementTransaction, sender: str, by: User
) -> tuple[str, list[tuple[str, str]]]:
    """Its status, and what keeps it out of the books: key of the text and reason."""
    known = Agreement.objects.filter(submitter=sender, submitter_number=told.submitter_agreement_no, state="active")
    if known.exists():
        return KNOWN, [("agreement_known", "")]
    if len({_shared(block) for block in told.blocks}) > 1:
        return KEPT, [("agreement_blocks", "")]
    naming = ImportedTransaction.objects.filter(file=file, agreements__contains=[told.submitter_agreement_no])
    named = Work.objects.filter(pk__in=naming.values("work"), state="registered").order_by("pk")
    works = () if told.agreement_type in GENERAL else tuple(named)
    try:
        with transaction.atomic():
            new = NewAgreement(_terms(told, sender), _sides(told, sender, by, file), works)
            agreement = record_agreement(new=new, by=by, source=sender)
            if not agreement.is_general:
                give_way(agreement=agreement, file=file, sender=sender)
    except ValidationError as error:
        return KEPT, [("agreement_kept", " ".join(error.messages))]
    except ValueError as error:
        return KEPT, [("territory", str(error))]
    return TAKEN, []


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


def _fault(sent: CwrTransaction, key: str, reason: str) -> CwrFault:
    message, remedy = text_of(key)
    return CwrFault(
        "", Severity.WARNING, sent.line, "AGR", 0, 0, "", sent.header["submitter_agreement_no"],
        message, remedy, {"reason": reason, "value": reason},
    )  # fmt: skip
