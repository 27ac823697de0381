"""The way of an application from its first page to its sending (P9)."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from cmo_portal.audit.models import Act
from members.formats.documents import EICAR
from members.models import ApplicationNote, Document, MembershipApplication
from members.services import answers, apply
from members.services.documents import Upload
from members.services.sealed import open_cnic, open_iban
from tests.factories.members import cnic, iban, make_application, png

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)


def begin(**changed):
    facts = {"email": "nazia@music.example", "kind": "person", "language": "en", "form_key": uuid.uuid4(), "now": NOW}
    return apply.begin_application(**facts | changed)


def token_of(message):
    return message.body.split("/join/return/")[1].split("/")[0]


def test_an_application_begins_with_a_reference_and_a_link(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        application = begin()
    assert len(application.reference) == 10
    assert application.reference in mail.outbox[0].subject
    token = token_of(mail.outbox[0])
    assert apply.application_of_link(token=token, now=NOW) == application
    assert token.encode() not in bytes(application.return_hash)


def test_a_double_click_begins_one_application_and_sends_one_message(django_capture_on_commit_callbacks):
    key = uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        assert begin(form_key=key) == begin(form_key=key)
    assert len(mail.outbox) == 1


def test_a_link_ends_after_its_time():
    begin()
    assert apply.application_of_link(token="guess", now=NOW) is None


def test_a_new_link_replaces_the_old_one(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        application = begin()
        apply.send_link_again(reference=application.reference.lower(), email="NAZIA@music.example", now=NOW)
    old, new = (token_of(message) for message in mail.outbox)
    assert apply.application_of_link(token=old, now=NOW) is None
    assert apply.application_of_link(token=new, now=NOW) == application
    assert apply.application_of_link(token=new, now=NOW + dt.timedelta(days=61)) is None


def test_a_wrong_reference_sends_nothing(django_capture_on_commit_callbacks):
    application = begin()
    with django_capture_on_commit_callbacks(execute=True):
        apply.send_link_again(reference=application.reference, email="other@music.example", now=NOW)
    assert mail.outbox == []


def test_numbers_are_sealed_at_the_first_save_and_never_stand_among_the_answers():
    application = begin()
    answers.save_identity(
        application=application, cnic="35202-1234567-1", born_on=dt.date(1980, 1, 1), now=NOW, today=NOW.date()
    )
    answers.save_bank(application=application, iban="PK36SCBL0000001123456702", account_title="N", now=NOW)
    application.refresh_from_db()
    assert application.cnic_masked == "35202-*****-1"
    assert application.iban_masked == "PK** **** … 6702"
    assert "1234567" not in str(application.answers)
    assert "0000001123456702" not in str(application.answers)
    assert open_cnic(application) == "3520212345671"
    assert open_iban(application) == "PK36SCBL0000001123456702"


def test_a_blank_number_keeps_the_one_saved_before():
    application = make_application(sent=False, number=7)
    answers.save_identity(application=application, cnic="", born_on=dt.date(1981, 1, 1), now=NOW, today=NOW.date())
    answers.save_bank(application=application, iban=" ", account_title="Other", now=NOW)
    application.refresh_from_db()
    assert open_cnic(application) == cnic(7)
    assert open_iban(application) == iban(7)
    assert application.born_on == dt.date(1981, 1, 1)


def test_all_that_is_wrong_on_a_page_is_said_at_once_and_nothing_of_it_is_saved():
    application = begin()
    with pytest.raises(ValidationError) as caught:
        answers.save_names(application=application, last_name="نازیہ", first_name="1", pen_name_original="ن", now=NOW)
    assert set(caught.value.error_dict) == {"last_name", "first_name", "pen_name"}
    application.refresh_from_db()
    assert application.answers == {}
    assert application.display_name == ""


@pytest.mark.parametrize("text", ["35202-12A4567-1", "35202-1234567-0", "95202-1234567-1", "3520"])
def test_a_wrong_cnic_is_refused_by_the_service(text):
    with pytest.raises(ValidationError) as caught:
        answers.save_identity(application=begin(), cnic=text, born_on=dt.date(1980, 1, 1), now=NOW, today=NOW.date())
    assert "cnic" in caught.value.error_dict


@pytest.mark.parametrize("born_on", [None, dt.date(2026, 11, 23), dt.date(1890, 1, 1)])
def test_a_birthday_must_be_possible(born_on):
    with pytest.raises(ValidationError) as caught:
        answers.save_identity(application=begin(), cnic=cnic(1), born_on=born_on, now=NOW, today=NOW.date())
    assert "born_on" in caught.value.error_dict


def test_a_company_gives_its_tax_number():
    application = begin(kind="organisation")
    answers.save_identity(application=application, ntn="1234567-8", now=NOW, today=NOW.date())
    application.refresh_from_db()
    assert application.answers["ntn"] == "1234567-8"
    with pytest.raises(ValidationError):
        answers.save_identity(application=application, ntn="35202-1234567-1", now=NOW, today=NOW.date())


def test_unknown_roles_and_territories_are_not_saved():
    application = begin()
    with pytest.raises(ValidationError):
        answers.save_roles(application=application, roles=["hacker"], now=NOW)
    with pytest.raises(ValidationError):
        answers.save_mandate(application=application, scope={"PR": "moon"}, now=NOW)
    with pytest.raises(ValidationError):
        answers.save_mandate(application=application, scope={}, now=NOW)


def test_an_unfinished_application_cannot_be_sent():
    application = begin()
    with pytest.raises(ValidationError, match="Your names"):
        apply.submit_application(application=application, declared_name="N", now=NOW)
    application.refresh_from_db()
    assert application.state == "draft"


def test_a_sent_application_can_no_longer_be_changed():
    application = make_application()
    with pytest.raises(ValidationError):
        answers.save_roles(application=application, roles=["lyricist"], now=NOW)
    with pytest.raises(ValidationError):
        apply.add_document(application=application, kind="other", upload=Upload("x.png", png(9)), now=NOW)


def test_sending_twice_sends_once():
    application = make_application()
    again = apply.submit_application(application=application, declared_name="N", now=NOW)
    assert again.state == "submitted"
    assert ApplicationNote.objects.filter(application=application, kind="submitted").count() == 1
    assert Act.objects.filter(verb="submit_application").count() == 1


def test_a_declaration_needs_a_name():
    application = make_application(sent=False)
    with pytest.raises(ValidationError):
        apply.submit_application(application=application, declared_name="  ", now=NOW)


def test_the_same_document_twice_is_one_document():
    application = make_application(sent=False)
    first = apply.add_document(application=application, kind="bank", upload=Upload("my card.png", png(50)), now=NOW)
    again = apply.add_document(application=application, kind="bank", upload=Upload("b.png", png(50)), now=NOW)
    assert first == again
    assert first.original_name == "my card.png"
    assert first.file.name.startswith("documents/")
    assert "card" not in first.file.name


def test_a_hostile_file_is_refused_and_nothing_is_kept():
    application = make_application(sent=False)
    before = Document.objects.count()
    with pytest.raises(ValidationError) as caught:
        apply.add_document(application=application, kind="bank", upload=Upload("x.pdf", b"MZ"), now=NOW)
    assert "file" in caught.value.error_dict
    assert Document.objects.count() == before


def test_a_virus_goes_into_quarantine_and_does_not_count_as_given():
    application = begin()
    document = apply.add_document(application=application, kind="identity", upload=Upload("cnic.pdf", EICAR), now=NOW)
    assert document.quarantined
    assert document.file.name.endswith(".held")
    assert [step.state for step in apply.missing_of(application) if step.code == "documents"] == ["not_started"]


def test_there_is_a_limit_to_documents(settings):
    settings.MEMBERS = {"documents_per_application": 2}
    application = make_application(sent=False)
    apply.add_document(application=application, kind="bank", upload=Upload("a.png", png(1)), now=NOW)
    with pytest.raises(ValidationError):
        apply.add_document(application=application, kind="bank", upload=Upload("a.png", png(2)), now=NOW)


def test_a_document_can_be_taken_back(django_capture_on_commit_callbacks):
    application = make_application(sent=False)
    document = application.documents.get()
    storage, name = document.file.storage, document.file.name
    with django_capture_on_commit_callbacks(execute=True):
        apply.remove_document(application=application, uid=document.uid, now=NOW)
        apply.remove_document(application=application, uid=document.uid, now=NOW)
    assert application.documents.count() == 0
    assert not storage.exists(name)


def test_a_document_of_another_application_cannot_be_taken_back():
    mine, other = make_application(sent=False), make_application(sent=False)
    apply.remove_document(application=mine, uid=other.documents.get().uid, now=NOW)
    assert other.documents.count() == 1


def test_references_are_not_guessable_in_a_row():
    references = {begin(email=f"a{number}@x.example").reference for number in range(20)}
    assert len(references) == 20
    assert MembershipApplication.objects.count() >= 20
    assert timezone.now()
