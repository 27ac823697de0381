"""Who is paid and where, for statements and payment batches: in bulk, in a fixed number of queries."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import say
from cmo_portal.context import OWN_COUNTRY
from members.models import BankAccount, Member, Party, TaxStatus

# The classes that decide the rate of tax kept back at payment; their rates are dated data of the payments.
TAX_CLASSES = [
    ("resident_active", _("Resident, on the active taxpayers' list")),
    ("resident_not_active", _("Resident, not on the active taxpayers' list")),
    ("non_resident", say(_("Not resident in {country}"), country=OWN_COUNTRY)),
]


@dataclass(frozen=True, slots=True)
class Payee:
    """A party as its statement and payment name it. What is not known is None or blank: a party need not be a member,
    and a member need not have an approved account."""

    party_id: int
    name: str
    name_original: str
    kind: str
    member_id: int | None
    member_uid: UUID | None
    number: str
    state: str
    language: str
    email: str
    account_id: int | None
    account_title: str
    iban_masked: str
    account_approved_at: dt.datetime | None
    tax_class: str

    @property
    def is_payable(self) -> bool:
        """An approved account, a tax class and a membership (if any) that money may still reach."""
        return self.account_id is not None and bool(self.tax_class) and self.state != "deceased"


def payees(party_ids: Collection[int], *, on: dt.date) -> dict[int, Payee]:
    """The payees of these parties with the tax class of the day `on` and the account approved now. Four queries."""
    wanted = set(party_ids)
    members = {member.party_id: member for member in Member.objects.filter(party_id__in=wanted).defer("cnic_sealed")}
    accounts = {
        account.party_id: account
        for account in BankAccount.objects.filter(party_id__in=wanted, state="approved").defer("iban_sealed")
    }
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    statuses = TaxStatus.objects.filter(in_force, party_id__in=wanted, valid_from__lte=on)
    classes = dict(statuses.values_list("party_id", "tax_class"))
    return {
        party.pk: _payee(party, members.get(party.pk), accounts.get(party.pk), classes.get(party.pk, ""))
        for party in Party.objects.filter(pk__in=wanted)
    }


def _payee(party: Party, member: Member | None, account: BankAccount | None, tax_class: str) -> Payee:
    return Payee(
        party_id=party.pk,
        name=party.display_name,
        name_original=party.display_name_original,
        kind=party.kind,
        member_id=member.pk if member else None,
        member_uid=member.uid if member else None,
        number=member.number if member else "",
        state=member.state if member else "",
        language=member.language if member else "en",
        email=member.email if member else "",
        account_id=account.pk if account else None,
        account_title=account.title if account else "",
        iban_masked=account.iban_masked if account else "",
        account_approved_at=account.approved_at if account else None,
        tax_class=tax_class,
    )
