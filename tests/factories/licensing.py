"""Licensing records for tests, made through the services that people use."""

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group

from cmo_portal.accounts.models import User
from licensing.models import Invoice, LicenceApplication, Province, Receipt, Tariff, TariffVersion
from licensing.queries.applications import price_of
from licensing.services import applications, approval, receipts, tariffs

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 22)
FIRST_DAY = dt.date(2025, 7, 1)
SAMPLES = json.loads((Path(settings.BASE_DIR) / "licensing" / "fixtures" / "sample_tariffs.json").read_text("utf-8"))
CAFE_USE = {"tariff": "CAFE", "answers": {"seats": "40"}, "province": "PB", "starts_on": "2026-12-01"}
BUSINESS = {
    "name": "Cafe Sitar (Private) Limited",
    "name_ur": "کیفے ستار",
    "contact_name": "Amna Farooq",
    "telephone": "+92 42 111 2222",
    "ntn": "1234567-8",
    "address": "12 Hali Road",
    "city": "Lahore",
}
PREMISES = {
    "kind": "place",
    "name": "Cafe Sitar Gulberg",
    "name_ur": "کیفے ستار گلبرگ",
    "address": "12 Hali Road",
    "city": "Lahore",
    "province": "PB",
}


def person(*roles: str) -> User:
    """A member of staff with these roles; the same call gives the same person."""
    email = f"{'-'.join(roles)}@staff.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, None, audience="staff", name=" ".join(roles))
        user.groups.set(Group.objects.filter(name__in=roles))
    return user


def sample(code: str) -> dict[str, Any]:
    """The sample tariff of this code, as in the file of samples."""
    return next(entry for entry in SAMPLES["tariffs"] if entry["code"] == code)


def province(code: str = "PB", rate: str = "16") -> Province:
    """A province with one sales tax rate."""
    if existing := Province.objects.filter(code=code).first():
        return existing
    entry = next(entry for entry in SAMPLES["provinces"] if entry["code"] == code)
    made = tariffs.save_province(by=person("licensing"), **entry)
    tariffs.add_tax_rate(
        by=person("licensing"),
        province=made,
        code="SST",
        name=f"Sales tax on services, {made.name}",
        name_ur=f"سیلز ٹیکس، {made.name_ur}",
        rate=rate,
        valid_from=FIRST_DAY,
        source="test",
    )
    return made


def draft(code: str = "CAFE", valid_from: dt.date = FIRST_DAY, **changes: Any) -> TariffVersion:
    """A draft of a sample tariff."""
    entry = sample(code)
    tariff = Tariff.objects.filter(code=code).first()
    if tariff is None:
        fields = {name: entry[name] for name in entry if name not in ("definition", "code")}
        tariff = tariffs.save_tariff(by=person("licensing"), code=code, **fields)
    return tariffs.draft_version(
        tariff=tariff,
        definition={**entry["definition"], **changes},
        valid_from=valid_from,
        source="test",
        by=person("licensing"),
    )


def approved_tariff(code: str = "CAFE", **changes: Any) -> TariffVersion:
    """A version that a second person approved, not yet before the public."""
    version = draft(code, **changes)
    return tariffs.approve_version(
        version=version, reference="Resolution 1", by=person("approver"), now=NOW, on=FIRST_DAY
    )


def tariff(code: str = "CAFE", **changes: Any) -> TariffVersion:
    """A sample tariff in force, taken through its whole legal life."""
    version = approved_tariff(code, **changes)
    for step in ("filed", "published", "in_force"):
        version = tariffs.move_version(
            version=version, to=step, reference=f"{step} 1", by=person("approver"), on=FIRST_DAY
        )
    return version


def application(
    *, use: dict[str, Any] | None = None, email: str = "amna@cafe.example", name: str = "", **premises: str
) -> LicenceApplication:
    """A filled-in application that was not sent."""
    province((premises or PREMISES).get("province", "PB"))
    made, _token = applications.start_application(
        form_key=uuid.uuid4(), email=email, language="en", use=use or CAFE_USE
    )
    business = {**BUSINESS, **({"name": name} if name else {})}
    applications.save_answers(application=made, section="business", answers=business)
    return applications.save_answers(application=made, section="premises", answers={**PREMISES, **premises})


def submitted(**given: Any) -> LicenceApplication:
    """An application that was sent with the price it was shown."""
    made = application(**given)
    price, complaints = price_of(made, on=TODAY)
    assert price is not None, complaints
    return applications.submit_application(application=made, expected_total=price.total, now=NOW)


def approved(**given: Any) -> approval.Approval:
    """An approved application with its licence and invoice. Makes the cafe tariff where there is none."""
    if not TariffVersion.objects.filter(tariff__code=(given.get("use") or CAFE_USE)["tariff"]).exists():
        tariff((given.get("use") or CAFE_USE)["tariff"])
    return approval.approve_application(application=submitted(**given), by=person("licensing"), now=NOW)


def approval_by(by: User, **given: Any) -> approval.Approval:
    """An approved application, decided by this person."""
    return approval.approve_application(application=submitted(**given), by=by, now=NOW)


def pay(invoice: Invoice, amount: int | None = None, **given: Any) -> Receipt:
    """A receipt of finance for an invoice: all of it, or `amount` minor units."""
    values: dict[str, Any] = {
        "form_key": uuid.uuid4(),
        "received_on": TODAY,
        "amount": invoice.total if amount is None else amount,
        "method": "bank",
        "reference": uuid.uuid4().hex[:12],
        "payer": "CAFE SITAR PVT LTD",
        "invoices": [invoice],
        "by": person("finance"),
        "now": NOW,
    }
    return receipts.record_receipt(**{**values, **given})
