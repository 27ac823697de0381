"""What the database itself refuses, whoever asks (M12, M14, M26), and each time the damage without the guard."""

import datetime as dt
import threading

import psycopg2
import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, connections, transaction

from members.models import BankAccount, Member
from members.services.review import Admission, admit_application
from tests.factories.members import cnic, make_account, make_application, make_member, make_party, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)


def refuses(statement, parameters=()):
    """The application's own role runs the statement, and the database says no."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return str(caught.value)


def run(statement, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def drop_constraint(cursor, table, name):
    cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"')
    cursor.execute(f'DROP INDEX IF EXISTS "{name}"')


def drop_triggers(cursor, table):
    cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


def same_cnic_again(member, other):
    return "UPDATE members_member SET cnic_index = %s WHERE id = %s", [bytes(member.cnic_index), other.pk]


def test_one_cnic_is_one_living_member():
    first, second = make_member(), make_member()
    assert "one_cnic_one_active_member" in refuses(*same_cnic_again(first, second))


def test_without_the_guard_one_cnic_becomes_two_members(superuser_cursor):
    first, second = make_member(), make_member()
    drop_constraint(superuser_cursor, "members_member", "one_cnic_one_active_member")
    assert run(*same_cnic_again(first, second)) == 1
    assert Member.objects.filter(cnic_index=first.cnic_index, state="active").count() == 2


def test_two_sessions_at_once_make_one_living_member_of_a_cnic(database_url):
    first, second = make_member(), make_member()
    index = b"\x07" * 32
    one, two = psycopg2.connect(database_url), psycopg2.connect(database_url)
    try:
        for link, member in ((one, first),):
            link.cursor().execute("UPDATE members_member SET cnic_index = %s WHERE id = %s", [index, member.pk])
        cursor = two.cursor()
        cursor.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            cursor.execute("UPDATE members_member SET cnic_index = %s WHERE id = %s", [index, second.pk])
        two.rollback()
        one.commit()
        with pytest.raises(psycopg2.errors.UniqueViolation):
            two.cursor().execute("UPDATE members_member SET cnic_index = %s WHERE id = %s", [index, second.pk])
    finally:
        one.close()
        two.close()


def test_an_admission_that_meets_another_at_the_same_moment_is_refused_with_a_clear_word(database_url):
    """The alarms see nothing, because the other session has not committed yet; the unique index decides."""
    other = make_member()
    application = make_application(identity={"cnic": cnic(4_321)})
    clerk = make_user("staff")
    clerk.groups.set(Group.objects.filter(name="membership"))
    admission = Admission(tax_class="resident_active", tax_evidence="list")
    outcome: list[object] = []

    def admit():
        try:
            outcome.append(admit_application(application=application, admission=admission, by=clerk, now=NOW))
        except ValidationError as refusal:
            outcome.append(refusal)
        finally:
            connections.close_all()

    link = psycopg2.connect(database_url)
    try:
        change = "UPDATE members_member SET cnic_index = %s WHERE id = %s"
        link.cursor().execute(change, [bytes(application.cnic_index), other.pk])
        thread = threading.Thread(target=admit)
        thread.start()
        thread.join(1.0)
        assert thread.is_alive()
        link.commit()
        thread.join(10)
    finally:
        link.close()
    assert "One person is one member" in str(outcome[0])
    assert Member.objects.count() == 1
    application.refresh_from_db()
    assert application.state == "submitted"


@pytest.mark.parametrize("mask", ["35202-1234567-1", "", "3520212345671"])
def test_a_cnic_is_kept_sealed_and_masked(mask):
    member = make_member()
    refused = refuses("UPDATE members_member SET cnic_masked = %s WHERE id = %s", [mask, member.pk])
    assert "member_cnic_is_sealed_and_masked" in refused


def test_without_the_guard_a_cnic_stands_open(superuser_cursor):
    member = make_member()
    drop_constraint(superuser_cursor, "members_member", "member_cnic_is_sealed_and_masked")
    assert run("UPDATE members_member SET cnic_masked = '35202-1234567-1' WHERE id = %s", [member.pk]) == 1


def test_an_iban_is_kept_masked():
    account = make_account(make_party(), proposed_by=make_user())
    statement = "UPDATE members_bankaccount SET iban_masked = 'PK36SCBL0000001123456702' WHERE id = %s"
    refuses(statement, [account.pk])
    insert = (
        "INSERT INTO members_bankaccount (uid, party_id, title, bank_name, iban_sealed, iban_index, iban_masked, state,"
        " proposed_by_id, proposed_at, cooling_until, reason) VALUES (gen_random_uuid(), %s, %s, '', 'x', 'x', %s, %s,"
        " %s, now(), now(), '')"
    )
    party, user = make_party(), make_user()
    facts = [party.pk, "Title", "PK36SCBL0000001123456702", "proposed", user.pk]
    assert "account_iban_is_masked" in refuses(insert, facts)
    assert "account_has_a_title" in refuses(insert, [party.pk, " ", "PK** **** … 6702", "proposed", user.pk])
    assert "Cannot insert" in refuses(insert, [party.pk, "Title", "PK** **** … 6702", "approved", user.pk])
    assert run(insert, [party.pk, "Title", "PK** **** … 6702", "proposed", user.pk]) == 1


def test_nobody_approves_what_she_proposed():
    maker = make_user("staff")
    account = make_account(make_party(), proposed_by=maker)
    refused = refuses(
        "UPDATE members_bankaccount SET state = 'approved', approved_by_id = %s, approved_at = now() WHERE id = %s",
        [maker.pk, account.pk],
    )
    assert "bank_four_eyes" in refused


def test_without_the_guard_one_person_changes_where_money_goes(superuser_cursor):
    maker = make_user("staff")
    account = make_account(make_party(), proposed_by=maker)
    drop_constraint(superuser_cursor, "members_bankaccount", "bank_four_eyes")
    approve = (
        "UPDATE members_bankaccount SET state = 'approved', approved_by_id = %s, approved_at = now() WHERE id = %s"
    )
    assert run(approve, [maker.pk, account.pk]) == 1


def test_an_approval_names_its_person_and_waits_for_the_cooling():
    account = make_account(make_party(), proposed_by=make_user())
    other = make_user("staff")
    refused = refuses("UPDATE members_bankaccount SET state = 'approved' WHERE id = %s", [account.pk])
    assert "approved_account_names_approver" in refused
    early = refuses(
        "UPDATE members_bankaccount SET state = 'approved', approved_by_id = %s,"
        " approved_at = cooling_until - interval '1 second' WHERE id = %s",
        [other.pk, account.pk],
    )
    assert "account_approved_after_cooling" in early


@pytest.mark.parametrize(
    "change",
    [
        "title = 'Somebody else'",
        "iban_index = decode('00', 'hex')",
        "iban_sealed = decode('00', 'hex')",
        "iban_masked = 'PK** **** … 0000'",
        "cooling_until = now() - interval '1 year'",
        "proposed_by_id = NULL",
    ],
)
def test_a_bank_account_stays_as_it_was_proposed(change):
    account = make_account(make_party(), proposed_by=make_user())
    assert "Cannot update" in refuses(f"UPDATE members_bankaccount SET {change} WHERE id = %s", [account.pk])


def test_an_approval_stands():
    account = make_account(make_party(), proposed_by=make_user(), approved_by=make_user("staff"))
    later = "UPDATE members_bankaccount SET approved_at = now() + interval '1 day' WHERE id = %s"
    assert "Cannot update" in refuses(later, [account.pk])
    assert "Invalid transition" in refuses(
        "UPDATE members_bankaccount SET state = 'proposed' WHERE id = %s", [account.pk]
    )


def test_without_the_guard_an_approved_account_is_exchanged(superuser_cursor):
    account = make_account(make_party(), proposed_by=make_user(), approved_by=make_user("staff"))
    drop_triggers(superuser_cursor, "members_bankaccount")
    assert run("UPDATE members_bankaccount SET title = 'Somebody else' WHERE id = %s", [account.pk]) == 1


def test_one_iban_is_one_payee():
    maker = make_user()
    make_account(make_party(), number=77, proposed_by=maker)
    with pytest.raises(DatabaseError, match="one_iban_one_party"):
        make_account(make_party(), number=77, proposed_by=maker)


def test_without_the_guard_two_payees_share_an_account(superuser_cursor):
    drop_constraint(superuser_cursor, "members_bankaccount", "one_iban_one_party")
    maker = make_user()
    make_account(make_party(), number=77, proposed_by=maker)
    make_account(make_party(), number=77, proposed_by=maker)
    assert BankAccount.objects.count() == 2


def test_a_payee_has_a_name():
    party = make_party()
    assert "party_has_a_name" in refuses("UPDATE members_party SET display_name = '  ' WHERE id = %s", [party.pk])
    assert "name_is_not_blank" in refuses("UPDATE members_partyname SET last_name = '' WHERE party_id = %s", [party.pk])


def test_without_the_guard_a_payee_is_nameless(superuser_cursor):
    party = make_party()
    drop_constraint(superuser_cursor, "members_party", "party_has_a_name")
    assert run("UPDATE members_party SET display_name = '' WHERE id = %s", [party.pk]) == 1


def test_mandates_and_tax_classes_of_one_day_do_not_contradict_each_other():
    member = make_member()
    mandate = 'INSERT INTO members_mandate (uid, member_id, "right", territory, valid_from, exclusive) VALUES'
    refused = refuses(f"{mandate} (gen_random_uuid(), %s, 'PR', '2136', '2021-01-01', false)", [member.pk])
    assert "one_mandate_at_a_time" in refused
    tax = "INSERT INTO members_taxstatus (uid, party_id, tax_class, valid_from, evidence) VALUES"
    again = refuses(f"{tax} (gen_random_uuid(), %s, 'non_resident', '2021-01-01', '')", [member.party_id])
    assert "one_tax_class_at_a_time" in again


def test_without_the_guard_two_tax_classes_hold_on_one_day(superuser_cursor):
    member = make_member()
    drop_constraint(superuser_cursor, "members_taxstatus", "one_tax_class_at_a_time")
    tax = "INSERT INTO members_taxstatus (uid, party_id, tax_class, valid_from, evidence) VALUES"
    assert run(f"{tax} (gen_random_uuid(), %s, 'non_resident', '2021-01-01', '')", [member.party_id]) == 1


@pytest.mark.parametrize(
    ("table", "move"),
    [
        ("members_member", "state = 'resigned'; UPDATE members_member SET state = 'active'"),
        ("members_member", "state = 'unknown'"),
        ("members_membershipapplication", "state = 'admitted'"),
        ("members_membershipapplication", "state = 'draft'"),
    ],
)
def test_only_known_steps_are_taken(table, move):
    make_member()
    make_application()
    refuses(f"UPDATE {table} SET {move}")


def test_without_the_guard_an_application_is_admitted_by_nobody(superuser_cursor):
    make_application()
    drop_triggers(superuser_cursor, "members_membershipapplication")
    drop_constraint(superuser_cursor, "members_membershipapplication", "application_decision_names_its_maker")
    assert run("UPDATE members_membershipapplication SET state = 'admitted'") == 1


def test_a_document_stays_as_it_was_given():
    document = make_application().documents.get()
    assert "Cannot update" in refuses(
        "UPDATE members_document SET sha256 = decode('00', 'hex') WHERE id = %s", [document.pk]
    )
    run("UPDATE members_document SET party_id = %s WHERE id = %s", [make_party().pk, document.pk])
    assert "Cannot delete" in refuses("DELETE FROM members_document WHERE id = %s", [document.pk])


@pytest.mark.parametrize("table", ["party", "member", "mandate", "bankaccount", "taxstatus", "membershipapplication"])
def test_the_application_deletes_no_record_of_people(table):
    make_member()
    make_application()
    assert "permission denied" in refuses(f"DELETE FROM members_{table}")
    assert "permission denied" in refuses(f"TRUNCATE members_{table} CASCADE")


def test_a_name_that_is_taken_away_stays_in_the_history():
    make_member()
    assert "permission denied" in refuses("TRUNCATE members_partyname CASCADE")
    assert run("DELETE FROM members_partyname") > 0
    assert (
        run(
            "UPDATE members_party SET kind = kind WHERE id IN (SELECT party_id FROM members_partynameevent"
            " WHERE pgh_label = 'delete')"
        )
        > 0
    )
    assert "permission denied" in refuses("DELETE FROM members_partynameevent")


def test_notes_and_history_are_written_once():
    application = make_application()
    assert "permission denied" in refuses("UPDATE members_applicationnote SET text = 'x'")
    assert "permission denied" in refuses("DELETE FROM members_bankaccountevent")
    assert application.notes.count() == 2


def test_the_tables_hold_no_open_number(superuser_cursor):
    """A raw look at every row of every table, history included, for numbers that were planted."""
    planted_cnic, planted_iban = "3520298765431", "PK36SCBL0000001123456702"
    make_application(
        identity={"cnic": "35202-9876543-1"}, bank={"iban": planted_iban.lower(), "account_title": "N Bano"}
    )
    superuser_cursor.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    tables = [name for (name,) in superuser_cursor.fetchall()]
    assert "members_membershipapplication" in tables
    needles = [planted_cnic, "9876543", planted_iban, "0000001123456702", "35202-9876543-1"]
    needles += [needle.encode().hex() for needle in needles]
    for table in tables:
        superuser_cursor.execute(
            f'SELECT count(*) FROM "{table}" t WHERE lower(t::text) ~ %s', ["|".join(needles).lower()]
        )
        assert superuser_cursor.fetchone()[0] == 0, table


def test_the_scan_for_open_numbers_is_not_blind(superuser_cursor):
    application = make_application()
    application.answers = {**application.answers, "address": "35202-9876543-1"}
    application.save()
    superuser_cursor.execute("SELECT count(*) FROM members_membershipapplication t WHERE t::text ~ '9876543'")
    assert superuser_cursor.fetchone()[0] == 1
