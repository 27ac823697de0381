"""The chain of acts: written with the act, never changed, any change found and named."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import record_act, verify_anchor, verify_chain


def some_acts(count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            user = User.objects.create_user(f"p{number}@example.org", audience="member")
            record_act(by=user, verb="arrive", on=user, facts={"number": number})


@pytest.mark.django_db
def test_a_whole_chain_verifies() -> None:
    some_acts(3)
    assert verify_chain() == []
    assert list(Act.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_refused() -> None:
    user = User.objects.create_user("p@example.org", audience="member")
    with pytest.raises(transaction.TransactionManagementError):
        record_act(by=user, verb="arrive", on=user, facts={})


@pytest.mark.django_db
def test_an_act_is_undone_with_the_act_it_records() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        user = User.objects.create_user("p@example.org", audience="member")
        record_act(by=user, verb="arrive", on=user, facts={})
        raise RuntimeError
    assert Act.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_act SET verb = 'x'", "DELETE FROM audit_act", "TRUNCATE audit_act"]
)
def test_the_application_cannot_touch_a_written_act(statement: str) -> None:
    some_acts(1)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_act SET verb = 'x'", "DELETE FROM audit_act", "TRUNCATE audit_act"]
)
def test_with_the_rights_given_the_triggers_still_refuse(statement: str, superuser_cursor: Any) -> None:
    some_acts(1)
    superuser_cursor.execute("GRANT ALL ON audit_act TO cmo_app")
    with pytest.raises((InternalError, ProgrammingError), match="Cannot"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_act SET verb = 'x' WHERE number = 2", "act 2 was changed"),
        ("UPDATE audit_act SET facts = '{\"number\": 9}' WHERE number = 2", "act 2 was changed"),
        ("DELETE FROM audit_act WHERE number = 2", "act 2 is missing"),
    ],
)
def test_twin_with_the_triggers_off_the_damage_is_found_and_named(
    statement: str, named: str, superuser_cursor: Any
) -> None:
    some_acts(3)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(statement)
    assert any(fault.startswith(named) for fault in verify_chain())


def head() -> str:
    return bytes(Act.objects.latest("number").hash).hex()


@pytest.mark.django_db
def test_a_head_that_was_noted_stands_in_a_record_that_has_grown(capsys: Any) -> None:
    some_acts(2)
    noted = head()
    some_more = User.objects.create_user("later@example.org", audience="member")
    with transaction.atomic():
        record_act(by=some_more, verb="arrive", on=some_more, facts={})
    call_command("verify_audit", "--head", noted, "--acts", "2")
    assert capsys.readouterr().out.startswith("3 acts, head ")
    assert verify_anchor(head=noted, number=1) == ["the head that was noted with act 1 is that of act 2"]


@pytest.mark.django_db(transaction=True)
def test_twin_a_tail_cut_off_is_whole_in_itself_and_found_by_the_noted_head(superuser_cursor: Any) -> None:
    some_acts(3)
    noted = head()
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("DELETE FROM audit_act WHERE number = 3")
    assert verify_chain() == []
    fault = "the head that was noted with act 3 is not in the record, which ends with act 2"
    assert verify_anchor(head=noted, number=3) == [fault]
    call_command("verify_audit")
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit", "--head", noted, "--acts", "3")


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [("--head", "abc"), ("--head", "g" * 64), ("--acts", "2")])
def test_a_head_is_given_as_it_was_printed(wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="64 hexadecimal digits|belongs to a --head"):
        call_command("verify_audit", *wrong)
