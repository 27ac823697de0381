"""What the control panel of a run shows: progress, totals, held money, payees, checks."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.common.texts import Text
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import heartbeat_age
from members.models import Party
from royalties.fsck import Finding, Scope, all_checks, findings
from royalties.models import PayeeTotal, Run, RunDeduction, RunPool
from royalties.models.statements import BUCKETS, HELD_REASONS

STEP_NAMES: dict[str, Text] = {
    "freeze": _("Freezing the inputs"),
    "weigh": _("Weighing the usage"),
    "allocate": _("Sharing out to works and owners"),
    "lines": _("Writing the lines"),
    "verify": _("Checking and sealing"),
    "finalise": _("Posting"),
}
RUN_ACTS: dict[str, Text] = {
    "create_run": _("Draft made"),
    "freeze_run": _("Inputs frozen"),
    "start_calculation": _("Calculation started"),
    "send_for_review": _("Sent for approval"),
    "return_run": _("Given back to the maker"),
    "approve_run": _("Approved"),
    "finalise_run": _("Finalised"),
    "publish_run": _("Published"),
    "cancel_run": _("Cancelled"),
    "reverse_run": _("Reversed"),
}
WORKER_AWAY = 60  # seconds without a pulse
TOP = 15


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Jobs of one step: done of total, since when, and what went wrong."""

    label: Text
    done: int
    total: int
    since: dt.datetime
    quarantined: int

    @property
    def finished(self) -> bool:
        """Whether nothing of this step is left to do."""
        return self.done == self.total


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with what it found."""

    code: str
    title: Text
    found: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PayeeRow:
    """What a payee or a held bucket gets in all, in whole minor units."""

    name: Text
    name_original: str
    amount: int


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One event of a run's history; `who` is None for what the machine did."""

    at: dt.datetime
    title: Text
    who: User | None
    text: str


def progress_of(run: Run) -> list[StepProgress]:
    """The steps that have begun, in order."""
    rows = (
        Job.objects.filter(subject=f"run:{run.uid}", step__in=STEP_NAMES)
        .values("step")
        .annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(state="done")),
            quarantined=Count("pk", filter=Q(state="quarantined")),
            since=Min("created_at"),
        )
    )
    found = {row["step"]: row for row in rows}
    return [
        StepProgress(name, found[step]["done"], found[step]["total"], found[step]["since"], found[step]["quarantined"])
        for step, name in STEP_NAMES.items()
        if step in found
    ]


def worker_is_away() -> bool:
    """Whether no worker has shown a pulse for a minute."""
    age = heartbeat_age("worker")
    return age is None or age.total_seconds() > WORKER_AWAY


def checks_of(run: Run) -> list[CheckRow]:
    """Every check of the books with what it finds for this run."""
    found = findings(Scope(run))
    return [
        CheckRow(known.code, known.title, tuple(one for one in found if one.code == known.code))
        for known in all_checks()
    ]


def pools_of_run(run: Run) -> list[dict[str, Any]]:
    """The leaf pools with their deductions, as frozen."""
    taken: dict[int, list[RunDeduction]] = {}
    for row in RunDeduction.objects.filter(run=run).order_by("pool_id", "order"):
        taken.setdefault(row.pool_id, []).append(row)
    leaves = RunPool.objects.filter(run=run).select_related("pool", "rule_version__rule").order_by("pool_no")
    return [{"leaf": leaf, "deductions": taken.get(leaf.pool_id, [])} for leaf in leaves]


def totals_of(run: Run) -> dict[str, int]:
    """Gross, deducted, payable and held in whole minor units; held and payable are 0 before the calculation."""
    pools = RunPool.objects.filter(run=run).aggregate(gross=Sum("gross"), deducted=Sum("deducted"))
    paid = PayeeTotal.objects.filter(run_id=run.pk).aggregate(
        payable=Sum("amount", filter=Q(payee_id__gt=0)), held=Sum("amount", filter=Q(payee_id__lt=0))
    )
    return {key: value or 0 for key, value in {**pools, **paid}.items()}


def top_payees(run: Run) -> list[PayeeRow]:
    """The payees who get most, largest first."""
    rows = (
        PayeeTotal.objects.filter(run_id=run.pk, payee_id__gt=0)
        .values("payee_id")
        .annotate(total=Sum("amount"))
        .order_by("-total", "payee_id")[:TOP]
    )
    amounts = {row["payee_id"]: row["total"] for row in rows}
    parties = Party.objects.in_bulk(amounts)
    return [
        PayeeRow(parties[key].display_name, parties[key].display_name_original, amount)
        for key, amount in amounts.items()
    ]


def held_by_reason(run: Run) -> list[PayeeRow]:
    """Held money by its reason, largest first."""
    rows = PayeeTotal.objects.filter(run_id=run.pk, payee_id__lt=0).values("payee_id").annotate(total=Sum("amount"))
    names = {BUCKETS[code]: label for code, label in HELD_REASONS}
    found = [PayeeRow(names[row["payee_id"]], "", row["total"]) for row in rows if row["total"]]
    return sorted(found, key=lambda row: -row.amount)


def history_of(run: Run) -> list[RunEvent]:
    """What happened to a run, in order, from the record of acts: who did it, and the moment of the business. The end of
    the calculation is the work of the machine; it stands behind the act that asked for it."""
    acts = Act.objects.filter(object_type=run._meta.label_lower, object_id=str(run.uid), verb__in=RUN_ACTS)
    found: list[RunEvent] = []
    for act in acts.select_related("actor").order_by("number"):
        at = dt.datetime.fromisoformat(act.facts["at"]) if "at" in act.facts else act.at
        found.append(RunEvent(at, RUN_ACTS[act.verb], act.actor, str(act.facts.get("reason", ""))))
        if act.verb == "start_calculation" and run.calculated_at:
            found.append(RunEvent(run.calculated_at, _("Calculated"), None, ""))
    return found


def is_red(rows: Iterable[CheckRow]) -> bool:
    """Whether any check found something."""
    return any(row.found for row in rows)
