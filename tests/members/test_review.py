"""Review of applications and admission (T6, M26)."""

import datetime as dt

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from members.models import Mandate, Member, Party
from members.queries.applications import alarms_of, possible_parties
from members.services.apply import answer_question, submit_application
from members.services.review import Admission, admit_application, ask_question, refuse_application
from members.services.sealed import open_cnic, open_iban
from tests.factories.members import cnic, iban, make_application, make_member, make_party

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2030, 11, 22, 21, tzinfo=dt.UTC)  # after the application; 23 November in Pakistan
ADMISSION = Admission(tax_class="resident_not_active", tax_evidence="declared")


def admit(application, by, admission=ADMISSION):
    return admit_application(application=application, admission=admission, by=by, now=NOW)


def test_admission_makes_the_member_with_all_that_belongs_to_her(staff, django_capture_on_commit_callbacks):
    application = make_application(number=11, names={"pen_name": "Bulbul", "pen_name_original": "بلبل"})
    clerk = staff("membership")
    with django_capture_on_commit_callbacks(execute=True):
        member = admit(application, clerk)
    assert member.number.startswith("M0")
    assert member.admitted_on == dt.date(2030, 11, 23)
    assert member.party.display_name == "Nazia Bano"
    assert member.party.display_name_original == "نازیہ بانو"
    assert {(name.name_type, str(name)) for name in member.party.names.all()} == {
        ("PA", "Nazia Bano"),
        ("PP", "Bulbul"),
    }
    assert open_cnic(member) == cnic(11)
    account = member.party.bank_accounts.get()
    assert open_iban(account) == iban(11)
    assert (account.state, account.proposed_by, account.approved_by) == ("approved", member.user, clerk)
    assert set(Mandate.objects.values_list("right", "territory", "exclusive")) == {
        ("PR", "2136", False),
        ("MR", "0586", False),
    }
    assert set(member.party.affiliations.values_list("society_code", "right")) == {("362", "PR"), ("362", "MR")}
    assert member.party.tax_statuses.get().tax_class == "resident_not_active"
    assert member.party.documents.count() == 1
    assert member.user.audience == "member"
    assert not member.user.has_usable_password()
    assert any("/account/invitation/" in message.body for message in mail.outbox)
    application.refresh_from_db()
    assert (application.state, application.member) == ("admitted", member)
    assert application.cnic_sealed is None
    assert application.iban_sealed is None
    assert Act.objects.filter(verb="admit_member", actor=clerk).count() == 1


def test_an_urdu_welcome_greets_with_the_urdu_name_and_the_society_s(staff, django_capture_on_commit_callbacks):
    application = make_application(number=12)
    application.language = "ur"
    application.save(update_fields=["language"])
    with django_capture_on_commit_callbacks(execute=True):
        member = admit(application, staff("membership"))
    body = next(message.body for message in mail.outbox if "/account/invitation/" in message.body)
    assert member.party.display_name_original in body and settings.SOCIETY["name_ur"] in body
    assert member.party.display_name not in body and settings.SOCIETY["name"] not in body


def test_a_double_click_admits_once(staff):
    application, clerk = make_application(), staff("membership")
    assert admit(application, clerk) == admit(application, clerk)
    assert Member.objects.count() == 1
    assert Act.objects.filter(verb="admit_member").count() == 1


def test_only_reviewers_admit_ask_and_refuse(staff):
    application = make_application()
    for role in ("finance", "documentation", "approver", "auditor", "administrator"):
        person = staff(role)
        with pytest.raises(PermissionDenied):
            admit(application, person)
        with pytest.raises(PermissionDenied):
            ask_question(application=application, text="Why?", by=person, now=NOW)
        with pytest.raises(PermissionDenied):
            refuse_application(application=application, reason="No", by=person, now=NOW)


def test_a_person_with_the_role_taken_away_admits_no_more(staff):
    clerk = staff("membership")
    clerk.is_active = False
    with pytest.raises(PermissionDenied):
        admit(make_application(), clerk)


def test_nobody_admits_herself(staff):
    application = make_application(email="clerk@society.example")
    with pytest.raises(ValidationError, match="yourself"):
        admit(application, staff("membership", email="clerk@society.example"))


def test_a_second_living_member_with_the_same_cnic_is_refused_with_a_clear_word(staff):
    member = make_member(number=21)
    application = make_application(identity={"cnic": cnic(21)})
    assert [alarm.code for alarm in alarms_of(application) if alarm.blocking] == ["cnic-member"]
    with pytest.raises(ValidationError, match=member.number):
        admit(application, staff("membership"))
    assert User.objects.filter(email=application.email).count() == 0


def test_a_resigned_member_may_come_back(staff):
    make_member(number=22, account=False, state="resigned")
    application = make_application(identity={"cnic": cnic(22)})
    alarms = alarms_of(application)
    assert [(alarm.code, alarm.blocking) for alarm in alarms] == [("cnic-member", False)]
    admission = Admission("resident_active", "list", alarms_seen="Was a member until 2024.")
    assert admit(application, staff("membership"), admission).cnic_masked


def test_a_shared_bank_account_blocks_admission(staff):
    make_member(number=23)
    application = make_application(bank={"iban": iban(23)})
    assert [alarm.code for alarm in alarms_of(application) if alarm.blocking] == ["iban-party"]
    with pytest.raises(ValidationError, match="bank account"):
        admit(application, staff("membership"))


def test_an_equal_name_and_birthday_must_be_looked_at(staff):
    twin = make_member("Bano", "Nazia", party=make_party("Bano", "Nazia", born_on=dt.date(1985, 3, 2)))
    application = make_application()
    assert [(alarm.code, alarm.member) for alarm in alarms_of(application)] == [("twin", twin)]
    clerk = staff("membership")
    with pytest.raises(ValidationError) as caught:
        admit(application, clerk)
    assert "alarms_seen" in caught.value.error_dict
    admit(application, clerk, Admission("resident_active", "list", alarms_seen="Two people, two cards."))
    assert Act.objects.get(verb="admit_member").facts["alarms_seen"] == "Two people, two cards."


def test_the_same_numbers_in_another_application_are_an_alarm():
    first = make_application(number=24)
    second = make_application(identity={"cnic": cnic(24)}, bank={"iban": iban(24)})
    assert {alarm.code for alarm in alarms_of(second)} == {"cnic-application", "iban-application"}
    assert not any(alarm.blocking for alarm in alarms_of(first))


def test_unusual_numbers_are_shown_to_the_reviewer():
    application = make_application(
        identity={"cnic": "8111122222223"}, bank={"iban": "GB82WEST12345698765432", "account_title": "N B"}
    )
    assert {alarm.code for alarm in alarms_of(application)} == {"cnic-area", "iban-abroad"}


def test_an_applicant_known_from_works_becomes_that_party(staff):
    known = make_party("Bano", "Nazia", ipi="00000000199")
    make_member("Bano", "Nazia")
    application = make_application()
    assert possible_parties(application) == [known]
    member = admit(application, staff("membership"), Admission("resident_active", "list", party=known, alarms_seen="x"))
    assert member.party == known
    assert known.names.count() == 1
    known.refresh_from_db()
    assert known.born_on == dt.date(1985, 3, 2)


def test_a_member_cannot_be_taken_for_another_applicant(staff):
    member = make_member()
    admission = Admission("resident_active", "list", party=member.party)
    with pytest.raises(ValidationError):
        admit(make_application(), staff("membership"), admission)


def test_an_address_with_an_account_is_refused_and_nothing_is_half_made(staff):
    member = make_member()
    application = make_application(email=member.user.email)
    with pytest.raises(ValidationError, match="e-mail"):
        admit(application, staff("membership"))
    assert Party.objects.count() == 1
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_question_opens_the_application_to_its_applicant_and_an_answer_closes_it(staff):
    application, clerk = make_application(), staff("membership")
    ask_question(application=application, text="Is this your name?", by=clerk, now=NOW)
    with pytest.raises(ValidationError):
        admit(application, clerk)
    application = answer_question(application=application, text="Yes.", now=NOW)
    assert application.state == "submitted"
    assert [note.kind for note in application.notes.order_by("pk")] == ["begun", "submitted", "question", "answer"]
    with pytest.raises(ValidationError):
        ask_question(application=application, text="   ", by=clerk, now=NOW)


def test_a_refusal_has_a_reason_and_ends_the_application(staff):
    application, clerk = make_application(), staff("membership")
    with pytest.raises(ValidationError):
        refuse_application(application=application, reason=" ", by=clerk, now=NOW)
    refuse_application(application=application, reason="Not your card.", by=clerk, now=NOW)
    refuse_application(application=application, reason="Again.", by=clerk, now=NOW)
    application.refresh_from_db()
    assert (application.state, application.reason, application.cnic_sealed) == ("refused", "Not your card.", None)
    with pytest.raises(ValidationError):
        admit(application, clerk)


def test_a_company_is_admitted_with_its_tax_number_and_without_a_cnic(staff):
    application = make_application(
        kind="organisation",
        names={"last_name": "Ravi Music Publishing", "first_name": "", "original_name": "راوی میوزک"},
        identity={"cnic": "", "born_on": None, "ntn": "1234567-8"},
    )
    member = admit(application, staff("membership"))
    assert (member.party.kind, member.ntn, member.cnic_index) == ("organisation", "1234567-8", None)


@pytest.mark.parametrize(
    ("signed", "alarmed"),
    [("Nazia Bano", False), ("نازیہ بانو", False), ("N. Bano", False), ("Somebody Else", True)],
)
def test_a_signature_in_another_name_is_shown_to_the_reviewer(signed: str, alarmed: bool):
    application = make_application(sent=False)
    submit_application(application=application, declared_name=signed, now=timezone.now())
    application.refresh_from_db()
    found = [str(alarm.text) for alarm in alarms_of(application) if alarm.code == "signature"]
    assert [signed in text for text in found] == [True] * alarmed
