"""Changes of bank details: two people, a waiting time, a word to the member (C20, M12, M14)."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.audit.models import Act
from cmo_portal.common.sealing import SealError
from members.models import BankAccount
from members.services.bank import (
    approve_account,
    iban_for_payment,
    ibans_for_payment,
    propose_account,
    refuse_account,
    withdraw_account,
)
from members.services.sealed import iban_columns, open_iban
from tests.factories.members import iban, make_account, make_member, make_party

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=72)


def propose(member, by=None, number=900, **changed):
    facts = {"iban": iban(number), "title": "Asad Khan", "bank_name": "HBL", "form_key": uuid.uuid4(), "now": NOW}
    return propose_account(party=member.party, by=by or member.user, **facts | changed)


def test_a_member_changes_her_account_with_a_second_person_and_a_waiting_time(
    staff, django_capture_on_commit_callbacks
):
    member = make_member()
    old = member.party.bank_accounts.get()
    approver = staff("approver")
    with django_capture_on_commit_callbacks(execute=True):
        account = propose(member)
        with pytest.raises(ValidationError, match="cooling"):
            approve_account(account=account, by=approver, now=LATER - dt.timedelta(seconds=1))
        approve_account(account=account, by=approver, now=LATER)
    old.refresh_from_db()
    account.refresh_from_db()
    assert (old.state, account.state, account.approved_by) == ("replaced", "approved", approver)
    assert [message.to for message in mail.outbox] == [[member.email], [member.email]]
    assert all(iban(900) not in message.body for message in mail.outbox)


def test_a_first_account_needs_no_waiting_time(staff):
    member = make_member(account=False)
    account = propose(member)
    approve_account(account=account, by=staff("approver"), now=NOW)
    account.refresh_from_db()
    assert account.state == "approved"


def test_the_waiting_time_is_a_setting(settings):
    settings.MEMBERS = {"bank_cooling_hours": 1}
    assert propose(make_member()).cooling_until == NOW + dt.timedelta(hours=1)


def test_a_double_click_proposes_once():
    member, key = make_member(), uuid.uuid4()
    assert propose(member, form_key=key) == propose(member, form_key=key)
    assert Act.objects.filter(verb="propose_bank").count() == 1


def test_a_form_key_of_another_party_gives_nothing_away():
    one, two, key = make_member(), make_member(), uuid.uuid4()
    propose(one, form_key=key)
    with pytest.raises(Exception, match="form_key"):
        propose(two, form_key=key, number=901)


def test_a_second_click_approves_once(staff):
    account = propose(make_member())
    approver = staff("approver")
    approve_account(account=account, by=approver, now=LATER)
    approve_account(account=account, by=approver, now=LATER)
    assert Act.objects.filter(verb="approve_bank").count() == 1


def test_staff_who_proposed_cannot_approve_even_with_both_roles(staff):
    person = staff("finance", "approver")
    account = propose(make_member(), by=person)
    with pytest.raises(PermissionDenied, match="Another person"):
        approve_account(account=account, by=person, now=LATER)


def test_a_payee_on_the_staff_cannot_approve_her_own_account(staff):
    person = staff("approver")
    member = make_member(user=person)
    account = propose(member, by=staff("finance"))
    with pytest.raises(PermissionDenied):
        approve_account(account=account, by=person, now=LATER)


@pytest.mark.parametrize("role", ["membership", "documentation", "distribution", "auditor", "administrator", "finance"])
def test_only_approvers_approve_and_refuse(staff, role):
    account = propose(make_member())
    person = staff(role)
    with pytest.raises(PermissionDenied):
        approve_account(account=account, by=person, now=LATER)
    with pytest.raises(PermissionDenied):
        refuse_account(account=account, reason="no", by=person)


def test_only_the_member_and_finance_propose(staff):
    member, stranger = make_member(), make_member()
    for person in (stranger.user, staff("membership"), staff("approver")):
        with pytest.raises(PermissionDenied):
            propose(member, by=person)
    assert propose(member, by=staff("finance")).state == "proposed"


def test_one_change_waits_at_a_time():
    member = make_member()
    propose(member)
    with pytest.raises(ValidationError, match="waiting already"):
        propose(member, number=901)


def test_the_account_in_use_is_no_change():
    member = make_member(number=31)
    with pytest.raises(ValidationError, match="in use already"):
        propose(member, number=31)


def test_staff_may_have_the_account_in_use_confirmed_by_a_second_person(staff):
    member = make_member(number=31)
    old, approver = member.party.bank_accounts.get(), staff("approver")
    again = propose(member, by=staff("finance"), number=31, title="Asad Ali Khan")
    old.refresh_from_db()
    assert (old.state, again.state, again.cooling_until) == ("replaced", "proposed", NOW)
    assert open_iban(again) == iban(31)
    approve_account(account=again, by=approver, now=NOW)
    assert member.party.bank_accounts.get(state="approved") == again
    assert Act.objects.filter(verb="propose_bank").latest("number").facts["confirms"] is True


def test_an_account_of_somebody_else_is_refused_without_saying_whose():
    make_member("Secretname", number=32)
    with pytest.raises(ValidationError) as caught:
        propose(make_member(), number=32)
    assert "Secretname" not in str(caught.value)
    assert "iban" in caught.value.error_dict


def test_an_iban_with_a_wrong_checksum_is_refused_by_the_service():
    with pytest.raises(ValidationError) as caught:
        propose(make_member(), iban="PK36SCBL0000001123456703")
    assert "iban" in caught.value.error_dict
    assert BankAccount.objects.filter(state="proposed").count() == 0


def test_a_refusal_has_a_reason_and_leaves_the_account_in_use(staff, django_capture_on_commit_callbacks):
    member = make_member()
    approver = staff("approver")
    with django_capture_on_commit_callbacks(execute=True):
        account = propose(member)
        with pytest.raises(ValidationError):
            refuse_account(account=account, reason=" ", by=approver)
        refuse_account(account=account, reason="Title and name differ.", by=approver)
    account.refresh_from_db()
    assert (account.state, account.reason) == ("refused", "Title and name differ.")
    assert member.party.bank_accounts.get(state="approved")
    with pytest.raises(ValidationError):
        approve_account(account=account, by=approver, now=LATER)


def test_a_member_withdraws_her_change_and_no_other(staff):
    member, stranger = make_member(), make_member()
    account = propose(member)
    with pytest.raises(PermissionDenied):
        withdraw_account(account=account, by=stranger.user)
    withdraw_account(account=account, by=member.user)
    withdraw_account(account=account, by=member.user)
    account.refresh_from_db()
    assert account.state == "withdrawn"
    assert propose(member, number=902).state == "proposed"


def test_ibans_open_for_a_payment_and_that_is_noted_once(staff):
    members = [make_member(number=number) for number in (41, 42)]
    accounts = [member.party.bank_accounts.get() for member in members]
    person = staff("finance")
    opened = ibans_for_payment(account_ids=[account.pk for account in accounts], by=person, batch=make_party())
    assert opened == {accounts[0].pk: iban(41), accounts[1].pk: iban(42)}
    assert iban_for_payment(account=accounts[0], by=person) == iban(41)
    assert Act.objects.filter(verb="open_ibans").count() == 1


def test_ibans_open_for_nobody_without_the_permission_and_for_no_open_proposal(staff):
    account = make_member().party.bank_accounts.get()
    with pytest.raises(PermissionDenied):
        iban_for_payment(account=account, by=staff("membership"))
    waiting = propose(make_member())
    with pytest.raises(ValidationError):
        iban_for_payment(account=waiting, by=staff("finance"))


def test_a_sealed_iban_moved_to_another_row_does_not_open():
    member = make_member()
    account = make_account(make_party(), proposed_by=member.user)
    account.iban_sealed = member.party.bank_accounts.get().iban_sealed
    with pytest.raises(SealError):
        open_iban(account)
    assert len(iban_columns(iban(1), table="t", uid=account.uid)["iban_index"]) == 32
