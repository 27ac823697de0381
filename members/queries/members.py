"""What pages on members show: lists with filters, one member with all that belongs to her, bank details and acts."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cmo_portal.audit.models import Act
from members.models import BankAccount, Document, Mandate, Member, PartyName, TaxStatus
from members.queries.numbers import cnic_index
from members.queries.parties import matching_parties

NOT_SHOWN = ("cnic_sealed",)


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's record as she and the staff see it; sealed bytes stay in the database."""

    names: list[PartyName]
    mandates: list[Mandate]
    accounts: list[BankAccount]
    tax_statuses: list[TaxStatus]
    documents: list[Document]

    @property
    def account(self) -> BankAccount | None:
        """The account in use."""
        return next((account for account in self.accounts if account.state == "approved"), None)

    @property
    def waiting(self) -> BankAccount | None:
        """The change of bank details that waits."""
        return next((account for account in self.accounts if account.state == "proposed"), None)

    def tax_class(self, on: dt.date) -> str:
        """The tax class of a day; blank when none is known."""
        return next(
            (
                status.tax_class
                for status in self.tax_statuses
                if status.valid_from <= on and (status.valid_to is None or status.valid_to >= on)
            ),
            "",
        )


def profile_of(member: Member) -> Profile:
    """A member's record. Five queries."""
    party = member.party
    return Profile(
        names=list(party.names.order_by("name_type", "pk")),
        mandates=list(member.mandates.order_by("right", "territory", "valid_from")),
        accounts=accounts_of(party.pk),
        tax_statuses=list(party.tax_statuses.order_by("-valid_from")),
        documents=list(party.documents.order_by("-pk")),
    )


def accounts_of(party_id: int) -> list[BankAccount]:
    """A party's bank details, newest first, with the people who proposed and approved them."""
    rows = BankAccount.objects.filter(party_id=party_id).defer("iban_sealed")
    return list(rows.select_related("proposed_by", "approved_by").order_by("-pk"))


def filtered_members(*, text: str = "", state: str = "") -> QuerySet[Member]:
    """Members by a name in any spelling or their number, and by state."""
    rows = Member.objects.select_related("party").defer(*NOT_SHOWN)
    if text:
        rows = rows.filter(Q(number__iexact=text) | Q(party__in=matching_parties(text)))
    if state:
        rows = rows.filter(state=state)
    return rows


def member_of_cnic(cnic: str) -> Member | None:
    """The member with this CNIC of thirteen digits, a living membership before an ended one."""
    rows = Member.objects.filter(cnic_index=cnic_index(cnic)).defer(*NOT_SHOWN)
    return rows.order_by("left_on", "-pk").first()


def filtered_accounts(*, state: str = "") -> QuerySet[BankAccount]:
    """Bank details of all parties, by state."""
    rows = BankAccount.objects.select_related("party__member", "proposed_by").defer("iban_sealed")
    return rows.filter(state=state) if state else rows


def acts_on(member: Member, *, limit: int = 30) -> list[Act]:
    """The latest acts on a member, her applications and her bank details."""
    accounts = BankAccount.objects.filter(party_id=member.party_id).values_list("uid", flat=True)
    uids = [str(uid) for uid in (member.uid, *accounts, *member.applications.values_list("uid", flat=True))]
    rows = Act.objects.filter(object_id__in=uids, object_type__startswith="members.")
    return list(rows.select_related("actor").order_by("-number")[:limit])
