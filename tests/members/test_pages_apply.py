"""Pages of applicants: from the first page to the last, with every upload looked at."""

import re
import uuid

import pytest
from django.core import mail
from django.test import Client

from members.formats.documents import EICAR
from members.models import Document, MembershipApplication
from tests.factories.members import make_application, png
from tests.members.pages import begin, page, upload

pytestmark = pytest.mark.django_db


def test_a_creator_applies_online_from_the_first_page_to_the_last(client, django_capture_on_commit_callbacks):
    assert b"10 minutes" in client.get(page("public-join")).content
    with django_capture_on_commit_callbacks(execute=True):
        assert begin(client).url == page("public-join-tasks")
    step = lambda name: page("public-join-step", name)  # noqa: E731
    answers = [
        ("names", {"first_name": "Nazia", "last_name": "Bano", "original_name": "نازیہ بانو"}),
        ("identity", {"cnic": "۳۵۲۰۲-۱۲۳۴۵۶۷-۱", "born_on": "1985-03-02"}),
        ("contact", {"telephone": "0300 1234567", "address": "Lahore", "residence": "resident", "language": "ur"}),
        ("roles", {"roles": ["composer", "lyricist"]}),
        ("bank", {"iban": "PK36 SCBL 0000 0011 2345 6702", "account_title": "Nazia Bano"}),
        ("mandate", {"PR": "world", "MR": "home", "SR": "kept"}),
    ]
    following = [step(name) for name, _facts in answers[1:]] + [page("public-join-documents")]
    for (name, facts), expected in zip(answers, following, strict=True):
        assert client.get(step(name)).status_code == 200
        assert client.post(step(name), facts).url == expected
    assert client.post(page("public-join-documents"), upload(png())).url == page("public-join-documents")
    check = client.get(page("public-join-check")).content.decode()
    assert "35202-*****-1" in check
    assert "PK** **** … 6702" in check
    assert "1234567-1" not in check
    declared = {"agreed": "on", "true": "on", "declared_name": "Nazia Bano"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page("public-join-declare"), declared).url == page("public-join-status")
        assert client.post(page("public-join-declare"), declared).url == page("public-join-status")
    assert len(mail.outbox) == 2
    application = MembershipApplication.objects.get()
    assert application.state == "submitted"
    assert application.reference in client.get(page("public-join-status")).content.decode()
    assert client.get(step("names")).url == page("public-join-status")


def test_a_saved_application_is_found_again_by_its_link(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        begin(client)
    link = re.search(r"http://\S+(/join/return/\S+/)", mail.outbox[0].body)[1]
    other = Client()
    assert other.get(page("public-join-tasks")).url == page("public-join-return")
    assert other.get(link).url == page("public-join-tasks")
    assert other.get(page("public-join-tasks")).status_code == 200
    assert other.get(page("public-join-resume", "wrong")).url == page("public-join-return")


def test_the_answer_is_the_same_whether_or_not_an_application_exists(client):
    begin(client)
    application = MembershipApplication.objects.get()
    known = client.post(page("public-join-return"), {"reference": application.reference, "email": application.email})
    unknown = client.post(page("public-join-return"), {"reference": "XXXXX-YYYY", "email": "no@x.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_links_are_sent_to_one_address_so_often_and_no_more(client, settings):
    settings.MEMBERS = {"messages_per_address": 2}
    victim = f"{uuid.uuid4().hex}@x.example"
    assert [begin(client, email=victim).status_code for _count in range(3)] == [302, 302, 429]
    forged = client.post(
        page("public-join-return"),
        {"reference": "X", "email": victim},
        headers={"x-forwarded-for": "203.0.113.9"},
    )
    assert forged.status_code == 429


def test_a_double_click_on_begin_makes_one_application(client):
    key = uuid.uuid4()
    assert begin(client, form_key=key).url == begin(client, form_key=key).url
    assert MembershipApplication.objects.count() == 1


def test_a_cnic_with_letters_is_refused_at_its_field_and_nothing_is_saved(client):
    begin(client)
    answer = client.post(page("public-join-step", "identity"), {"cnic": "35202-12A4567-1", "born_on": "1985-03-02"})
    text = answer.content.decode()
    assert "digits only" in text
    assert "Copy the 13 digits" in text
    assert 'aria-invalid="true"' in text
    application = MembershipApplication.objects.get()
    assert (application.cnic_index, application.born_on) == (None, None)


def test_a_saved_number_never_comes_back_to_the_page(client):
    begin(client)
    client.post(page("public-join-step", "identity"), {"cnic": "35202-1234567-1", "born_on": "1985-03-02"})
    text = client.get(page("public-join-step", "identity")).content.decode()
    assert "35202-*****-1" in text
    assert "1234567" not in text


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"", "cnic.png", "empty"),
        (b"<svg onload=alert(1)>", "cnic.png", "not a PDF"),
        (png(), "cnic.pdf", "does not fit"),
        (b"MZ\x90", "../../cnic.pdf", "not a PDF"),
        (b"%PDF-1.7\n/JavaScript startxref %%EOF", "x.pdf", "program"),
    ],
)
def test_a_hostile_upload_is_refused_with_a_clear_word(client, content, name, word):
    begin(client)
    answer = client.post(page("public-join-documents"), upload(content, name))
    assert word in answer.content.decode()
    assert Document.objects.count() == 0


def test_a_virus_is_locked_away(client):
    begin(client)
    client.post(page("public-join-documents"), upload(EICAR, "cnic.pdf"))
    assert Document.objects.get().quarantined
    assert "locked away" in client.get(page("public-join-documents")).content.decode()


def test_a_file_above_the_limit_is_refused(client, settings):
    settings.MEMBERS = {"document_bytes": len(png())}
    begin(client)
    assert client.post(page("public-join-documents"), upload(png())).status_code == 302
    assert "larger than" in client.post(page("public-join-documents"), upload(png() + b"x")).content.decode()


def test_a_giant_upload_is_cut_off_before_it_is_kept(client, settings):
    settings.MEMBERS = {"document_bytes": 100_000}
    begin(client)
    answer = client.post(page("public-join-documents"), upload(b"\x89PNG" + bytes(3_000_000)))
    text = answer.content.decode()
    assert "larger than" in text
    assert text.count('class="field__error"') == 1
    assert Document.objects.count() == 0


def test_the_upload_page_still_asks_for_the_token_of_its_form():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(page("public-join-documents"), upload(png())).status_code == 403
    assert strict.post(page("public-join-begin"), {}).status_code == 403


def test_a_document_of_another_application_is_not_found(client):
    begin(client)
    other = make_application(sent=False)
    address = page("public-join-document-remove", other.documents.get().uid)
    guess = page("public-join-document-remove", uuid.uuid4())
    foreign, missing = client.post(address), client.post(guess)
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert other.documents.count() == 1


def test_an_unknown_part_is_not_found(client):
    begin(client)
    assert client.get(page("public-join-step", "secrets")).status_code == 404


def test_no_step_is_skipped(client):
    begin(client)
    for name in ("public-join-check", "public-join-declare", "public-join-status"):
        assert client.get(page(name)).url == page("public-join-tasks")
    assert (
        client.post(page("public-join-declare"), {"agreed": "on", "true": "on", "declared_name": "N"}).status_code
        == 302
    )
    assert MembershipApplication.objects.get().state == "draft"
