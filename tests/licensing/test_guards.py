"""What the database refuses, tried with raw SQL as the application's own role; and each twin: with the guard off,
the same statement does the damage that the guard is there to prevent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from licensing.models import Invoice, Licence, Receipt, TariffVersion
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db(transaction=True)


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class Guard:
    """What holds (`constraint` or `trigger` of a table), the damaging act, and how the damage shows."""

    table: str
    harm: Callable[[], None]
    damage: Callable[[], bool]
    prepare: Callable[[], Any]
    constraint: str = ""
    trigger: str = ""
    also: tuple[str, ...] = ()

    def switch_off(self, cursor: Any) -> None:
        if self.constraint:
            cursor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT "{self.constraint}"')
        for trigger in filter(None, (self.trigger, *self.also)):
            cursor.execute(
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE %s AND NOT tgisinternal",
                [f"pgtrigger_{trigger}_%"],
            )
            found = cursor.fetchall()
            assert found, f"no trigger {trigger}"
            for name, table in found:
                cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')


def invoice() -> Invoice:
    return Invoice.objects.get()


def second_approval() -> Any:
    return make.approved(email="second@cafe.example", name="Second Cafe")


def approve_own_draft() -> None:
    sql(
        "UPDATE licensing_tariffversion SET legal_status = 'approved', approved_by_id = proposed_by_id, approved_at = now()"
    )


def insert_allocation(receipt: str, bill: str, amount: str, tax: str = "0") -> None:
    sql(
        "INSERT INTO licensing_receiptallocation"
        " (receipt_id, invoice_id, form_key, amount, net_amount, tax_amount, by_id)"
        f" SELECT r.id, i.id, gen_random_uuid(), {amount}, {amount} - ({tax}), {tax}, r.recorded_by_id"
        f" FROM licensing_receipt r, licensing_invoice i WHERE {receipt} AND {bill}"
    )


def paid_twice() -> bool:
    return bool(
        sql(
            "SELECT 1 FROM licensing_receiptallocation a JOIN licensing_invoice i ON i.id = a.invoice_id"
            " GROUP BY i.id HAVING sum(a.amount) > i.total"
        )
    )


def spent_twice() -> bool:
    return bool(
        sql(
            "SELECT 1 FROM licensing_receiptallocation a JOIN licensing_receipt r ON r.id = a.receipt_id"
            " GROUP BY r.id HAVING sum(a.amount) > r.amount"
        )
    )


def two_invoices_and_a_small_receipt() -> None:
    first = make.approved()
    second_approval()
    make.pay(first.invoice, 1_000_000)


def credit(amount: int) -> None:
    sql(
        "INSERT INTO licensing_creditnote"
        " (uid, number, form_key, invoice_id, issued_on, amount, net_amount, tax_amount, reason, by_id)"
        " SELECT gen_random_uuid(), 'CN-X', gen_random_uuid(), id, current_date, %s, %s, 0, 'x', issued_by_id"
        " FROM licensing_invoice",
        amount,
        amount,
    )


GUARDS = {
    "the_maker_of_a_tariff_never_approves_it_M14": Guard(
        table="licensing_tariffversion",
        constraint="tariff_four_eyes",
        prepare=make.draft,
        harm=approve_own_draft,
        damage=lambda: TariffVersion.objects.filter(legal_status="approved").exists(),
    ),
    "a_tariff_does_not_leave_the_draft_without_an_approver": Guard(
        table="licensing_tariffversion",
        constraint="tariff_beyond_draft_names_approver",
        prepare=make.draft,
        harm=lambda: sql("UPDATE licensing_tariffversion SET legal_status = 'approved'") and None,
        damage=lambda: TariffVersion.objects.filter(legal_status="approved", approved_by=None).exists(),
    ),
    "a_tariff_takes_no_step_that_the_law_does_not_know": Guard(
        table="licensing_tariffversion",
        trigger="tariff_moves",
        prepare=make.approved_tariff,
        harm=lambda: sql("UPDATE licensing_tariffversion SET legal_status = 'in_force'") and None,
        damage=lambda: TariffVersion.objects.filter(legal_status="in_force").exists(),
    ),
    "a_tariff_that_left_the_draft_keeps_its_content": Guard(
        table="licensing_tariffversion",
        trigger="tariff_fixed_after_draft",
        prepare=make.tariff,
        harm=lambda: sql("UPDATE licensing_tariffversion SET definition = '{}'") and None,
        damage=lambda: TariffVersion.objects.get().definition == {},
    ),
    "only_one_public_version_of_a_tariff_counts_on_a_day": Guard(
        table="licensing_tariffversion",
        constraint="one_public_tariff_version_a_day",
        prepare=lambda: (make.tariff(), make.approved_tariff()),
        harm=lambda: (
            sql("UPDATE licensing_tariffversion SET legal_status = 'sample' WHERE legal_status = 'approved'") and None
        ),
        damage=lambda: TariffVersion.objects.filter(legal_status__in=["in_force", "sample"]).count() == 2,
    ),
    "an_invoice_is_the_sum_of_its_lines_M16": Guard(
        table="licensing_invoiceline",
        trigger="invoice_line_keeps_sum",
        prepare=make.approved,
        harm=lambda: (
            sql(
                "INSERT INTO licensing_invoiceline (invoice_id, position, kind, text, text_ur, base, amount)"
                " SELECT id, 9, 'fee', 'one more', '', 100, 100 FROM licensing_invoice"
            )
            and None
        ),
        damage=lambda: sum(line.amount for line in invoice().lines.all()) > invoice().total,
    ),
    "a_tax_line_is_its_rate_of_its_base_M16": Guard(
        table="licensing_invoiceline",
        constraint="invoice_tax_line_is_its_rate",
        also=("invoice_line_keeps_sum",),
        prepare=make.approved,
        harm=lambda: (
            sql(
                "INSERT INTO licensing_invoiceline"
                " (invoice_id, position, kind, text, text_ur, base, rate, tax_rate_id, amount)"
                " SELECT invoice_id, 9, kind, text, text_ur, base, rate, tax_rate_id, amount + 1"
                " FROM licensing_invoiceline WHERE kind = 'tax'"
            )
            and None
        ),
        damage=lambda: invoice().lines.filter(kind="tax", position=9).exists(),
    ),
    "an_issued_invoice_keeps_its_content": Guard(
        table="licensing_invoice",
        trigger="invoice_content_fixed",
        prepare=make.approved,
        harm=lambda: sql("UPDATE licensing_invoice SET net = net - 100, total = total - 100") and None,
        damage=lambda: invoice().total == 2_784_000 - 100,
    ),
    "an_unpaid_licence_does_not_become_active_M16": Guard(
        table="licensing_licence",
        trigger="licence_active_only_when_paid",
        prepare=make.approved,
        harm=lambda: sql("UPDATE licensing_licence SET state = 'active', activated_at = now(), code = 'x'") and None,
        damage=lambda: Licence.objects.filter(state="active").exists(),
    ),
    "a_licence_rests_on_an_approved_tariff": Guard(
        table="licensing_licence",
        trigger="licence_rests_on_approved_tariff",
        also=("licence_content_fixed",),
        prepare=lambda: (make.approved(), second_submitted(), make.draft("GYM")),
        harm=lambda: copy_licence_onto_draft(),
        damage=lambda: Licence.objects.filter(tariff_version__legal_status="draft").exists(),
    ),
    "a_licence_keeps_its_number_place_and_period": Guard(
        table="licensing_licence",
        trigger="licence_content_fixed",
        prepare=make.approved,
        harm=lambda: sql("UPDATE licensing_licence SET ends_on = ends_on + 365") and None,
        damage=lambda: Licence.objects.get().ends_on.year == 2028,
    ),
    "the_signed_code_of_a_licence_never_changes": Guard(
        table="licensing_licence",
        trigger="licence_proof_fixed",
        prepare=lambda: make.pay(make.approved().invoice),
        harm=lambda: sql("UPDATE licensing_licence SET code = 'forged'") and None,
        damage=lambda: Licence.objects.get().code == "forged",
    ),
    "a_cancelled_licence_stays_cancelled": Guard(
        table="licensing_licence",
        trigger="licence_moves",
        prepare=lambda: cancelled_licence(),
        harm=lambda: sql("UPDATE licensing_licence SET state = 'active'") and None,
        damage=lambda: Licence.objects.get().state == "active",
    ),
    "an_invoice_is_not_paid_twice_M16": Guard(
        table="licensing_receiptallocation",
        trigger="allocation_within_bounds",
        prepare=lambda: make.pay(make.approved().invoice, 5_000_000),
        harm=lambda: insert_allocation("true", "true", "100"),
        damage=paid_twice,
    ),
    "a_receipt_is_not_spent_twice_M17": Guard(
        table="licensing_receiptallocation",
        trigger="allocation_within_bounds",
        prepare=two_invoices_and_a_small_receipt,
        harm=lambda: insert_allocation("true", "i.state = 'part_paid'", "100"),
        damage=spent_twice,
    ),
    "a_receipt_pays_no_invoice_of_another_licensee": Guard(
        table="licensing_receiptallocation",
        trigger="allocation_within_bounds",
        prepare=lambda: (make.pay(make.approved().invoice, 3_000_000), second_approval()),
        harm=lambda: insert_allocation("true", "i.state = 'issued'", "100"),
        damage=lambda: Invoice.objects.filter(state="part_paid").exists(),
    ),
    "fee_and_tax_of_an_allocation_stay_within_those_of_the_invoice": Guard(
        table="licensing_receiptallocation",
        trigger="allocation_within_bounds",
        prepare=lambda: (make.approved(), make.pay(invoice(), 500_000, invoices=[], licensee=invoice().licensee)),
        harm=lambda: insert_allocation("true", "true", "500000", tax="500000"),
        damage=lambda: bool(sql("SELECT 1 FROM licensing_receiptallocation WHERE tax_amount > 384000")),
    ),
    "an_allocation_is_its_fee_and_its_tax": Guard(
        table="licensing_receiptallocation",
        constraint="allocation_adds_up",
        prepare=lambda: (make.approved(), make.pay(invoice(), 500_000, invoices=[], licensee=invoice().licensee)),
        harm=lambda: (
            sql(
                "INSERT INTO licensing_receiptallocation"
                " (receipt_id, invoice_id, form_key, amount, net_amount, tax_amount, by_id)"
                " SELECT r.id, i.id, gen_random_uuid(), 500, 400, 99, r.recorded_by_id"
                " FROM licensing_receipt r, licensing_invoice i"
            )
            and None
        ),
        damage=lambda: bool(sql("SELECT 1 FROM licensing_receiptallocation WHERE amount <> net_amount + tax_amount")),
    ),
    "a_credit_note_takes_back_only_what_is_open": Guard(
        table="licensing_creditnote",
        trigger="credit_within_invoice",
        prepare=lambda: make.pay(make.approved().invoice),
        harm=lambda: credit(100),
        damage=lambda: bool(sql("SELECT 1 FROM licensing_creditnote")),
    ),
    "the_issuer_of_an_invoice_gives_no_credit_for_it": Guard(
        table="licensing_invoice",
        constraint="invoice_credit_four_eyes",
        prepare=make.approved,
        harm=lambda: (
            sql(
                "UPDATE licensing_invoice SET credit_approved_by_id = issued_by_id, credit_approved_at = now(),"
                " credit_reason = 'x'"
            )
            and None
        ),
        damage=lambda: invoice().credit_approved_by_id == invoice().issued_by_id,
    ),
    "one_sales_tax_rate_counts_on_a_day": Guard(
        table="licensing_salestaxrate",
        constraint="one_sales_tax_rate_a_day",
        prepare=make.province,
        harm=lambda: (
            sql(
                'INSERT INTO licensing_salestaxrate (uid, province_id, code, name, name_ur, "order", compound, rate,'
                " valid_from, source) SELECT gen_random_uuid(), province_id, code, name, name_ur, 1, false, 5,"
                " valid_from + 10, 'x' FROM licensing_salestaxrate"
            )
            and None
        ),
        damage=lambda: len(sql("SELECT 1 FROM licensing_salestaxrate WHERE valid_to IS NULL")) == 2,
    ),
    "a_receipt_form_counts_once_M21": Guard(
        table="licensing_receipt",
        constraint="licensing_receipt_form_key_key",
        prepare=lambda: make.pay(make.approved().invoice),
        harm=lambda: (
            sql(
                "INSERT INTO licensing_receipt"
                " (uid, number, form_key, licensee_id, received_on, amount, method, reference, payer, recorded_by_id)"
                " SELECT gen_random_uuid(), 'R-X', form_key, licensee_id, received_on, 1, method, 'other', payer,"
                " recorded_by_id FROM licensing_receipt"
            )
            and None
        ),
        damage=lambda: Receipt.objects.count() == 2,
    ),
    "a_decided_application_moves_no_more": Guard(
        table="licensing_licenceapplication",
        trigger="licence_application_moves",
        prepare=make.approved,
        harm=lambda: sql("UPDATE licensing_licenceapplication SET state = 'submitted'") and None,
        damage=lambda: bool(sql("SELECT 1 FROM licensing_licenceapplication WHERE state = 'submitted'")),
    ),
}


def second_submitted() -> Any:
    return make.submitted(email="second@cafe.example", name="Second Cafe")


def copy_licence_onto_draft() -> None:
    sql(
        "INSERT INTO licensing_licence (uid, number, licensee_id, premises_id, tariff_version_id, application_id,"
        " quote_id, starts_on, ends_on, state, code, reason)"
        " SELECT gen_random_uuid(), 'LIC-X', l.licensee_id, l.premises_id, v.id, q.application_id, q.id, l.starts_on,"
        " l.ends_on, 'awaiting_payment', '', '' FROM licensing_licence l, licensing_tariffversion v, licensing_quote q"
        " WHERE v.legal_status = 'draft' AND q.id <> l.quote_id"
    )


def cancelled_licence() -> None:
    from licensing.services.licences import cancel_licence

    approval = make.approved()
    make.pay(approval.invoice)
    cancel_licence(licence=approval.licence, reason="closed", by=make.person("licensing"), now=make.NOW)


@pytest.mark.parametrize("name", GUARDS)
def test_the_database_refuses(name: str) -> None:
    guard = GUARDS[name]
    guard.prepare()
    with pytest.raises(DatabaseError):
        guard.harm()
    assert not guard.damage()


@pytest.mark.parametrize("name", GUARDS)
def test_twin_with_the_guard_off_the_damage_is_done(name: str, superuser_cursor: Any) -> None:
    guard = GUARDS[name]
    guard.prepare()
    guard.switch_off(superuser_cursor)
    guard.harm()
    assert guard.damage()


def test_the_state_of_an_invoice_follows_the_money_whatever_is_written() -> None:
    make.approved()
    sql("UPDATE licensing_invoice SET state = 'paid'")
    assert invoice().state == "issued"


def test_twin_without_the_trigger_an_unpaid_invoice_can_be_called_paid(superuser_cursor: Any) -> None:
    make.approved()
    Guard(
        "licensing_invoice", lambda: None, lambda: True, make.approved, trigger="invoice_state_follows_money"
    ).switch_off(superuser_cursor)
    sql("UPDATE licensing_invoice SET state = 'paid'")
    assert invoice().state == "paid"


@pytest.mark.parametrize("table", ["receipt", "receiptallocation", "quote", "invoiceline", "creditnote", "tariffstep"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_money_rows_are_written_once(table: str, act: str, superuser_cursor: Any) -> None:
    make.pay(make.approved().invoice, 1_000)
    credit(100)
    with pytest.raises(DatabaseError, match="permission denied"):
        sql(act.format(f"licensing_{table}"))
    superuser_cursor.execute("SET ROLE cmo_owner")
    with pytest.raises(Exception, match="pgtrigger"):
        superuser_cursor.execute(act.format(f"licensing_{table}"))


def test_the_application_deletes_nothing_in_licensing(superuser_cursor: Any) -> None:
    superuser_cursor.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'licensing_%'"
        " AND has_table_privilege('cmo_app', c.oid, 'DELETE')"
    )
    applicants_own = "licensing_applicationdocument"  # taken back before sending; a trigger keeps it afterwards
    assert [name for (name,) in superuser_cursor.fetchall() if name != applicants_own] == []
