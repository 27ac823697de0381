"""Changes of bank details: proposed by one, cooled, approved by another (M12, M14); and the IBAN for a bank file.

Money goes where the approved account says. So every step is told to the member, a change waits for the cooling period,
the person who approves is never the one who proposed nor the payee, and an account is never altered: a change is a new
row that replaces the old one.
"""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import Audience, User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from members.mail import name_for, send_bank_notice
from members.models import BankAccount, Member, Party
from members.policy import policy
from members.rules.identity import read_iban
from members.rules.names import read_original_name
from members.rules.texts import read_text
from members.services.errors import read_field, refuse_field
from members.services.sealed import iban_columns, open_iban

LONGEST_TITLE = 120
PROPOSE, APPROVE = "members.propose_bank", "members.approve_bank"


@transaction.atomic
def propose_account(
    *, party: Party, iban: str, title: str, bank_name: str = "", by: User, form_key: UUID, now: dt.datetime
) -> BankAccount:
    """Propose a new account for a party: by the member herself, or by staff. Raises ValidationError.

    The same `form_key` again gives the account that is there. A change of an approved account cools first; a first
    account does not. Staff may propose the account in force once more, when a bank has sent money back from an account
    that is right: nothing goes there until a second person has confirmed it, and it need not cool.
    """
    _may_propose(party, by)
    earlier = BankAccount.objects.filter(form_key=form_key, party=party).first()
    if earlier is not None:
        return earlier
    Party.objects.select_for_update().get(pk=party.pk)
    reading = read_field("iban", read_iban, iban)
    current = BankAccount.objects.filter(party=party, state="approved").first()
    account = BankAccount(
        party=party,
        title=read_field("title", read_original_name, title, limit=LONGEST_TITLE),
        bank_name=read_field("bank_name", read_text, bank_name, limit=80),
        proposed_by=by,
        proposed_at=now,
        form_key=form_key,
    )
    for column, value in iban_columns(reading.value, table=BankAccount._meta.db_table, uid=account.uid).items():
        setattr(account, column, value)
    confirms = current is not None and bytes(current.iban_index) == account.iban_index
    account.cooling_until = now + policy().bank_cooling if current and not confirms else now
    _check_new(account, confirms=confirms, by=by)
    if confirms:
        BankAccount.objects.filter(party=party, state="approved").update(state="replaced")
    _insert(account)
    faultpoint("bank.propose.after_write")
    _tell(account)
    facts = {"party": str(party.uid)} | ({"confirms": True} if confirms else {})
    record_act(by=by, verb="propose_bank", on=account, facts=facts)
    return account


@transaction.atomic
def approve_account(*, account: BankAccount, by: User, now: dt.datetime) -> None:
    """Put a proposed account in force; the earlier one is replaced. A second click changes nothing.

    Raises PermissionDenied when the same person proposed it or it is the approver's own, ValidationError while it
    cools.
    """
    require(by, APPROVE)
    Party.objects.select_for_update().get(pk=account.party_id)
    locked = BankAccount.objects.select_for_update().get(pk=account.pk)
    if locked.state == "approved":
        return
    _must_be_proposed(locked)
    if locked.proposed_by_id == by.pk or Member.objects.filter(party=locked.party_id, user=by).exists():
        raise PermissionDenied(_("Another person must approve what you proposed."))
    if now < locked.cooling_until:
        raise ValidationError(_("This change is still cooling. Approve it after the waiting time has passed."))
    BankAccount.objects.filter(party=locked.party_id, state="approved").update(state="replaced")
    faultpoint("bank.approve.after_write")
    locked.state, locked.approved_by, locked.approved_at = "approved", by, now
    locked.save(update_fields=["state", "approved_by", "approved_at"])
    _tell(locked)
    record_act(by=by, verb="approve_bank", on=locked, facts={"party": str(locked.party.uid)})


@transaction.atomic
def refuse_account(*, account: BankAccount, reason: str, by: User) -> None:
    """Refuse a proposed account with a reason that the member reads; the one in force stays. Raises ValidationError."""
    require(by, APPROVE)
    locked = BankAccount.objects.select_for_update().get(pk=account.pk)
    if locked.state == "refused":
        return
    _must_be_proposed(locked)
    text = read_field("reason", read_text, reason, limit=500)
    if not text:
        refuse_field("reason", _("Say why, so that the member knows what to do."))
    locked.state, locked.reason = "refused", text
    locked.save(update_fields=["state", "reason"])
    _tell(locked)
    record_act(by=by, verb="refuse_bank", on=locked, facts={"reason": text})


@transaction.atomic
def withdraw_account(*, account: BankAccount, by: User) -> None:
    """Take a proposal back: the member's own, or by staff who may propose. A second click changes nothing."""
    _may_propose(account.party, by)
    locked = BankAccount.objects.select_for_update().get(pk=account.pk)
    if locked.state == "withdrawn":
        return
    _must_be_proposed(locked)
    locked.state = "withdrawn"
    locked.save(update_fields=["state"])
    _tell(locked)
    record_act(by=by, verb="withdraw_bank", on=locked, facts={})


def iban_for_payment(*, account: BankAccount, by: User) -> str:
    """The IBAN of one approved account for a bank file. The caller notes the act, once a batch. Raises SealError."""
    return ibans_for_payment(account_ids=[account.pk], by=by)[account.pk]


def ibans_for_payment(*, account_ids: Collection[int], by: User, batch: models.Model | None = None) -> dict[int, str]:
    """The IBANs of accounts for a bank file, by id, in one query. With `batch` the opening is noted on it, once.

    `by` must hold `royalties.make_payments` or `royalties.approve_payments`. Raises SealError when one does not open.
    """
    if not by.is_active or not (by.has_perm("royalties.make_payments") or by.has_perm("royalties.approve_payments")):
        raise PermissionDenied("royalties.make_payments")
    accounts = BankAccount.objects.filter(pk__in=set(account_ids), state__in=("approved", "replaced"))
    opened = {account.pk: open_iban(account) for account in accounts}
    if len(opened) != len(set(account_ids)):
        raise ValidationError(_("A payment names an account that was never approved."))
    if batch is not None:
        record_act(by=by, verb="open_ibans", on=batch, facts={"count": len(opened)})
    return opened


def _may_propose(party: Party, by: User) -> None:
    """The member for herself, staff with the permission for others."""
    if by.audience == Audience.MEMBER and by.is_active and Member.objects.filter(party=party, user=by).exists():
        return
    require(by, PROPOSE)


def _must_be_proposed(account: BankAccount) -> None:
    if account.state != "proposed":
        raise ValidationError(
            _("This change is no longer open: it is %(state)s.") % {"state": account.get_state_display().lower()}
        )


def _check_new(account: BankAccount, *, confirms: bool, by: User) -> None:
    """A clear word before the database refuses: one open proposal, and the account in force again from staff only."""
    if BankAccount.objects.filter(party=account.party_id, state="proposed").exists():
        raise ValidationError(_("A change of bank details is waiting already. Withdraw it before you propose another."))
    if confirms and by.audience == Audience.MEMBER:
        refuse_field("iban", _("This is the account in use already; there is nothing to change."))


def _insert(account: BankAccount) -> None:
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        if "one_iban_one_party" in str(error):
            # No word about whose it is: the member must not learn who else is paid there.
            refuse_field("iban", _("This account cannot be used. Ask the society, and give an account of your own."))
        if "one_proposed_account_per_party" in str(error):
            raise ValidationError(_("A change of bank details is waiting already.")) from error
        raise


def _tell(account: BankAccount) -> None:
    member = Member.objects.filter(party=account.party_id).select_related("party").first()
    if member is not None and member.state != "deceased":
        name = name_for(member.party, member.language)
        send_bank_notice(account, email=member.email, name=name, language=member.language)
