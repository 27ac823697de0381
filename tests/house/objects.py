"""The objects of the demo society that addresses name: one's own and somebody else's."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from cmo_portal.accounts.models import User
from cmo_portal.jobs.models import Job
from licensing.models import (
    ApplicationDocument,
    Invoice,
    Licence,
    LicenceApplication,
    Licensee,
    Receipt,
    Tariff,
    TariffVersion,
)
from members.models import (
    ApiClient,
    BankAccount,
    Document,
    GroupMembership,
    Member,
    MembershipApplication,
    Party,
    PartyAffiliation,
    PartyName,
)
from royalties.models import (
    Account,
    Journal,
    PaymentBatch,
    Pool,
    Rule,
    RuleVersion,
    Run,
    Statement,
    TextClaim,
    UsageFile,
    UsageSource,
)
from works.models import (
    Agreement,
    AnswerFile,
    Cue,
    CueFile,
    CueSheet,
    Dispute,
    DisputeEvidence,
    DisputeRule,
    DuplicatePair,
    Episode,
    ExportFile,
    ImportedTransaction,
    ImportUndo,
    LinkRequest,
    NumberRequest,
    Production,
    Recording,
    RecordingWork,
    RegistrationFile,
    Regrouping,
    RequestFile,
    SplitProposal,
    Work,
    WorkDraft,
    WorkReport,
)
from works.models.registrations import DECIDED_HERE

# kind → every object of that kind, as a queryset; addresses are made from the row.
KINDS: dict[str, Callable[[], QuerySet[Any]]] = {
    "user": User.objects.all,
    "job": Job.objects.all,
    "member": Member.objects.all,
    "account": BankAccount.objects.all,
    "document": Document.objects.all,
    "membership_application": lambda: MembershipApplication.objects.exclude(state="draft"),
    "party": Party.objects.all,
    "group": lambda: Party.objects.filter(kind="group"),
    "party_name": PartyName.objects.all,
    "group_membership": GroupMembership.objects.all,
    "affiliation": PartyAffiliation.objects.all,
    "api_client": lambda: ApiClient.objects.filter(state="active"),
    "work": lambda: Work.objects.filter(state="registered"),
    "draft": lambda: WorkDraft.objects.filter(work=None),
    "split": SplitProposal.objects.all,
    "live_split": lambda: SplitProposal.objects.filter(state__in=["open", "refused"]),
    "taken_file": lambda: RegistrationFile.objects.filter(state="imported"),
    "kept_transaction": lambda: ImportedTransaction.objects.filter(status="RA", taken=True, kind__in=DECIDED_HERE),
    "undo": ImportUndo.objects.all,
    "table": lambda: RegistrationFile.objects.filter(party__isnull=False, format__in=["CSV", "XLSX"]),
    "registration_file": lambda: RegistrationFile.objects.exclude(answer=""),
    "export_file": lambda: ExportFile.objects.filter(state="written").exclude(complaints=""),
    "number_request": NumberRequest.objects.all,
    "number_file": lambda: RequestFile.objects.filter(state="made"),
    "answer_file": AnswerFile.objects.all,
    "production": Production.objects.all,
    "episode": Episode.objects.all,
    "cue_sheet": CueSheet.objects.all,
    "cue": Cue.objects.all,
    "cue_file": CueFile.objects.all,
    "open_cue_file": lambda: CueFile.objects.filter(state="checked"),
    "licence_application": lambda: LicenceApplication.objects.exclude(state="draft"),
    "licence_document": lambda: ApplicationDocument.objects.exclude(application__state="draft"),
    "licensee": Licensee.objects.all,
    "licence": Licence.objects.all,
    "invoice": Invoice.objects.all,
    "receipt": Receipt.objects.all,
    "tariff": Tariff.objects.all,
    "tariff_version": lambda: TariffVersion.objects.select_related("tariff"),
    "batch": PaymentBatch.objects.all,
    "source": UsageSource.objects.all,
    "usage_text": lambda: UsageFile.objects.filter(state="landed"),
    "dispute": Dispute.objects.all,
    "dispute_rule": DisputeRule.objects.all,
    "evidence": DisputeEvidence.objects.all,
    "agreement": Agreement.objects.all,
    "recording": Recording.objects.all,
    "recording_part": RecordingWork.objects.all,
    "link_request": LinkRequest.objects.all,
    "report": WorkReport.objects.all,
    "duplicate_pair": DuplicatePair.objects.all,
    "regrouping": Regrouping.objects.all,
    "text_claim": TextClaim.objects.all,
    "usage_file": lambda: UsageFile.objects.filter(state="landed"),
    "pool": Pool.objects.all,
    "run": lambda: Run.objects.filter(state="published"),
    "rule": Rule.objects.all,
    "rule_version": RuleVersion.objects.all,
    "statement": lambda: Statement.objects.filter(run__state="published"),
    "journal": Journal.objects.all,
    "ledger_account": Account.objects.all,
}


def of_member(kind: str, member: Member) -> QuerySet[Any]:
    """The objects of a kind that belong to a member."""
    rows = KINDS[kind]()
    if kind == "work":
        return rows.filter(shares__party=member.party).distinct()
    if kind == "dispute":
        return rows.filter(claims__party=member.party)
    if kind == "evidence":
        return rows.filter(claim__party=member.party)
    if kind == "recording_part":
        return rows.filter(linked_by=member.party)
    if kind == "link_request":
        return rows.filter(asked_by=member.party)
    if kind in {"account", "document", "draft", "statement", "table"}:
        return rows.filter(party=member.party)
    if kind == "text_claim":
        return rows.filter(member=member)
    if kind in {"split", "live_split"}:
        return rows.filter(answers__party=member.party).distinct()
    raise LookupError(kind)


def of_licensee(kind: str, licensee: Licensee) -> QuerySet[Any]:
    """The objects of a kind that belong to a licensee."""
    return KINDS[kind]().filter(licensee=licensee)


def arguments(row: Any, names: list[str]) -> dict[str, Any]:
    """What an address takes from its object."""
    values = {
        "uid": getattr(row, "uid", None),
        "job_id": row.pk,
        "code": getattr(row, "code", None) or getattr(getattr(row, "tariff", None), "code", None),
        "number": getattr(row, "number", None) or getattr(row, "version", None),
        "version": getattr(row, "version", None),
        "text_no": 1,
    }
    return {name: values[name] for name in names if name in values}


def nowhere(names: list[str]) -> dict[str, Any]:
    """Arguments of an object that does not exist."""
    return {name: {"uid": uuid.uuid4(), "job_id": 10**12, "code": "nowhere"}.get(name, 10**6) for name in names}
