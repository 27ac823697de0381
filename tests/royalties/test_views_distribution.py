"""The distribution desk in the browser: money into pools, a run through its states, by the permission of each person."""

import datetime as dt
import uuid
from typing import Any

import pytest

from cmo_portal import states
from licensing.models import Receipt
from royalties.code_words import category_text
from royalties.models import Pool, PoolReceipt, Rule, RuleVersion, Run
from royalties.models.runs import RUN_STATES
from royalties.services import runs
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    song = make.song("Chandni", (make_member("Alia").party, 100))
    return make.pool(100_000, files=[make.usage(make.Play("chandni", song, 10), make.Play("unknown", None, 5))])


def test_a_run_goes_from_draft_to_published_by_two_people(pool: Pool, sign_in: Any, run_jobs: Any) -> None:
    maker, approver = sign_in(make.maker()), sign_in(make.approver())
    page = maker.get("/staff/runs/new/")
    data = {
        "name": "Radio",
        "start": "2026-07-01",
        "end": "2026-09-30",
        "pools": [pool.pk],
        "form_key": page.context["form"]["form_key"].value(),
    }
    first, again = maker.post("/staff/runs/new/", data), maker.post("/staff/runs/new/", data)
    address = first["Location"]
    assert first.status_code == 302
    assert Run.objects.count() == 1 and again["Location"] == address
    for act in ("freeze", "calculate"):
        assert maker.post(f"{address}{act}/").status_code == 302
    assert b'http-equiv="refresh"' in maker.get(address).content
    run_jobs()
    maker.post(f"{address}review/")
    shown = approver.get(address)
    assert shown.status_code == 200 and not shown.context["is_red"]
    digest = shown.context["digest"]
    assert maker.post(f"{address}approve/", {"digest": digest}).status_code == 403
    approver.post(f"{address}approve/", {"digest": "0" * 64})
    assert Run.objects.get().state == "reviewed"
    approver.post(f"{address}approve/", {"digest": digest})
    maker.post(f"{address}post/", {"digest": digest})
    maker.post(f"{address}publish/")
    assert Run.objects.get().state == "published"
    for language in ("en", "ur"):
        assert maker.get(address, headers={"accept-language": language}).status_code == 200


def test_the_history_of_a_run_names_everybody_in_the_order_and_at_the_time_of_the_business(
    pool: Pool, sign_in: Any, run_jobs: Any
) -> None:
    """Made in the story's own time, long before or after the clock of this machine."""
    run = make.finalised_run(run_jobs, pool)
    runs.publish_run(run=run, by=make.maker(), now=make.NOW + dt.timedelta(days=2))
    events = sign_in(make.maker()).get(f"/staff/runs/{run.uid}/").context["events"]
    assert [str(event.title) for event in events] == [
        "Draft made", "Inputs frozen", "Calculation started", "Calculated", "Sent for approval", "Approved",
        "Finalised", "Published",
    ]  # fmt: skip
    who = {str(event.title): event.who for event in events}
    assert who.pop("Approved") == make.approver() and who.pop("Calculated") is None
    assert set(who.values()) == {make.maker()}
    moments = [event.at for event in events if str(event.title) != "Calculated"]
    assert moments == sorted(moments) and moments[0] == make.NOW and moments[-1] > moments[0]


def test_a_state_of_a_run_has_one_name_on_the_list_and_in_its_filter() -> None:
    for code, label in RUN_STATES:
        assert str(states.look_up(code, "run").label) == str(label)


def test_codes_are_shown_in_words(pool: Pool, sign_in: Any) -> None:
    shown = sign_in(make.maker()).get(f"/staff/pools/{pool.uid}/").content.decode()
    assert f"<dd>{category_text(pool.category)}</dd>" in shown and category_text(pool.category) != pool.category


def test_a_cancelled_run_gives_its_pool_back(pool: Pool, sign_in: Any, run_jobs: Any) -> None:
    run = make.frozen_run(pool)
    client = sign_in(make.maker())
    client.post(f"/staff/runs/{run.uid}/cancel/", {"reason": ""})
    assert Run.objects.get().state == "frozen"
    client.post(f"/staff/runs/{run.uid}/cancel/", {"reason": "wrong usage"})
    run_jobs()
    assert Run.objects.get().state == "cancelled"
    assert pool in client.get("/staff/runs/new/").context["form"].fields["pools"].queryset


def test_finance_records_money_and_puts_it_into_a_pool(sign_in: Any) -> None:
    finance = sign_in(make.finance())
    money.province("PB")
    approved = money.approved()
    page = finance.get("/staff/receipts/new/")
    data = {
        "received_on": "2026-08-10",
        "amount": f"{approved.invoice.total / 100:.2f}",
        "method": "bank",
        "reference": "FT-1",
        "payer": "Cafe",
        "invoices": [approved.invoice.pk],
        "form_key": page.context["form"]["form_key"].value(),
    }
    first, again = finance.post("/staff/receipts/new/", data), finance.post("/staff/receipts/new/", data)
    assert finance.get(again["Location"]).content.decode().count("The receipt is recorded and posted.") == 1
    assert first.status_code == 302 and first["Location"] == again["Location"], first.content.decode()[-1500:]
    other = finance.post("/staff/receipts/new/", {**data, "amount": "1.00"})
    assert other.status_code == 200 and "sent before with other figures" in other.content.decode()
    assert Receipt.objects.get().amount == approved.invoice.total
    made = make.pool(0)
    Pool.objects.filter(pk=made.pk).update(
        category=approved.invoice.tariff_version.tariff.use_category, right=approved.invoice.tariff_version.tariff.right
    )
    shown = finance.get(f"/staff/pools/{made.uid}/")
    parts = [row.part.allocation_id for row in shown.context["free"]]
    assert parts
    form = {"form_key": uuid.uuid4(), "part": parts}
    twice = [finance.post(f"/staff/pools/{made.uid}/receipts/", form, follow=True) for _click in range(2)]
    assert all("The receipts are in the pool." in page.content.decode() for page in twice)
    assert twice[1].context["free"] == [] and PoolReceipt.objects.filter(pool=made).count() == len(parts)


@pytest.mark.parametrize("amount", ["-5", "1e3", "0", "1.234", "NaN", ""])
def test_an_amount_that_is_none_is_refused_with_words(amount: str, sign_in: Any) -> None:
    page = sign_in(make.finance()).post("/staff/receipts/new/", {"amount": amount})
    assert page.status_code == 200
    assert page.context["form"].errors["amount"]


def test_a_rule_is_drafted_and_approved_by_another_person(sign_in: Any) -> None:
    make.rule("payment", {"minimum_payment": "500.00"})
    rule = Rule.objects.get(kind="payment")
    maker, approver = sign_in(make.maker()), sign_in(make.approver())
    data = {"valid_from": "2027-01-01", "text": "Higher.", "parameters": '{"minimum_payment": "x"}', "source": "Board"}
    wrong = maker.post(f"/staff/rules/{rule.uid}/new/", data)
    assert wrong.status_code == 200 and wrong.context["form"].errors["parameters"]
    right = maker.post(f"/staff/rules/{rule.uid}/new/", {**data, "parameters": '{"minimum_payment": "900.00"}'})
    version = RuleVersion.objects.get(version=2)
    assert right["Location"] == f"/staff/rules/version/{version.uid}/"
    assert maker.post(f"{right['Location']}approve/").status_code == 403
    approver.post(f"{right['Location']}approve/")
    version.refresh_from_db()
    assert version.state == "approved"
    assert maker.get("/staff/rules/").status_code == 200


def test_the_ledger_is_read_filtered_and_exported(pool: Pool, sign_in: Any) -> None:
    client = sign_in(make.finance())
    accounts = client.get("/staff/ledger/")
    assert accounts.context["total"] == 0
    lines = client.get("/staff/ledger/lines/?account=2400")
    assert {line.account.code for line in lines.context["page"].rows} == {"2400"}
    assert client.get("/staff/ledger/journals/1/").status_code == 200
    export = client.get("/staff/ledger/lines/?account=2400&format=csv").content.decode("utf-8-sig")
    assert len(export.splitlines()) == 1 + len(lines.context["page"].rows)
    assert sign_in(money.person("documentation")).get("/staff/ledger/").status_code == 403
