"""The demo society: everything it promises is there, made once, and its books are right to the paisa."""

from collections import Counter

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from cmo_portal.accounts.models import User
from cmo_portal.accounts.roles import ROLES
from cmo_portal.audit.services import verify_chain
from cmo_portal.common import clock
from licensing.models import (
    Invoice,
    Licence,
    LicenceApplication,
    Licensee,
    Premises,
    SalesTaxRate,
    Tariff,
    TariffVersion,
)
from members.models import BankAccount, Member, MembershipApplication, PartyName
from royalties import fsck
from royalties.demo import sign_ins
from royalties.demo.frame import Story
from royalties.models import (
    AgreementFaultStake,
    OpenText,
    Payment,
    PaymentBatch,
    RuleVersion,
    Run,
    Statement,
    SuspenseLine,
    UsageFile,
    UsageMatch,
)
from royalties.queries.payable import due_on
from tests.house.conftest import said_by, seconds_of_the_load
from works.models import AgreementFault, Dispute, PublicDomainElement, Recording, SourceWork, Work, WorkShare

MOST_SECONDS = 60


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_database")
def test_the_demo_society_holds_what_it_promises(settings, sign_in):
    settings.DEMO_MODE = True
    story = Story(clock.now())
    assert seconds_of_the_load() < MOST_SECONDS
    there = Member.objects.count(), Run.objects.count(), Payment.objects.count(), User.objects.count()
    assert "already" in said_by("load_demo")
    assert there == (Member.objects.count(), Run.objects.count(), Payment.objects.count(), User.objects.count())

    assert fsck.findings(fsck.Scope()) == []
    assert verify_chain() == []
    assert_people_are_there()
    assert_works_are_there()
    assert_licences_are_there(story)
    assert_usage_is_there()
    assert_money_is_there(story)
    assert_everybody_can_sign_in()
    assert_pages_show_it(sign_in)


def assert_people_are_there():
    assert Member.objects.count() == 200
    states = Counter(Member.objects.values_list("state", flat=True))
    assert states == {"active": 197, "deceased": 1, "resigned": 1, "suspended": 1}
    assert PartyName.objects.exclude(original="").count() > 190
    assert BankAccount.objects.filter(state="proposed").count() == 2
    assert MembershipApplication.objects.filter(state="submitted").count() == 1


def assert_works_are_there():
    assert Work.objects.count() >= 1000
    assert set(SourceWork.objects.values_list("kind", flat=True)) == {"component", "arrangement", "translation"}
    assert set(PublicDomainElement.objects.values_list("reason", flat=True)) == {"classical", "folk"}
    assert Work.objects.filter(titles__script="Arab").distinct().count() > 600
    assert Recording.objects.count() > 500
    shares = set(WorkShare.objects.values_list("share", flat=True))
    assert {333_400, 333_300, 333_334, 333_333, 200_000, 166_667} <= shares
    assert {"active", "disputed", "unclaimed", "unconfirmed"} == set(WorkShare.objects.values_list("state", flat=True))
    assert WorkShare.objects.filter(role="E").exists()
    states = set(Dispute.objects.values_list("state", flat=True))
    assert states >= {"filed", "open", "proposed", "settled"}
    held = {row.fault.kinds[0] for row in AgreementFaultStake.objects.select_related("fault") if row.held}
    kinds = {kind for fault in AgreementFault.objects.all() for kind in fault.kinds}
    assert (kinds, held) == ({"conflict", "cycle", "gap"}, {"conflict", "cycle"})


def assert_licences_are_there(story):
    assert Licensee.objects.count() == 30
    assert Premises.objects.count() == 31
    assert Tariff.objects.count() == 8
    assert set(TariffVersion.objects.values_list("legal_status", flat=True)) == {"sample"}
    assert SalesTaxRate.objects.count() == 7
    assert Licence.objects.filter(state="active").count() == 28
    overdue = Invoice.objects.filter(state__in=["issued", "part_paid"], due_on__lt=story.today)
    assert overdue.count() == 1
    assert LicenceApplication.objects.filter(state="submitted").count() == 1


def assert_usage_is_there():
    files = UsageFile.objects.order_by("pk")
    assert {file.source.format for file in files} == {"table", "dsr"}
    assert [file.state for file in files] == ["landed"] * 4
    assert all(file.matched_at for file in files)
    assert sum(file.refused_count for file in files) > 0
    assert Counter(UsageMatch.objects.values_list("stage", flat=True)).keys() >= {"id", "exact", "score", "person"}
    assert {"queue", "none"} == set(OpenText.objects.values_list("outcome", flat=True))
    assert UsageMatch.objects.filter(outcome="ignored").exists()


def assert_money_is_there(story):
    assert Counter(Run.objects.values_list("state", flat=True)) == {"published": 1, "reviewed": 1}
    assert Statement.objects.count() > 100
    reasons = set(SuspenseLine.objects.values_list("reason", flat=True))
    assert reasons >= {"unidentified", "dispute", "unclaimed", "no_usage"}
    batch = PaymentBatch.objects.get()
    assert batch.state == "closed"
    assert Payment.objects.filter(state="rejected").count() == 2
    assert Payment.objects.filter(state="paid").count() > 50
    waits = Counter(str(due.waits) for due in due_on(story.today) if due.waits)
    assert waits["The balance is below the minimum payment and is carried forward."] > 5
    assert waits["There is no approved bank account."] == 1
    states = Counter(RuleVersion.objects.values_list("rule__kind", "state"))
    assert states["deductions", "approved"] == 2
    assert states["payment", "draft"] == 1
    assert not RuleVersion.objects.exclude(source__startswith="Sample").exists()


def assert_everybody_can_sign_in():
    people = sign_ins.all_sign_ins()
    said = said_by("demo_accounts")
    assert sign_ins.PASSWORD in said
    for person in people:
        assert person.email in said
        user = User.objects.get(email=person.email)
        assert user.check_password(sign_ins.PASSWORD)
        assert user.has_usable_password()
        if person.needs_code:
            factor = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
            assert TOTP(factor).validate_code(said_by("demo_code", person.email).strip())
    assert {str(group) for group in User.objects.get(email="finance@demo.example").groups.all()} == {"finance"}
    assert len(people) == len(ROLES) + 5
    browser = Client()
    answer = browser.post(
        reverse("account_login"), {"login": sign_ins.CREATOR.email, "password": sign_ins.PASSWORD}, follow=True
    )
    assert answer.request["PATH_INFO"] == reverse("royalties:member-home")


def assert_pages_show_it(sign_in):
    def page(email, name):
        answer = sign_in(User.objects.get(email=email)).get(reverse(name))
        assert answer.status_code == 200
        return answer.content.decode()

    creator = Statement.objects.get(party__member__email=sign_ins.CREATOR.email)
    assert creator.number in page(sign_ins.CREATOR.email, "royalties:member-statement-list")
    assert "dispute" in page(sign_ins.DISPUTED.email, "royalties:member-waiting-list")
    assert page(sign_ins.PUBLISHER.email, "works:member-work-list")
    overdue = Invoice.objects.get(licensee__email=sign_ins.HOTEL.email)
    assert overdue.number in page(sign_ins.HOTEL.email, "licensing:licensee-invoice-list")
    assert page("approver@demo.example", "royalties:staff-run-list")
