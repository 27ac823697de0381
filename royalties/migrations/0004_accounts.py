"""The accounts that the portal posts to."""

from typing import Any

from django.db import migrations

ACCOUNTS = [
    ("1000", "Bank", "asset"),
    ("2100", "Sales tax payable", "liability"),
    ("2200", "Receipts not yet in a pool", "liability"),
    ("2300", "Credit of licensees", "liability"),
    ("2400", "Pools to be distributed", "liability"),
    ("2500", "Payable to rightsholders", "liability"),
    ("2510", "Payments in transit", "liability"),
    ("2600", "Held royalties", "liability"),
    ("2700", "Withholding tax payable", "liability"),
    ("2800", "Social, cultural and educational funds", "liability"),
    ("2810", "Reserves for late claims", "liability"),
    ("2890", "Other deductions", "liability"),
    ("4000", "Administration deduction", "income"),
]


def seed(apps: Any, schema_editor: Any) -> None:
    """Write the accounts once."""
    model = apps.get_model("royalties", "Account")
    model.objects.bulk_create(model(code=code, name=name, kind=kind) for code, name, kind in ACCOUNTS)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("royalties", "0003_guards")]
    operations = [migrations.RunPython(seed)]
