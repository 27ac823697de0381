"""What the desks of a society do in a story, through the services that the pages call: license, take usage, distribute, pay.

A story says who plays what for how much; everything between the receipt and the bank's answer is the portal's own doing.
"""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Sum

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from cmo_portal.common.periods import Period, quarter_of
from licensing.queries.money import receipts_available
from members.models import Party
from members.services import bank
from members.services.outsiders import affiliate_parties, set_outsider_tax_status
from members.services.parties import PartyFacts, register_party
from royalties.models import OpenText, Payment, PaymentBatch, Pool, Run, UsageFile, UsageText
from royalties.models.ledger import LedgerLine
from royalties.services import matching, payments, pools, runs, usage
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories.members import iban, make_member
from works.models import Work

LONG_AGO = dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC)
FIRST_DAY = dt.date(2020, 1, 1)
RATES = {"resident_active": "15", "resident_not_active": "30", "non_resident": "15"}


class Desk:
    """The desks of a society, on the day on which the test runs. `work` does the waiting jobs."""

    def __init__(self, work: Any) -> None:
        self.work = work
        self.now = clock.now()
        self.today = clock.today()
        self.quarter: Period = quarter_of(self.today)
        self.people = 0

    # --- who is there ------------------------------------------------------------------------------------------------

    def open_society(self, *, minimum: str = "2000.00") -> None:
        """The rules of payment: sample rates of tax, and a least payment."""
        rates = [
            {"tax_class": name, "rate_percent": rate, "section": "153", "source": "sample"}
            for name, rate in RATES.items()
        ]
        make.rule("withholding", {"rates": rates})
        make.rule("payment", {"minimum_payment": minimum})

    def member(self, name: str, tax_class: str = "resident_active", *, account: bool = True) -> Party:
        """A member with a mandate, a tax class and an approved account."""
        self.people += 1
        first, _blank, last = name.rpartition(" ")
        party = make_member(last, first, account=False, tax_class=tax_class, number=700 + self.people).party
        if account:
            self.give_account(party)
        return party

    def society(self, name: str, code: str, *writers: str) -> tuple[Party, list[Party]]:
        """A sister society with an account and a tax class, and the writers for whom it collects."""
        clerk = money.person("membership")
        facts = PartyFacts(last_name=name, kind="society", society_code=code)
        society = register_party(facts=facts, by=clerk, source="story")
        found = [register_party(facts=PartyFacts(last_name=writer), by=clerk, source="story") for writer in writers]
        affiliate_parties(parties=found, society=society, rights=("PR",), by=clerk)
        set_outsider_tax_status(
            party=society, tax_class="non_resident", valid_from=FIRST_DAY, evidence="story", by=clerk
        )
        self.people += 1
        self.give_account(society)
        return society, found

    def give_account(self, party: Party) -> None:
        """An account proposed by finance and approved by a second person."""
        account = bank.propose_account(
            party=party,
            iban=iban(600 + self.people),
            title=party.display_name,
            by=make.finance(),
            form_key=uuid.uuid4(),
            now=LONG_AGO,
        )
        bank.approve_account(account=account, by=make.approver(), now=LONG_AGO)

    # --- money in ----------------------------------------------------------------------------------------------------

    def receive(self, tariff: str, answers: Mapping[str, str], *, province: str = "PB", rate: str = "16") -> int:
        """A licence applied for, approved, invoiced and paid today; returns the fee without tax, in minor units."""
        money.province(province, rate=rate)
        use = {"tariff": tariff, "answers": dict(answers), "province": province, "starts_on": self.today.isoformat()}
        invoice = money.approved(use=use, province=province).invoice
        pools.receive_payment(
            form_key=uuid.uuid4(),
            received_on=self.today,
            amount=invoice.total,
            method="bank",
            reference=uuid.uuid4().hex[:12],
            payer="STORY",
            invoices=[invoice],
            by=make.finance(),
            now=self.now,
        )
        return int(invoice.net)

    # --- usage -------------------------------------------------------------------------------------------------------

    def take(self, rows: Sequence[Sequence[object]], *, name: str = "log.csv") -> UsageFile:
        """Upload a table (its first row the headings), read it by the proposed columns, take it, have it matched."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        clerk = make.maker()
        source = usage.save_source(code=name[:30], name=name, format="table", by=clerk)
        file = usage.receive_file(
            source=source,
            upload=io.BytesIO(text.getvalue().encode()),
            filename=name,
            period=self.quarter,
            by=clerk,
            now=self.now,
        )
        look = usage.look_at(file)
        file = usage.confirm_mapping(file=file, layout=look.layout, mapping=look.guess.mapping, by=clerk, now=self.now)
        assert (file.state, file.refused_count) == ("checked", 0), file.report
        file = usage.start_landing(file=file, by=clerk, now=self.now)
        self.work()
        file.refresh_from_db()
        return file

    def decide(self, file: UsageFile, title: str, *, work: Work | None = None, reason: str = "") -> None:
        """A person decides a text of the queue: this work, or not to be paid with a reason."""
        text = UsageText.objects.get(file_id=file.pk, title=title)
        assert OpenText.objects.filter(file_id=file.pk, text_no=text.text_no).exists(), f"{title} is not in the queue"
        matching.decide_text(
            file_id=file.pk,
            text_no=text.text_no,
            work=work,
            outcome="matched" if work else "ignored",
            reason=reason,
            by=money.person("documentation"),
            now=self.now,
        )

    # --- distribution ------------------------------------------------------------------------------------------------

    def pool(
        self,
        file: UsageFile,
        *,
        category: str,
        weights: Mapping[str, Any],
        deductions: Mapping[str, Any],
        sections: Sequence[pools.Section] = (),
    ) -> Pool:
        """A pool with all receipts of the category in this quarter, shared by the file."""
        make.claim_rule()
        pool = pools.create_pool(
            code=category.upper(),
            name=category.capitalize(),
            right="PR",
            category=category,
            period=self.quarter,
            distribution_rule=make.rule("distribution", weights),
            deduction_rule=make.rule("deductions", deductions),
            sections=sections,
            by=make.maker(),
        )
        found = receipts_available(period=self.quarter, category=category, right="PR")
        parts = {part.allocation_id: part.net_amount for part in found}
        pools.allocate_to_pool(pool=pool, parts=parts, form_key=uuid.uuid4(), by=make.finance(), now=self.now)
        pools.feed_pool(pool=pool, file=file, by=make.maker())
        return pool

    def distribute(self, *chosen: Pool) -> Run:
        """From a draft to published statements, approved by a second person."""
        maker, now = make.maker(), self.now
        run = runs.create_run(form_key=uuid.uuid4(), name="Story", period=self.quarter, pools=chosen, by=maker, now=now)
        run = runs.freeze_run(run=run, by=maker, now=now)
        runs.start_calculation(run=run, by=maker, now=now)
        self.work()
        run.refresh_from_db()
        assert run.state == "calculated", make.errors()
        digest = bytes(run.digest).hex()
        run = runs.send_for_review(run=run, by=maker, now=now)
        run = runs.approve_run(run=run, digest=digest, by=make.approver(), now=now)
        run = runs.finalise_run(run=run, digest=digest, by=maker, now=now)
        return runs.publish_run(run=run, by=maker, now=now)

    # --- money out ---------------------------------------------------------------------------------------------------

    def pay(self) -> dict[str, tuple[int, int, int]]:
        """One batch for everybody who can be paid, all of it paid by the bank: (gross, withheld, net) by payee."""
        finance: User = make.finance()
        batch: PaymentBatch = payments.make_batch(form_key=uuid.uuid4(), pay_on=self.today, by=finance, now=self.now)
        batch = payments.approve_batch(batch=batch, digest=bytes(batch.digest), by=make.approver(), now=self.now)
        payments.export_batch(batch=batch, by=finance, now=self.now)
        rows = Payment.objects.filter(batch=batch).order_by("line_no")
        answer = ["batch,line,status,reference,reason", *(f"{batch.number},{row.line_no},PAID,B,," for row in rows)]
        complaints = payments.load_bank_answers(
            batch=batch, data="\n".join(answer).encode(), filename="answer.csv", by=finance, now=self.now
        )
        assert complaints == []
        return {row.payee_name: (row.gross, row.withheld, row.net) for row in rows}

    def balances(self) -> dict[str, int]:
        """What each account of the books holds, debit positive; accounts at zero are left out."""
        sums = LedgerLine.objects.values_list("account__code").annotate(sum=Sum("amount")).order_by("account__code")
        return {code: amount for code, amount in sums if amount}
