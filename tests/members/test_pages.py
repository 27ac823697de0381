"""Pages of members and staff: who reaches them, what they show, what they do."""

import re
import time
import uuid

import pytest
import typst
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmo_portal.audit.models import Act
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.models import Document, Member
from members.services.apply import add_document, submit_application
from members.services.bank import propose_account
from members.services.documents import Upload
from tests.factories.members import cnic, iban, make_application, make_member, png
from tests.members.pages import begin, page, upload

pytestmark = pytest.mark.django_db
ADMIT = {"tax_class": "resident_active", "tax_evidence": "List of November 2026"}
MEMBER_PAGES = ["member-profile", "member-contact", "member-bank", "member-document-list"]
STAFF_PAGES = {
    "staff-application-list": {"membership"},
    "staff-member-list": {"membership", "finance", "approver", "auditor", "distribution"},
    "staff-account-list": {"approver"},
}


@pytest.fixture
def fresh(sign_in):
    """A client of a user who proved password and second step just now."""

    def enter(user):
        Authenticator.objects.get_or_create(
            user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "not used in this test"}}
        )
        client = sign_in(user)
        session = client.session
        records = session["account_authentication_methods"]
        session["account_authentication_methods"] = [
            *records,
            {"method": "password", "at": time.time(), "reauthenticated": True},
        ]
        session.save()
        return client

    return enter


def without_token(answer):
    """The body without what differs by chance and without the address asked for."""
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text)


def test_staff_review_admit_and_meet_the_member(staff, sign_in, django_capture_on_commit_callbacks):
    application = make_application()
    client = sign_in(staff("membership"))
    listed = client.get(page("staff-application-list")).content.decode()
    assert application.reference in listed
    shown = client.get(page("staff-application", application.uid)).content.decode()
    document = application.documents.get()
    assert f'<img src="{page("staff-document", document.uid)}"' in shown
    assert "No alarm" in shown
    admit = page("staff-application-admit", application.uid)
    assert client.get(admit).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(admit, ADMIT)
        again = client.post(admit, ADMIT)
    member = Member.objects.get()
    assert first.url == again.url == page("staff-member", member.uid)
    assert sum("/account/invitation/" in message.body for message in mail.outbox) == 1
    assert client.get(first.url).content.decode().count("The invitation is on its way") == 1


def test_a_blocked_application_offers_no_admission(staff, sign_in):
    make_member(number=81)
    application = make_application(identity={"cnic": cnic(81)})
    client = sign_in(staff("membership"))
    shown = client.get(page("staff-application", application.uid)).content.decode()
    assert "cannot be admitted" in shown
    assert page("staff-application-admit", application.uid) not in shown
    answer = client.post(page("staff-application-admit", application.uid), {**ADMIT, "alarms_seen": "I looked"})
    assert answer.status_code == 200
    assert Member.objects.count() == 1


def test_a_question_goes_to_the_applicant_and_comes_back(client, staff, sign_in, django_capture_on_commit_callbacks):
    application = make_application()
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(staff("membership")).post(page("staff-application-ask", application.uid), {"text": "Is this you?"})
    link = re.search(r"http://\S+(/join/return/\S+/)", mail.outbox[-1].body)[1]
    assert client.get(link).url == page("public-join-status")
    assert "Is this you?" in client.get(page("public-join-status")).content.decode()
    assert client.post(page("public-join-status"), {"text": "Yes."}).status_code == 302
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_draft_is_not_shown_to_staff(staff, sign_in):
    draft = make_application(sent=False)
    client = sign_in(staff("membership"))
    assert draft.reference not in client.get(page("staff-application-list")).content.decode()
    assert client.get(page("staff-application", draft.uid)).status_code == 404
    assert client.get(page("staff-document", draft.documents.get().uid)).status_code == 404


def test_lists_are_filtered_by_their_address_and_downloaded_as_seen(staff, sign_in):
    for count in range(3):
        make_member("Bano", f"Number {chr(65 + count)}")
    make_member('=HYPERLINK("x")', "Asad", state="suspended")
    client = sign_in(staff("membership"))
    with CaptureQueriesContext(connection) as captured:
        shown = client.get(page("staff-member-list"), {"q": "bano"}).content.decode()
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) <= 10
    assert shown.count("T0") >= 3
    file = client.get(page("staff-member-list"), {"state": "suspended", "format": "csv"})
    text = file.content.decode("utf-8-sig")
    assert text.count("\r\n") == 2
    assert "Bano" not in text
    assert not any(cell.startswith(("=", "+", "@")) for row in text.splitlines() for cell in row.split(","))
    assert file["Content-Disposition"].startswith("attachment")


def test_lists_turn_their_pages_by_key(staff, sign_in, monkeypatch):
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 5)
    for count in range(7):
        make_member("Khan", f"A{count}", number=count + 1, account=False, tax_class=None, rights=())
    client = sign_in(staff("membership"))
    first = client.get(page("staff-member-list"))
    assert len(first.context["page"].rows) == 5
    second = client.get(f"{page('staff-member-list')}?{first.context['page'].next_query}")
    assert len(second.context["page"].rows) == 2


def test_a_member_is_found_by_cnic_without_the_number_in_an_address(staff, sign_in):
    member = make_member(number=91)
    client = sign_in(staff("membership"))
    found = client.post(page("staff-member-find"), {"cnic": cnic(91)})
    assert found.url == page("staff-member", member.uid)
    assert client.post(page("staff-member-find"), {"cnic": cnic(92)}).url == page("staff-member-list")
    assert client.post(page("staff-member-find"), {"cnic": "x"}).url == page("staff-member-list")
    assert client.get(page("staff-member-find")).status_code == 405


def test_a_member_record_shows_masks_only(staff, sign_in, django_assert_max_num_queries):
    member = make_member(number=93)
    client = sign_in(staff("membership"))
    with django_assert_max_num_queries(22):
        shown = client.get(page("staff-member", member.uid)).content.decode()
    assert "31111-*****-1" in shown
    assert cnic(93) not in shown
    assert iban(93) not in shown


def test_a_number_is_opened_after_a_fresh_sign_in_only(staff, sign_in, fresh):
    member, clerk = make_member(number=94), staff("membership")
    address = page("staff-member-reveal", member.uid)
    stale = sign_in(clerk).post(address, {"reason": "Call of the member"})
    assert stale.url.startswith("/account/reauthenticate/?next=")
    assert Act.objects.filter(verb="reveal_number").count() == 0
    client = fresh(clerk)
    asked = client.get(address).content.decode()
    assert "0000094" not in asked
    shown = client.post(address, {"reason": "Call of the member"})
    assert "31111-0000094-1" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert Act.objects.filter(verb="reveal_number").count() == 1


def test_a_member_changes_her_bank_details_after_a_fresh_sign_in_with_a_second_step(sign_in, fresh):
    member = make_member()
    address = page("member-bank-change")
    assert sign_in(member.user, factor=False).get(address).url == "/account/2fa/totp/activate/"
    Authenticator.objects.create(user=member.user, type="totp", data={"secret": "not used in this test"})
    stale = sign_in(member.user)
    posted = stale.post(address, {"iban": iban(95), "title": "Asad Khan", "form_key": uuid.uuid4()})
    assert posted.url.startswith("/account/reauthenticate/")
    assert iban(95) not in str(dict(stale.session))
    client = fresh(member.user)
    key = uuid.uuid4()
    facts = {"iban": iban(95), "title": "Asad Khan", "form_key": key}
    assert client.post(address, facts).url == client.post(address, facts).url == page("member-bank")
    assert member.party.bank_accounts.filter(state="proposed").count() == 1
    shown = client.get(page("member-bank")).content.decode()
    assert "under way" in shown
    assert iban(95) not in shown


def test_a_wrong_iban_gets_the_same_verdict_from_page_and_service(fresh):
    member = make_member()
    facts = {"iban": "PK36SCBL0000001123456703", "title": "Asad Khan", "form_key": uuid.uuid4()}
    text = fresh(member.user).post(page("member-bank-change"), facts).content.decode()
    assert "check digits of this IBAN do not fit" in text


def test_a_second_person_approves_on_the_page(staff, fresh, settings):
    settings.MEMBERS = {"bank_cooling_hours": 0}
    member = make_member()
    now = clock.now()
    account = propose_account(
        party=member.party, iban=iban(96), title="Asad Khan", by=member.user, form_key=uuid.uuid4(), now=now
    )
    address = page("staff-account", account.uid)
    client = fresh(staff("approver"))
    assert "Approve this account" in client.get(address).content.decode()
    assert client.post(address, {"act": "approve"}).url == page("staff-account-list")
    account.refresh_from_db()
    assert account.state == "approved"


def test_the_maker_sees_that_another_person_must_approve(staff, fresh):
    person = staff("finance", "approver")
    member = make_member()
    client = fresh(person)
    address = page("staff-account-propose", member.uid)
    client.post(address, {"iban": iban(97), "title": "Asad Khan", "form_key": uuid.uuid4()})
    account = member.party.bank_accounts.get(state="proposed")
    shown = client.get(page("staff-account", account.uid)).content.decode()
    assert "Another person must approve it" in shown
    answer = client.post(page("staff-account", account.uid), {"act": "approve"})
    assert answer.status_code == 200
    account.refresh_from_db()
    assert account.state == "proposed"


def test_documents_leave_as_attachments_with_their_own_names(staff, sign_in):
    application = make_application()
    document = application.documents.get()
    client = sign_in(staff("membership"))
    answer = client.get(page("staff-document", document.uid))
    assert answer.content == png(0) or answer.content.startswith(b"\x89PNG")
    assert answer["Content-Disposition"] == 'attachment; filename="cnic.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert Act.objects.filter(verb="open_document").count() == 1


def test_a_pdf_stands_beside_the_form_as_a_picture(staff, sign_in):
    application = make_application(sent=False)
    pdf = typst.compile(b"A list of works", format="pdf")
    upload_of = {"application": application, "kind": "works", "now": clock.now()}
    document = add_document(upload=Upload("works.pdf", pdf), **upload_of)
    submit_application(application=application, declared_name="Nazia Bano", now=clock.now())
    client = sign_in(staff("membership"))
    address = page("staff-document-page", document.uid)
    assert address in client.get(page("staff-application", application.uid)).content.decode()
    answer = client.get(address)
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    picture = application.documents.get(kind="identity")
    assert client.get(page("staff-document-page", picture.uid)).status_code == 404
    for role in ("finance", "documentation", "auditor"):
        assert sign_in(staff(role)).get(address).status_code == 403


def test_an_urdu_file_name_leaves_by_its_standard_form(sign_in, staff, client):
    begin(client)
    client.post(page("public-join-documents"), upload(png(), "شناختی کارڈ.png"))
    document = Document.objects.get()
    member = make_member()
    Document.objects.filter(pk=document.pk).update(party=member.party)
    answer = sign_in(member.user).get(page("member-document", document.uid))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D8%B4")


def test_a_member_reaches_her_own_documents_and_accounts_and_nobody_elses(sign_in):
    mine, other = make_member(), make_member()
    application = make_application()
    document = application.documents.get()
    Document.objects.filter(pk=document.pk).update(party=other.party)
    client = sign_in(mine.user)
    foreign = client.get(page("member-document", document.uid))
    missing = client.get(page("member-document", uuid.uuid4()))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert without_token(foreign) == without_token(missing)
    account = other.party.bank_accounts.get()
    assert client.post(page("member-bank-withdraw", account.uid)).status_code == 404
    assert sign_in(other.user).get(page("member-document", document.uid)).status_code == 200


def test_a_member_hands_in_a_document_on_her_page(sign_in):
    member = make_member()
    client = sign_in(member.user)
    address = page("member-document-list")
    assert client.post(address, upload(png(), "deed.png", "deed")).url == address
    assert "deed.png" in client.get(address).content.decode()
    assert "not a PDF" in client.post(address, upload(b"MZ", "deed.pdf", "deed")).content.decode()


def test_the_desk_takes_the_steps_of_a_membership_on_its_pages(staff, sign_in):
    member, client = make_member(), sign_in(staff("membership"))
    shown = page("staff-member", member.uid)
    steps = [
        ("staff-member-mandate", {"right": "PR", "territory": "home", "valid_from": "2026-12-01", "reason": "Letter"}),
        ("staff-member-tax", {"tax_class": "non_resident", "valid_from": "2026-12-01", "evidence": "Moved"}),
        ("staff-member-contact", {"telephone": "0300 7654321", "address": "Quetta", "language": "ur"}),
        ("staff-member-state", {"act": "suspend", "reason": "Two cards"}),
        ("staff-member-state", {"act": "reinstate", "reason": "Cleared"}),
        ("staff-member-state", {"act": "resign", "day": "2026-12-31", "reason": "Own wish"}),
    ]
    for name, facts in steps:
        assert client.post(page(name, member.uid), facts).url == shown, name
    refused = client.post(page("staff-member-state", member.uid), {"act": "resign", "reason": "x"})
    assert refused.status_code == 200
    text = client.get(shown).content.decode()
    for word in ("Mandate changed", "Tax class set", "Suspended", "Resigned", "Two cards"):
        assert word in text


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_opens_in_both_languages(client, sign_in, fresh, staff, language):
    direction = "rtl" if language == "ur" else "ltr"

    def opens(who, address):
        who.cookies["django_language"] = language
        answer = who.get(address)
        assert answer.status_code == 200, address
        assert f'dir="{direction}"' in answer.content.decode(), address
        assert "<h1>" in answer.content.decode(), address

    for name in ("public-join", "public-join-begin", "public-join-return"):
        opens(client, page(name))
    begin(client)
    opens(client, page("public-join-tasks"))
    opens(client, page("public-join-documents"))
    for step in ("names", "identity", "contact", "roles", "bank", "mandate"):
        opens(client, page("public-join-step", step))
    member = make_member()
    for name in MEMBER_PAGES:
        opens(sign_in(member.user), page(name))
    opens(fresh(member.user), page("member-bank-change"))
    clerk = fresh(staff("membership", "approver", "finance"))
    application = make_application()
    account = member.party.bank_accounts.get()
    for name, args in [
        ("staff-application-list", []),
        ("staff-application", [application.uid]),
        ("staff-application-ask", [application.uid]),
        ("staff-application-refuse", [application.uid]),
        ("staff-application-admit", [application.uid]),
        ("staff-application-reveal", [application.uid, "cnic"]),
        ("staff-member-list", []),
        ("staff-member", [member.uid]),
        ("staff-member-contact", [member.uid]),
        ("staff-member-tax", [member.uid]),
        ("staff-member-state", [member.uid]),
        ("staff-member-mandate", [member.uid]),
        ("staff-member-reveal", [member.uid]),
        ("staff-account-propose", [member.uid]),
        ("staff-account-list", []),
        ("staff-account", [account.uid]),
        ("staff-account-reveal", [account.uid]),
    ]:
        opens(clerk, page(name, *args))


@pytest.mark.parametrize(("name", "roles"), STAFF_PAGES.items())
def test_a_staff_list_opens_for_its_roles_alone(staff, sign_in, name, roles):
    from cmo_portal.accounts.roles import ROLES

    for role in ROLES:
        expected = 200 if role in roles else 403
        assert sign_in(staff(role)).get(page(name)).status_code == expected, role


def test_members_and_strangers_reach_no_staff_page_and_staff_no_member_page(client, sign_in, staff):
    member = make_member()
    for name in STAFF_PAGES:
        assert sign_in(member.user).get(page(name)).status_code == 403
        assert client.get(page(name)).status_code == 302
    for name in MEMBER_PAGES:
        assert sign_in(staff("membership")).get(page(name)).status_code == 403
        assert client.get(page(name)).status_code == 302


def test_the_record_screens_open_and_change_nothing(sign_in, staff):
    make_member()
    make_application()
    client = sign_in(staff("membership", "approver"))
    for model in ("party", "member", "membershipapplication", "bankaccount", "document"):
        listed = client.get(f"/admin/members/{model}/")
        assert listed.status_code == 200, model
        assert client.get(f"/admin/members/{model}/?q=khan").status_code == 200
        row = re.search(rf"/admin/members/{model}/(\d+)/change/", listed.content.decode())
        shown = client.get(f"/admin/members/{model}/{row[1]}/change/").content.decode()
        assert 'name="_save"' not in shown
        assert client.get(f"/admin/members/{model}/add/").status_code == 403
        assert client.post(f"/admin/members/{model}/{row[1]}/delete/").status_code == 403
