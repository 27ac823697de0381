"""The licensing side of the demo: sample tariffs, licensees with premises, invoices, receipts, an overdue one.

Each licence goes its whole way: applied for, priced, sent, approved, invoiced, paid by a receipt that finance records.
"""

import datetime as dt
import json
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from licensing.models import LicenceApplication, Province, Tariff
from licensing.queries.applications import price_of
from licensing.services import applications, approval, tariffs
from licensing.services.documents import add_document
from members.services.documents import Upload
from royalties.demo import sign_ins
from royalties.demo.businesses import (
    APPLICANT,
    BUSINESSES,
    EARLIER,
    LAST_QUARTER,
    OVERDUE,
    PAID,
    PAID_QUARTER,
    PART_PAID,
    SECOND_HOUSE,
    WAITING,
    Plan,
)
from royalties.demo.frame import DOMAIN, NOTE, Story, dice, form_key, staff
from royalties.demo.pictures import sample_card
from royalties.demo.words import CITIES, FAMILIES, MEN, STREETS, WOMEN, City
from royalties.services.pools import receive_payment

SAMPLES = Path(settings.BASE_DIR) / "licensing" / "fixtures" / "sample_tariffs.json"
KINDS = {"RADIO": "channel", "CONCERT": "event", "FUNCTION": "event"}
DAYS_AGO = {OVERDUE: 75, PART_PAID: 20, WAITING: 2}
NOT_OF_THE_THIRTY = 900  # numbers of further applications


def load(story: Story) -> None:
    """Tariffs and taxes, thirty licensees with their licences, and one application that waits."""
    _tariffs(story)
    throw = dice("licensing")
    ways = [_Way(number, plan, story, throw) for number, plan in enumerate(BUSINESSES)]
    second = _Way(NOT_OF_THE_THIRTY, SECOND_HOUSE, story, throw)
    second.first = next(way for way in ways if way.plan.name == SECOND_HOUSE.name)
    second.applied_on = second.first.applied_on + dt.timedelta(days=6)
    applicant = _Way(NOT_OF_THE_THIRTY + 1, APPLICANT, story, throw)
    for way in sorted([*ways, second, applicant], key=lambda way: way.applied_on):
        way.apply()
    for way in sorted([*ways, second], key=lambda way: way.paid_on):
        way.pay()


# --- prices ----------------------------------------------------------------------------------------------------------


def _tariffs(story: Story) -> None:
    """Drafted by licensing, approved by a second person, shown as samples: they give no permission."""
    samples = json.loads(SAMPLES.read_text("utf-8"))
    maker = staff("licensing")
    for entry in samples["provinces"]:
        tariffs.save_province(by=maker, **entry)
    provinces = {province.code: province for province in Province.objects.all()}
    for entry in samples["tax_rates"]:
        facts = {name: value for name, value in entry.items() if name not in ("province", "valid_from")}
        tariffs.add_tax_rate(by=maker, province=provinces[entry["province"]], valid_from=story.beginning, **facts)
    for entry in samples["tariffs"]:
        _tariff(entry, samples["note"], story)


def _tariff(entry: dict[str, Any], source: str, story: Story) -> None:
    maker, approver, day = staff("licensing"), staff("approver"), story.beginning
    facts = {name: value for name, value in entry.items() if name not in ("definition", "code")}
    tariff = tariffs.save_tariff(by=maker, code=entry["code"], **facts)
    version = tariffs.draft_version(
        tariff=tariff, definition=entry["definition"], valid_from=day, source=source, by=maker
    )
    tariffs.approve_version(version=version, reference=NOTE, by=approver, now=story.at(day), on=day)
    tariffs.move_version(version=version, to="sample", reference="", by=approver, on=day)


# --- licences --------------------------------------------------------------------------------------------------------


class _Way:
    """The way of one licence. `first` is the earlier licence of the same licensee, where there is one."""

    first: "_Way | None" = None

    def __init__(self, number: int, plan: Plan, story: Story, throw: Random) -> None:
        self.number, self.plan, self.story = number, plan, story
        self.city: City = CITIES[number % len(CITIES)]
        self.applied_on = _day(plan, story, throw)
        self.pays_after = throw.randrange(7, 17)
        self.contact = f"{throw.choice((*MEN, *WOMEN)).roman} {throw.choice(FAMILIES).roman}"
        self.address = f"{number % 90 + 3} {STREETS[number % len(STREETS)]}"
        self.approval: approval.Approval | None = None

    @property
    def paid_on(self) -> dt.date:
        """When the payment of a payer comes in."""
        return self.applied_on + dt.timedelta(days=self.pays_after)

    def apply(self) -> None:
        """Apply, and be approved unless the plan lets it wait; those who sign in set the demo password."""
        application = self._submit(self._start())
        if self.plan.outcome == WAITING:
            return
        now = self.story.at(self.applied_on + dt.timedelta(days=2))
        self.approval = approval.approve_application(application=application, by=staff("licensing"), now=now)
        if self.plan.email and self.approval.user is not None:
            sign_ins.set_password(self.approval.user, by=staff("licensing"), at=now)

    def pay(self) -> None:
        """The payment comes in by bank; a part-payer sends half, others nothing yet."""
        if self.approval is None or self.plan.outcome not in (PAID, PART_PAID):
            return
        invoice = self.approval.invoice
        receive_payment(
            form_key=form_key("receipt", self.number),
            received_on=self.paid_on,
            amount=invoice.total // 2 if self.plan.outcome == PART_PAID else invoice.total,
            method="bank",
            reference=f"FT{self.applied_on:%y%m%d}{self.number:04d}",
            payer=self.plan.name.upper(),
            invoices=[invoice],
            by=staff("finance"),
            now=self.story.at(self.paid_on, hour=15),
        )

    def _start(self) -> LicenceApplication:
        before = self.first.approval if self.first else None
        application, _secret = applications.start_application(
            form_key=form_key("licence", self.number),
            email=before.licence.licensee.email if before else self.plan.email or f"licensee{self.number:02d}@{DOMAIN}",
            language="ur" if self.number % 4 == 1 else "en",
            licensee=before.licence.licensee if before else None,
            by=before.user if before else None,
        )
        return application

    def _submit(self, application: LicenceApplication) -> LicenceApplication:
        sections = {"business": self._business(), "premises": self._premises(), **self._use()}
        for section, given in sections.items():
            application = applications.save_answers(application=application, section=section, answers=given)
        if self.number % 5 == 0:
            plan = Upload("plan.png", sample_card(self.number))
            add_document(application=application, kind="premises", upload=plan)
        price, complaints = price_of(application, on=self.applied_on)
        if price is None:
            raise ValueError(f"{self.plan.name}: {complaints}")
        return applications.submit_application(
            application=application, expected_total=price.total, now=self.story.at(self.applied_on)
        )

    def _business(self) -> dict[str, Any]:
        return {
            "name": self.plan.name,
            "name_ur": self.plan.name_ur,
            "contact_name": self.contact,
            "telephone": f"+92 300 {self.number + 20_000:07d}",
            "ntn": f"{5_000_000 + self.number}-3",
            "address": self.address,
            "city": self.city.roman,
        }

    def _premises(self) -> dict[str, Any]:
        name, name_ur = self.plan.house
        return {
            "kind": KINDS.get(self.plan.tariff, "place"),
            "name": name or self.plan.name,
            "name_ur": name_ur or self.plan.name_ur,
            "address": self.address,
            "city": self.city.roman,
            "province": self.city.province,
        }

    def _use(self) -> dict[str, dict[str, Any]]:
        """The use with its first day; the days of an event stand in a section of their own."""
        first = self.applied_on + dt.timedelta(days=21)
        use: dict[str, Any] = {"tariff": self.plan.tariff, "answers": self.plan.answers}
        days: dict[str, Any] = {"starts_on": first.isoformat()}
        if Tariff.objects.get(code=self.plan.tariff).term != "event":
            return {"use": {**use, **days}}
        length = int(self.plan.answers.get("days", self.plan.answers.get("shows", "1")))
        days["ends_on"] = (first + dt.timedelta(days=length - 1)).isoformat()
        return {"use": use, "events": days}


def _day(plan: Plan, story: Story, throw: Random) -> dt.date:
    """When somebody applies, so that her payment falls into the quarter meant."""
    within = dt.timedelta(days=throw.randrange(1, 60))
    if plan.when == PAID_QUARTER:
        return story.paid_quarter.start + within
    if plan.when == LAST_QUARTER:
        return story.last_quarter.start + within
    if plan.when == EARLIER:
        return story.paid_quarter.start - dt.timedelta(days=100) + within
    return story.ago(DAYS_AGO.get(plan.outcome, 6))
