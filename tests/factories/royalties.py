"""Pools, rules, usage and runs for tests: short to write, made through the services that people use.

Usage lines are written straight into their tables, as the landing writes them, so that a test says what was played and
not how a file looks.
"""

import datetime as dt
import hashlib
import itertools
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db import connection

from cmo_portal.accounts.models import User
from cmo_portal.common.periods import Period
from licensing.models import ReceiptAllocation
from members.models import Party
from royalties.models import Pool, RuleVersion, Run, UsageFile, UsageLine, UsageMatch, UsageSource, UsageText
from royalties.queries.rules import in_force
from royalties.services import pools, rules, runs
from royalties.services.usage.columns import keep_columns
from tests.factories import licensing as money
from tests.factories import works as shelf
from works.models import Work, WorkShare

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
QUARTER = Period(dt.date(2026, 7, 1), dt.date(2026, 9, 30))
SECONDS = {"formula": "seconds"}
WEIGHED = {
    "formula": "seconds",
    "use_weights": {"feature": "1", "jingle": "0.25"},
    "dayparts": [{"code": "prime", "weight": "2"}, {"code": "off", "weight": "1"}],
}
TWENTY_AND_FIVE = {
    "deductions": [
        {"order": "1", "code": "ADMIN", "rate_percent": "20", "basis_after_order": "0", "purpose": "administration"},
        {"order": "2", "code": "SOCIAL", "rate_percent": "5", "basis_after_order": "1", "purpose": "social"},
    ]
}
BIG_STATION = {
    "tariff": "RADIO",
    "answers": {"revenue": "10000000000", "music_share": "100"},
    "province": "GB",
    "starts_on": "2026-12-01",
}
NOTHING_TAKEN: dict[str, Any] = {"deductions": []}
_counter = itertools.count(1)


def maker() -> User:
    """The person of the distribution desk."""
    return money.person("distribution")


def approver() -> User:
    """The second person."""
    return money.person("approver")


def finance() -> User:
    """The person of the finance desk."""
    return money.person("finance")


def rule(kind: str, parameters: Mapping[str, Any], *, valid_from: dt.date = dt.date(2020, 1, 1)) -> RuleVersion:
    """An approved version of a rule of its own."""
    number = next(_counter)
    subject = rules.save_rule(kind=kind, code=f"{kind}-{number}", name=f"Rule {number}", by=maker())
    version = rules.draft_version(
        rule=subject,
        valid_from=valid_from,
        text="As the test says.",
        parameters=dict(parameters),
        source="test",
        by=maker(),
    )
    return rules.approve_version(version=version, by=approver(), now=NOW)


def claim_rule() -> None:
    """Held money waits for three years, unless a rule says so already."""
    if not in_force(kind="claims", on=QUARTER.end):
        rule("claims", {"years": "3"})


def receipt(net: int) -> ReceiptAllocation:
    """A receipt, posted, whose fee without tax is exactly `net` minor units."""
    money.province("GB", rate="0")
    approved = money.approved(use=BIG_STATION, province="GB")
    made = pools.receive_payment(
        form_key=uuid.uuid4(),
        received_on=money.TODAY,
        amount=net,
        method="bank",
        reference=uuid.uuid4().hex[:12],
        payer="CAFE",
        invoices=[approved.invoice],
        by=finance(),
        now=NOW,
    )
    part = made.allocations.get()
    assert part.net_amount == net, part
    return part


def pool(
    net: int = 1_000_00,
    *,
    right: str = "PR",
    weights: Mapping[str, Any] = SECONDS,
    deductions: Mapping[str, Any] = NOTHING_TAKEN,
    sections: Sequence[pools.Section] = (),
    files: Sequence[UsageFile] = (),
    code: str = "",
) -> Pool:
    """A pool that holds `net` minor units."""
    claim_rule()
    made = pools.create_pool(
        code=code or f"P{next(_counter)}",
        name=f"Pool {code or next(_counter)}",
        right=right,
        category="radio",
        period=QUARTER,
        distribution_rule=rule("distribution", weights),
        deduction_rule=rule("deductions", deductions),
        sections=sections,
        by=maker(),
    )
    if net:
        pools.allocate_to_pool(pool=made, parts={receipt(net).pk: net}, form_key=uuid.uuid4(), by=finance(), now=NOW)
    for file in files:
        pools.feed_pool(pool=made, file=file, by=maker())
    return made


def song(title: str, *shares: tuple[Party | None, int]) -> Work:
    """A work with these shares (owner, percent) for the performing and mechanical rights; they need not be whole."""
    made = shelf.work(title)
    for right in ("PR", "MR"):
        for owner, percent in shares:
            state = "active" if owner else "unclaimed"
            WorkShare.objects.create(
                work=made, party=owner, role="CA", right=right, share=percent * 10_000, state=state
            )
    return made


@dataclass(frozen=True)
class Play:
    """One line of usage; lines with the same `title` are one text. Without a work the text is unidentified."""

    title: str
    work: Work | None = None
    plays: int = 1
    seconds: int = 60
    use: str = ""
    daypart: str = ""
    at: str = ""
    section: str = ""
    ignored: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def usage(*plays: Play, name: str = "", shuffle: int | None = None) -> UsageFile:
    """A landed and matched usage file with these lines; `shuffle` is a seed for the order in which they are stored."""
    number = next(_counter)
    source, _made = UsageSource.objects.get_or_create(code="RADIO", defaults={"name": "Radio", "format": "table"})
    texts = list(dict.fromkeys((play.title, play.section) for play in plays))
    file = UsageFile.objects.create(
        source=source,
        filename=name or f"usage-{number}.csv",
        sha256=hashlib.sha256(repr((name or number, plays)).encode()).digest(),
        period_start=QUARTER.start,
        period_end=QUARTER.end,
        state="landed",
        line_count=len(plays),
        text_count=len(texts),
        plays=sum(play.plays for play in plays),
        seconds=sum(play.plays * play.seconds for play in plays),
        landed_at=NOW,
        matched_at=NOW,
    )
    lines = [_line(file, row, texts.index((play.title, play.section)) + 1, play) for row, play in enumerate(plays, 2)]
    if shuffle is not None:
        random.Random(shuffle).shuffle(lines)
    UsageText.objects.bulk_create(_text(file, number, text, plays) for number, text in enumerate(texts, 1))
    UsageLine.objects.bulk_create(lines)
    keep_columns(file)
    first = {(play.title, play.section): play for play in reversed(plays)}
    UsageMatch.objects.bulk_create(_match(file, number, first[text]) for number, text in enumerate(texts, 1))
    return file


def _text(file: UsageFile, number: int, text: tuple[str, str], plays: Sequence[Play]) -> UsageText:
    own = [play for play in plays if (play.title, play.section) == text]
    return UsageText(
        file_id=file.pk,
        text_no=number,
        section=text[1],
        title=text[0],
        creators="",
        performers="",
        isrc="",
        iswc="",
        own_number="",
        memory_key=hashlib.sha256(text[0].encode()).digest(),
        line_count=len(own),
        plays=sum(play.plays for play in own),
        seconds=sum(play.plays * play.seconds for play in own),
    )


def _line(file: UsageFile, row: int, text_no: int, play: Play) -> UsageLine:
    return UsageLine(
        file_id=file.pk,
        row_no=row,
        text_no=text_no,
        plays=play.plays,
        seconds=play.seconds,
        use_code=play.use,
        daypart=play.daypart,
        used_on=QUARTER.start,
        used_at=play.at,
        channel="FM 100",
        territory="0586",
        raw=f"{play.title},{play.plays},{play.seconds}",
        **play.facts,
    )


def _match(file: UsageFile, number: int, play: Play) -> UsageMatch:
    outcome = "ignored" if play.ignored else "matched" if play.work else "queue"
    return UsageMatch(
        file=file, text_no=number, outcome=outcome, work=play.work if outcome == "matched" else None, stage="test"
    )


def draft_run(*chosen: Pool, name: str = "Third quarter") -> Run:
    """A draft run over these pools."""
    return runs.create_run(form_key=uuid.uuid4(), name=name, period=QUARTER, pools=chosen, by=maker(), now=NOW)


def frozen_run(*chosen: Pool) -> Run:
    """A run with frozen inputs."""
    return runs.freeze_run(run=draft_run(*chosen), by=maker(), now=NOW)


def calculated_run(work: Any, *chosen: Pool, slices: int | None = None) -> Run:
    """A run that the jobs (`work` = the fixture run_jobs) have calculated."""
    run = runs.start_calculation(run=frozen_run(*chosen), by=maker(), now=NOW, slices=slices)
    work()
    run.refresh_from_db()
    assert run.state == "calculated", errors()
    return run


def approved_run(work: Any, *chosen: Pool) -> Run:
    """A run that a second person approved."""
    run = runs.send_for_review(run=calculated_run(work, *chosen), by=maker(), now=NOW)
    return runs.approve_run(run=run, digest=bytes(run.digest).hex(), by=approver(), now=NOW)


def finalised_run(work: Any, *chosen: Pool) -> Run:
    """A run that is posted."""
    run = approved_run(work, *chosen)
    return runs.finalise_run(run=run, digest=bytes(run.digest).hex(), by=maker(), now=NOW)


def errors() -> str:
    """What went wrong in jobs, for the message of an assertion."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, state, error FROM jobs_job WHERE error <> ''")
        return str(cursor.fetchall())


def rupees(minor: int) -> str:
    """Minor units as the worked examples write them."""
    return f"{Fraction(minor, 100).__float__():.2f}"
