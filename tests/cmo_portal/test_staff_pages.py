"""The ground floor's own pages: the start page with its queues, users and roles, jobs, the record of acts."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from cmo_portal.accounts.forms import ROLE_WORDS
from cmo_portal.accounts.models import Invitation, User
from cmo_portal.accounts.roles import ROLES
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import record_act
from cmo_portal.audit.words import ACT_WORDS, act_words
from cmo_portal.jobs import services as jobs
from cmo_portal.jobs.models import Job
from cmo_portal.queues import Queue, register_queue, waiting_for

PAGES = {
    "/staff/users/": "accounts.manage_users",
    "/staff/users/invite/": "accounts.manage_users",
    "/staff/jobs/": "jobs.view_jobs",
    "/staff/acts/": "audit.view_acts",
}


@pytest.fixture
def admin(staff: Any, sign_in: Any) -> Client:
    client: Client = sign_in(staff("administrator", email="boss@society.example"))
    return client


def job(key: str, **changes: Any) -> Job:
    with transaction.atomic():
        made = jobs.add_job(kind="works.check_file", key=key, args={})
    Job.objects.filter(pk=made.pk).update(state="running", lease_until="2100-01-01T00:00Z", attempt=1)
    Job.objects.filter(pk=made.pk).update(**changes)
    made.refresh_from_db()
    return made


def act(verb: str, on: User, **facts: Any) -> Act:
    with transaction.atomic():
        return record_act(by=on, verb=verb, on=on, facts=facts)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_pages_render_in_both_languages(language: str, admin: Client, staff: Any) -> None:
    person = staff("finance")
    job("stuck", state="quarantined", error="Traceback …")
    act("give_role", person, role="finance", many=["a", "b"])
    admin.cookies["django_language"] = language
    for address in ("/staff/", *PAGES, f"/staff/users/{person.uid}/", "/staff/acts/?verify=1"):
        answer = admin.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200 and f'lang="{language}"' in page, address
        assert "style=" not in page and "<script>" not in page, address


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_page_opens_for_those_who_hold_its_permission(role: str, staff: Any, sign_in: Any) -> None:
    client = sign_in(staff(role))
    for address, permission in PAGES.items():
        assert client.get(address).status_code == (200 if permission in ROLES[role] else 403), address


@pytest.mark.django_db
def test_a_member_of_staff_without_a_role_is_told_so(staff: Any, sign_in: Any) -> None:
    assert "You hold no role yet" in sign_in(staff()).get("/staff/").content.decode()


@pytest.mark.django_db
def test_what_waits_is_shown_to_those_who_may_work_on_it_and_the_full_queues_first(staff: Any) -> None:
    register_queue(Queue("staff-jobs", "Empty", "jobs.handle_jobs", lambda: 0, "state=done", 1))
    register_queue(Queue("staff-jobs", "Full", "jobs.handle_jobs", lambda: 7, "state=quarantined", 9))
    register_queue(Queue("no-such-page", "Nowhere", "jobs.handle_jobs", lambda: 7))
    try:
        found = [(queue.label, queue.number, queue.url) for queue in waiting_for(staff("administrator"))]
        assert found[0] == ("Full", 7, "/staff/jobs/?state=quarantined")
        assert ("Empty", 0, "/staff/jobs/?state=done") in found
        assert "Full" not in [queue.label for queue in waiting_for(staff("auditor"))]
    finally:
        from cmo_portal import queues

        for key in (("staff-jobs", "state=done"), ("staff-jobs", "state=quarantined"), ("no-such-page", "")):
            queues._queues.pop(key)


# --- users


@pytest.mark.django_db(transaction=True)
def test_staff_are_invited_by_a_link_and_again_when_it_ran_out(admin: Client) -> None:
    first = admin.post("/staff/users/invite/", {"email": "new@society.example", "name": "New Person"})
    person = User.objects.get(email="new@society.example")
    assert first["Location"] == f"/staff/users/{person.uid}/"
    admin.post(f"/staff/users/{person.uid}/", {"invite": "1"})
    assert Invitation.objects.filter(user=person).count() == 2
    letters = [str(letter.body) for letter in mail.outbox]
    assert len(letters) == 2 and all("/account/invitation/" in letter for letter in letters)
    again = admin.post("/staff/users/invite/", {"email": "NEW@society.example", "name": "Twice"})
    assert "exists already" in again.content.decode()


@pytest.mark.django_db
def test_who_has_signed_in_is_not_invited_again(admin: Client, staff: Any) -> None:
    person = staff("finance")
    User.objects.filter(pk=person.pk).update(last_login="2026-01-01T00:00Z")
    admin.post(f"/staff/users/{person.uid}/", {"invite": "1"})
    assert not Invitation.objects.filter(user=person).exists()


@pytest.mark.django_db
def test_roles_are_given_and_taken_on_the_page_and_never_ones_own(admin: Client, staff: Any) -> None:
    person = staff("finance")
    address = f"/staff/users/{person.uid}/"
    admin.post(address, {"role": "auditor", "act": "give"})
    admin.post(address, {"role": "finance", "act": "take"})
    assert list(person.groups.values_list("name", flat=True)) == ["auditor"]
    boss = User.objects.get(email="boss@society.example")
    refused = admin.post(f"/staff/users/{boss.uid}/", {"role": "approver", "act": "give"})
    assert "cannot change your own roles" in refused.content.decode()
    assert not boss.groups.filter(name="approver").exists()
    admin.post(address, {"role": "owner of everything", "act": "give", "is_superuser": "on"})
    person.refresh_from_db()
    assert (person.is_superuser, person.groups.count()) == (False, 1)


@pytest.mark.django_db
def test_a_member_has_no_roles_to_give(admin: Client) -> None:
    person = User.objects.create_user("m@music.example", audience="member", name="A Member")
    assert "Only staff accounts hold roles" in admin.get(f"/staff/users/{person.uid}/").content.decode()
    refused = admin.post(f"/staff/users/{person.uid}/", {"role": "finance", "act": "give"})
    assert "Only staff accounts hold roles" in refused.content.decode() and not person.groups.exists()


@pytest.mark.django_db
def test_users_are_filtered_and_paged(admin: Client, staff: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        User.objects.create_user(f"m{number:02d}@music.example", audience="member", name=f"Member {number}")
    staff("finance", email="purse@society.example")
    first = admin.get("/staff/users/").content.decode()
    assert 'rel="next"' in first and "m00@music.example" in first and "m59@music.example" not in first
    assert "purse@society.example" in admin.get("/staff/users/?role=finance").content.decode()
    assert "m00@music.example" not in admin.get("/staff/users/?audience=staff").content.decode()
    assert "m07@music.example" in admin.get("/staff/users/?q=Member 7").content.decode()
    with django_assert_max_num_queries(12):
        admin.get("/staff/users/")


def test_every_role_has_its_words() -> None:
    assert set(ROLE_WORDS) == set(ROLES)


# --- jobs


@pytest.mark.django_db
def test_jobs_are_filtered_and_a_stuck_one_is_tried_again_or_given_up_with_a_reason(admin: Client) -> None:
    one, two = job("one", state="quarantined", error="poison"), job("two", state="quarantined", error="poison")
    page = admin.get("/staff/jobs/?state=quarantined").content.decode()
    assert page.count("poison") >= 2 and "Try again" in page
    assert "poison" not in admin.get("/staff/jobs/?state=done").content.decode()
    assert "No job of this kind" in admin.get("/staff/jobs/?kind=licensing.notice").content.decode()
    admin.post(f"/staff/jobs/{one.pk}/", {"act": "retry"})
    admin.post(f"/staff/jobs/{two.pk}/", {"act": "give_up", "reason": " "})
    two.refresh_from_db()
    assert two.state == "quarantined"
    admin.post(f"/staff/jobs/{two.pk}/", {"act": "give_up", "reason": "the file is lost"})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == ("pending", "cancelled")
    assert Act.objects.get(verb="give_up_job").facts["reason"] == "the file is lost"


@pytest.mark.django_db
def test_an_auditor_sees_jobs_and_cannot_touch_them(staff: Any, sign_in: Any) -> None:
    stuck = job("one", state="quarantined", error="poison")
    client = sign_in(staff("auditor"))
    assert "Try again" not in client.get("/staff/jobs/").content.decode()
    assert client.post(f"/staff/jobs/{stuck.pk}/", {"act": "retry"}).status_code == 403


@pytest.mark.django_db
def test_the_page_says_when_the_workers_do_not_answer(admin: Client) -> None:
    assert "The workers do not answer" in admin.get("/staff/jobs/").content.decode()
    jobs.beat("worker")
    assert "The workers do not answer" not in admin.get("/staff/jobs/").content.decode()


# --- acts


@pytest.mark.django_db
def test_acts_are_found_by_who_what_on_what_and_when(admin: Client, staff: Any) -> None:
    one, two = staff(email="one@society.example"), staff(email="two@society.example")
    act("give_role", one, role="finance")
    act("take_role", two, role="auditor")
    today = Act.objects.order_by("-number")[0].at.astimezone(dt.UTC).date() + dt.timedelta(days=1)
    shown = {
        "": (True, True),
        "?who=one@": (True, False),
        "?verb=take_role": (False, True),
        f"?since={today + dt.timedelta(days=1)}": (False, False),
        f"?until={today}": (True, True),
        "?q=zzz": (False, False),
        f"?q={two.uid}": (False, True),
    }
    for query, expected in shown.items():
        page = admin.get(f"/staff/acts/{query}").content.decode()
        assert ("one@society.example</bdi>" in page, "two@society.example</bdi>" in page) == expected, query


@pytest.mark.django_db
def test_the_chain_is_verified_on_the_page(admin: Client, staff: Any) -> None:
    act("give_role", staff("finance"), role="finance")
    assert "The chain of acts is whole" in admin.get("/staff/acts/?verify=1").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_broken_chain_is_shown_with_the_act_that_was_changed(staff: Any, sign_in: Any, superuser_cursor: Any) -> None:
    client = sign_in(staff("auditor"))
    act("give_role", staff("finance"), role="finance")
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE audit_act SET verb = 'nothing'")
    page = client.get("/staff/acts/?verify=1").content.decode()
    assert "The chain of acts is broken" in page and "was changed after it was written" in page


@pytest.mark.django_db
def test_the_file_of_acts_holds_what_is_seen_and_no_formula(admin: Client, staff: Any) -> None:
    person = staff("finance")
    User.objects.filter(pk=person.pk).update(name="=1+1")
    person.refresh_from_db()
    act("give_role", person, role="finance")
    act("take_role", person, role="finance")
    answer = admin.get("/staff/acts/?verb=give_role&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[3] for row in rows] == ["verb", "give_role"]
    assert rows[1][6] == "'=1+1"


@pytest.mark.django_db
def test_acts_are_paged_without_counting(admin: Client, staff: Any) -> None:
    person = staff("finance")
    for _ in range(55):
        act("give_role", person, role="finance")
    first = admin.get("/staff/acts/").content.decode()
    assert 'rel="next"' in first and 'rel="prev"' not in first


def test_an_act_without_words_is_shown_as_it_is_kept() -> None:
    assert act_words("do_something_new") == "do something new"
    assert str(act_words("give_role")) == str(ACT_WORDS["give_role"])
