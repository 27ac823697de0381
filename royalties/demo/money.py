"""Money of the demo on its way: pools, one distribution published and paid, one that waits for approval.

Not one transaction: a calculation is a chain of jobs. Every step can be repeated.
"""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from django.conf import settings

from cmo_portal.common.periods import Period, fiscal_year, quarter_number
from licensing.queries.money import receipts_available
from royalties.demo import usage
from royalties.demo.frame import Story, form_key, staff
from royalties.demo.standards import BROADCAST, DEDUCTIONS, MINUTES, rule_version
from royalties.demo.workers import do_jobs
from royalties.models import Payment, PaymentBatch, Pool, Run
from royalties.services import payments, pools, runs

HEADLINER = pools.Section("headliner", "Headliner", 80)
SUPPORT = pools.Section("support", "Support act", 20)
REJECTIONS = {3: "Account title does not match", 11: "Account is dormant"}  # by line of the batch


def load(story: Story) -> None:
    """The quarter that is paid, the quarter that waits, and money that still waits for its usage."""
    _paid_quarter(story)
    _last_quarter(story)


def _paid_quarter(story: Story) -> None:
    period, closed = story.paid_quarter, story.paid_quarter.end
    radio = _pool("RADIO", "Radio", "ریڈیو", "radio", BROADCAST, period, story)
    concert = _pool(
        "CONCERT", "Concert Raag Junction", "کنسرٹ راگ جنکشن", "live", MINUTES, period, story, (HEADLINER, SUPPORT)
    )
    _fill(radio, period, "RADIO", story)
    _fill(concert, period, "CONCERT", story)
    _feed(radio, usage.RADIO)
    _feed(concert, usage.CONCERT)
    run = _run(f"Radio and concerts, {period.label()}", period, [radio, concert], closed, story)
    _publish(run, closed, story)
    _pay(closed + dt.timedelta(days=45), story)


def _last_quarter(story: Story) -> None:
    """Background money follows what television and streaming services played; radio money waits for its log."""
    period = story.last_quarter
    houses = _pool("BACKGROUND", "Cafes, hotels and gyms", "کیفے، ہوٹل اور جم", "background", BROADCAST, period, story)
    radio = _pool("RADIO", "Radio", "ریڈیو", "radio", BROADCAST, period, story)
    for tariff in ("CAFE", "LOUNGE", "HOTEL", "GYM"):
        _fill(houses, period, tariff, story)
    _fill(radio, period, "RADIO", story)
    _feed(houses, usage.TELEVISION)
    _feed(houses, usage.STREAMS)
    _run(f"Background music, {period.label()}", period, [houses], period.end, story)


# --- pools -----------------------------------------------------------------------------------------------------------


def _pool(
    code: str,
    name: str,
    name_ur: str,
    category: str,
    rule: str,
    period: Period,
    story: Story,
    sections: Sequence[pools.Section] = (),
) -> Pool:
    year = fiscal_year(period.end, settings.FISCAL_YEAR_START_MONTH)
    quarter = quarter_number(period.end, settings.FISCAL_YEAR_START_MONTH)
    code = f"{code}-{year.start:%y}{year.end:%y}-Q{quarter}"
    known = Pool.objects.filter(code=code).first()
    return known or pools.create_pool(
        code=code,
        name=f"{name}, {period.label()}",
        name_ur=name_ur,
        right="PR",
        category=category,
        period=period,
        distribution_rule=rule_version(rule, story),
        deduction_rule=rule_version(DEDUCTIONS, story),
        sections=sections,
        by=staff("distribution"),
    )


def _fill(pool: Pool, period: Period, tariff: str, story: Story) -> None:
    """Put the receipts of a tariff in the period into the pool."""
    found = receipts_available(period=period, right="PR")
    parts = {part.allocation_id: part.net_amount for part in found if part.tariff_code == tariff}
    pools.allocate_to_pool(
        pool=pool,
        parts=parts,
        form_key=form_key("pool", pool.code, tariff),
        by=staff("finance"),
        now=story.at(period.end + dt.timedelta(days=6)),
    )


def _feed(pool: Pool, source: str) -> None:
    if not pool.usage.exists() or not pool.usage.filter(file__source__code=source).exists():
        pools.feed_pool(pool=pool, file=usage.file_of(source), by=staff("distribution"))


# --- runs ------------------------------------------------------------------------------------------------------------


def _run(name: str, period: Period, chosen: Sequence[Pool], closed: dt.date, story: Story) -> Run:
    """A run made, frozen, calculated by the workers' steps, looked at and sent for approval."""
    maker, made = staff("distribution"), story.at(closed + dt.timedelta(days=8))
    run = runs.create_run(form_key=form_key("run", name), name=name, period=period, pools=chosen, by=maker, now=made)
    if run.state == "draft":
        run = runs.freeze_run(run=run, by=maker, now=made)
    if run.state == "frozen":
        run = runs.start_calculation(run=run, by=maker, now=made)
        do_jobs(story.at(closed + dt.timedelta(days=8), hour=12))
        run.refresh_from_db()
    if run.state == "calculated":
        run = runs.send_for_review(run=run, by=maker, now=story.at(closed + dt.timedelta(days=9)))
    return run


def _publish(run: Run, closed: dt.date, story: Story) -> None:
    """Approved by a second person, posted, opened to the members."""
    maker, digest = staff("distribution"), bytes(run.digest or b"").hex()
    if run.state == "reviewed":
        run = runs.approve_run(
            run=run, digest=digest, by=staff("approver"), now=story.at(closed + dt.timedelta(days=12))
        )
    if run.state == "approved":
        run = runs.finalise_run(run=run, digest=digest, by=maker, now=story.at(closed + dt.timedelta(days=13)))
    if run.state == "finalised":
        runs.publish_run(run=run, by=maker, now=story.at(closed + dt.timedelta(days=14)))


# --- payment ---------------------------------------------------------------------------------------------------------


def _pay(day: dt.date, story: Story) -> None:
    """One batch: made, approved by a second person, sent to the bank, answered with two rejections."""
    maker = staff("finance")
    batch = payments.make_batch(
        form_key=form_key("batch", day),
        pay_on=day,
        by=maker,
        now=story.at(day - dt.timedelta(days=3)),
    )
    if batch.state == "reserved":
        batch = payments.approve_batch(
            batch=batch,
            digest=bytes(batch.digest),
            by=staff("approver"),
            now=story.at(day - dt.timedelta(days=2)),
        )
    if batch.state == "approved":
        payments.export_batch(batch=batch, by=maker, now=story.at(day))
        batch.refresh_from_db()
    if batch.state == "exported":
        answer = _bank_answer(batch)
        complaints = payments.load_bank_answers(
            batch=batch, data=answer, filename="answer.csv", by=maker, now=story.at(day + dt.timedelta(days=2))
        )
        if complaints:
            raise ValueError(f"the bank's answer is not understood: {complaints[0]}")


def _bank_answer(batch: PaymentBatch) -> bytes:
    """What the bank says: all paid but two."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["batch", "line", "status", "reference", "reason"])
    for line in Payment.objects.filter(batch=batch).order_by("line_no").values_list("line_no", flat=True):
        reason = REJECTIONS.get(line, "")
        rows.writerow([batch.number, line, "REJECTED" if reason else "PAID", f"DB{batch.pk:03d}{line:05d}", reason])
    return text.getvalue().encode()
