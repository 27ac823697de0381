"""Every address as every role, with own and foreign objects. The demo society supplies both."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse

from cmo_portal.accounts.models import User
from cmo_portal.accounts.roles import ROLES
from members.models import Member
from tests.house.access_table import TABLE, Rule
from tests.house.objects import KINDS, arguments, nowhere, of_licensee, of_member
from works.services.drafts import start_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_database")]
FINE = {200, 302, 303}
# What an address needs beside its object to have something to show.
QUERIES: dict[str, str] = {}
# Whoever signs in has a session, which is kept fresh; nothing else may be written for people who are refused.
WRITES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY) (?!"?(django_session|usersessions_))', re.I)
VARYING = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|csrfmiddlewaretoken\W+value=\W\w+|"
    rb"<bdi[^>]*class=.code.[^>]*>[0-9a-f]+</bdi>|\b[0-9a-f]{16}\b"
)


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every named address outside the record screens (their permissions are held by their own test)."""

    def walk(patterns: Any, space: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield space + (pattern.name or str(pattern.pattern)), pattern
            elif pattern.namespace != "admin":
                yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)

    yield from walk(get_resolver().url_patterns, "")


ADDRESSES = dict(addresses())


def test_s47_every_address_is_in_the_table_and_nothing_else() -> None:
    assert set(ADDRESSES) - set(TABLE) == set(), "say who may open these"
    assert set(TABLE) - set(ADDRESSES) == set(), "these exist no more"


def place(name: str, row: Any = None) -> str:
    """The address with the arguments of an object, or of one that does not exist."""
    wanted = list(ADDRESSES[name].pattern.converters) or re.findall(r"\(\?P<(\w+)>", str(ADDRESSES[name].pattern))
    filled = nowhere(wanted)
    if row is not None:
        filled.update(arguments(row, wanted))
    fixed = {"step": "names", "name": "business", "reference": "NONE-NONE", "right": "PR", "section": "titles"}
    for other in set(wanted) - {"uid", "job_id", "code", "number", "version", "text_no"}:
        filled[other] = fixed.get(other, "nothing")
    return reverse(name, kwargs=filled)


def people() -> dict[str, User | None]:
    """One person for each role of the table."""
    found: dict[str, User | None] = {"anon": None}
    found["member"] = User.objects.filter(audience="member", member__party__statements__isnull=False).first()
    found["licensee"] = User.objects.filter(audience="licensee").order_by("pk").first()
    for role in ROLES:
        found[role] = User.objects.filter(audience="staff", groups__name=role).order_by("pk").first()
    missing = [role for role, user in found.items() if user is None and role != "anon"]
    assert not missing, f"the demo society has nobody for {missing}"
    return found


def allowed(rule: Rule, user: User | None) -> bool:
    if rule.who == "public":
        return True
    if user is None or rule.who == "token":
        return False
    if rule.who == "signed":
        return True
    if rule.who in {"member", "licensee", "staff"}:
        return user.audience == rule.who
    if rule.also and not any(user.has_perm(permission) for permission in rule.also):
        return False
    return user.audience == "staff" and user.has_perm(rule.who)


def own_object(rule: Rule, user: User | None) -> Any:
    if not rule.own or not allowed(rule, user):
        return None
    assert user is not None
    if rule.who == "member":
        return of_member(rule.own, user.member).order_by("pk").first()
    if rule.who == "licensee":
        access = user.licensee_access.first()
        return of_licensee(rule.own, access.licensee).order_by("pk").first() if access else None
    return KINDS[rule.own]().order_by("pk").first()


@pytest.mark.parametrize("role", ["anon", "member", "licensee", *ROLES])
def test_s47_each_role_opens_what_the_table_says_and_nothing_else(role: str, sign_in: Any) -> None:
    user = people()[role]
    client = sign_in(user) if user else Client()
    wrong: list[str] = []
    for name, rule in TABLE.items():
        if name in {"account_logout", "set_language"}:
            continue
        row = own_object(rule, user)
        response = client.get(place(name, row) + QUERIES.get(name, ""))
        wrong += [f"{name}: {fault}" for fault in faults(rule, user, row, response)]
    assert not wrong, "\n".join(wrong)


def faults(rule: Rule, user: User | None, row: Any, response: Any) -> list[str]:
    status = response.status_code
    if rule.who == "token":
        return [] if status == 401 else [f"a session got {status} of the API"]
    if not allowed(rule, user):
        if user is None:
            sent = status == 302 and response["Location"].startswith("/account/login/")
            return [] if sent else [f"a stranger got {status}"]
        return [] if status == 403 else [f"refused people got {status}"]
    if rule.post_only:
        return [] if status == 405 else [f"GET on a POST-only address got {status}"]
    if rule.who in {"public", "signed"}:
        return [] if status in FINE | {400, 403, 404, 405, 410} else [f"got {status}"]
    if rule.may_lack and status == 404:
        return []
    if rule.own and row is None:
        return [] if status == 404 else [f"nothing to open, yet got {status}"]
    return [] if status in FINE else [f"its own people got {status}"]


@pytest.mark.parametrize("role", ["anon", "member", "licensee", *ROLES])
def test_s47_what_a_role_may_not_open_it_may_not_send_a_form_to_either(role: str, sign_in: Any) -> None:
    user = people()[role]
    client = sign_in(user) if user else Client()
    tried, wrong = 0, []
    for name, rule in TABLE.items():
        if allowed(rule, user):
            continue
        tried += 1
        row = KINDS[rule.own]().order_by("pk").first() if rule.own else None
        with CaptureQueriesContext(connection) as asked:
            response = client.post(place(name, row))
        wrong += [f"{name}: {fault}" for fault in faults_of_refused_form(rule, user, response)]
        wrong += [f"{name}: writes {query['sql'][:200]}" for query in asked if WRITES.match(query["sql"])]
    assert not wrong, "\n".join(wrong)
    assert tried > 0


def faults_of_refused_form(rule: Rule, user: User | None, response: Any) -> list[str]:
    """A stranger is sent to the sign-in, everybody else is refused, whether or not the page knows the method."""
    status = response.status_code
    if rule.who == "token":
        return [] if status in {401, 405} else [f"a session's form got {status} of the API"]
    if rule.also and status == 405:  # the permission depends on the object, which a page without a form never looks up
        return []
    if user is None:
        sent = status == 302 and response["Location"].startswith("/account/login/")
        return [] if sent else [f"a stranger's form got {status}"]
    return [] if status in {403, 404} else [f"the form of refused people got {status}"]


@pytest.mark.parametrize("role", ["member", "licensee", *ROLES])
def test_an_empty_form_of_its_own_people_is_answered_and_breaks_nothing(role: str, sign_in: Any) -> None:
    user = people()[role]
    client = sign_in(user)
    wrong: list[str] = []
    for name, rule in TABLE.items():
        if rule.who in {"public", "signed"} or not allowed(rule, user):
            continue
        row = own_object(rule, user)
        with transaction.atomic():
            status = client.post(place(name, row)).status_code
            transaction.set_rollback(True)
        if rule.own and row is None:
            wrong += [] if status in {404, 405} else [f"{name}: nothing to act on, yet got {status}"]
        elif status not in FINE | {400, 403, 404, 405, 413, 422}:
            wrong.append(f"{name}: got {status}")
        elif rule.post_only and status == 405:
            wrong.append(f"{name}: takes no form")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("audience", ["member", "licensee"])
def test_s48_a_foreign_object_answers_like_one_that_does_not_exist(audience: str, method: str, sign_in: Any) -> None:
    user = people()[audience]
    assert user is not None
    client = sign_in(user)
    checked, wrong = 0, []
    for name, rule in TABLE.items():
        if rule.who != audience or not rule.own or (rule.post_only and method == "get"):
            continue
        foreign = foreign_object(rule, user)
        if foreign is None:
            wrong.append(f"{name}: the demo society has no foreign {rule.own}")
            continue
        theirs, nobodys = (getattr(client, method)(address) for address in (place(name, foreign), place(name)))
        if theirs.status_code == nobodys.status_code == 405 and not rule.post_only:
            continue  # a page without a form
        checked += 1
        if theirs.status_code != 404 or nobodys.status_code != 404:
            wrong.append(f"{name}: {theirs.status_code} and {nobodys.status_code}")
        elif VARYING.sub(b"", theirs.content) != VARYING.sub(b"", nobodys.content):
            wrong.append(f"{name}: the two answers differ")
    assert not wrong, "\n".join(wrong)
    assert checked > 0 or (audience, method) == ("licensee", "post")


def foreign_object(rule: Rule, user: User) -> Any:
    """An object of the kind that is somebody else's alone."""
    if rule.who == "member":
        mine = of_member(rule.own, user.member).values("pk")
    else:
        mine = of_licensee(rule.own, user.licensee_access.first().licensee).values("pk")
    if rule.own == "draft":  # a draft is short-lived: somebody else's is made for the test
        other = Member.objects.exclude(pk=user.member.pk).order_by("pk").first()
        assert other is not None
        return start_draft(party=other.party)
    return KINDS[rule.own]().exclude(pk__in=mine).order_by("pk").first()


def test_s49_the_record_screens_change_reference_data_only(sign_in: Any) -> None:
    from django.contrib import admin
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    request.user = people()["auditor"]
    for model, screen in admin.site._registry.items():
        assert not screen.has_delete_permission(request), model
        assert not screen.has_add_permission(request), model
        assert not screen.has_change_permission(request), model
