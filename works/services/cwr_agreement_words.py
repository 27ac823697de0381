"""What there is to say of an agreement that a file sends: who passes on what to whom, why a person has to decide."""

import datetime as dt
from collections.abc import Iterator

from members.models import Party
from works.formats.cwr.records import CwrFault, CwrTransaction, Severity
from works.formats.cwr.texts import text_of
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent
from works.models import Agreement, AgreementRole, RegistrationFile
from works.queries.agreements import works_reached
from works.queries.contradictions import contradictions_of
from works.queries.exports import our_issuer

MOST_NAMED = 20  # acquirers of an agreement, and agreements that it contradicts


def said_faults(sent: CwrTransaction, agreement: Agreement) -> Iterator[CwrFault]:
    """The kind, where and from when; who passes on; how many works it reaches now; and what each acquirer gets."""
    sides = list(agreement.parties.select_related("party").order_by("pk"))
    facts = {
        "kind": agreement.agreement_type,
        "area": agreement.territory,
        "start": agreement.start_date.isoformat(),
        "works": str(works_reached(agreement)),
    }
    for side in sides:
        if side.role == AgreementRole.ASSIGNOR:
            yield agreement_fault(sent, "agreement_says", assignor=str(side.party), **facts)
    for side in [side for side in sides if side.role == AgreementRole.ACQUIRER][:MOST_NAMED]:
        shares = {"PR": side.pr_share, "MR": side.mr_share, "SR": side.sr_share}
        parts = ", ".join(f"{right} {percent(share // STEP)} %" for right, share in shares.items())
        yield agreement_fault(sent, "agreement_gives", acquirer=str(side.party), parts=parts)


def member_faults(
    sent: CwrTransaction, agreement: Agreement, *, file: RegistrationFile, sender: str
) -> tuple[list[CwrFault], list[Party]]:
    """Why members of ours have to be asked, and which: they pass on, and it is not they who say so."""
    if sender == our_issuer():
        return [], []
    assigning = Party.objects.filter(agreements__agreement=agreement, agreements__role=AgreementRole.ASSIGNOR)
    members = assigning.filter(member__isnull=False).order_by("pk")
    asked = [party for party in members if party.pk != file.party_id]
    return [agreement_fault(sent, "agreement_of_member", assignor=str(party)) for party in asked], asked


def contradiction_faults(sent: CwrTransaction, agreement: Agreement, *, today: dt.date) -> list[CwrFault]:
    """The agreements in the books that it contradicts from today on, by right and assignor."""
    return [
        agreement_fault(
            sent,
            "agreement_contradicts",
            right=found.right,
            assignor=str(found.assignor),
            other=f"{other.number} ({_acquirers(other)})",
            works=str(found.works),
        )
        for found in contradictions_of(agreement, today=today)
        for other in found.others[:MOST_NAMED]
    ]


def agreement_fault(sent: CwrTransaction, key: str, **facts: str) -> CwrFault:
    """A remark on an agreement: nothing in the file is wrong."""
    message, remedy = text_of(key)
    return CwrFault(
        "", Severity.WARNING, sent.line, "AGR", 0, 0, "", sent.header["submitter_agreement_no"],
        message, remedy, facts,
    )  # fmt: skip


def _acquirers(agreement: Agreement) -> str:
    sides = agreement.parties.filter(role=AgreementRole.ACQUIRER).select_related("party").order_by("pk")
    return ", ".join(str(side.party) for side in sides)
