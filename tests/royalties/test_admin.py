"""Record screens of royalties: everything can be looked up by those who may, and nothing about money is changed."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from cmo_portal.accounts.roles import ROLES
from cmo_portal.audit.models import Act
from cmo_portal.record_admin import BoundedPaginator
from royalties.models import Journal, LedgerLine, Pool, Rule, Run, UsageSource
from tests.factories import members as people
from tests.factories import royalties as make
from tests.worlds import world

pytestmark = pytest.mark.django_db
SCREENS = [model for model in apps.get_app_config("royalties").get_models() if model in admin.site._registry]
DESKS = {
    "royalties.view_ledger": {"account", "journal", "ledgerline"},
    "royalties.view_runs": {
        "pool", "run", "statement", "suspenseline", "paymentbatch", "payment", "rule", "ruleversion",
    },
    "royalties.view_usage": {"usagesource", "usagefile"},
}  # fmt: skip


@world
def society(run_jobs: Any) -> None:
    """Two members, a matched song, an unknown one, a posted run and a payment batch."""
    one, two = people.make_member("Khan").party, people.make_member("Lodhi").party
    file = make.usage(
        make.Play("Chand Raat", make.song("Chand Raat", (one, 50), (two, 50))), make.Play("Nobody knows it")
    )
    make.finalised_run(run_jobs, make.pool(1_234_567_89, files=[file], deductions=make.TWENTY_AND_FIVE))


def place(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:royalties_{model._meta.model_name}_{page}", args=args)


def test_every_kind_of_record_has_its_screen_and_the_millions_have_none() -> None:
    assert {model._meta.model_name for model in SCREENS} == set().union(*DESKS.values())


@pytest.mark.parametrize("role", ["auditor", "finance", "distribution", "approver", "administrator", "licensing"])
def test_each_role_opens_the_screens_of_its_permissions_and_no_other(
    role: str, society: None, staff: Any, sign_in: Any
) -> None:
    client = sign_in(staff(role))
    for model in SCREENS:
        name = model._meta.model_name
        needs = next(permission for permission, names in DESKS.items() if name in names)
        opens = needs in ROLES[role] or (name == "usagesource" and "accounts.edit_reference" in ROLES[role])
        row = model.objects.first()
        assert client.get(place(model, "changelist")).status_code == (200 if opens else 403), name
        if row is not None:
            assert client.get(place(model, "change", row.pk)).status_code == (200 if opens else 403), name
            assert client.post(place(model, "change", row.pk), {"name": "x"}).status_code in (
                {302} if opens and role == "administrator" else {403}
            ), name
            assert client.post(place(model, "delete", row.pk), {"post": "yes"}).status_code == 403, name
        assert client.get(place(model, "add")).status_code == 403, name


def test_a_stranger_and_a_member_open_none(client: Any, sign_in: Any) -> None:
    member = people.make_member().user
    for model in SCREENS:
        assert client.get(place(model, "changelist")).status_code == 302
        assert sign_in(member).get(place(model, "changelist")).status_code == 302


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_list_and_page_renders_with_money_as_our_pages_write_it(
    language: str, society: None, staff: Any, sign_in: Any
) -> None:
    client = sign_in(staff("auditor"))
    client.cookies["django_language"] = language
    for model in SCREENS:
        page = client.get(place(model, "changelist")).content.decode()
        row = model.objects.first()
        shown = client.get(place(model, "change", row.pk)).content.decode() if row else ""
        for name in admin.site._registry[model].money:
            assert row is None or ('class="money"' in page and 'class="money"' in shown), (model, name)
        assert "style=" not in page + shown and "<script>" not in page + shown, model
        if language == "en" and row is not None and row._meta.model_name not in {"statement", "suspenseline"}:
            assert "Open the work screen" in shown or model is UsageSource, model
    assert "1,234,567<span" in client.get(place(Pool, "changelist")).content.decode()


def test_searches_and_filters_find_the_row_and_leave_out_the_others(society: None, staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("auditor"))
    number = str(Journal.objects.order_by("-number").values_list("number", flat=True)[0])
    asked = {
        ("account", "q=2500"): 1,
        ("journal", f"q={number}"): 1,
        ("journal", "q=no such words"): 0,
        ("journal", "kind=distribution"): Journal.objects.filter(kind="distribution").count(),
        ("ledgerline", "q=no such words"): 0,
        ("ledgerline", "q=Khan"): LedgerLine.objects.filter(party__display_name__icontains="Khan").count(),
        ("ledgerline", f"q={number}"): Journal.objects.get(number=number).line_count,
        ("ledgerline", f"q={'9' * 40}"): 0,
        ("statement", "q=Khan"): 1,
        ("suspenseline", "state__exact=released"): 0,
        ("run", "state__exact=finalised"): 1,
        ("run", "state__exact=draft"): 0,
        ("pool", "category=radio"): 1,
        ("pool", "category=place"): 0,
        ("rule", "kind__exact=claims"): Rule.objects.filter(kind="claims").count(),
        ("usagefile", "state__exact=landed"): 1,
        ("usagesource", "q=RADIO"): 1,
    }
    for (name, query), expected in asked.items():
        answer = client.get(reverse(f"admin:royalties_{name}_changelist") + f"?{query}")
        assert answer.status_code == 200, (name, query)
        assert answer.context["cl"].result_count == expected, (name, query)
    statements = reverse("admin:royalties_statement_changelist")
    number = Run.objects.get().number
    for query, expected in ((f"run={number}", 2), ("run=nonsense", 0)):
        assert client.get(f"{statements}?{query}").context["cl"].result_count == expected


def test_a_list_costs_the_same_however_many_rows_it_has(
    society: None, staff: Any, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    make.pool(5_000, code="SECOND")
    make.pool(5_000, code="THIRD")
    client = sign_in(staff("auditor"))
    for model in SCREENS:
        with django_assert_max_num_queries(18):
            client.get(place(model, "changelist"))
        if row := model.objects.first():
            with django_assert_max_num_queries(20):
                client.get(place(model, "change", row.pk))


def test_a_long_list_is_estimated_and_turned_over_only_at_its_beginning(
    society: None, staff: Any, sign_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(BoundedPaginator, "most", 3)
    monkeypatch.setattr(admin.site._registry[LedgerLine], "list_per_page", 2)
    assert LedgerLine.objects.count() > 4
    client = sign_in(staff("auditor"))
    page = client.get(place(LedgerLine, "changelist"))
    assert page.context["cl"].paginator.num_pages == 2 and page.context["cl"].result_count > 3
    assert "about" in page.content.decode() and "find what lies further back" in page.content.decode()
    assert client.get(f"{place(LedgerLine, 'changelist')}?p=2").status_code == 200
    assert client.get(f"{place(LedgerLine, 'changelist')}?p=3").status_code == 302


def test_an_administrator_renames_a_usage_source_and_nothing_else_of_it(staff: Any, sign_in: Any) -> None:
    source = UsageSource.objects.create(code="FM1", name="Raido One", format="table", mapping={"a": 1})
    client = sign_in(staff("administrator"))
    sent = {"name": "Radio One", "code": "HACKED", "format": "dsr", "mapping": "{}"}
    assert client.post(place(UsageSource, "change", source.pk), sent).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.code, source.format, source.mapping) == ("Radio One", "FM1", "table", {"a": 1})
    act = Act.objects.get(verb="edit_reference")
    assert act.facts == {"name": "Radio One"} and act.object_id == str(source.uid)
